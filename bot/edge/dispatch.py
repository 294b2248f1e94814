"""Finds the handler of every update.

People who are not admitted reach only what the features name for people outside.
"""

import asyncio
import json
import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import Application

from bot.delivery.commands import command_in
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
from bot.edge.suggestions import unknown_command
from bot.errors import ButtonGone, DailyLimitReached, UserError
from bot.storage.database import Transaction
from bot.texts import Texts

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
    acknowledging: "set[asyncio.Task[None]]" = field(init=False, default_factory=set)
    """Answers to pressed buttons that are on their way; each ends with the request's time."""

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
        if row.lane != Lane.STOP:  # a stop has a toast to show
            self._acknowledge(update)
        handler = await self._handler(context)
        if handler is not None:
            await self._call(handler, context)
        if context.place.startswith("/") and not context.is_edit:
            for after_command in self.registry.after_command:
                await after_command(context)
        if row.lane == Lane.STOP:
            self._acknowledge(update, context.toast)
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

    async def _handler(self, context: BotContext) -> Handler | None:
        """The handler of the update; None: no handler takes it."""
        registry, place = self.registry, context.place
        if not context.person.is_admitted:
            return registry.outside.get(place) or registry.outside.get(ANYTHING)
        if context.is_edit and await context.is_part():
            return _edited_part
        if place.startswith("/") and not context.brings_dataset:
            return self._command(context, place.removeprefix("/"))
        if not (context.is_new or context.is_edit):
            return registry.presses.get(place, _unknown_button)
        return next((handler for fits, handler in registry.messages if fits(context)), None)

    def _command(self, context: BotContext, name: str) -> Handler:
        command = command_in(context.text)
        is_ours = command is None or command.bot in ("", context.bot.username.lower())
        handler = self.registry.commands.get(name) if is_ours else None
        return handler or partial(_unknown_command, self.registry, name)

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

    def _acknowledge(self, update: Update, toast: str = "") -> None:
        """Remove the waiting sign from a pressed button; nobody waits for that."""
        if update.callback_query is None:
            return
        task = asyncio.create_task(self._answer(update.callback_query, toast))
        self.acknowledging.add(task)
        task.add_done_callback(self.acknowledging.discard)

    async def _answer(self, query: CallbackQuery, toast: str) -> None:
        try:
            await query.answer(toast or None)
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


async def _unknown_command(registry: Registry, name: str, context: BotContext) -> None:
    is_admin = context.person.is_admin
    usable = registry.everyones_commands + (registry.admins_commands if is_admin else [])
    context.reply(unknown_command(context.texts, name, usable))


async def _edited_part(context: BotContext) -> None:
    context.say("chat_edited_part")


async def _unknown_button(context: BotContext) -> None:
    raise ButtonGone
