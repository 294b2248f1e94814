"""What people think of answers, kept with everything that the model was shown."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from bot.chat.store import ConversationStore
from bot.domain.models import Topic, Turn
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.entities import AwaitedCorrection, Complaint, RatedTurn, Rating
from bot.ratings.store import RatingCounts, RatingStore
from bot.serving.store import ModelStore
from bot.storage.database import Database

ME, OTHER = 5, 6
PROMPT = "Ты Наташа."


@pytest.fixture
def store(database: Database) -> RatingStore:
    return RatingStore(database)


@pytest.fixture
def awaited(database: Database) -> AwaitedCorrectionStore:
    return AwaitedCorrectionStore(database)


async def said(database: Database, n: int, by: int = ME, *, model: str = "m", **shown: Any) -> Turn:
    """Turn number *n*."""
    conversations = ConversationStore(database)
    turn = Turn(user_text=f"вопрос {n}", assistant_text=f"ответ {n}")
    await database.write(
        lambda tx: conversations.add_turn(
            tx, turn, topic=Topic(by), person_id=by, request_id=n, model=model, usage=None, now=n
        )
    )
    if shown:
        await database.write(lambda tx: conversations.remember_shown(tx, n, **shown))
    return turn


async def rate(
    database: Database, n: int, *, is_good: bool = False, by: int = ME, now: int = 100
) -> None:
    store = RatingStore(database)
    await database.write(lambda tx: store.rate(tx, n, person_id=by, is_good=is_good, now=now))


async def correct(database: Database, n: int, text: str, *, by: int = ME, message: int = 70):
    store = RatingStore(database)
    await database.write(
        lambda tx: store.correct(tx, n, person_id=by, text=text, message_id=message, now=101)
    )


async def changed(database: Database, change: Callable[..., Coroutine[Any, Any, None]], *args: Any):
    await database.write(lambda tx: change(tx, *args))


async def test_a_rating_changes_and_is_taken_back(database: Database, store: RatingStore):
    """The reason goes with the 👎 that it was given for; a correction stays."""
    await said(database, 1)
    assert await store.of(1, person_id=ME) == Rating()

    await rate(database, 1, is_good=False)
    await database.write(lambda tx: store.complain(tx, 1, Complaint.UNTRUE, now=100))
    await correct(database, 1, "Вдох.")
    rated = Rating(is_good=False, complaint=Complaint.UNTRUE, correction="Вдох.")
    assert await store.of(1, person_id=ME) == rated

    await rate(database, 1, is_good=True)
    assert await store.of(1, person_id=ME) == Rating(is_good=True, correction="Вдох.")
    await database.write(lambda tx: store.complain(tx, 1, Complaint.OTHER, now=100))
    await changed(database, store.take_back, 1)
    assert await store.of(1, person_id=ME) == Rating(correction="Вдох.")
    await changed(database, store.drop_correction, 1)
    assert await store.of(1, person_id=ME) == Rating()
    assert await store.rated() == []


async def test_a_correction_leaves_and_the_rating_stays(database: Database, store: RatingStore):
    await said(database, 1)
    await correct(database, 1, "Вдох.", message=70)
    await correct(database, 1, "Выдох.", message=71)
    await rate(database, 1)

    assert await store.of(1, person_id=ME) == Rating(is_good=False, correction="Выдох.")
    assert await store.corrected_by(ME, 71) == 1
    assert await store.corrected_by(ME, 70) is None
    assert await store.corrected_by(OTHER, 71) is None
    await changed(database, store.drop_correction, 1)
    assert await store.of(1, person_id=ME) == Rating(is_good=False)
    assert await store.corrected_by(ME, 71) is None
    await changed(database, store.take_back, 1)
    assert await store.rated() == []


async def test_nobody_rates_what_was_said_to_others(database: Database, store: RatingStore):
    """Neither answers that are gone; not even when it was asked for before they went."""
    await said(database, 1, by=OTHER)
    for n in (1, 2):
        await rate(database, n)
        await correct(database, n, "чужое")
        assert await store.of(n, person_id=ME) is None
    assert await store.rated() == []


def seen(rated: RatedTurn) -> tuple[str, list[str]]:
    return rated.system_prompt, [turn.user_text for turn in rated.window]


async def test_a_rated_answer_knows_what_the_model_was_shown(
    database: Database, store: RatingStore
):
    """Its prompt and window of back then, whatever was replaced or changed since."""
    conversations, models = ConversationStore(database), ModelStore(database)
    model = await database.write(
        lambda tx: models.remember(tx, "m", system_prompt="Старая", job_id=None, now=1)
    )
    await said(database, 1)
    await said(database, 2, system_prompt=PROMPT, n_window=1)
    await said(database, 3, system_prompt=PROMPT, n_window=2)
    await said(database, 4, system_prompt="Иначе", n_window=2)  # in the place of 3
    await database.write(lambda tx: conversations.replace(tx, 3, by=4))
    await said(database, 5, system_prompt="", n_window=2)
    await database.write(lambda tx: models.set_system_prompt(tx, model.id, "Новая"))
    for n in range(1, 6):
        await rate(database, n, is_good=n % 2 == 0, now=100 + n)

    rated = await store.rated()
    assert [seen(each) for each in rated] == [
        ("Новая", []),  # nobody kept what it was back then
        (PROMPT, ["вопрос 1"]),
        (PROMPT, ["вопрос 1", "вопрос 2"]),
        ("Иначе", ["вопрос 1", "вопрос 2"]),
        ("", ["вопрос 2", "вопрос 4"]),
    ]
    assert [each.rating.is_good for each in rated] == [False, True] * 2 + [False]
    assert (rated[4].request_id, rated[4].person_id, rated[4].model) == (5, ME, "m")
    assert (rated[4].user_text, rated[4].assistant_text) == ("вопрос 5", "ответ 5")
    assert (rated[4].answered_at, rated[4].rated_at) == (5, 105)
    assert len(await database.rows("SELECT 1 FROM prompts")) == 3

    assert await store.rated(limit=2) == rated[:2]
    assert await store.rated(after_id=rated[1].id, limit=2) == rated[2:4]
    assert await store.rated(after_id=rated[4].id) == []


async def test_ratings_are_counted_by_model(database: Database, store: RatingStore):
    """With those of the last days apart, and bad answers to read, the newest first."""
    models = ModelStore(database)
    known = [
        await database.write(
            lambda tx, name=name: models.remember(  # type: ignore[misc]
                tx, name, system_prompt="", job_id=None, now=1
            )
        )
        for name in ("a", "b", "c")
    ]
    for n in range(1, 8):
        await said(database, n, model="a" if n < 6 else "b")
    for n, is_good, now in ((1, True, 10), (2, False, 10), (3, True, 20), (4, False, 20)):
        await rate(database, n, is_good=is_good, now=now)
    await correct(database, 4, "лучше")
    await correct(database, 6, "лучше")

    assert await store.tallies(since=20) == [
        RatingCounts(
            model=known[1], n_good=0, n_bad=0, n_good_lately=0, n_bad_lately=0, n_corrections=1
        ),
        RatingCounts(
            model=known[0], n_good=2, n_bad=2, n_good_lately=1, n_bad_lately=1, n_corrections=1
        ),
    ]
    found = [await store.bad("a", offset=offset) for offset in range(3)]
    assert [each and each.request_id for each in found] == [4, 2, None]
    assert await store.bad("b", offset=0) is None


async def test_what_counts_is_the_order_of_arrival(
    database: Database, awaited: AwaitedCorrectionStore
):
    """Words from before a command are a correction even if the command was handled first.

    Later ones, and those after the time, are one only as a reply.
    """
    turn = AwaitedCorrection(turn_id=1, message_id=70, request_id=10)
    late = replace(turn, is_fresh=False)
    await database.write(lambda tx: awaited.begin(tx, ME, turn, expires_at=1000))

    assert await awaited.before(11, person_id=ME, now=999) == turn
    assert await awaited.before(9, person_id=ME, now=999) is None
    assert await awaited.before(11, person_id=ME, now=1000) == late
    assert await awaited.before(11, person_id=OTHER, now=999) is None

    ends = [
        await database.write(lambda tx, id_=id_: awaited.end(tx, ME, request_id=id_))  # type: ignore[misc]
        for id_ in (9, 12, 13)
    ]
    assert ends == [False, True, False]
    assert await awaited.before(11, person_id=ME, now=999) == turn
    assert await awaited.before(13, person_id=ME, now=999) == late

    other = AwaitedCorrection(turn_id=2, message_id=None, request_id=14)
    await database.write(lambda tx: awaited.begin(tx, ME, other, expires_at=1000))
    await database.write(lambda tx: awaited.done(tx, ME, turn_id=1))
    assert await awaited.before(15, person_id=ME, now=999) == other
    await database.write(lambda tx: awaited.done(tx, ME, turn_id=2))
    assert await awaited.before(15, person_id=ME, now=999) is None


async def test_no_query_scans_turns_or_ratings(
    database: Database,
    store: RatingStore,
    awaited: AwaitedCorrectionStore,
    monkeypatch: pytest.MonkeyPatch,
):
    await said(database, 1, system_prompt=PROMPT, n_window=0)
    await rate(database, 1)
    plans: list[str] = []
    rows = database.rows

    async def explained(sql: str, parameters: Any = None) -> Any:
        found = await rows(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plans.extend(row["detail"] for row in found)
        return await rows(sql, parameters)

    monkeypatch.setattr(database, "rows", explained)
    await store.of(1, person_id=ME)
    await store.corrected_by(ME, 70)
    await store.rated()
    await store.bad("m", offset=0)
    await store.tallies(since=1)
    await awaited.before(1, person_id=ME, now=1)
    await awaited.held(ME, request_id=1)

    assert [plan for plan in plans if plan.startswith("SCAN")] == ["SCAN m"]  # few models
    assert [plan for plan in plans if "TEMP" in plan] == []
    assert "SEARCH r USING INDEX ratings_by_model (model=?)" in plans
    assert "SEARCH r USING INDEX ratings_bad (model=?)" in plans
