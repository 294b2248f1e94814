"""Ratings as the services see them: what is kept with an answer, and what becomes of it."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import AnswerGone
from bot.ratings.entities import Awaited, Complaint, RatedTurn
from bot.ratings.quality import LATELY_S, Change
from tests.access.test_stores import privacy_of
from tests.composition import ADMIN, PROMPT, TESTER, TUNED, House, person

CHAT = TESTER


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A model serves."""
    opened = await House.open(tmp_path)
    await opened.serving.use(await opened.serving.model(TUNED), by=ADMIN)
    yield opened
    await opened.close()


async def talk(house: House, text: str, *, replaces: int | None = None) -> int:
    """Ask, and be answered; returns the request id."""
    request_id = house.request()
    old = await house.chat.last_turn(CHAT, replaces) if replaces else None
    question = await house.chat.question(text, person=person(), chat_id=CHAT, replaces=old)
    await house.database.write(
        lambda tx: house.chat.store(
            tx,
            question,
            f"Ответ на {text}",
            person=person(),
            chat_id=CHAT,
            request_id=request_id,
            usage=None,
            is_stopped=False,
        )
    )
    return request_id


async def rate(house: House, turn_id: int, *, is_good: bool | None) -> None:
    await house.database.write(
        lambda tx: house.feedback.rate(tx, turn_id, person_id=TESTER, is_good=is_good)
    )


async def window(house: House, turn_id: int) -> list[str]:
    return [turn.user_text for turn in (await rated(house))[turn_id].window]


async def rated(house: House) -> dict[int, RatedTurn]:
    return {each.request_id: each for each in await house.ratings.rated()}


async def test_what_the_model_was_shown_is_kept(house: House):
    """Also where not all of history fitted, and where the prompt was changed since."""
    turns = [await talk(house, f"вопрос {n}") for n in range(3)]
    turns.append(await talk(house, "вопрос 2", replaces=turns[-1]))
    house.begin(history_max_tokens=60)
    turns.append(await talk(house, "вопрос 4"))
    await house.serving.use(await house.serving.model(TUNED), by=ADMIN, system_prompt="Иначе.")
    turns.append(await talk(house, "вопрос 5"))
    for turn_id in turns:
        await rate(house, turn_id, is_good=True)

    assert [await window(house, turn_id) for turn_id in turns[:4]] == [
        [],
        ["вопрос 0"],
        ["вопрос 0", "вопрос 1"],
        ["вопрос 0", "вопрос 1"],
    ]
    assert await window(house, turns[4]) == ["вопрос 1", "вопрос 2"]
    prompts = [(await rated(house))[turn_id].system_prompt for turn_id in turns]
    assert prompts == [PROMPT] * 5 + ["Иначе."]


async def test_deleted_with_everything_else(house: House):
    """Ratings, corrections and what is awaited go with the words; buttons say so."""
    privacy = privacy_of(house.database)
    first, second = await talk(house, "раз"), await talk(house, "два")
    await rate(house, first, is_good=False)
    await house.database.write(lambda tx: house.feedback.complain(tx, first, Complaint.UNTRUE))
    await house.database.write(
        lambda tx: house.feedback.correct(tx, second, "тайна", person_id=TESTER, message_id=70)
    )
    awaited = Awaited(turn_id=first, message_id=71)
    await house.database.write(
        lambda tx: house.feedback.wait(
            tx, awaited, person_id=TESTER, request_id=9, until=2_000_000_000
        )
    )
    words = await privacy.words_of(TESTER)
    assert (words.n_ratings, words.n_corrections) == (1, 1)
    told = [turn.rating for turn in await privacy.turns_of(TESTER)]
    assert [(each.complaint, each.correction) for each in told] == [
        (Complaint.UNTRUE, None),
        (None, "тайна"),
    ]

    await house.database.write(lambda tx: privacy.forget(tx, person()))
    for table in ("ratings", "awaited_corrections", "turns"):
        assert await house.database.rows(f"SELECT 1 FROM {table}") == []
    with pytest.raises(AnswerGone):
        await house.feedback.of(first, person_id=TESTER)
    await rate(house, first, is_good=True)
    assert await house.ratings.rated() == []


async def test_trend_needs_enough_ratings(house: House):
    """Ten before and ten in the last days; fewer are not compared."""
    turns = [await talk(house, f"{n}") for n in range(20)]
    for n, turn_id in enumerate(turns):
        await rate(house, turn_id, is_good=n >= 10)
        if n < 10:
            await house.database.write(
                lambda tx, turn_id=turn_id: tx.execute(  # type: ignore[misc]
                    "UPDATE ratings SET rated_at = rated_at - :s WHERE request_id = :id",
                    {"s": LATELY_S + 60, "id": turn_id},
                )
            )
    (quality,) = await house.quality.overview()
    assert (quality.share.n_good, quality.share.n, quality.n_bad) == (10, 20, 10)
    assert quality.trend is not None
    assert quality.trend.change is Change.UP
    assert dataclasses.astuple(quality.trend.lately) == (10, 10)

    await rate(house, turns[0], is_good=None)
    (quality,) = await house.quality.overview()
    assert quality.trend is None
    assert quality.share.n == 19

    details = await house.model_desk.details(quality.model.id)
    assert details.share == quality.share == (await house.quality.shares())[quality.model.id]
    assert await house.quality.of_model(quality.model.id) == quality
    assert await house.quality.of_model(99) is None
