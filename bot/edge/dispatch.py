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

from telegram import Chat, ChatMember, Update
from telegram.error import TelegramError
from telegram.ext import Application

from bot.delivery import sound_updates
from bot.delivery.commands import command_in
from bot.delivery.inbox_store import InboxRow
from bot.delivery.lanes import MOST_WAITING, Work
from bot.delivery.screen import NO_BUTTONS, Screen, plain
from bot.edge.away import tell_first, word, word_key
from bot.edge.context import BotContext, Delivery
from bot.edge.core import Core
from bot.edge.feature import ANYTHING, Around, Handler
from bot.edge.guards import QUIET_S
from bot.edge.menus import Menus
from bot.edge.press_answers import PressAnswer
from bot.edge.registry import Registry
from bot.edge.suggestions import unknown_command
from bot.errors import (
    ButtonGone,
    DailyBudgetReached,
    DailyBudgetSpent,
    DailyLimitReached,
    Incident,
    ScreenReplaced,
    TooLate,
    UserError,
)
from bot.storage.database import Transaction
from bot.texts import Texts, unmarked

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
    answering: "set[asyncio.Task[bool]]" = field(init=False, default_factory=set)
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
        await tell_first(context)
        try:
            await self._call(await self._handler(context) or _unhandled, context)
        finally:
            context.press_answer.end()
        if context.place.startswith("/") and not context.is_edit:
            for after_command in self.registry.after_command:
                await after_command(context)
        return self._work(context)

    async def apologise(self, row: InboxRow, incident: str) -> Work:
        """The message for an update that failed at every try."""
        current = await self.core.inbox.head(row.chat_id, row.lane) or row
        update = self._parse(current)
        if update is None or update.effective_user is None:
            return _nothing
        context = await self._context(current, update, is_replay=True)
        await self._call(partial(_give_up, incident), context)
        return context.commit

    async def turn_away(self, row: InboxRow) -> Work:
        """The message for a chat whose lane is full, once per minute."""
        update = self._parse(row)
        if update is None or update.effective_user is None:
            return _nothing
        context = await self._context(row, update, is_replay=False)
        context.press_answer.end()
        await self._call(_turn_away, context)
        return context.commit

    async def _handler(self, context: BotContext) -> Handler | None:
        """The handler of the update; None: no handler takes it."""
        registry, place = self.registry, context.place
        if not context.person.is_admitted:
            return registry.outside.get(place) or registry.outside.get(ANYTHING)
        if context.is_edit and await context.is_part():
            return _edited_part
        if place in registry.costly and context.is_late:
            return _late
        if place.startswith("/") and not context.brings_dataset:
            return self._command(context, place.removeprefix("/"))
        if not (context.is_new or context.is_edit):
            return await self._press(context)
        return next((handler for fits, handler in registry.messages if fits(context)), None)

    async def _press(self, context: BotContext) -> Handler:
        chat_id, message_id = context.row.chat_id, context.message_id
        if message_id and await self.core.outbox.is_replaced(chat_id, message_id):
            return _replaced_screen
        return self.registry.presses.get(context.place, _unknown_button)

    def _command(self, context: BotContext, name: str) -> Handler:
        command = command_in(context.text)
        is_ours = command is None or command.bot in ("", context.bot.username.lower())
        handler = self.registry.commands.get(name) if is_ours else None
        return handler or partial(_unknown_command, self.registry, name)

    async def _call(self, handler: Handler, context: BotContext) -> None:
        _logger.debug("Update %s is for %s", context.request_id, _name(handler))
        for around in reversed(self.registry.arounds):
            handler = _within(around, handler)
        try:
            await handler(context)
        except UserError as exc:
            _logger.info("Update %s: %s", context.request_id, exc.key)
            context.forget()
            screen, place = refusal(context.texts, exc), context.frame_message_id
            key = None
            if not (place or exc.stays) and await context.toast(unmarked(screen.text)):
                if exc.closes and context.message_id:
                    context.reply(NO_BUTTONS, edit_id=context.message_id)
                return
            if context.row.is_late and context.press_answer.is_asked and not exc.stays:
                screen, key = word(context, asks=False, leaves=True), word_key(context)
            context.reply(screen, edit_id=place, is_unsure=context.is_replay, key=key)

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
            press_answer=PressAnswer(update.callback_query, self.answering),
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

    async def _leave(self, update: Update, chat: Chat) -> None:
        member = update.my_chat_member
        if member is not None and member.new_chat_member.status in _GONE:
            return
        texts = self.core.texts(self.core.settings.language)
        try:
            if chat.type != Chat.CHANNEL:
                await chat.send_message(texts.plain("door_group"))
            await chat.leave()
        except TelegramError as exc:  # the group's next message is another try
            _logger.info("Chat %s was left already, or could not be: %s", chat.id, exc)

    def _parse(self, row: InboxRow) -> Update | None:
        try:
            payload = json.loads(row.payload)
            sound_updates.check(payload)
            return Update.de_json(payload, self.application.bot)
        except Exception as exc:  # only this update is broken
            _logger.error("Update %s can't be parsed (%s); left aside", row.id, type(exc).__name__)
            return None


def refusal(texts: Texts, error: UserError) -> Screen:
    """The message for *error*."""
    params: dict[str, Any] = dict(error.params)
    if isinstance(error, DailyBudgetReached):
        params |= {name: texts.money(params[name]) for name in ("spent", "budget")}
    if isinstance(error, DailyLimitReached | DailyBudgetSpent | DailyBudgetReached):
        name = str(texts.timezone)
        is_moscow = name == "Europe/Moscow"
        params["zone"] = texts("zone_moscow") if is_moscow else texts("zone_other", zone=name)
    return plain(texts, error.key, **params)


async def _nothing(tx: Transaction) -> None:
    """The work of an update that changes nothing."""


def _name(handler: Handler) -> str:
    """Its representation would show all that its feature holds: megabytes."""
    function = handler.func if isinstance(handler, partial) else handler
    return getattr(function, "__qualname__", type(function).__name__)


def _within(around: Around, handler: Handler) -> Handler:
    async def handle(context: BotContext) -> None:
        await around(context, handler)

    return handle


async def _unhandled(context: BotContext) -> None:
    """The handler of an update that no feature takes."""


async def _give_up(incident: str, context: BotContext) -> None:
    raise Incident(incident=incident)


async def _turn_away(context: BotContext) -> None:
    if context.person.is_admitted:
        context.reply(
            plain(context.texts, "door_busy", limit=MOST_WAITING),
            key=f"busy:{context.row.chat_id}:{int(time.time()) // QUIET_S}",
        )


async def _unknown_command(registry: Registry, name: str, context: BotContext) -> None:
    is_admin = context.person.is_admin
    usable = registry.everyones_commands + (registry.admins_commands if is_admin else [])
    context.reply(unknown_command(context.texts, name, usable))


async def _edited_part(context: BotContext) -> None:
    context.say("chat_edited_part")


async def _replaced_screen(context: BotContext) -> None:
    raise ScreenReplaced


async def _late(context: BotContext) -> None:
    raise TooLate


async def _unknown_button(context: BotContext) -> None:
    raise ButtonGone
