"""Messages leave in order, each once; a card is one row for each person and job."""

from dataclasses import replace

import pytest

from bot.delivery.cards_store import Card
from bot.delivery.chats_store import newest_message_id
from bot.delivery.inbox_store import InboxStore
from bot.delivery.outbox_store import OutboxRow, OutboxStore
from bot.delivery.screen import NO_BUTTONS, Screen
from bot.domain import JsonDict
from bot.jobs.store import JobStore
from bot.storage.database import Database
from tests.fakes import job_of
from tests.rows import update_of


@pytest.fixture
def outbox(database: Database) -> OutboxStore:
    return OutboxStore(database)


@pytest.fixture
def woken(outbox: OutboxStore) -> list[int]:
    """Chats for which something new was committed."""
    chats: list[int] = []
    outbox.on_new = chats.append
    return chats


@pytest.fixture
async def job_id(database: Database) -> str:
    jobs = JobStore(database)
    await database.write(lambda tx: jobs.save(tx, job_of("ftjob-1")))
    await database.write(lambda tx: jobs.save(tx, job_of("ftjob-2")))
    return "ftjob-1"


async def post(
    database: Database, outbox: OutboxStore, key: str, chat_id: int = 5, **options
) -> bool:
    payload: JsonDict = {"text": key}
    return await database.write(
        lambda tx: outbox.post(tx, chat_id, key=key, payload=payload, now=100, **options)
    )


async def head(outbox: OutboxStore, chat_id: int = 5) -> OutboxRow:
    row = await outbox.head(chat_id)
    assert row is not None
    return row


async def sent(database: Database, outbox: OutboxStore, message_id: int | None = 9) -> OutboxRow:
    row = await head(outbox)
    await database.write(lambda tx: outbox.sent(tx, row, message_id, 200))
    return row


async def card(outbox: OutboxStore, chat_id: int = 5) -> Card:
    found = await outbox.cards.stale(chat_id)
    assert found is not None
    return found


async def shown(
    database: Database, outbox: OutboxStore, found: Card, message_id: int | None = 30
) -> None:
    await database.write(
        lambda tx: outbox.cards.shown(tx, found, message_id=message_id, shown="digest")
    )


async def touch(database: Database, outbox: OutboxStore, *chats: int, job: str = "ftjob-1"):
    await database.write(lambda tx: outbox.cards.touch(tx, job, chats))


async def take(database: Database, outbox: OutboxStore) -> Card:
    found = await card(outbox)
    await database.write(lambda tx: outbox.cards.take(tx, found))
    return found


async def test_first_in_first_out_for_each_chat(database: Database, outbox: OutboxStore):
    for key, chat_id in (("a", 5), ("x", 6), ("b", 5), ("c", 5)):
        await post(database, outbox, key, chat_id)

    order = []
    while await outbox.head(5):
        order.append((await sent(database, outbox)).payload["text"])

    assert order == ["a", "b", "c"]
    assert (await head(outbox, 6)).payload == {"text": "x"}
    assert await outbox.waiting() == [6]


async def test_same_key_goes_in_once(database: Database, outbox: OutboxStore):
    """What is told twice by a replay is said once, also when it was sent long ago."""
    assert await post(database, outbox, "a")
    assert not await post(database, outbox, "a")
    await sent(database, outbox)

    assert not await post(database, outbox, "a")
    assert await outbox.head(5) is None


async def test_something_else_is_said_in_the_place_of_a_message(
    database: Database, outbox: OutboxStore
):
    """Its place in the order, its floor and its doubts stay; what was sent stays as it is."""
    await post(database, outbox, "a", edit_id=7, floor_id=3, is_unsure=True)
    await post(database, outbox, "b")
    before = await head(outbox)

    async def replaced() -> OutboxRow:
        await database.write(
            lambda tx: outbox.replace(tx, before, kind="x", payload={"n": 1}, edit_id=None)
        )
        return await head(outbox)

    expected = replace(before, kind="x", payload={"n": 1}, edit_id=None)
    assert await replaced() == expected
    await sent(database, outbox)
    assert (await replaced()).payload == {"text": "b"}


async def test_sent_messages_keep_no_words(database: Database, outbox: OutboxStore):
    await post(database, outbox, "a")
    await sent(database, outbox, message_id=41)

    (row,) = await database.rows("SELECT payload, message_id, sent_at FROM outbox")
    assert tuple(row) == ("{}", 41, 200)
    assert await database.write(newest_message_id) == 41


async def test_floor_is_the_newest_message_known_when_it_was_posted(
    database: Database, outbox: OutboxStore
):
    """Unless the caller knows better: an answer begins above its question."""
    await post(database, outbox, "a")
    await sent(database, outbox, message_id=41)
    await post(database, outbox, "b")
    assert (await head(outbox)).floor_id == 41

    await sent(database, outbox, message_id=42)
    await post(database, outbox, "c", floor_id=7, edit_id=11, is_unsure=True)

    row = await head(outbox)
    assert (row.floor_id, row.edit_id, row.is_unsure) == (7, 11, True)


async def test_chat_is_woken_once_it_is_committed(
    database: Database, outbox: OutboxStore, woken: list[int]
):
    """And never for what was rolled back."""

    async def broken(tx):
        await outbox.post(tx, 6, key="b", payload={}, now=1)
        assert woken == [5]
        raise ZeroDivisionError

    await post(database, outbox, "a")
    with pytest.raises(ZeroDivisionError):
        await database.write(broken)

    assert woken == [5]


async def test_after_a_restart_the_first_message_of_each_chat_is_doubted(
    database: Database, outbox: OutboxStore
):
    """It may have left already; those behind it can't have. Parked ones do not hide it."""
    await post(database, outbox, "parked")
    await database.write(lambda tx: outbox.park(tx, 5))
    for key, chat_id in (("a", 5), ("b", 5), ("x", 6)):
        await post(database, outbox, key, chat_id)

    await database.write(outbox.doubt_heads)

    rows = await database.rows("SELECT key FROM outbox WHERE is_unsure = 1 ORDER BY key")
    assert [row["key"] for row in rows] == ["a", "x"]


async def test_doubt_stays(database: Database, outbox: OutboxStore):
    await post(database, outbox, "a")
    row = await head(outbox)
    assert not row.is_unsure

    await database.write(lambda tx: outbox.doubt(tx, row.id))

    assert await outbox.head(5) == replace(row, is_unsure=True)


async def test_parked_until_the_person_writes_again(
    database: Database, outbox: OutboxStore, woken: list[int], job_id: str
):
    """Messages and cards alike; what was said meanwhile is not lost, and keeps its order."""
    await post(database, outbox, "a")
    await post(database, outbox, "b")
    await touch(database, outbox, 5)
    await database.write(lambda tx: outbox.park(tx, 5))
    assert await outbox.waiting() == []
    assert (await outbox.head(5), await outbox.cards.stale(5)) == (None, None)
    await touch(database, outbox, 5)  # the job moves on
    assert await outbox.cards.stale(5) is None
    woken.clear()

    await database.write(lambda tx: outbox.unpark(tx, 5))

    assert woken == [
        5,
    ]
    assert await outbox.waiting() == [5]
    assert (await head(outbox)).payload == {"text": "a"}
    assert (await card(outbox)).job_id == job_id


async def test_unparking_what_is_not_parked_wakes_nobody(
    database: Database, outbox: OutboxStore, woken: list[int]
):
    """Each word of each person passes here."""
    await database.write(lambda tx: outbox.unpark(tx, 5))

    assert woken == []


async def test_parking_a_chat_leaves_the_others(database: Database, outbox: OutboxStore):
    await post(database, outbox, "a", 5)
    await post(database, outbox, "x", 6)

    await database.write(lambda tx: outbox.park(tx, 5))

    assert await outbox.waiting() == [6]


async def test_all_messages_that_we_know_are_known(
    database: Database, outbox: OutboxStore, job_id: str
):
    """Sent, edited, cards, frames and what people wrote: none of them is a lost one."""
    inbox = InboxStore(database)
    await post(database, outbox, "a")
    await sent(database, outbox, message_id=41)
    await post(database, outbox, "b", edit_id=42)
    await touch(database, outbox, 5)
    await shown(database, outbox, await take(database, outbox), message_id=43)
    await database.write(
        lambda tx: inbox.add(tx, 77, [update_of(1, message_id=40)], now=1, most_waiting=9)
    )
    await database.write(lambda tx: inbox.set_frame(tx, 1, 44))

    assert await outbox.known_ids(above=0) == {40, 41, 42, 43, 44}
    assert await outbox.known_ids(above=42) == {43, 44}


async def test_old_messages_are_swept_waiting_ones_never(database: Database, outbox: OutboxStore):
    await post(database, outbox, "a")
    await sent(database, outbox)
    await post(database, outbox, "b")

    await database.write(lambda tx: outbox.prune(tx, before=200))
    assert len(await database.rows("SELECT 1 FROM outbox")) == 2

    await database.write(lambda tx: outbox.prune(tx, before=201))
    rows = await database.rows("SELECT key FROM outbox")
    assert [row["key"] for row in rows] == ["b"]


async def test_one_card_for_each_person_and_job(
    database: Database, outbox: OutboxStore, woken: list[int], job_id: str
):
    """However often the job moves."""
    await touch(database, outbox, 5, 6)
    await touch(database, outbox, 5, 6)
    await touch(database, outbox, 5, job="ftjob-2")

    rows = await database.rows("SELECT chat_id, job_id FROM cards ORDER BY chat_id, job_id")
    assert [tuple(row) for row in rows] == [(5, "ftjob-1"), (5, "ftjob-2"), (6, "ftjob-1")]
    assert woken == [5, 6, 5, 6, 5]


async def test_card_that_was_shown_rests_until_the_job_moves(
    database: Database, outbox: OutboxStore, job_id: str
):
    await touch(database, outbox, 5)
    await shown(database, outbox, await take(database, outbox))
    assert await outbox.cards.stale(5) is None
    assert await outbox.waiting() == []

    await touch(database, outbox, 5)

    again = await card(outbox)
    assert (again.message_id, again.shown, again.is_unsure) == (30, "digest", False)


async def test_move_while_a_card_is_on_its_way_is_not_forgotten(
    database: Database, outbox: OutboxStore, job_id: str
):
    """The newest state wins, also over one that is just being sent."""
    await touch(database, outbox, 5)
    taken = await take(database, outbox)
    await touch(database, outbox, 5)
    await shown(database, outbox, taken)

    assert (await card(outbox)).message_id == 30


@pytest.mark.parametrize("moves_on", [False, True])
async def test_card_whose_end_is_not_known_is_looked_for(
    database: Database, outbox: OutboxStore, job_id: str, moves_on: bool
):
    """Killed between Telegram's yes and ours: it is shown again, and its first message found."""
    await touch(database, outbox, 5)
    await take(database, outbox)
    if moves_on:
        await touch(database, outbox, 5)

    assert (await card(outbox)).is_unsure
    assert await outbox.waiting() == [5]


async def test_new_card_is_not_looked_for(database: Database, outbox: OutboxStore, job_id: str):
    """Looking costs many calls."""
    await touch(database, outbox, 5)

    assert not (await card(outbox)).is_unsure


async def test_card_that_certainly_did_not_leave_is_not_looked_for(
    database: Database, outbox: OutboxStore, job_id: str
):
    await touch(database, outbox, 5)
    taken = await take(database, outbox)
    await database.write(lambda tx: outbox.cards.give_back(tx, taken))
    assert not (await card(outbox)).is_unsure

    doubted = replace(taken, is_unsure=True)
    await database.write(lambda tx: outbox.cards.give_back(tx, doubted))
    assert (await card(outbox)).is_unsure


async def test_card_that_telegram_does_not_take_rests(
    database: Database, outbox: OutboxStore, job_id: str
):
    await touch(database, outbox, 5)
    await shown(database, outbox, await take(database, outbox), message_id=None)

    assert await outbox.cards.stale(5) is None


async def test_renewed_card_is_a_new_message(database: Database, outbox: OutboxStore, job_id: str):
    """/status: at the bottom of the chat, where it is looked for."""
    await touch(database, outbox, 5)
    await shown(database, outbox, await take(database, outbox))

    await database.write(lambda tx: outbox.cards.renew(tx, job_id, 5))

    renewed = await card(outbox)
    assert (renewed.message_id, renewed.shown, renewed.floor_id) == (None, "", 30)


async def test_card_that_is_renewed_while_the_old_one_is_edited_is_still_sent(
    database: Database, outbox: OutboxStore, job_id: str
):
    """The person who asked for it gets it, though an edit of the old one was on its way."""
    await touch(database, outbox, 5)
    await shown(database, outbox, await take(database, outbox))
    await touch(database, outbox, 5)
    old = await take(database, outbox)

    await database.write(lambda tx: outbox.cards.renew(tx, job_id, 5))
    await shown(database, outbox, old)

    assert (await card(outbox)).message_id is None


async def put_plan(
    database: Database, outbox: OutboxStore, n: int, *, edit_id: int | None = None
) -> None:
    payload = Screen(text=f"plan {n}").named("plan", f"plan {n} was replaced").to_json()
    await database.write(
        lambda tx: outbox.post(tx, 5, key=f"plan:{n}", payload=payload, now=100, edit_id=edit_id)
    )


async def test_newer_screen_turns_the_older_one_into_a_line(
    database: Database, outbox: OutboxStore
):
    """Once, in the transaction that learns where the newer one is; each chat has its own."""
    await put_plan(database, outbox, 1)
    await sent(database, outbox, 9)
    assert await outbox.head(5) is None
    await put_plan(database, outbox, 2)
    await sent(database, outbox, 12)

    line = await sent(database, outbox, 9)
    assert (line.payload["text"], line.payload["buttons"]) == ("plan 1 was replaced", [])
    assert (line.edit_id, line.edit_key is None) == (9, False)
    assert await outbox.head(5) is None
    await put_plan(database, outbox, 3, edit_id=12)
    await sent(database, outbox, 12)
    assert await outbox.head(5) is None


async def test_what_a_message_shows_instead_stays(database: Database, outbox: OutboxStore):
    """A plan that was started is no plan any more; new buttons alone change nothing."""
    await put_plan(database, outbox, 1)
    await sent(database, outbox, 9)
    buttons = NO_BUTTONS.to_json()
    await database.write(
        lambda tx: outbox.post(tx, 5, key="buttons", payload=buttons, now=1, edit_id=9)
    )
    await sent(database, outbox, 9)
    await put_plan(database, outbox, 2)
    await sent(database, outbox, 12)
    assert (await sent(database, outbox, 9)).payload["text"] == "plan 1 was replaced"

    await post(database, outbox, "plan 2 has started", edit_id=12)
    await sent(database, outbox, 12)
    await put_plan(database, outbox, 3)
    await sent(database, outbox, 15)
    assert await outbox.head(5) is None


async def test_older_message_that_is_edited_late_replaces_nothing(
    database: Database, outbox: OutboxStore
):
    """A press on the older plan, handled while the newer one was on its way."""
    await put_plan(database, outbox, 2)
    await sent(database, outbox, 12)
    await put_plan(database, outbox, 1, edit_id=9)
    await sent(database, outbox, 9)

    assert await outbox.head(5) is None
    await put_plan(database, outbox, 3)
    await sent(database, outbox, 15)
    assert (await head(outbox)).edit_id == 12
