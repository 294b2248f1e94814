"""The door: every kind of update comes through here.

Nothing gets past it unless the person is admitted; for people outside there are the few handlers
of `strangers`.
"""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram import Chat, ChatMember, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import Application, BaseHandler

from bot.access import strangers
from bot.delivery.inbox_store import InboxRow
from bot.delivery.lanes import MOST_WAITING, Work
from bot.delivery.routing import STOP
from bot.edge.context import BotContext, Services
from bot.edge.guards import QUIET_S
from bot.errors import UserError
from bot.ratings import handlers as feedback
from bot.storage.database import Transaction
from bot.welcome import views

_GONE = (ChatMember.LEFT, ChatMember.BANNED)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets an update in, finds its handler, and gathers what shall happen."""

    application: "Application[Any, BotContext, Any, Any, Any, Any]"
    services: Services
    handlers: list[BaseHandler[Any, BotContext, Any]]
    """For who is admitted."""
    outside: list[BaseHandler[Any, BotContext, Any]] = field(default_factory=strangers.handlers)
    """For everybody else."""

    async def handle(self, row: InboxRow, *, is_replay: bool) -> Work:
        """What the update changes; `UserError`s are answers, everything else travels on."""
        update = self._parse(row)
        if update is None or update.effective_chat is None or update.effective_user is None:
            return _nothing
        if update.effective_chat.type != Chat.PRIVATE:
            await self._leave(update, update.effective_chat)
            return _nothing
        if update.my_chat_member is not None:
            return self._membership(row, update)
        context = await self._context(row, update, is_replay=is_replay)
        if row.lane != STOP:  # which must not wait for Telegram
            await self._acknowledge(update)
        handlers = self.handlers if context.person.is_admitted else self.outside
        await self._dispatch(update, context, handlers)
        await feedback.leave_off_at_command(update, context)
        if row.lane == STOP:
            await self._acknowledge(update, context.toast)
        return self._work(context)

    async def apologise(self, row: InboxRow, incident: str) -> Work:
        """The word for an update that failed again and again."""
        current = await self.services.inbox.head(row.chat_id, row.lane) or row
        update = self._parse(current)
        if update is None or update.effective_user is None:
            return _nothing
        context = await self._context(current, update, is_replay=True)
        context.reply(
            views.plain(context.texts, "error_incident", incident=incident),
            edit_id=current.frame_message_id,
            is_unsure=True,
        )
        return context.commit

    async def turn_away(self, row: InboxRow) -> Work:
        """The word for a chat whose lane is full; not repeated for every message."""
        update = self._parse(row)
        if update is None or update.effective_user is None:
            return _nothing
        context = await self._context(row, update, is_replay=False)
        if context.person.is_admitted:
            context.reply(
                views.plain(context.texts, "door_busy", limit=MOST_WAITING),
                key=f"busy:{row.chat_id}:{int(time.time()) // QUIET_S}",
            )
        return context.commit

    async def _dispatch(
        self,
        update: Update,
        context: BotContext,
        handlers: Sequence[BaseHandler[Any, BotContext, Any]],
    ) -> None:
        for handler in handlers:
            check = handler.check_update(update)
            if check is None or check is False:
                continue
            _logger.debug("Update %s is for %s", context.request_id, handler.callback.__name__)
            try:
                await handler.handle_update(update, self.application, check, context)
            except UserError as exc:
                _logger.info("Update %s: %s", context.request_id, exc.key)
                context.forget()
                context.reply(
                    views.refusal(context.texts, exc),
                    edit_id=context.frame_message_id,
                    is_unsure=context.is_replay,
                )
            return

    async def _context(self, row: InboxRow, update: Update, *, is_replay: bool) -> BotContext:
        user = update.effective_user
        assert user is not None
        person = await self.services.people.who(
            user.id, name=user.first_name, telegram_language=user.language_code
        )
        return BotContext(
            self.application,
            services=self.services,
            row=row,
            update=update,
            person=person,
            is_replay=is_replay,
        )

    def _work(self, context: BotContext) -> Work:
        services = self.services

        async def work(tx: Transaction) -> None:
            await services.people.saw(tx, context.person)
            if context.person.is_admitted and not await services.people.is_admitted(
                tx, context.person.id
            ):
                self._turn_out(context)
            await services.outbox.unpark(tx, context.row.chat_id)
            await context.commit(tx)

        return work

    def _turn_out(self, context: BotContext) -> None:
        """They were removed while this was at work: nothing comes of it, not even an answer."""
        context.forget()
        context.reply(
            views.plain(context.texts, "door_removed"),
            edit_id=context.frame_message_id,
            is_unsure=context.is_replay,
        )

    def _membership(self, row: InboxRow, update: Update) -> Work:
        assert update.my_chat_member is not None
        outbox = self.services.outbox
        if update.my_chat_member.new_chat_member.status in _GONE:
            return lambda tx: outbox.park(tx, row.chat_id)
        return lambda tx: outbox.unpark(tx, row.chat_id)

    async def _acknowledge(self, update: Update, toast: str = "") -> None:
        """Take the waiting sign off a pressed button; too late for that is no harm."""
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
        texts = self.services.texts(self.services.settings.language)
        try:
            if chat.type != Chat.CHANNEL:
                await chat.send_message(texts.plain("door_group"))
            await chat.leave()
        except (Forbidden, BadRequest) as exc:
            _logger.info("Chat %s was left already, or does not let us speak: %s", chat.id, exc)

    def _parse(self, row: InboxRow) -> Update | None:
        try:
            return Update.de_json(json.loads(row.payload), self.application.bot)
        except Exception as exc:  # whatever is wrong with it, it is this update
            _logger.error("Update %s can't be parsed (%s); left aside", row.id, type(exc).__name__)
            return None


async def _nothing(tx: Transaction) -> None:
    """An update that changes nothing."""
