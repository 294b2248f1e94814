"""However often an update is tried, a model is asked once for it until it is done."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from bot import errors
from bot.chat.kept_answers import FAILURE_S, KeptAnswers
from bot.chat.question import Question
from bot.domain.models import AnswerPart, Ending


@dataclass
class Model:
    """What it says, and how often it was asked."""

    failure: Exception | None = None
    n_asked: int = 0
    now: float = 0.0
    kept: KeptAnswers = field(init=False)

    def __post_init__(self) -> None:
        self.kept = KeptAnswers(lambda: self.now)

    async def answer(self) -> AsyncGenerator[AnswerPart | Question, None]:
        self.n_asked += 1
        yield "До"
        yield "брый"
        if self.failure:
            raise self.failure
        yield Ending.WHOLE

    async def heard(
        self, request_id: int = 1, model_id: int = 1, *, most: int = 9
    ) -> list[AnswerPart | Question]:
        heard: list[AnswerPart | Question] = []
        async with aclosing(self.kept.once(request_id, model_id, self.answer)) as pieces:
            async for piece in pieces:
                heard.append(piece)
                if len(heard) == most:
                    break
        return heard


async def test_further_tries_get_the_first_answer():
    model = Model()
    said = [await model.heard() for _ in range(8)]

    assert said == [["До", "брый", Ending.WHOLE]] * 8
    assert model.n_asked == 1


async def test_other_updates_and_other_models_are_asked():
    model = Model()
    await model.heard(1, 1)
    await model.heard(1, 2)
    await model.heard(2, 1)

    assert model.n_asked == 3


async def test_nothing_is_kept_of_an_update_that_is_done():
    model = Model()
    await model.heard()
    model.kept.forget(1)
    await model.heard()

    assert model.n_asked == 2


async def test_an_answer_that_was_left_is_not_asked_for_again():
    """It is paid for. What had come of it is all that there is."""
    model = Model()
    await model.heard(most=1)

    assert await model.heard() == ["До"]
    assert model.n_asked == 1


async def test_a_model_that_failed_is_asked_again_after_five_minutes():
    model = Model(failure=errors.ProviderBusy())
    for _ in range(8):
        with pytest.raises(errors.ProviderBusy):
            await model.heard()
    assert model.n_asked == 1

    model.now, model.failure = FAILURE_S + 1, None
    assert (await model.heard())[-1] is Ending.WHOLE


async def test_after_a_bug_the_next_try_asks_again():
    model = Model(failure=ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await model.heard()
    model.failure = None

    assert (await model.heard())[-1] is Ending.WHOLE
