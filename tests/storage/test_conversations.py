"""Question and answer are stored together, and only the current conversation is remembered."""

import sqlite3
from typing import Any

import pytest

from bot.domain import Turn, Usage
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database)


async def say(database: Database, store: ConversationStore, n: int, chat_id: int = 5, **options):
    details: dict[str, Any] = {
        "person_id": chat_id,
        "request_id": n,
        "model": "m",
        "usage": None,
        "now": n,
    }
    turn = Turn(user_text=f"вопрос {n}", assistant_text=f"ответ {n}")
    await database.write(
        lambda tx: store.add_turn(tx, turn, chat_id=chat_id, **(details | options))
    )
    return turn


async def test_the_newest_turns_oldest_first(database: Database, store: ConversationStore):
    turns = [await say(database, store, n) for n in range(1, 6)]
    await say(database, store, 9, chat_id=6)

    assert await store.recent_turns(5, limit=3) == turns[2:]
    assert await store.recent_turns(5, limit=100) == turns
    assert await store.recent_turns(7, limit=3) == []


async def test_new_conversation_remembers_nothing_of_the_old(
    database: Database, store: ConversationStore
):
    await say(database, store, 1)
    await say(database, store, 2, chat_id=6)

    await database.write(lambda tx: store.start(tx, 5, now=3))
    assert await store.recent_turns(5, limit=9) == []
    turn = await say(database, store, 4)

    assert await store.recent_turns(5, limit=9) == [turn]
    assert len(await store.recent_turns(6, limit=9)) == 1


async def test_request_is_answered_once(database: Database, store: ConversationStore):
    """A second answer to the same words is a bug, and leaves nothing behind."""
    await say(database, store, 1)

    with pytest.raises(sqlite3.IntegrityError):
        await say(database, store, 1, chat_id=6)

    assert await store.recent_turns(6, limit=9) == []
    assert len(await database.rows("SELECT 1 FROM conversations")) == 1


async def test_answers_of_a_day_are_counted_over_all_conversations(
    database: Database, store: ConversationStore
):
    """/new does not give more of them; other people's do not count."""
    for n in (10, 20, 30):
        await say(database, store, n)
        await database.write(lambda tx: store.start(tx, 5, now=1))
    await say(database, store, 25, chat_id=6)

    assert await store.turns_since(5, 20) == 2
    assert await store.turns_since(5, 31) == 0


async def test_costs_are_stored(database: Database, store: ConversationStore):
    await say(database, store, 1, usage=Usage(prompt_tokens=9, completion_tokens=2))
    await say(database, store, 2)

    rows = await database.rows("SELECT prompt_tokens, completion_tokens FROM turns ORDER BY id")
    assert [tuple(row) for row in rows] == [(9, 2), (None, None)]
