"""Finds the handler of every update.

People who are not admitted reach only what the features name for people outside.
"""

import json
import logging
import re
import time
from dataclasses import dataclass
from typing import Any

from telegram import Chat, ChatMember, MessageEntity, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import Application

from bot.delivery.inbox_store import InboxRow
from bot.delivery.lanes import MOST_WAITING, Work
from bot.delivery.routing import Lane
from bot.delivery.screen import Screen, plain
from bot.edge.context import BotContext, Delivery
from bot.edge.core import Core
from bot.edge.feature import ANYTHING, Handler
from bot.edge.guards import QUIET_S
from bot.edge.menus import Menus
from bot.edge.registry import Registry
from bot.errors import BadCommand, ButtonGone, DailyLimitReached, UserError
from bot.storage.database import Transaction
from bot.texts import Texts

_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?", re.ASCII)
"""As Telegram marks one in a text. https://core.telegram.org/bots/features#commands"""
_GONE = (ChatMember.LEFT, ChatMember.BANNED)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Parses an update, calls its handler, and returns what the update changes."""

    application: "Application[Any, BotContext, Any, Any, Any, Any]"
    core: Core
    delivery: Delivery
    menus: Menus
    registry: Registry

    async def handle(self, row: InboxRow, *, is_replay: bool) -> Work:
        """What the update changes; a `UserError` becomes a reply, other exceptions are raised."""
        update = self._parse(row)
        if update is None or update.effective_chat is None or update.effective_user is None:
            return _nothing
        if update.effective_chat.type != Chat.PRIVATE:
            await self._leave(update, update.effective_chat)
            return _nothing
        if update.my_chat_member is not None:
            return self._membership(row, update)
        context = await self._context(row, update, is_replay=is_replay)
        if row.lane != Lane.STOP:  # a stop must not wait for Telegram
            await self._acknowledge(update)
        handler = self._handler(update, context)
        if handler is not None:
            await self._call(handler, context)
        if update.message is not None and context.text.startswith("/"):
            for after_command in self.registry.after_command:
                await after_command(context)
        if row.lane == Lane.STOP:
            await self._acknowledge(update, context.toast)
        return self._work(context)

    async def apologise(self, row: InboxRow, incident: str) -> Work:
        """The message for an update that failed at every try."""
        current = await self.core.inbox.head(row.chat_id, row.lane) or row
        update = self._parse(current)
        if update is None or update.effective_user is None:
            return _nothing
        context = await self._context(current, update, is_replay=True)
        context.reply(
            plain(context.texts, "error_incident", incident=incident),
            edit_id=current.frame_message_id,
            is_unsure=True,
        )
        return context.commit

    async def turn_away(self, row: InboxRow) -> Work:
        """The message for a chat whose lane is full, once per minute."""
        update = self._parse(row)
        if update is None or update.effective_user is None:
            return _nothing
        context = await self._context(row, update, is_replay=False)
        if context.person.is_admitted:
            context.reply(
                plain(context.texts, "door_busy", limit=MOST_WAITING),
                key=f"busy:{row.chat_id}:{int(time.time()) // QUIET_S}",
            )
        return context.commit

    def _handler(self, update: Update, context: BotContext) -> Handler | None:
        """The handler of the update; None: no handler takes it."""
        registry = self.registry
        if update.callback_query is not None:
            name, known, unknown = context.press.name, registry.presses, _unknown_button
        elif is_command(update):
            name, known, unknown = (
                command_in(context.text, context.bot.username),
                registry.commands,
                _unknown_command,
            )
        else:
            name, known, unknown = "", {}, None
        if not context.person.is_admitted:
            place = f"/{name}" if is_command(update) else name
            return registry.outside.get(place) or registry.outside.get(ANYTHING)
        if unknown is not None:
            return known.get(name, unknown)
        fitting = (handler for fits, handler in registry.messages if fits.check_update(update))
        return next(fitting, None)

    async def _call(self, handler: Handler, context: BotContext) -> None:
        _logger.debug("Update %s is for %s", context.request_id, handler)
        try:
            await handler(context)
        except UserError as exc:
            _logger.info("Update %s: %s", context.request_id, exc.key)
            context.forget()
            context.reply(
                refusal(context.texts, exc),
                edit_id=context.frame_message_id,
                is_unsure=context.is_replay,
            )

    async def _context(self, row: InboxRow, update: Update, *, is_replay: bool) -> BotContext:
        user = update.effective_user
        assert user is not None
        person = await self.core.people.who(
            user.id, name=user.first_name, telegram_language=user.language_code
        )
        return BotContext(
            self.application,
            core=self.core,
            delivery=self.delivery,
            menus=self.menus,
            row=row,
            update=update,
            person=person,
            is_replay=is_replay,
        )

    def _work(self, context: BotContext) -> Work:
        core = self.core

        async def work(tx: Transaction) -> None:
            await core.people.saw(tx, context.person)
            if context.person.is_admitted and not await core.people.is_admitted(
                tx, context.person.id
            ):
                self._reply_removed(context)
            await core.outbox.unpark(tx, context.row.chat_id)
            await context.commit(tx)

        return work

    def _reply_removed(self, context: BotContext) -> None:
        """Discard the update's effects and answer: the person was removed during the handler."""
        context.forget()
        context.reply(
            plain(context.texts, "door_removed"),
            edit_id=context.frame_message_id,
            is_unsure=context.is_replay,
        )

    def _membership(self, row: InboxRow, update: Update) -> Work:
        assert update.my_chat_member is not None
        outbox = self.core.outbox
        if update.my_chat_member.new_chat_member.status in _GONE:
            return lambda tx: outbox.park(tx, row.chat_id)
        return lambda tx: outbox.unpark(tx, row.chat_id)

    async def _acknowledge(self, update: Update, toast: str = "") -> None:
        """Remove the waiting sign from a pressed button; a failure does not matter."""
        if update.callback_query is None:
            return
        try:
            await update.callback_query.answer(toast or None)
        except TelegramError as exc:
            _logger.debug("A button's press was not acknowledged: %s", exc)

    async def _leave(self, update: Update, chat: Chat) -> None:
        member = update.my_chat_member
        if member is not None and member.new_chat_member.status in _GONE:
            return
        texts = self.core.texts(self.core.settings.language)
        try:
            if chat.type != Chat.CHANNEL:
                await chat.send_message(texts.plain("door_group"))
            await chat.leave()
        except (Forbidden, BadRequest) as exc:
            _logger.info("Chat %s was left already, or does not let us speak: %s", chat.id, exc)

    def _parse(self, row: InboxRow) -> Update | None:
        try:
            return Update.de_json(json.loads(row.payload), self.application.bot)
        except Exception as exc:  # only this update is broken
            _logger.error("Update %s can't be parsed (%s); left aside", row.id, type(exc).__name__)
            return None


def refusal(texts: Texts, error: UserError) -> Screen:
    """The message for *error*."""
    params = dict(error.params)
    if isinstance(error, DailyLimitReached):
        name = str(texts.timezone)
        is_moscow = name == "Europe/Moscow"
        params["zone"] = texts("zone_moscow") if is_moscow else texts("zone_other", zone=name)
    return plain(texts, error.key, **params)


async def _nothing(tx: Transaction) -> None:
    """The work of an update that changes nothing."""


def is_command(update: Update) -> bool:
    """Whether a message, new or edited, begins with a command, as Telegram sees it."""
    message = update.message or update.edited_message
    first = message.entities[0] if message and message.text and message.entities else None
    return first is not None and first.type == MessageEntity.BOT_COMMAND and first.offset == 0


def command_in(text: str, username: str) -> str:
    """The command at the start of a text, without its slash; empty if it names another bot.

    >>> command_in("/Train@natasha_bot quick", "Natasha_bot")
    'train'
    """
    found = _COMMAND.match(text)
    is_ours = found is not None and (found[2] or username).lower() == username.lower()
    return found[1].lower() if found and is_ours else ""


async def _unknown_command(context: BotContext) -> None:
    raise BadCommand(usage="/help")


async def _unknown_button(context: BotContext) -> None:
    raise ButtonGone
