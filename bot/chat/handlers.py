"""Questions to the serving model, /new, /retry, and the buttons under answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from bot.access.outside_views import STARTERS
from bot.chat import failure_views, views
from bot.chat.answering import Answering
from bot.chat.chat import Chat
from bot.chat.generations import Generations
from bot.delivery.inbox_store import InboxStore
from bot.delivery.messages import Quote, Unread, below_quote
from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen, plain
from bot.domain import JsonDict
from bot.domain.models import PastTurn
from bot.edge.context import BotContext
from bot.errors import ButtonGone, NotTheLastAnswer
from bot.serving.store import ModelStore
from bot.texts import Texts, cut

QUOTE_UNITS: Final = 400
"""UTF-16 units of another message that go along with a question."""
LOOKS: Final = 100
"""How often an answer looks whether the question above it is in the chat by now."""
LOOK_EVERY_S: Final = 0.05

Takes = Callable[[BotContext], Awaitable[bool]]
"""Handles a message if it is for another feature; returns whether it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatHandlers:
    """What people do in a conversation."""

    chat: Chat
    answering: Answering
    generations: Generations
    inbox: InboxStore
    outbox: OutboxStore
    models: ModelStore
    takes_text: list[Takes] = field(default_factory=list)
    """Features that are asked first, in this order, when a text comes."""
    takes_edited: list[Takes] = field(default_factory=list)
    """The same for an edited text."""

    async def ask(self, context: BotContext) -> None:
        """Any words are a question, unless another feature takes them."""
        if not await _is_taken(context, self.takes_text):
            text = await self._question(context)
            await self.answering.answer(context, text, message_id=_message_id(context))
        if context.said.unread is not None:
            context.say("unread_beside")

    async def ask_starter(self, context: BotContext) -> None:
        """A question of the welcome: say that it is asked, and ask it. A double tap asks once."""
        theme, texts = context.press.id, context.texts
        if theme not in STARTERS:
            raise ButtonGone
        question = texts.plain(f"button_starter_{theme}")
        last = await self.chat.conversations.last_turn(context.topic)
        if last is not None and last.turn.user_text == question:
            await context.toast(texts.plain("starter_asked"))
            return
        shown_in = await self._shown(context, plain(texts, "starter", question=question))
        await self.answering.answer(context, question, message_id=shown_in)

    async def ask_as_edited(self, context: BotContext) -> None:
        """Ask an edited question again if it is the last one, or if it has no answer.

        The bot ignores edits of older questions: the conversation has gone on.
        """
        if await _is_taken(context, self.takes_edited):
            return
        chat, message_id = self.chat, _message_id(context)
        last = await chat.conversations.last_turn(context.topic)
        if last is not None and last.turn.question_id == message_id:
            text = await self._question(context, before=last.id)
            if last.turn.user_text != text:
                shown_in = await self.outbox.place_of(last.request_id)
                await self._answer_instead(context, last, text, place=shown_in)
        elif await chat.is_unanswered(context.topic, message_id):
            text = await self._question(context)
            await self.answering.answer(context, text, message_id=message_id)

    async def retry(self, context: BotContext) -> None:
        """/retry: another answer to the last question, or its first, as a new message."""
        left = await self.chat.conversations.open_question(context.topic)
        if left is not None:
            await self.answering.answer(context, left.text, message_id=left.message_id)
            return
        last = await self.chat.last_turn(context.topic)
        await self._answer_instead(context, last, last.turn.user_text, place=None)

    async def retry_here(self, context: BotContext) -> None:
        """🔁: another answer, in the message with the button. A double tap asks once."""
        request_id, place = context.press.number, _message_id(context)
        try:
            last = await self.chat.last_turn(context.topic, request_id)
        except NotTheLastAnswer:
            newer = await self.chat.conversations.replacement(request_id)
            if newer is not None and await self.outbox.place_of(newer) == place:
                return
            raise
        await self._answer_instead(context, last, last.turn.user_text, place=place)

    async def ask_again(self, context: BotContext) -> None:
        """🔁 where no answer came, or only a part: answer in the same message, or in a new one.

        A double tap asks once.
        """
        chat = self.chat
        left = await chat.conversations.open_question(context.topic)
        if left is not None and left.message_id == context.press.number:
            place = _message_id(context) if context.press.action == "repeat" else None
            await self.answering.answer(context, left.text, message_id=left.message_id, place=place)
            return
        last = await chat.conversations.last_turn(context.topic)
        if last is None or last.turn.question_id != context.press.number:
            raise NotTheLastAnswer

    async def go_on(self, context: BotContext) -> None:
        """«Дальше»: the rest of an answer that was cut by length. A double tap asks once."""
        request_id, part = context.press.numbers(2)
        await self.answering.go_on(context, request_id, part)

    async def stop(self, context: BotContext) -> None:
        """⏹: end the answer; the part that came becomes the answer."""
        request_id, chat_id = context.press.number, context.row.chat_id
        if await self.inbox.is_open(request_id, chat_id):
            self.generations.stop(chat_id, request_id)
        else:
            await context.toast(context.texts.plain("chat_stop_late"))

    async def start_new(self, context: BotContext) -> None:
        """/new: the model will not see the topic's earlier conversation any more."""
        context.also(lambda tx: self.chat.start_new(tx, context.topic))
        context.say("chat_new")

    async def accept_new(self, context: BotContext) -> None:
        """The button after a long silence, which does the same; once for a double tap."""
        if await self.chat.conversations.last_turn(context.topic) is not None:
            await self.start_new(context)

    async def not_text(self, context: BotContext) -> None:
        """A picture or a voice message without words: say what to do instead.

        Once an hour in each topic.
        """
        kind, hour = context.said.unread or Unread.OTHER, int(time.time()) // 3600
        screen, topic = plain(context.texts, f"unread_{kind.value}"), context.topic
        key = f"unread:{kind.value}:{topic.chat_id}:{topic.thread_id}:{hour}"
        context.reply(screen, key=key)

    async def model_gone(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The notification that the serving model is gone, with the model that replaces it."""
        gone = await self.models.get(payload["gone_id"])
        successor = await self.models.get(payload["successor_id"] or 0)
        return failure_views.gone(texts, gone, successor) if gone else None

    async def _shown(self, context: BotContext, screen: Screen) -> int | None:
        """Post it before the update is done, once; the message's id, if it is soon known."""
        key = f"starter:{context.request_id}"
        await context.post_now(screen, key=key)
        for _ in range(LOOKS):
            if (message_id := await self.outbox.message_of(key)) is not None:
                return message_id
            await asyncio.sleep(LOOK_EVERY_S)
        return None

    async def _question(self, context: BotContext, before: int | None = None) -> str:
        """The person's words, below those that they answer to or send along.

        *before*: the turn that the question is in already; None: it is a new one.
        """
        said, quote = context.said, context.said.quote
        if said.forwarded:
            return below_quote(said.words, said.forwarded)
        if quote is None or (not quote.is_fragment and await self._is_last(context, quote, before)):
            return said.words
        return below_quote(said.words, cut(quote.text, QUOTE_UNITS))

    async def _is_last(self, context: BotContext, quote: Quote, before: int | None) -> bool:
        """Whether the message is of the last turn, which the model is shown anyway."""
        turns = await self.chat.conversations.recent_turns(context.topic, limit=1, before=before)
        for past in turns:
            place = await self.outbox.place_of(past.request_id)
            return quote.message_id in (past.turn.question_id, place)
        return False

    async def _answer_instead(
        self, context: BotContext, last: PastTurn, text: str, *, place: int | None
    ) -> None:
        """Answer once more; at *place* only if the old answer is one message."""
        is_one = last.n_parts == len(views.whole(context.texts, last.turn.assistant_text)) == 1
        await self.answering.answer(
            context,
            text,
            message_id=last.turn.question_id,
            replaces=last,
            place=place if is_one else None,
        )


async def _is_taken(context: BotContext, takers: list[Takes]) -> bool:
    for takes in takers:
        if await takes(context):
            return True
    return False


def _message_id(context: BotContext) -> int:
    assert context.message_id is not None
    return context.message_id
