"""What speaks against a start is asked about once: the ceiling of the month, another dataset."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.models import Usage
from bot.domain.training import RunState, TrainingRun
from bot.errors import ProviderUncertain
from bot.training.entities import Month, StartDoubts
from bot.training.start_views import ask
from bot.training.views import PlanFacts, plan
from bot.usage.cost import estimate
from tests.composition import ADMIN, MODEL, TESTER, BotParts, write_dataset
from tests.screens import CATALOGUE, OPENAI, RU, RUN, buttons_of, shown

TWO_CENTS = {"prompt_tokens": 0, "completion_tokens": 6_250}
"""Of a model tuned from `MODEL`, whose answers cost $3.20 for a million tokens."""


@pytest.fixture
def home(parts: BotParts) -> BotParts:
    """Everything at the provider of the catalogue's prices."""
    parts.begin(openai_base_url=OPENAI)
    return parts


async def ceiling(parts: BotParts, usd: int) -> None:
    await parts.database.write(lambda tx: parts.spending.ceiling.set(tx, usd))


async def priced(parts: BotParts, usd: float, **changes: Any) -> TrainingRun:
    """A plan that costs so much."""
    run = await parts.plan(replace(RUN.parameters, **changes))
    await parts.database.write(
        lambda tx: tx.execute(
            "UPDATE training_runs SET price_usd = :usd WHERE id = :id", {"usd": usd, "id": run.id}
        )
    )
    return await parts.run(run.id)


async def start(parts: BotParts, run: TrainingRun) -> TrainingRun | StartDoubts:
    return await parts.starts.start(run.id, by=ADMIN, request_id=parts.request())


async def spent(parts: BotParts) -> float:
    return (await parts.spending.month()).spent_usd


async def test_month_is_answers_ended_jobs_and_those_that_run(home: BotParts):
    assert await spent(home) == 0
    await home.database.write(
        lambda tx: home.accounts.add(
            tx, TESTER, model=f"ft:{MODEL}:org:n:1", messages=[], answer="",
            usage=Usage(**TWO_CENTS),
        )
    )  # fmt: skip
    known = CATALOGUE.model(MODEL)
    assert known is not None
    assert await spent(home) == pytest.approx(6_250 * (known.output_usd or 0) / 1e6)
    answers = await spent(home)

    run = await home.settled(await home.confirm(await priced(home, 2.0)))
    assert await spent(home) == pytest.approx(answers + 2.0)

    assert run.job_id is not None
    home.provider.moves(
        run.job_id, "succeeded", fine_tuned_model="ft:x", trained_tokens=1_000_000,
        finished_at=int(time.time()),
    )  # fmt: skip
    home.watching.wake(run.job_id)
    await home.looked_at(run.job_id)
    assert await spent(home) == pytest.approx(answers + 5.0)
    await home.database.write(lambda tx: tx.execute("UPDATE jobs SET finished_at = 1"))
    assert await spent(home) == pytest.approx(answers)


async def test_start_above_the_ceiling_asks_and_a_second_press_starts(home: BotParts):
    await ceiling(home, 5)
    run = await priced(home, 6.0)

    found = await start(home, run)

    assert found == StartDoubts(month=Month(spent_usd=0, ceiling_usd=5))
    assert (await home.run(run.id)).state is RunState.PLANNED
    assert home.provider.calls == []
    assert (await home.settled(await home.confirm(run))).job_id == "ftjob-1"


@pytest.mark.parametrize(("usd", "price"), [(0, 6.0), (6, 6.0), (5, 0.0)])
async def test_start_within_the_ceiling_asks_nothing(home: BotParts, usd: int, price: float):
    await ceiling(home, usd)

    assert isinstance(await start(home, await priced(home, price)), TrainingRun)


async def test_of_starts_at_once_no_more_than_fit_below_the_ceiling(home: BotParts):
    """The transaction that starts one counts the others."""
    await ceiling(home, 10)
    plans = [await priced(home, 4.0, n_epochs=n + 1) for n in range(6)]

    found = await asyncio.gather(*(start(home, run) for run in plans))

    assert sum(isinstance(each, TrainingRun) for each in found) == 2


@pytest.mark.parametrize(("usd", "is_asked"), [(11, True), (12, False)])
async def test_lost_job_is_created_again_above_the_ceiling_only_after_a_yes(
    home: BotParts, usd: int, is_asked: bool
):
    """The run's own estimate counts once."""
    home.provider.fails("create_job", ProviderUncertain())
    lost = await home.settled(await home.confirm(await priced(home, 6.0)))
    await home.settled(await home.confirm(await priced(home, 6.0, n_epochs=5)))
    await ceiling(home, usd)

    found = await home.starts.try_again(lost.id)

    month = Month(spent_usd=6.0, ceiling_usd=usd)
    assert found == (StartDoubts(month=month) if is_asked else True)
    assert await home.starts.try_again(lost.id, is_sure=True) is is_asked
    assert (await home.settled(lost)).state is RunState.SUBMITTED
    assert len(home.provider.jobs) == 2


async def test_ceiling_outlives_a_restart_and_can_be_taken_away(home: BotParts):
    await ceiling(home, 20)
    await home.restart()
    assert (await home.spending.month()).ceiling_usd == 20
    await ceiling(home, 0)
    assert (await home.spending.month()).ceiling_usd is None


async def test_plan_whose_dataset_is_no_longer_in_use_asks_once(parts: BotParts):
    run = await parts.plan()
    write_dataset(parts.path, n=15)
    current = await parts.datasets.current()

    assert await start(parts, run) == StartDoubts(in_use=current.id)
    assert (await parts.settled(await parts.confirm(run))).job_id == "ftjob-1"


async def test_dataset_that_is_gone_asks_nothing(parts: BotParts):
    """The plan's own copy is kept."""
    run = await parts.plan()
    parts.path.unlink()

    assert isinstance(await start(parts, run), TrainingRun)


async def test_late_press_asks_and_a_fresh_one_starts(parts: BotParts):
    """Asking changes nothing; a replay of a press that has started it is not asked about."""
    run = await parts.plan()
    for request_id in (71, 72):
        found = await parts.starts.start(run.id, by=ADMIN, request_id=request_id, is_late=True)
        assert found == StartDoubts(is_late=True)
    assert (await parts.run(run.id)).state is RunState.PLANNED
    screen = ask(RU, run, StartDoubts(is_late=True), None, is_own=False)
    assert "Запускать и сейчас?" in shown(screen)
    assert buttons_of(screen)[0] == f"training:another:{run.id}"

    assert isinstance(await start(parts, run), TrainingRun)
    again = await parts.starts.start(run.id, by=ADMIN, request_id=parts.n_requests, is_late=True)
    assert isinstance(again, TrainingRun)
    assert len(parts.provider.jobs) <= 1


def test_all_reasons_stand_in_one_question():
    doubts = StartDoubts(in_use=9, month=Month(spent_usd=3.5, ceiling_usd=20))
    screen = ask(RU, replace(RUN, price_usd=18.0), doubts, None, is_own=False)

    for part in (
        "План №12 ещё не запущен",
        "на датасете №1, а в работе теперь №9",
        "около $18,00, а потрачено $3,50 из $20 в этом месяце",
    ):
        assert part in shown(screen)
    assert screen.buttons[0][0].text == "🚀 Запустить сверх предела"
    assert buttons_of(screen) == [
        "training:another:12", "training:show:12", "training:drop:12", "training:ceiling:",
    ]  # fmt: skip
    [old, *_] = ask(RU, RUN, StartDoubts(in_use=9), None, is_own=False).buttons
    assert old[0].text == "🚀 Запустить на датасете №1"


def test_plan_says_the_month_only_where_there_is_a_ceiling():
    guess = estimate(61_480, 3, CATALOGUE.model(MODEL), CATALOGUE)

    def said(month: Month) -> str:
        return shown(
            plan(RU, RUN, PlanFacts(estimate=guess, base_url=OPENAI, month=month), CATALOGUE)
        )

    assert "$3,00 из $20 в этом месяце" in said(Month(spent_usd=3, ceiling_usd=20))
    assert "месяце" not in said(Month(spent_usd=3, ceiling_usd=None))
