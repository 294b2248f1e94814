"""Each update is answered once, in the order of its lane, whatever is killed when."""

import asyncio
import json
import logging
import random
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.delivery.inbox_store import InboxRow, InboxStore
from bot.delivery.lanes import MOST_ATTEMPTS, MOST_WAITING, Lanes, Look, Work
from bot.delivery.routing import Lane
from bot.domain import JsonDict
from bot.storage.database import Database, Transaction
from tests.clocks import in_real_time, settle, until


@dataclass
class Desk:
    """Handles updates as they come: what it writes down is its only effect."""

    database: Database
    lanes: Lanes = field(init=False)
    began: list[str] = field(default_factory=list)
    replays: list[str] = field(default_factory=list)
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    incidents: list[str] = field(default_factory=list)
    apology_fails: bool = False
    work_fails: set[str] = field(default_factory=set)
    n_updates: int = 0
    busy: int = 0
    looks: list[Look] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new process."""
        self.lanes = Lanes(
            database=self.database,
            store=InboxStore(self.database),
            bot_id=77,
            names={"/new": Lane.TALK, "chat:stop": Lane.STOP},
            handle=self.handle,
            apologise=self.apologise,
            turn_away=self.turn_away,
            looks=self.looks,
        )

    async def kill(self) -> None:
        await self.lanes.close()

    async def restart(self) -> None:
        await self.kill()
        self.begin()
        await self.lanes.start()

    async def handle(self, row: InboxRow, *, is_replay: bool) -> Work:
        words = _words(row)
        self.began.append(words)
        if is_replay:
            self.replays.append(words)
        if words in self.holds:
            await self.holds[words].wait()
        if self.errors.get(words):
            raise self.errors[words].pop()

        async def work(tx: Transaction) -> None:
            await _note(tx, row, words)
            if words in self.work_fails:
                raise ZeroDivisionError

        return work

    async def apologise(self, row: InboxRow, incident: str) -> Work:
        self.incidents.append(incident)
        if self.apology_fails:
            raise ZeroDivisionError
        return lambda tx: _note(tx, row, "извините")

    async def turn_away(self, row: InboxRow) -> Work:
        self.busy += 1
        return lambda tx: _note(tx, row, "потише")

    async def gets(self, *texts: str, chat_id: int = 5) -> None:
        """Updates come in, in one batch."""
        await self.lanes.accept([self.update(text, chat_id) for text in texts])

    def update(self, text: str, chat_id: int = 5, **fields: object) -> JsonDict:
        self.n_updates += 1
        message = {"message_id": self.n_updates, "chat": {"id": chat_id}, "text": text, **fields}
        return {"update_id": self.n_updates, "message": message}

    async def notes(self, chat_id: int = 5) -> list[str]:
        """What was answered in a chat, in order."""
        rows = await self.database.rows(
            "SELECT user_text FROM turns WHERE person_id = :id ORDER BY id", {"id": chat_id}
        )
        return [row["user_text"] for row in rows]

    async def is_done(self) -> bool:
        return await self.lanes.store.waiting() == []

    async def done(self) -> None:
        await until(self.is_done, "the last answer")


def _words(row: InboxRow) -> str:
    parts = [json.loads(payload)["message"]["text"] for payload in (row.payload, *row.parts)]
    return "".join(parts)


async def _note(tx: Transaction, row: InboxRow, words: str) -> None:
    """A second answer to the same update would be an error: `request_id` is unique."""
    await tx.execute(
        "INSERT OR IGNORE INTO conversations (id, chat_id, started_at) VALUES (1, 0, 0)"
    )
    await tx.execute(
        """
        INSERT INTO turns (
            conversation_id, person_id, request_id, model, user_text, assistant_text, created_at
        ) VALUES (1, :chat_id, :id, 'm', :words, '', 0)
        """,
        {"id": row.id, "chat_id": row.chat_id, "words": words},
    )


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    found = Desk(database)
    yield found
    await found.kill()


def texts(n: int) -> list[str]:
    return [f"слово {number}" for number in range(n)]


async def test_a_lane_is_worked_off_in_order(desk: Desk):
    await desk.gets(*texts(10))
    await desk.gets("и ещё")
    await desk.done()

    assert await desk.notes() == desk.began == [*texts(10), "и ещё"]
    assert desk.replays == []


async def test_lanes_of_a_chat_do_not_wait_for_each_other(desk: Desk):
    """A long answer is being made; the admin's command works."""
    desk.holds["вопрос"] = asyncio.Event()
    await desk.gets("вопрос", "второй", "/status", "/new")
    await until(lambda: "/status" in desk.began)
    assert desk.began == ["вопрос", "/status"]

    desk.holds["вопрос"].set()
    await desk.done()

    assert desk.began == ["вопрос", "/status", "второй", "/new"]


async def test_only_a_stop_passes_by(desk: Desk):
    """The answer is being made, a command hangs, and more messages wait."""
    for words in ("вопрос", "/status"):
        desk.holds[words] = asyncio.Event()
    await desk.gets("вопрос", "второй", "/status", "/jobs")
    again, stop = (
        desk.update(words) | {"callback_query": {"data": f"talk:{words}:1"}}
        for words in ("again", "stop")
    )
    await desk.lanes.accept([again, stop])
    await until(lambda: "stop" in desk.began)
    assert sorted(desk.began) == ["/status", "stop", "вопрос"]

    for held in desk.holds.values():
        held.set()
    await desk.done()

    talk = [words for words in desk.began if words in ("вопрос", "второй", "again")]
    assert talk == ["вопрос", "второй", "again"]


async def test_chat_that_hangs_delays_no_other(desk: Desk):
    """However many updates of it wait."""
    desk.holds["слово 0"] = asyncio.Event()
    await desk.gets(*texts(25))
    for chat_id in range(100, 120):
        await desk.gets("привет", chat_id=chat_id)
    await until(lambda: desk.began.count("привет") == 20)

    assert await desk.notes() == []


async def test_next_one_waits_until_the_one_before_is_stored(desk: Desk):
    desk.holds["раз"] = asyncio.Event()
    await desk.gets("раз", "два")
    await until(lambda: desk.began)
    await settle()
    assert desk.began == ["раз"]

    desk.holds["раз"].set()
    await desk.done()

    assert await desk.notes() == ["раз", "два"]


async def test_same_update_twice_is_answered_once(desk: Desk):
    """Telegram hands over again what it could not be told of."""
    update = desk.update("раз")
    await desk.lanes.accept([update, update])
    await desk.lanes.accept([update])
    await desk.done()
    await desk.lanes.accept([update])
    await desk.done()

    assert desk.began == ["раз"]


async def test_committed_before_accept_returns(desk: Desk):
    """Whoever confirms to Telegram afterwards may rely on it."""
    desk.holds["раз"] = asyncio.Event()
    await desk.gets("раз", "два")

    (row,) = await desk.database.rows("SELECT count(*) FROM inbox WHERE done_at IS NULL")
    assert row[0] == 2


async def test_broken_update_does_not_lose_its_batch(desk: Desk):
    batch = [desk.update("раз"), {"message": {"text": "?"}}, desk.update("два")]

    await desk.lanes.accept(batch)
    await desk.done()

    assert await desk.notes() == ["раз", "два"]


async def test_failure_that_passes_is_not_noticed(desk: Desk):
    """Tried again, with the word that a part of the answer may have been shown already."""
    desk.errors["раз"] = [ZeroDivisionError(), ZeroDivisionError()]
    await desk.gets("раз", "два")
    await desk.done()

    assert await desk.notes() == ["раз", "два"]
    assert desk.began == ["раз", "раз", "раз", "два"]
    assert desk.replays == ["раз", "раз"]
    assert desk.incidents == []


async def test_three_failures_end_in_an_apology_with_a_code(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    """The code stands in the log beside the traceback; the next update is answered."""
    desk.errors["раз"] = [ZeroDivisionError() for _ in range(9)]
    await desk.gets("раз", "два")
    await desk.done()

    assert await desk.notes() == ["извините", "два"]
    assert desk.began.count("раз") == MOST_ATTEMPTS
    (incident,) = desk.incidents
    tracebacks = [r for r in caplog.records if incident in r.message and r.exc_info]
    assert len(tracebacks) == 1
    rows = await desk.database.rows("SELECT is_dead FROM inbox ORDER BY id")
    assert [row[0] for row in rows] == [1, 0]


async def test_failures_are_counted_over_restarts(desk: Desk):
    """An update that kills the bot is not tried for ever."""
    desk.errors["раз"] = [ZeroDivisionError() for _ in range(9)]
    await desk.gets("раз")
    await until(lambda: desk.began)
    await until(lambda: _attempts(desk, 1))
    await desk.restart()
    await desk.done()

    assert desk.began.count("раз") == MOST_ATTEMPTS
    assert await desk.notes() == ["извините"]


async def _attempts(desk: Desk, least: int) -> bool:
    (row,) = await desk.database.rows("SELECT attempts FROM inbox")
    return bool(row[0] >= least)


async def test_effects_that_fail_leave_nothing_and_count_as_a_failure(desk: Desk):
    """What was half done is undone, with the mark that the update is done."""
    desk.work_fails.add("раз")
    await desk.gets("раз", "два")
    await desk.done()

    assert await desk.notes() == ["извините", "два"]


async def test_apology_that_fails_does_not_block_the_lane(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    """Nor is the model asked again and again."""
    desk.errors["раз"] = [ZeroDivisionError() for _ in range(99)]
    desk.apology_fails = True
    await desk.gets("раз", "два")
    await desk.done()

    assert await desk.notes() == ["два"]
    assert desk.began.count("раз") == MOST_ATTEMPTS
    assert any("no apology" in r.message for r in caplog.records)


async def test_killed_in_the_middle_it_is_handled_anew_and_told_so(desk: Desk):
    """Only the one that was at work may have shown something."""
    desk.holds["раз"] = asyncio.Event()
    await desk.gets("раз", "два")
    await desk.gets("другой", chat_id=6)
    await until(lambda: "раз" in desk.began)
    await until(lambda: desk.notes(6))
    await desk.kill()
    desk.holds.clear()

    await desk.restart()
    await desk.done()

    assert await desk.notes() == ["раз", "два"]
    assert desk.replays == ["раз"]
    assert desk.began.count("другой") == 1


async def test_nothing_is_accepted_into_the_void(desk: Desk):
    """What came in while the bot was going down is answered at the next start."""
    await desk.kill()
    await desk.gets("раз")
    await settle()
    assert desk.began == []

    await desk.restart()
    await desk.done()

    assert await desk.notes() == ["раз"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_again_and_again_each_runs_exactly_once(desk: Desk, seed: int):
    """At random moments, while five chats write: one answer each, in order."""
    rng = random.Random(seed)
    expected: dict[int, list[str]] = {chat_id: [] for chat_id in range(5)}
    for n in range(60):
        chat_id = rng.randrange(5)
        expected[chat_id].append(f"слово {n}")
        await desk.gets(f"слово {n}", chat_id=chat_id)
        await asyncio.sleep(rng.random() * 0.2)
        if rng.random() < 0.3:
            await desk.restart()
    await desk.done()

    for chat_id in range(5):
        assert await desk.notes(chat_id) == expected[chat_id]


async def test_flood_is_turned_away_with_a_word(desk: Desk):
    """The one at work and thirty that wait are answered; what comes then gets a word, at once."""
    desk.holds["слово 0"] = asyncio.Event()
    await desk.gets("слово 0")
    await until(lambda: desk.began)
    await desk.gets(*texts(101)[1:])
    await desk.gets("/status")
    await until(lambda: desk.busy == 100 - MOST_WAITING)
    desk.holds["слово 0"].set()
    await desk.done()

    words = [note for note in await desk.notes() if note not in ("/status", "потише")]
    assert words == texts(1 + MOST_WAITING)
    assert "/status" in desk.began


async def test_thirty_waiting_are_no_flood(desk: Desk):
    desk.holds["слово 0"] = asyncio.Event()
    await desk.gets("слово 0")
    await until(lambda: desk.began)
    await desk.gets(*texts(1 + MOST_WAITING)[1:])
    desk.holds["слово 0"].set()
    await desk.done()

    assert await desk.notes() == texts(1 + MOST_WAITING)


async def test_database_that_fails_for_a_while_loses_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    """Neither an answer nor an update; the lane goes on when the disk does."""
    trigger = "CREATE TRIGGER full BEFORE UPDATE ON inbox BEGIN SELECT RAISE(ABORT, 'full'); END"
    await desk.database.write(lambda tx: tx.execute(trigger))
    await desk.gets("раз", "два")
    await until(
        lambda: any(r.exc_info and r.exc_info[0] is sqlite3.IntegrityError for r in caplog.records)
    )
    await desk.database.write(lambda tx: tx.execute("DROP TRIGGER full"))
    await desk.done()

    assert await desk.notes() == ["раз", "два"]
    assert logging.ERROR in {record.levelno for record in caplog.records}


LONG = "а" * 4096


@in_real_time
async def test_parts_are_handled_as_one_update(desk: Desk):
    """Whether they came in one batch or one after the other; what follows stays apart."""
    await desk.gets("раз", LONG, "б" * 4096, "хвост", "два")
    await desk.gets(LONG)
    await asyncio.sleep(0.05)
    await desk.gets("хвост")
    await desk.gets("три")
    await desk.done()

    long = f"{LONG}{'б' * 4096}хвост"
    assert await desk.notes() == desk.began == ["раз", long, "два", f"{LONG}хвост", "три"]
    assert await desk.lanes.store.was_joined(5, 3)
    assert not await desk.lanes.store.was_joined(5, 1)


async def test_long_text_alone_does_not_wait_for_ever(desk: Desk):
    await desk.gets(LONG)
    await desk.done()

    assert await desk.notes() == [LONG]


@in_real_time
async def test_parts_survive_a_kill(desk: Desk):
    """While the second is awaited, while the whole is handled; nothing is handled twice."""
    await desk.gets(LONG)
    await asyncio.sleep(0.05)
    await desk.kill()
    desk.begin()
    await desk.gets("хвост")
    desk.holds[f"{LONG}хвост"] = asyncio.Event()
    await until(lambda: desk.began)
    await desk.restart()
    desk.holds[f"{LONG}хвост"].set()
    await desk.done()

    assert await desk.notes() == [f"{LONG}хвост"]
    assert set(desk.began) == {f"{LONG}хвост"}


async def test_part_that_comes_too_late_is_not_lost(desk: Desk):
    """The first is at work already: the rest is handled next, once."""
    desk.holds[LONG] = asyncio.Event()
    await desk.gets(LONG)
    await until(lambda: desk.began)
    await desk.gets("хвост")
    desk.holds[LONG].set()
    await desk.done()

    assert await desk.notes() == [LONG, "хвост"]


async def test_parts_that_always_fail_get_one_apology(desk: Desk):
    desk.errors[f"{LONG}хвост"] = [ZeroDivisionError() for _ in range(MOST_ATTEMPTS)]
    await desk.gets(LONG, "хвост", "потом")
    await desk.done()

    assert await desk.notes() == ["извините", "потом"]


async def test_long_command_keeps_its_parts(desk: Desk):
    """It waits in the lane of commands, and the rest of it is no question."""
    command = f"/use model\n{LONG}"[:4096]
    desk.holds["слово"] = asyncio.Event()
    await desk.gets("слово", command, "хвост")
    await until(lambda: len(desk.began) == 2)
    desk.holds["слово"].set()
    await desk.done()

    assert sorted(await desk.notes()) == sorted(["слово", f"{command}хвост"])


async def test_comment_and_what_it_forwards_are_one(desk: Desk):
    """Telegram's apps send the comment first, as an update of its own."""
    origin = {"type": "hidden_user", "date": 1}
    desk.holds["раз"] = asyncio.Event()
    await desk.gets("раз")
    await until(lambda: desk.began)
    await desk.gets("Что скажешь? ")
    await desk.lanes.accept([desk.update("Чужое", forward_origin=origin)])
    desk.holds["раз"].set()
    await desk.done()

    assert await desk.notes() == ["раз", "Что скажешь? Чужое"]


async def test_updates_are_looked_at_before_a_lane_has_them(desk: Desk):
    """Each once, also when Telegram hands it over again; what a look stores is stored with it."""
    looked: list[str] = []

    async def look(row: InboxRow) -> Work:
        looked.append(_words(row))

        async def work(tx: Transaction) -> None:
            await tx.execute("INSERT INTO settings VALUES (:key, '')", {"key": f"look {row.id}"})

        return work

    desk.looks.append(look)
    desk.begin()
    first, second = desk.update("раз"), desk.update("два")
    desk.holds["раз"] = asyncio.Event()
    await desk.lanes.accept([first])
    await desk.lanes.accept([first, second])

    assert looked == ["раз", "два"]
    assert await desk.notes() == []
    desk.holds["раз"].set()
    await desk.done()
    assert await desk.notes() == ["раз", "два"]


async def test_a_look_that_fails_keeps_nothing_from_being_stored(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    """What it had stored is undone; the log has neither words nor an exception's text."""

    async def look(row: InboxRow) -> Work:
        async def work(tx: Transaction) -> None:
            await tx.execute("INSERT INTO settings VALUES ('look', '')")
            raise ValueError(_words(row))

        return work

    desk.looks.append(look)
    desk.begin()
    await desk.gets("раз", "два")
    await desk.done()

    assert await desk.notes() == ["раз", "два"]
    assert await desk.database.rows("SELECT 1 FROM settings WHERE key = 'look'") == []
    assert "was not looked at (ValueError)" in caplog.text
    assert "раз" not in caplog.text
