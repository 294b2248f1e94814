"""One comparison runs at a time, and a person votes once on a pair."""

from typing import Any

import pytest

from bot.chat.store import ConversationStore
from bot.comparison.entities import AnswerPair, Comparison, ComparisonEnding, Vote, Votes
from bot.comparison.store import ComparisonStore
from bot.domain.models import Topic, Turn
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction


@pytest.fixture
async def store(database: Database) -> ComparisonStore:
    """With two models, 1 and 2."""
    models = ModelStore(database)

    async def two(tx: Transaction) -> None:
        for name in ("a", "b"):
            await models.remember(tx, name, system_prompt="", job_id=None, now=1)

    await database.write(two)
    return ComparisonStore(database)


async def start(database: Database, store: ComparisonStore, request_id: int = 1) -> None:
    await database.write(
        lambda tx: store.start(
            tx, model_a=1, model_b=2, n_wanted=50, every=3, by=5, request_id=request_id, now=1
        )
    )


async def end(
    database: Database, store: ComparisonStore, ending: ComparisonEnding = ComparisonEnding.STOPPED
) -> bool:
    return await database.write(lambda tx: store.end(tx, 1, ending, now=2))


async def add(database: Database, store: ComparisonStore, n: int, **options: Any) -> AnswerPair:
    details = {"comparison_id": 1, "person_id": 7, "is_a_first": True, "is_first_kept": True}
    pair = AnswerPair(request_id=n, **(details | options))
    await database.write(lambda tx: store.add_pair(tx, pair))
    return pair


async def vote(database: Database, store: ComparisonStore, pair: AnswerPair, said: Vote) -> bool:
    return await database.write(lambda tx: store.vote(tx, pair, said, now=3))


async def test_one_runs_at_a_time(database: Database, store: ComparisonStore):
    await start(database, store)
    await start(database, store, request_id=2)

    expected = Comparison(
        id=1, request_id=1, model_a=1, model_b=2, n_first=50, n_wanted=50, every=3, ending=None
    )
    assert await store.running() == expected
    assert [await end(database, store), await end(database, store)] == [True, False]
    assert await store.running() is None
    await start(database, store)
    assert await store.running() is None, "a replay"


@pytest.mark.parametrize("ending", ComparisonEnding)
async def test_only_what_was_not_decided_goes_on(
    database: Database, store: ComparisonStore, ending: ComparisonEnding
):
    await start(database, store)
    await end(database, store, ending)

    await database.write(lambda tx: store.prolong(tx, 1, 100))

    is_undecided = ending in (ComparisonEnding.ENOUGH, ComparisonEnding.STOPPED)
    running = await store.running()
    assert (running is not None) is is_undecided
    assert running is None or running.n_wanted == 100


async def test_nothing_goes_on_beside_another(database: Database, store: ComparisonStore):
    await start(database, store)
    await end(database, store)
    await start(database, store, request_id=2)

    await database.write(lambda tx: store.prolong(tx, 1, 100))

    running = await store.running()
    assert running is not None
    assert running.request_id == 2


async def test_votes_are_counted_by_model(database: Database, store: ComparisonStore):
    """Whichever number it had; a later vote of the same person takes the place of the first."""
    await start(database, store)
    pairs = [await add(database, store, n, is_a_first=n % 2 == 0) for n in range(1, 6)]
    await add(database, store, 9, person_id=8)

    for pair, said in zip(pairs, [Vote.SECOND, Vote.FIRST, Vote.FIRST, Vote.SAME], strict=False):
        assert await vote(database, store, pair, Vote.SECOND)
        assert await vote(database, store, pair, said)

    assert await store.votes(1) == Votes(n_a=2, n_b=1, n_same=1, n_people=1)


async def test_votes_after_the_end_do_not_count(database: Database, store: ComparisonStore):
    await start(database, store)
    pair = await add(database, store, 1)
    await end(database, store)

    assert not await vote(database, store, pair, Vote.FIRST)

    assert (await store.votes(1)).n == 0


async def test_a_pair_belongs_to_one_person(database: Database, store: ComparisonStore):
    await start(database, store)
    pair = await add(database, store, 1, is_first_kept=False)

    assert await store.pair(1, person_id=7) == pair
    assert await store.pair(1, person_id=8) is None
    assert pair.turns == (-1, 1)
    assert [pair.history(said) for said in Vote] == [-1, 1, 1]


@pytest.mark.parametrize("later", ["nothing", "a question", "another conversation"])
async def test_history_follows_the_better_answer_while_it_is_the_last(
    database: Database, later: str
):
    """Not once the conversation has gone on from the other one."""
    conversations = ConversationStore(database)

    async def add_turn(request_id: int) -> None:
        turn = Turn(user_text="?", assistant_text=f"{request_id}")
        await database.write(
            lambda tx: conversations.add_turn(
                tx,
                turn,
                topic=Topic(7),
                person_id=7,
                request_id=request_id,
                model="m",
                usage=None,
                now=1,
            )
        )

    async def left() -> list[int]:
        query = "SELECT request_id FROM turns WHERE replaced_by IS NULL ORDER BY id"
        return [row["request_id"] for row in await database.rows(query)]

    await add_turn(-4)
    await add_turn(4)
    await database.write(lambda tx: conversations.replace(tx, -4, by=4))
    if later == "a question":
        await add_turn(5)
    if later == "another conversation":
        await database.write(lambda tx: conversations.start(tx, Topic(7), now=2))
        await add_turn(6)

    async def prefer(tx: Transaction) -> None:
        for kept in (-4, -4, 4, -4):
            await conversations.prefer(tx, kept, over=-kept)

    await database.write(prefer)

    expected = {"nothing": [-4], "a question": [4, 5], "another conversation": [-4, 6]}
    assert await left() == expected[later]
    assert await conversations.answer_of(-4) == "-4"
    assert await conversations.answer_of(99) is None
