"""Deletion leaves no words, old databases keep their accounts, and no query reads all rows."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.access import invitation_store as invitations
from bot.access import request_store as join_requests
from bot.access.request_store import JoinRequestStore
from bot.chat.store import ConversationStore
from bot.domain.models import Topic, Turn, Usage
from bot.domain.people import Access, Person
from bot.edge import people_store as people
from bot.edge.people_store import PeopleStore
from bot.privacy import store as privacy
from bot.safety import store as safety
from bot.storage.database import Database, Queries
from bot.storage.migrations import scripts
from bot.usage import store as usage
from tests.composition import privacy_of

ME, OTHER = 5, 6


@pytest.fixture
async def talked(database: Database) -> Database:
    """Two people have talked, in two conversations each."""
    conversations = ConversationStore(database)
    number = 0
    for person_id in (ME, OTHER):
        for _ in range(2):
            await database.write(lambda tx, n=person_id: conversations.start(tx, Topic(n), now=1))  # type: ignore[misc]
            for _ in range(2):
                number += 1
                turn = Turn(user_text=f"тайна {number}", assistant_text=f"ответ {number}")
                await database.write(
                    lambda tx, n=number, who=person_id, said=turn: conversations.add_turn(  # type: ignore[misc]
                        tx,
                        said,
                        topic=Topic(who),
                        person_id=who,
                        request_id=n,
                        model="m",
                        usage=Usage(prompt_tokens=1, completion_tokens=1),
                        now=100 + n,
                    )
                )
    return database


def me(access: Access) -> Person:
    return Person(id=ME, name="Пётр", access=access)


async def test_all_that_was_said_can_be_read_oldest_first(talked: Database, monkeypatch):
    own = privacy_of(talked)
    monkeypatch.setattr("bot.privacy.privacy._PAGE", 3)

    turns = await own.turns_of(ME)

    assert [turn.question for turn in turns] == [f"тайна {n}" for n in (1, 2, 3, 4)]
    words = await own.store.words_of(ME)
    assert (words.n_conversations, words.n_turns, words.since) == (2, 4, 101)
    monkeypatch.setattr("bot.privacy.privacy.MOST_CHARACTERS", 2 * len("тайна 1ответ 1"))
    assert [turn.question for turn in await own.turns_of(ME)] == ["тайна 3", "тайна 4"]


@pytest.mark.parametrize("access", list(Access))
async def test_deletion_takes_one_persons_words_only(talked: Database, access: Access):
    """Of who is in, name and language stay: they are in use."""
    store, own = PeopleStore(talked), privacy_of(talked)
    await talked.write(lambda tx: store.saw(tx, ME, name="Пётр", telegram_language="ru", now=1))
    await talked.write(lambda tx: store.choose(tx, ME, language="en"))
    await talked.write(lambda tx: JoinRequestStore(talked).ask(tx, ME, name="Пётр (@p)", now=1))

    for _ in range(2):
        await talked.write(lambda tx: own.forget(tx, me(access)))

    assert (await own.store.words_of(ME)).n_turns == 0
    assert (await own.store.words_of(OTHER)).n_turns == 4
    rows = await talked.rows("SELECT DISTINCT chat_id FROM conversations")
    assert [row["chat_id"] for row in rows] == [OTHER]
    ((name, language),) = [
        tuple(row) for row in await talked.rows("SELECT name, language FROM people")
    ]
    is_in = access is not Access.STRANGER
    assert (name, language) == (("Пётр", "en") if is_in else ("", None))
    asked = await JoinRequestStore(talked).latest(ME)
    assert asked is not None
    assert (asked.name, asked.asked_at) == ("", 1)


def test_accounts_begin_with_what_was_answered_before(tmp_path: Path):
    """Days of Moscow; where the server did not count, by the length of the words."""
    numbered = next(n for n, script in enumerate(scripts()) if "CREATE TABLE usage" in script)
    with closing(sqlite3.connect(tmp_path / "old.sqlite3")) as database:
        database.executescript("".join(scripts()[:numbered]))
        database.execute("INSERT INTO conversations VALUES (1, 5, 1)")
        rows = [
            (1, 5, "a", "вопрос", "ответ", 10, 4, 1_700_000_000),
            (2, 5, "a", "вопрос" * 10, "ответ" * 12, None, None, 1_700_000_001),
            (3, 5, "a", "вопрос", "ответ", 10, 4, 1_700_000_000 + 86_400),
        ]
        database.executemany(
            """
            INSERT INTO turns (
                conversation_id, request_id, person_id, model, user_text, assistant_text,
                prompt_tokens, completion_tokens, created_at
            ) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            rows,
        )
        database.executescript(scripts()[numbered])

        found = database.execute("SELECT * FROM usage ORDER BY day").fetchall()

    assert found == [(5, "2023-11-15", "a", 2, 1, 30, 24), (5, "2023-11-16", "a", 1, 0, 10, 4)]


# What runs for every message must not get slower with what is stored.


class Watched(Queries):
    """A database that remembers every query, to be explained."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked: list[tuple[str, object]] = []

    async def rows(self, sql, parameters=None):
        self.asked.append((sql, parameters or {}))
        return await self.database.rows(sql, parameters)


async def test_no_query_of_every_message_scans(talked: Database):
    watched = Watched(talked)
    store = people.PeopleStore(watched)  # type: ignore[arg-type]
    await store.get(ME)
    await usage.UsageStore(watched).n_answers(ME, "2026-11-22")  # type: ignore[arg-type]
    await usage.UsageStore(watched).of(ME, since="2026-11-22")  # type: ignore[arg-type]
    await join_requests.JoinRequestStore(watched).latest(ME)  # type: ignore[arg-type]
    await invitations.InvitationStore(watched).by_hash("x")  # type: ignore[arg-type]
    await privacy.PrivacyStore(watched).words_of(ME)  # type: ignore[arg-type]
    await privacy.PrivacyStore(watched).turns_of(ME, before=None, limit=9)  # type: ignore[arg-type]
    dangers = safety.DangerStore(watched)  # type: ignore[arg-type]
    await dangers.of(1)
    await dangers.about(ME, 1)
    await dangers.latest(ME, since=1)

    assert len(watched.asked) == 11
    for sql, parameters in watched.asked:
        plan = await talked.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
        steps = [row["detail"] for row in plan]
        assert steps
        assert not [step for step in steps if re.match("SCAN", step)], (sql, steps)
        assert not [step for step in steps if "ORDER BY" in step], (sql, steps)
