"""Question and answer are stored together, and only the current conversation is remembered."""

import sqlite3
from typing import Any

import pytest

from bot.chat.store import ConversationStore, forget_conversations
from bot.domain.models import Ending, OpenQuestion, Topic, Turn, Usage
from bot.storage.database import Database


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database)


async def say(
    database: Database,
    store: ConversationStore,
    n: int,
    chat_id: int = 5,
    topic: Topic | None = None,
    **options: Any,
):
    details: dict[str, Any] = {
        "person_id": chat_id,
        "request_id": n,
        "model": "m",
        "usage": None,
        "now": n,
    }
    turn = Turn(user_text=f"вопрос {n}", assistant_text=f"ответ {n}")
    await database.write(
        lambda tx: store.add_turn(tx, turn, topic=topic or Topic(chat_id), **(details | options))
    )
    return turn


async def recent(store: ConversationStore, chat_id: int, **options: int) -> list[Turn]:
    return [past.turn for past in await store.recent_turns(Topic(chat_id), **options)]


async def test_the_newest_turns_oldest_first(database: Database, store: ConversationStore):
    turns = [await say(database, store, n) for n in range(1, 6)]
    await say(database, store, 9, chat_id=6)

    assert await recent(store, 5, limit=3) == turns[2:]
    assert await recent(store, 5, limit=100) == turns
    assert await recent(store, 7, limit=3) == []


async def test_new_conversation_remembers_nothing_of_the_old(
    database: Database, store: ConversationStore
):
    await say(database, store, 1)
    await say(database, store, 2, chat_id=6)

    await database.write(lambda tx: store.start(tx, Topic(5), now=3))
    assert await store.recent_turns(Topic(5), limit=9) == []
    turn = await say(database, store, 4)

    assert await recent(store, 5, limit=9) == [turn]
    assert len(await store.recent_turns(Topic(6), limit=9)) == 1


async def test_each_topic_is_a_conversation(database: Database, store: ConversationStore):
    """It has its own turns, its own beginning and its own open question."""
    dreams, work = Topic(5, 7), Topic(5, 9)
    for n, topic in enumerate((Topic(5), dreams, work, dreams), start=1):
        await say(database, store, n, topic=topic)
        left = OpenQuestion(message_id=n, text=f"вопрос {n}")
        await database.write(lambda tx, at=topic, q=left: store.leave_open(tx, at, q))  # type: ignore[misc]

    async def seen(topic: Topic) -> tuple[list[int], int | None]:
        turns, left = await store.recent_turns(topic, limit=9), await store.open_question(topic)
        return [past.request_id for past in turns], left.message_id if left else None

    assert [await seen(each) for each in (Topic(5), dreams, work)] == [
        ([1], 1), ([2, 4], 4), ([3], 3),
    ]  # fmt: skip
    await database.write(lambda tx: store.start(tx, dreams, now=9))
    assert [await seen(each) for each in (Topic(5), dreams, work)] == [
        ([1], 1), ([], None), ([3], 3),
    ]  # fmt: skip
    await database.write(lambda tx: store.start_all(tx, 5, now=9))
    assert [await seen(each) for each in (Topic(5), dreams, work)] == [([], None)] * 3

    await database.write(lambda tx: forget_conversations(tx, 5))
    for table in ("turns", "conversations", "open_questions"):
        assert await database.rows(f"SELECT 1 FROM {table}") == []


async def test_request_is_answered_once(database: Database, store: ConversationStore):
    """A second answer to the same words is a bug, and leaves nothing behind."""
    await say(database, store, 1)

    with pytest.raises(sqlite3.IntegrityError):
        await say(database, store, 1, chat_id=6)

    assert await store.recent_turns(Topic(6), limit=9) == []
    assert len(await database.rows("SELECT 1 FROM conversations")) == 1


async def test_costs_are_stored(database: Database, store: ConversationStore):
    await say(database, store, 1, usage=Usage(prompt_tokens=9, completion_tokens=2))
    await say(database, store, 2)

    rows = await database.rows("SELECT prompt_tokens, completion_tokens FROM turns ORDER BY id")
    assert [tuple(row) for row in rows] == [(9, 2), (None, None)]


async def test_replaced_turn_is_no_history_and_stays_in_the_table(
    database: Database, store: ConversationStore
):
    first, _ = [await say(database, store, n) for n in (1, 2)]
    again = await say(database, store, 3)
    await database.write(lambda tx: store.replace(tx, 2, by=3))

    assert await recent(store, 5, limit=9) == [first, again]
    last = await store.last_turn(Topic(5))
    assert last is not None
    assert (last.request_id, last.turn) == (3, again)
    assert await recent(store, 5, limit=9, before=last.id) == [first]
    assert (await store.replacement(2), await store.replacement(3)) == (3, None)
    assert len(await database.rows("SELECT 1 FROM turns")) == 3


async def test_question_that_was_answered_last_is_known(
    database: Database, store: ConversationStore
):
    """In whichever conversation of the topic; nothing is known of turns without such an id."""
    assert await store.last_question(Topic(5)) is None
    await say(database, store, 1)
    assert await store.last_question(Topic(5)) == 0

    turn = Turn(user_text="?", assistant_text="!", question_id=70, ending=Ending.STOPPED)
    options: dict[str, Any] = {"person_id": 5, "model": "m", "usage": None}
    await database.write(
        lambda tx: store.add_turn(tx, turn, topic=Topic(5), request_id=2, now=2, **options)
    )
    await database.write(lambda tx: store.start(tx, Topic(5), now=3))

    assert await store.last_question(Topic(5)) == 70
    assert await store.last_question(Topic(5, 8)) is None
    assert await store.last_turn(Topic(5)) is None
    rows = await database.rows("SELECT question_id, ending FROM turns ORDER BY id")
    assert [tuple(row) for row in rows] == [(None, None), (70, "stopped")]


async def test_no_question_scans_the_table(
    database: Database, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
):
    """With 200,000 stored turns an answer takes as long as with none."""
    plans: list[str] = []
    rows = database.rows

    async def explained(sql: str, parameters: Any = None) -> Any:
        found = await rows(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plans.extend(row["detail"] for row in found)
        return await rows(sql, parameters)

    monkeypatch.setattr(database, "rows", explained)
    await store.recent_turns(Topic(5), limit=100)
    await store.recent_turns(Topic(5), limit=100, before=7)
    await store.last_question(Topic(5))
    await store.replacement(5)

    assert [plan for plan in plans if plan.startswith("SEARCH turns")] == [
        "SEARCH turns USING INDEX turns_by_conversation (conversation_id=? AND id<?)",
        "SEARCH turns USING INDEX turns_by_conversation (conversation_id=? AND id<?)",
        "SEARCH turns USING INDEX turns_by_conversation (conversation_id=?)",
        "SEARCH turns USING INDEX sqlite_autoindex_turns_1 (request_id=?)",
    ]
    assert [plan for plan in plans if "SCAN" in plan or "TEMP" in plan] == []
