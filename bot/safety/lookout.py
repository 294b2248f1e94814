"""Looks at what people write, by rules, before anything else happens with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from bot.delivery.inbox_store import InboxRow
from bot.delivery.lanes import Work
from bot.delivery.messages import integer, is_file, is_forward, words_of
from bot.delivery.outbox_store import OutboxStore
from bot.domain import JsonDict
from bot.domain.people import Person
from bot.edge.people import People
from bot.safety.cards import CARD_EVERY_S, Cards, card_key
from bot.safety.danger import danger_in
from bot.safety.entities import Danger, Mark
from bot.safety.notes import Notes
from bot.safety.store import DangerStore
from bot.storage.database import Database, Transaction

_SHORT: Final = 500
"""Characters."""
IsWork = Callable[[Person, JsonDict], Awaitable[bool]]
"""(person, message) -> whether an admin writes it for the training, and not of themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Finds messages of people in danger, marks them, and sends the card."""

    database: Database
    store: DangerStore
    outbox: OutboxStore
    people: People
    cards: Cards
    notes: Notes
    is_work: list[IsWork] = field(default_factory=list)
    """Features that know what admins write for the training."""

    async def start(self) -> None:
        """Read the rules, which takes up to a second, before the first message comes."""
        await asyncio.to_thread(danger_in, "")

    async def look(self, row: InboxRow) -> Work | None:
        """The mark and the card for an update, to be stored with it, so that they leave at once."""
        message = row.written
        danger = await _danger_in(words_of(message)) if _is_of_a_person(message) else None
        if danger is None:
            return None
        sender = message["from"]
        person = await self.people.who(
            integer(sender, "id"),
            name=str(sender.get("first_name") or ""),
            telegram_language=str(sender.get("language_code") or ""),
        )
        if await self._is_work(person, message):
            return None
        thread_id = integer(message, "message_thread_id") or None
        mark = _mark(row, integer(message, "message_id"), danger)
        return partial(self._take, mark=mark, person=person, thread_id=thread_id)

    async def join(
        self, row: InboxRow, person: Person, text: str, *, message_id: int, thread_id: int | None
    ) -> Mark | None:
        """The mark of a message in several parts: the gravest of the whole and of each part."""
        found = [await self.store.of(each) for each in (row.id, *row.part_ids)]
        marks = list(filter(None, found))
        whole = await _danger_in(text)
        if whole is not None and not await self._is_work(person, row.written):
            marks.insert(0, _mark(row, message_id, whole))
        if not marks:
            return None
        gravest = max(marks, key=lambda mark: mark.danger.grade)
        cards = [mark.card_id for mark in marks if mark.card_id is not None]
        mark = replace(
            gravest, request_id=row.id, message_id=message_id, card_id=max(cards, default=None)
        )

        async def work(tx: Transaction) -> None:
            await self._take(tx, mark, person, thread_id=thread_id)
            await self.store.drop(tx, row.part_ids)

        await self.database.write(work)
        return await self.store.of(row.id)

    async def _take(
        self, tx: Transaction, mark: Mark, person: Person, *, thread_id: int | None
    ) -> None:
        """Store the mark; send the card unless there was one lately that is as grave."""
        since = mark.created_at - CARD_EVERY_S
        shown = await self.store.card_grade(tx, mark.chat_id, since=since)
        has_new_card = shown is None or mark.danger.grade > shown
        if has_new_card:
            mark = replace(mark, card_id=mark.request_id)
            screen = replace(self.cards.card(person, mark), thread_id=thread_id)
            await self.outbox.post(
                tx,
                mark.chat_id,
                key=card_key(mark.request_id),
                payload=screen.to_json(),
                now=mark.created_at,
            )
        await self.store.add(tx, mark)
        await self.notes.tell(tx, mark)
        self.people.hurry(person.id)

    async def _is_work(self, person: Person, message: JsonDict) -> bool:
        """Whether an admin trains the model with it: by a file, a forward or a correction."""
        if not person.is_admin:
            return False
        if is_file(message) or is_forward(message):
            return True
        return any([await is_work(person, message) for is_work in self.is_work])


async def _danger_in(text: str) -> Danger | None:
    """Long texts in a thread, so that other chats go on: a page takes some milliseconds."""
    if len(text) <= _SHORT:
        return danger_in(text)
    return await asyncio.to_thread(danger_in, text)


def _is_of_a_person(message: JsonDict) -> bool:
    """Whether a person wrote it, alone with the bot."""
    chat, sender = message.get("chat"), message.get("from")
    is_private = isinstance(chat, dict) and chat.get("type") == "private"
    return is_private and isinstance(sender, dict) and not sender.get("is_bot")


def _mark(row: InboxRow, message_id: int, danger: Danger) -> Mark:
    return Mark(
        request_id=row.id,
        person_id=row.chat_id,
        chat_id=row.chat_id,
        message_id=message_id,
        danger=danger,
        card_id=None,
        created_at=int(time.time()),
    )
