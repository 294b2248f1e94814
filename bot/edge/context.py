"""`BotContext`: what every handler gets, and where it collects replies and changes."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from telegram import Update
from telegram.ext import CallbackContext, ExtBot

from bot.delivery.absence import LATE_S
from bot.delivery.commands import place_of
from bot.delivery.inbox_store import InboxRow
from bot.delivery.messages import Said, is_file, is_forward, new_or_edited, said_in
from bot.delivery.outbox import Outbox
from bot.delivery.outbox_store import reply_key
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.screen import Screen, plain
from bot.delivery.streaming import StreamedAnswer
from bot.delivery.typing import Typing
from bot.domain import JsonDict
from bot.domain.models import Topic
from bot.domain.people import Person, Urgency
from bot.domain.typed import words_of
from bot.edge.buttons import Press, parse
from bot.edge.core import Core
from bot.edge.menus import Menus
from bot.edge.press_answers import PressAnswer
from bot.storage.database import Transaction
from bot.texts import unmarked

Effect = Callable[[Transaction], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How answers reach Telegram."""

    poster: Poster
    rate_limits: RateLimits
    outbox: Outbox


class BotContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """One update that is being handled: the person, their language, and the collected effects.

    After the handler has returned, one transaction stores the effects and replies and marks the
    update as done. A handler that fails changes nothing.
    """

    def __init__(
        self,
        application: Any,
        *,
        core: Core,
        delivery: Delivery,
        menus: Menus,
        row: InboxRow,
        update: Update,
        person: Person,
        is_replay: bool,
        press_answer: PressAnswer,
    ) -> None:
        super().__init__(application, chat_id=row.chat_id, user_id=person.id)
        self._core = core
        self._delivery = delivery
        self._menus = menus
        self.row = row
        self.current_update = update
        self._update: JsonDict = json.loads(row.payload)
        parts = [self._update, *map(json.loads, row.parts)]
        self._messages = [message for part in parts if (message := new_or_edited(part))]
        self.person = person
        self.texts = core.texts_for(person)
        self.is_replay = is_replay
        self._effects: list[Effect] = []
        self._last_effects: list[Effect] = []
        self._n_replies = 0
        self._frames: StreamedAnswer | None = None
        self._earlier_answer_id: int | None = None
        self.press_answer = press_answer

    @property
    def request_id(self) -> int:
        """The id of this update, stored with everything that it changes."""
        return self.row.id

    @cached_property
    def place(self) -> str:
        """The `/command` or the button's `feature:action`; empty for anything else."""
        return place_of(self._update)

    @cached_property
    def said(self) -> Said:
        """What the person says, in all parts of the message; nothing when a button is pressed."""
        return said_in(self._messages)

    @property
    def forwards(self) -> list[JsonDict]:
        """Those of its messages that somebody else wrote, or the person at another moment."""
        return [message for message in self._messages if is_forward(message)]

    @property
    def text(self) -> str:
        """The words of the message; empty when it has none."""
        return self.said.words

    @property
    def words(self) -> list[str]:
        """The words after the command."""
        return words_of(self.text)[1:]

    @property
    def is_new(self) -> bool:
        """Whether the person has written, and not edited or pressed something."""
        return isinstance(self._update.get("message"), dict)

    @property
    def is_edit(self) -> bool:
        """Whether the person has edited a message."""
        return bool(self._messages) and not self.is_new

    @property
    def brings_dataset(self) -> bool:
        """Whether an admin has sent a file, or changed its caption, whatever that says."""
        return self.person.is_admin and any(map(is_file, self._messages))

    async def is_part(self) -> bool:
        """Whether the edited message was taken together with others, except in an album.

        Of an album's messages only one has words, so these are still the whole.
        """
        if "media_group_id" in self._messages[0]:
            return False
        return await self._core.inbox.was_joined(self.row.chat_id, self.said.message_id)

    @property
    def message_id(self) -> int | None:
        """The message that was written or edited, or under which a button was pressed."""
        if self._messages:
            return self.said.message_id
        message = self.current_update.effective_message
        return message.message_id if message else None

    @property
    def thread_id(self) -> int | None:
        """The topic of a private chat where the person is; None: outside of topics."""
        message = self.current_update.effective_message
        return getattr(message, "message_thread_id", None)

    @property
    def topic(self) -> Topic:
        """Whose conversation goes on here."""
        message = self.current_update.effective_message
        is_topic = getattr(message, "is_topic_message", None)
        return Topic(self.row.chat_id, (self.thread_id or 0) if is_topic else 0)

    @property
    def is_late(self) -> bool:
        """Whether it was made, or has waited here, so long that it may not be wanted any more."""
        waited_s = time.time() - self.row.received_at
        return self.row.is_late or (self.press_answer.is_asked and waited_s > LATE_S)

    @property
    def press(self) -> Press:
        """The button that was pressed."""
        query = self.current_update.callback_query
        return parse((query.data if query else None) or "")

    @property
    def rings(self) -> bool:
        """Whether answers come with a sound, because the person wants to hear everything."""
        return self.person.rings_from is Urgency.ROUTINE

    def also(self, effect: Effect) -> None:
        """Run *effect* in the transaction that marks the update as done."""
        self._effects.append(effect)

    def at_last(self, effect: Effect) -> None:
        """The same, but after all other effects: what it says is said last."""
        self._last_effects.append(effect)

    def reply(
        self,
        screen: Screen,
        *,
        edit_id: int | None = None,
        is_unsure: bool = False,
        key: str | None = None,
    ) -> str:
        """Answer with a new message, or by editing one; once per *key*, which is returned.

        Args:
            screen: What to show.
            edit_id: The message that will show it; None: a new one.
            is_unsure: The chat may already have a message with a part of this answer.
            key: Identifies a message that must be sent only once; None: one of this update.
        """
        key = key or reply_key(self.row.id, self._n_replies)
        payload = replace(screen, thread_id=self.thread_id, rings=self.rings).to_json()
        self._n_replies += 1
        self.also(
            lambda tx: self._core.outbox.post(
                tx,
                self.row.chat_id,
                key=key,
                payload=payload,
                now=int(time.time()),
                edit_id=edit_id,
                floor_id=self.row.floor_id,
                is_unsure=is_unsure,
            )
        )
        return key

    async def post_now(self, screen: Screen, *, key: str) -> None:
        """Say something before the update is done, in a new message; once per *key*."""
        row, outbox, now = self.row, self._core.outbox, int(time.time())
        payload = replace(screen, thread_id=self.thread_id).to_json()
        await self._core.database.write(
            lambda tx: outbox.post(
                tx, row.chat_id, key=key, payload=payload, now=now, floor_id=row.floor_id
            )
        )

    def show(self, screen: Screen, *, key: str | None = None) -> None:
        """Answer a button in its own message, anything else with a new one; once per *key*."""
        query = self.current_update.callback_query
        edit_id = query.message.message_id if query and query.message else None
        self.reply(screen, edit_id=edit_id, key=key)

    def say(self, key: str, /, **params: object) -> None:
        """Answer with a sentence, as a new message."""
        self.reply(plain(self.texts, key, **params))

    def say_here(self, key: str, /, **params: object) -> None:
        """Answer a button with a sentence in its own message, anything else with a new one."""
        self.show(plain(self.texts, key, **params))

    async def toast(self, text: str) -> bool:
        """Answer a press with plain text above the chat, which adds no message.

        False: nothing was pressed, or that long ago, or the text is too long. Say it otherwise.
        """
        return await self.press_answer.say(text)

    async def say_above(self, key: str, /, **params: object) -> None:
        """Answer a press that changes nothing: above the chat, else with a new message."""
        if not await self.toast(unmarked(self.texts(key, **params))):
            self.say(key, **params)

    def frames(
        self, place: int | None = None, *, shows_earlier_answer: bool = False
    ) -> StreamedAnswer:
        """Show an answer while it grows, in the message *place*; None: in a new one.

        If that *shows_earlier_answer*, it keeps the earlier answer until the new one is complete.
        """
        core, delivery = self._core, self._delivery
        self._earlier_answer_id = place if shows_earlier_answer else None

        async def remember(message_id: int) -> None:
            await core.database.write(lambda tx: core.inbox.set_frame(tx, self.row.id, message_id))

        self._frames = StreamedAnswer(
            delivery.poster,
            delivery.rate_limits,
            chat_id=self.row.chat_id,
            floor_id=self.row.floor_id,
            message_id=self.row.frame_message_id or place,
            is_unsure=self.is_replay,
            is_blocked=lambda: delivery.outbox.has_waiting(self.row.chat_id),
            on_first=remember,
            thread_id=self.thread_id,
            rings=self.rings,
        )
        return self._frames

    @property
    def frame_message_id(self) -> int | None:
        """The message that shows a part of the new answer; None: it may show an earlier answer."""
        found = self._frames.message_id if self._frames else self.row.frame_message_id
        return None if found == self._earlier_answer_id else found

    def typing(self) -> Typing:
        """Show "typing…" until it is stopped, or during a `with` block."""
        return Typing(self.bot, self.row.chat_id, self.thread_id)

    async def publish_menu(self, person: Person) -> None:
        """Set the command menu of the person's chat, in their language."""
        await self._menus.publish_for(self.bot, person)

    async def commit(self, tx: Transaction) -> None:
        """Run the collected effects, inside the transaction that marks the update as done."""
        for effect in [*self._effects, *self._last_effects]:
            await effect(tx)

    def forget(self) -> None:
        """Drop the collected effects, because the handler failed."""
        self._effects.clear()
        self._last_effects.clear()
        self._n_replies = 0
