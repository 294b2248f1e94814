"""Ratings as the services see them: what is kept with an answer, and what becomes of it."""

import dataclasses

import pytest

from bot.domain.models import Ending, Topic
from bot.errors import AnswerGone
from bot.ratings.entities import AwaitedCorrection, Complaint, HeldText, RatedTurn
from bot.ratings.quality import LATELY_S, ShareChange
from tests.composition import ADMIN, PROMPT, TESTER, TUNED, BotParts, person, privacy_of

CHAT = Topic(TESTER)


@pytest.fixture
async def parts(parts: BotParts) -> BotParts:
    """A model serves."""
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    return parts


async def talk(parts: BotParts, text: str, *, replaces: int | None = None) -> int:
    """Ask, and be answered; returns the request id."""
    request_id = parts.request()
    old = await parts.chat.last_turn(CHAT, replaces) if replaces else None
    question = await parts.chat.question(text, person=person(), topic=CHAT, replaces=old)
    await parts.database.write(
        lambda tx: parts.chat.store(
            tx,
            question,
            f"Ответ на {text}",
            person=person(),
            topic=CHAT,
            request_id=request_id,
            usage=None,
            ending=Ending.WHOLE,
        )
    )
    return request_id


async def rate(parts: BotParts, turn_id: int, *, is_good: bool | None) -> None:
    await parts.database.write(
        lambda tx: parts.feedback.rate(tx, turn_id, person_id=TESTER, is_good=is_good)
    )


async def window(parts: BotParts, turn_id: int) -> list[str]:
    return [turn.user_text for turn in (await rated(parts))[turn_id].window]


async def rated(parts: BotParts) -> dict[int, RatedTurn]:
    return {each.request_id: each for each in await parts.ratings.rated()}


async def test_what_the_model_was_shown_is_kept(parts: BotParts):
    """Also where not all of history fitted, and where the prompt was changed since."""
    turns = [await talk(parts, f"вопрос {n}") for n in range(3)]
    turns.append(await talk(parts, "вопрос 2", replaces=turns[-1]))
    parts.begin(history_max_tokens=60)
    turns.append(await talk(parts, "вопрос 4"))
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN, system_prompt="Иначе.")
    turns.append(await talk(parts, "вопрос 5"))
    for turn_id in turns:
        await rate(parts, turn_id, is_good=True)

    assert [await window(parts, turn_id) for turn_id in turns[:4]] == [
        [],
        ["вопрос 0"],
        ["вопрос 0", "вопрос 1"],
        ["вопрос 0", "вопрос 1"],
    ]
    assert await window(parts, turns[4]) == ["вопрос 1", "вопрос 2"]
    prompts = [(await rated(parts))[turn_id].system_prompt for turn_id in turns]
    assert prompts == [PROMPT] * 5 + ["Иначе."]


async def test_correction_is_awaited_in_its_topic(parts: BotParts):
    """What is written in another one is no work of an admin: they may be in danger themselves."""
    awaited = AwaitedCorrection(turn_id=1, message_id=71, request_id=9, thread_id=7)
    await parts.database.write(
        lambda tx: parts.feedback.awaited.begin(tx, TESTER, awaited, expires_at=2**40)
    )
    message = {"message_id": 80, "text": "Мне плохо.", "is_topic_message": True}
    found = [
        await parts.feedback.is_correction(person(), message | {"message_thread_id": thread_id})
        for thread_id in (7, 8)
    ]
    assert found == [True, False]


async def test_deleted_with_everything_else(parts: BotParts):
    """Ratings, corrections and what is awaited go with the words; buttons say so."""
    privacy = privacy_of(parts.database)
    first, second = await talk(parts, "раз"), await talk(parts, "два")
    await rate(parts, first, is_good=False)
    await parts.database.write(lambda tx: parts.feedback.complain(tx, first, Complaint.UNTRUE))
    await parts.database.write(
        lambda tx: parts.feedback.correct(tx, second, "тайна", person_id=TESTER, message_id=70)
    )
    awaited = AwaitedCorrection(turn_id=first, message_id=71, request_id=9)
    await parts.database.write(
        lambda tx: parts.feedback.awaited.begin(tx, TESTER, awaited, expires_at=2_000_000_000)
    )
    held = HeldText(request_id=10, person_id=TESTER, turn_id=first, message_id=72, text="тайна")
    await parts.database.write(lambda tx: parts.feedback.awaited.hold(tx, held))
    words = await privacy.store.words_of(TESTER)
    assert (words.n_ratings, words.n_corrections) == (1, 1)
    told = [turn.rating for turn in await privacy.turns_of(TESTER)]
    assert [(each.complaint, each.correction) for each in told] == [
        (Complaint.UNTRUE, None),
        (None, "тайна"),
    ]

    await parts.database.write(lambda tx: privacy.forget(tx, person()))
    for table in ("ratings", "awaited_corrections", "held_texts", "turns"):
        assert await parts.database.rows(f"SELECT 1 FROM {table}") == []
    with pytest.raises(AnswerGone):
        await parts.feedback.of(first, person_id=TESTER)
    await rate(parts, first, is_good=True)
    assert await parts.ratings.rated() == []


async def test_trend_needs_enough_ratings(parts: BotParts):
    """Ten before and ten in the last days; fewer are not compared."""
    turns = [await talk(parts, f"{n}") for n in range(20)]
    for n, turn_id in enumerate(turns):
        await rate(parts, turn_id, is_good=n >= 10)
        if n < 10:
            await parts.database.write(
                lambda tx, turn_id=turn_id: tx.execute(  # type: ignore[misc]
                    "UPDATE ratings SET rated_at = rated_at - :s WHERE request_id = :id",
                    {"s": LATELY_S + 60, "id": turn_id},
                )
            )
    (quality,) = await parts.quality.overview()
    assert (quality.share.n_good, quality.share.n, quality.n_bad) == (10, 20, 10)
    assert quality.trend is not None
    assert quality.trend.change is ShareChange.UP
    assert dataclasses.astuple(quality.trend.lately) == (10, 10)

    await rate(parts, turns[0], is_good=None)
    (quality,) = await parts.quality.overview()
    assert quality.trend is None
    assert quality.share.n == 19

    details = await parts.model_desk.details(quality.model.id)
    assert details.share == quality.share == (await parts.quality.shares())[quality.model.id]
    assert await parts.quality.of_model(quality.model.id) == quality
    assert await parts.quality.of_model(99) is None
