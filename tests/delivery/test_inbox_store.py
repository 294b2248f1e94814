"""Updates wait in order of arrival, each once, until they are answered."""

import json
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.delivery.chats_store import newest_message_id, saw_message
from bot.delivery.inbox_store import BUSY, InboxRow, InboxStore, Incoming
from bot.delivery.outbox_store import OutboxStore
from bot.storage.database import Database
from tests.blank import open_blank
from tests.rows import update_of

BOT = 77


@pytest.fixture
def inbox(database: Database) -> InboxStore:
    return InboxStore(database)


@pytest_asyncio.fixture
async def other(tmp_path: Path) -> AsyncIterator[Database]:
    """A second database."""
    opened = await open_blank(tmp_path / "other.sqlite3")
    yield opened
    await opened.close()


async def add(
    database: Database,
    inbox: InboxStore,
    *updates: Incoming,
    bot_id: int = BOT,
    most_waiting: int = 100,
):
    return await database.write(
        lambda tx: inbox.add(tx, bot_id, updates, now=100, most_waiting=most_waiting)
    )


async def head(inbox: InboxStore, chat_id: int = 5, lane: str = "talk") -> InboxRow:
    row = await inbox.head(chat_id, lane)
    assert row is not None
    return row


async def done(database: Database, inbox: InboxStore, row: InboxRow, **how: bool) -> None:
    await database.write(lambda tx: inbox.done(tx, [row.id], now=200, **how))


async def drained(database: Database, inbox: InboxStore, chat_id: int, lane: str) -> list[str]:
    """What the lane held, in the order in which it comes out."""
    payloads = []
    while (row := await inbox.head(chat_id, lane)) is not None:
        payloads.append(row.payload)
        await done(database, inbox, row)
    return payloads


def payloads(updates: Sequence[Incoming | InboxRow]) -> list[str]:
    return [update.payload for update in updates]


async def test_updates_come_out_as_they_came_in(database: Database, inbox: InboxStore):
    """In the order of arrival, whatever their ids; each lane for itself."""
    rng = random.Random(1)
    ids = rng.sample(range(1, 1000), 60)
    updates = [update_of(n, chat_id=n % 3, lane=rng.choice(["talk", "desk"])) for n in ids]
    for start in range(0, 60, 7):
        await add(database, inbox, *updates[start : start + 7])

    for chat_id in range(3):
        for lane in ("talk", "desk"):
            expected = [u.payload for u in updates if (u.chat_id, u.lane) == (chat_id, lane)]
            assert await drained(database, inbox, chat_id, lane) == expected
    assert await inbox.waiting() == []


async def test_update_that_is_known_is_not_stored_again(database: Database, inbox: InboxStore):
    """Telegram hands over again what it could not be told of; done is done."""
    added = await add(database, inbox, update_of(1), update_of(2), update_of(1))
    assert payloads(added) == payloads([update_of(1), update_of(2)])
    await done(database, inbox, await head(inbox))

    added = await add(database, inbox, update_of(1), update_of(2), update_of(3))
    assert payloads(added) == payloads([update_of(3)])
    assert len(await drained(database, inbox, 5, "talk")) == 2


async def test_another_bot_has_ids_of_its_own(database: Database, inbox: InboxStore):
    """With a new token the same update id is another update."""
    await add(database, inbox, update_of(1))

    added = await add(database, inbox, update_of(1), bot_id=78)
    assert payloads(added) == payloads([update_of(1)])
    assert len(await drained(database, inbox, 5, "talk")) == 2


async def test_lanes_with_something_to_do_are_known(database: Database, inbox: InboxStore):
    await add(database, inbox, update_of(1, 5), update_of(2, 6), update_of(3, 5, "desk"))
    await add(database, inbox, update_of(4, 5))
    await done(database, inbox, await head(inbox, 6))

    assert await inbox.waiting() == [(5, "talk"), (5, "desk")]


async def test_what_comes_when_a_lane_is_full_is_busy(database: Database, inbox: InboxStore):
    """One at work, three that wait: then it is full, until one is done. Others have room."""
    batch = [*(update_of(n) for n in range(6)), update_of(10, 6), update_of(11, 5, "desk")]

    new = await add(database, inbox, *batch, most_waiting=3)

    assert [update.lane for update in new] == [*["talk"] * 4, *[BUSY] * 2, "talk", "desk"]
    assert (await head(inbox, 5, BUSY)).payload == update_of(4).payload
    await done(database, inbox, await head(inbox))
    (later,) = await add(database, inbox, update_of(12), most_waiting=3)
    assert later.lane == "talk"


async def test_a_batch_is_stored_as_its_updates_one_by_one(
    database: Database, inbox: InboxStore, other: Database
):
    """However Telegram bundles them: full lanes, parts of long texts, late and known ones."""
    rng = random.Random(1)
    texts = ["слово", "а" * 4096, "/use model " + "а" * 4096]
    updates = []
    for _ in range(200):
        said = {"message": {"text": rng.choice(texts), "date": rng.randrange(4)}}
        update = update_of(rng.randrange(150), rng.randrange(3), rng.choice(["talk", "desk"]))
        updates.append(replace(update, payload=json.dumps(said), is_late=rng.random() < 0.2))
    for start in range(0, 200, 40):
        batch = updates[start : start + 40]
        at_once = await add(database, inbox, *batch, most_waiting=9)
        singly = [await add(other, InboxStore(other), each, most_waiting=9) for each in batch]
        stored = [row for rows in singly for row in rows]
        assert [(row.payload, row.lane) for row in at_once] == [
            (row.payload, row.lane) for row in stored
        ]

    lanes = await database.all(str, "SELECT DISTINCT lane FROM inbox")
    assert set(lanes) == {"talk", "desk", BUSY}


async def test_done_updates_keep_no_words(database: Database, inbox: InboxStore):
    """What people wrote is not kept longer than it is needed, also when it was given up."""
    await add(database, inbox, update_of(1), update_of(2))
    await done(database, inbox, await head(inbox))
    await done(database, inbox, await head(inbox), is_dead=True)

    rows = await database.rows("SELECT payload, done_at, is_dead FROM inbox ORDER BY id")
    assert [tuple(row) for row in rows] == [("", 200, 0), ("", 200, 1)]


async def test_done_is_said_once(database: Database, inbox: InboxStore):
    """A second word changes nothing: neither the time nor how it ended."""
    await add(database, inbox, update_of(1))
    row = await head(inbox)
    await done(database, inbox, row)

    await database.write(lambda tx: inbox.done(tx, [row.id], now=999, is_dead=True))

    (stored,) = await database.rows("SELECT done_at, is_dead FROM inbox")
    assert tuple(stored) == (200, 0)


async def test_tries_and_frame_are_remembered(database: Database, inbox: InboxStore):
    """A restart knows how often it was tried and in which message the answer grows."""
    await add(database, inbox, update_of(1))
    row = await head(inbox)
    assert (row.attempts, row.frame_message_id) == (0, None)

    await database.write(lambda tx: inbox.failed(tx, row.id))
    await database.write(lambda tx: inbox.failed(tx, row.id))
    await database.write(lambda tx: inbox.set_frame(tx, row.id, 31))

    again = await head(inbox)
    assert (again.id, again.attempts, again.frame_message_id) == (row.id, 2, 31)


async def test_floor_is_the_newest_message_known_on_arrival(database: Database, inbox: InboxStore):
    """Whatever is sent in answer has a greater id; ids grow over all private chats.

    What comes in one batch is answered after all of it.
    """
    await add(database, inbox, update_of(1, message_id=40), update_of(2, message_id=42))
    await add(database, inbox, update_of(3, message_id=41))  # an old message was edited
    await add(database, inbox, update_of(4, chat_id=6, message_id=50))
    await add(database, inbox, update_of(5))

    rows = await database.rows("SELECT floor_id FROM inbox ORDER BY id")
    assert [row[0] for row in rows] == [42, 42, 42, 50, 50]


async def test_messages_of_groups_are_counted_by_themselves(database: Database, inbox: InboxStore):
    """A group has its own count of messages, far above ours; it must not hide a lost one."""
    await add(database, inbox, update_of(1, chat_id=-100, message_id=90_000))
    await add(database, inbox, update_of(2, message_id=3))

    row = await head(inbox)
    assert row.floor_id == 3


async def test_message_ids_only_grow(database: Database):
    async def work(tx):
        found = []
        for message_id in (5, 3, 9, 0):
            await saw_message(tx, 5, message_id)
            found.append(await newest_message_id(tx))
        return found

    assert await database.write(work) == [5, 5, 9, 9]


async def test_old_updates_are_swept_waiting_ones_never(database: Database, inbox: InboxStore):
    await add(database, inbox, update_of(1), update_of(2))
    await done(database, inbox, await head(inbox))

    await database.write(lambda tx: inbox.prune(tx, before=200))
    assert len(await database.rows("SELECT 1 FROM inbox")) == 2

    await database.write(lambda tx: inbox.prune(tx, before=201))
    assert len(await database.rows("SELECT 1 FROM inbox")) == 1
    assert (await head(inbox)).payload == update_of(2).payload


async def test_swept_ids_are_not_given_again(database: Database, inbox: InboxStore):
    """A row's id marks what it brings about, also long after it is gone."""
    await add(database, inbox, update_of(1))
    first = await head(inbox)
    await done(database, inbox, first)
    await database.write(lambda tx: inbox.prune(tx, before=10**9))

    await add(database, inbox, update_of(2))

    assert (await head(inbox)).id > first.id


async def test_what_people_wrote_is_no_lost_message_of_ours(database: Database, inbox: InboxStore):
    """Ids that are known, whoever wrote them, are not tried when one of ours is looked for."""
    outbox = OutboxStore(database)
    await add(database, inbox, update_of(1, message_id=40), update_of(2, chat_id=6, message_id=42))
    await database.write(lambda tx: inbox.set_frame(tx, 1, 45))

    assert await outbox.known_ids(above=0) == {40, 42, 45}
    assert await outbox.known_ids(above=41) == {42, 45}
