"""A plan where this project's engine trains: its numbers, its bases, and what it would refuse."""

from dataclasses import replace
from typing import Any

import pytest

from bot import errors
from bot.catalogue import load_catalogue
from bot.domain.training import (
    EngineEstimate,
    FineTuningJob,
    Hyperparameters,
    Refusal,
    TrackedJob,
    TrainingRun,
)
from bot.jobs.curves import from_events
from bot.terminal.plan import plan_lines
from bot.texts import Texts
from bot.training import base_views, ending_views, views
from bot.training.bases import BaseOffer, value_of
from bot.training.edits import PlanPart
from bot.training.remedies import Remedy
from bot.training.views import PlanFacts
from bot.usage.cost import Estimate, at_server, estimate, with_engine
from tests.composition import ADMIN, MODEL, PARAMETERS, BotParts
from tests.fakes import job_of
from tests.screens import EN, ENGINE, RU, RUN, SUBMITTED, buttons_of, shown

CATALOGUE = load_catalogue()
OWN = "http://127.0.0.1:8081/v1"
SMALL, LARGE = "Qwen/Qwen3-0.6B", "t-tech/T-lite-it-2.1"
LONG = "HuggingFaceTB/SmolLM2-135M-Instruct"
AUTO = replace(PARAMETERS, base_model=SMALL, learning_rate_multiplier=None)
TOO_LARGE = replace(ENGINE, memory_bytes=22_500_000_000, fits=False)
TUNED = f"ft:{SMALL}:org:natasha-v1:AbC"


def guess(engine: EngineEstimate | None = ENGINE, **more: Any) -> Estimate:
    found = estimate(61_480, 3, CATALOGUE.model(more.pop("model", SMALL)), CATALOGUE)
    found = at_server(found, CATALOGUE.pricing(OWN))
    return replace(with_engine(found, engine) if engine else found, **more)


def plan(found: Estimate, parameters: Hyperparameters = AUTO, texts: Texts = RU):
    run = replace(RUN, parameters=parameters)
    return views.plan(texts, run, PlanFacts(estimate=found, base_url=OWN), CATALOGUE)


def details(found: Estimate, parameters: Hyperparameters = AUTO) -> str:
    run = replace(RUN, parameters=parameters)
    return shown(views.details(RU, run, PlanFacts(estimate=found, base_url=OWN), CATALOGUE))


def engine_has(parts: BotParts, **estimates: EngineEstimate) -> None:
    """The server is the engine, with these base models and a tuned one."""
    names = {"small": SMALL, "large": LARGE, "long": LONG, "mini": MODEL}
    parts.provider.estimates = {names[name]: found for name, found in estimates.items()}
    parts.provider.models = [*parts.provider.estimates, TUNED]


async def offers(parts: BotParts, run: TrainingRun) -> list[BaseOffer]:
    return list(await parts.offers.bases_for(run))


# What the plan says


def test_plan_says_what_the_server_makes_of_it():
    screen = plan(guess())
    text = details(guess())

    assert "natasha-v1 из Qwen/Qwen3-0.6B" in shown(screen)
    assert "Бесплатно, на вашем железе · ~12 мин" in shown(screen)
    for part in (
        "Эпох: 3 · темп: авто · имя: natasha-v1",
        "На сервере (cuda:0): скорость обучения 0,0002 · пакет 4",
        "токенов за обучение: 184",
        "Цена: 0, обучает ваше железо.",
        "Время: ~12 мин, по оценке сервера",
    ):
        assert part in text
    assert "⚠️" not in shown(screen)
    assert "$" not in text + shown(screen) + screen.buttons[0][0].text
    assert buttons_of(screen)[0] == "training:start:12"


def test_multiplier_that_would_hardly_train_comes_with_a_way_out():
    """OpenAI's 0.1 of a rate for LoRA."""
    slow = replace(ENGINE, learning_rate=0.00002)
    slow_guess, multiplied = guess(slow), replace(AUTO, learning_rate_multiplier=0.1)
    screen = plan(slow_guess, multiplied)

    assert "скорость обучения 0,00002 · пакет 4" in details(slow_guess, multiplied)
    assert "Сам сервер взял бы скорость 0,0002." in shown(screen)
    assert "training:set:12-multiplier=auto" in buttons_of(screen)
    assert buttons_of(screen)[0] == "training:start:12"
    half = plan(guess(replace(ENGINE, learning_rate=0.0001)))
    assert "training:set:12-multiplier=auto" not in buttons_of(half)


def test_rehearsal_is_named_so():
    played = replace(ENGINE, backend="rehearsal", learning_rate=None, seconds=None, device="cpu")
    screen = plan(guess(played, model=MODEL), replace(AUTO, base_model=MODEL))

    text = details(guess(played, model=MODEL), replace(AUTO, base_model=MODEL))
    assert "Бесплатно, это репетиция · 1,5–3 ч" in shown(screen)
    assert "это репетиция: сервер только изображает обучение. У OpenAI было бы" in text
    assert "и очередь у провайдера" in text
    assert "скорость обучения" not in text
    assert screen.buttons[0][0].text == "🚀 Запустить"


def test_jobs_before_it_are_counted():
    assert "В очереди перед ним заданий: 2" in shown(plan(guess(replace(ENGINE, jobs_ahead=2))))
    assert "В очереди" not in shown(plan(guess()))


def test_what_does_not_fit_is_not_offered_to_start():
    screen = plan(guess(TOO_LARGE))

    assert "нужно около 22,5 ГБ, а есть 16,0 ГБ (cuda:0)" in shown(screen)
    assert buttons_of(screen)[0] == "training:edit:12-model"
    assert "training:start:12" not in buttons_of(screen)
    unknown = shown(plan(guess(replace(TOO_LARGE, memory_bytes=None))))
    assert "Не хватит памяти (cuda:0)." in unknown


def test_model_that_the_server_lacks_is_not_offered_to_start():
    """Neither a price nor a time is made up for it."""
    screen = plan(guess(None, lacks_model=True), replace(AUTO, base_model=MODEL))

    assert f"На сервере (127.0.0.1) нет модели {MODEL}" in shown(screen)
    text = details(guess(None, lacks_model=True), replace(AUTO, base_model=MODEL))
    assert not any(word in text + shown(screen) for word in ("Цена", "Время", "Бесплатно"))
    assert buttons_of(screen)[0] == "training:edit:12-model"


def test_terminal_says_the_same():
    run = replace(RUN, parameters=AUTO)

    def said(found: Estimate) -> str:
        return "\n".join(plan_lines(run, found, None))

    text = said(guess(replace(ENGINE, jobs_ahead=1)))
    for part in (
        "learning rate multiplier: auto",
        "Tokens: 184,440",
        "Price: 0, your own hardware",
        "On the server (cuda:0): learning rate 0.0002, batch 4",
        "Time: ~12 min, as the server estimates",
        "Jobs ahead in the queue: 1",
    ):
        assert part in text
    assert "Not enough memory on cuda:0: it needs ~22.5 GB, but has 16.0 GB" in said(
        guess(TOO_LARGE)
    )
    assert "--learning-rate auto" in said(guess(replace(ENGINE, learning_rate=0.00002)))
    assert "a rehearsal" in said(guess(replace(ENGINE, backend="rehearsal")))
    lacking = said(guess(None, lacks_model=True))
    assert f"The server does not have {SMALL}" in lacking
    assert "Price" not in lacking


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (0.0005, "0,0005"),
        (0.00002, "0,00002"),
        (0.000025, "0,000025"),
        (1.0, "1"),
        (20.0, "20"),
        (0.1 + 0.2, "0,3"),
    ],
)
def test_rates_are_written_out(rate: float, expected: str):
    assert RU.significant(rate) == expected
    assert EN.significant(rate) == expected.replace(",", ".")


# What is asked of the server


async def test_engine_is_asked_about_the_plan_as_it_is(parts: BotParts):
    engine_has(parts, small=ENGINE)
    run = await parts.plan(AUTO)

    found = await parts.estimates.of_run(run)

    parameters, asked = parts.provider.asked_estimates[-1]
    assert (found.engine, found.minutes_low, found.minutes_high) == (ENGINE, 12, 12)
    assert (parameters.base_model, parameters.learning_rate_multiplier) == (SMALL, None)
    assert (asked["n_examples"], asked["example_tokens"]) == (12, run.dataset.n_tokens)
    assert 0 < asked["longest_example"] < run.dataset.n_tokens
    assert parts.provider.calls == []


async def test_openai_is_not_asked_for_what_it_does_not_have(parts: BotParts):
    parts.begin(openai_base_url="https://api.openai.com/v1")
    run = await parts.plan()

    assert (await parts.estimates.of_run(run)).engine is None
    assert parts.provider.asked_estimates == []


async def test_another_server_is_planned_for_as_ever(parts: BotParts):
    run = await parts.plan()

    found = await parts.estimates.of_run(run)

    assert (found.engine, found.lacks_model, found.can_start) == (None, False, True)
    assert run.parameters == PARAMETERS
    assert await offers(parts, run) == []


# Bases


async def test_only_base_takes_the_place_of_one_that_is_not_there(parts: BotParts):
    """The plan says so above itself."""
    engine_has(parts, small=ENGINE)
    run = await parts.plan()

    screen = views.taken(RU, plan(guess()), run, asked=MODEL)

    assert run.parameters.base_model == SMALL
    assert f"Модели {MODEL} на сервере нет, взяла ту, что есть: {SMALL}." in shown(screen)
    assert views.taken(RU, plan(guess()), run, asked=SMALL) == plan(guess())


async def test_of_several_bases_people_choose(parts: BotParts):
    """The plan is kept with the model that is not there, so that everything else stays."""
    engine_has(parts, small=ENGINE, large=TOO_LARGE, long=replace(ENGINE, seconds=None))
    run = await parts.plan()
    assert run.parameters == PARAMETERS
    assert (await parts.estimates.of_run(run)).lacks_model

    found = await offers(parts, run)
    screen = base_views.bases(RU, run, found)

    assert [offer.name for offer in found] == [SMALL, LARGE, LONG]
    assert [row[0].text for row in screen.buttons] == [
        f"{SMALL} · ~12 мин",
        f"{LARGE} · не хватит памяти",
        LONG,
        "Назад к плану",
    ]
    value = screen.buttons[2][0].data.partition("model=")[2]
    chosen = await parts.training.edit(run.id, PlanPart.MODEL, value)
    assert chosen.parameters == replace(PARAMETERS, base_model=LONG)
    assert base_views.bases(RU, chosen, found).buttons[2][0].text == f"✓ {LONG}"


async def test_base_that_is_gone_by_now(parts: BotParts):
    engine_has(parts, small=ENGINE, long=ENGINE)
    run = await parts.plan(AUTO)
    engine_has(parts, small=ENGINE)

    with pytest.raises(errors.ButtonGone):
        await parts.training.edit(run.id, PlanPart.MODEL, value_of(LONG))


async def test_many_bases_are_offered_and_some_estimated(parts: BotParts):
    parts.provider.models = [f"base-{n}" for n in range(30)]
    parts.provider.estimates = dict.fromkeys(parts.provider.models, ENGINE)
    run = await parts.plan(replace(AUTO, base_model="base-0"))

    found = await offers(parts, run)

    assert [offer.estimate for offer in found] == [ENGINE] * 8 + [None] * 12


async def test_list_of_bases_that_can_not_be_read(parts: BotParts):
    """The plan comes all the same, and says what is the matter."""
    engine_has(parts, small=ENGINE)
    parts.provider.fails("model_names", errors.ProviderUnreachable(), errors.ProviderUnreachable())

    run = await parts.plan()

    assert (await parts.estimates.of_run(run)).lacks_model
    assert await offers(parts, run) == []


async def test_preset_leaves_the_engine_its_own_base_and_rate(parts: BotParts):
    """The most expensive one brings OpenAI's strongest model, which the engine lacks."""
    engine_has(parts, small=ENGINE, large=ENGINE)
    run = await parts.plan(AUTO)

    edited = await parts.training.edit(run.id, PlanPart.PRESET, "premium")

    assert edited.parameters == replace(AUTO, n_epochs=5, suffix="natasha-premium-v1")
    parts.begin(base_model=LARGE)
    asked = replace(PARAMETERS, base_model="gpt-4.1-2025-04-14")
    assert (await parts.plan(asked)).parameters.base_model == LARGE


async def test_multiplier_is_left_to_the_server_by_a_button(parts: BotParts):
    run = await parts.plan()

    assert "auto" in await parts.offers.choices(run, PlanPart.MULTIPLIER)
    edited = await parts.training.edit(run.id, PlanPart.MULTIPLIER, "auto")
    assert edited.parameters == replace(PARAMETERS, learning_rate_multiplier=None)


# After the end


async def test_half_of_what_the_server_chose(parts: BotParts):
    """While nobody knows the number, none can be halved."""
    engine_has(parts, small=ENGINE)
    run = await parts.settled(await parts.confirm(await parts.plan(AUTO)))
    assert run.job_id is not None
    assert Remedy.MULTIPLIER not in parts.offers.remedies(run)

    parts.provider.moves(run.job_id, "running", learning_rate_multiplier=1.0)
    await parts.looked_at(run.job_id)

    run = await parts.run(run.id)
    smaller = await parts.training.plan_like(
        run.id, Remedy.MULTIPLIER, asked_by=ADMIN, request_id=parts.request()
    )
    assert smaller.parameters.learning_rate_multiplier == 0.5
    assert run.job_id is not None
    tracked = await parts.tracked(run.job_id)
    screen = ending_views.remedies(RU, tracked, run, parts.offers.remedies(run))
    assert "Осторожнее темп: 1 → 0,5" in shown(screen)
    derived = ending_views.derived(RU, plan(guess()), run, smaller)
    assert "темп осторожнее: авто → 0,5" in shown(derived)
    more = parts.offers.remedies(run)[Remedy.EPOCHS]
    assert more == replace(AUTO, n_epochs=5)


@pytest.mark.parametrize(
    ("code", "words", "first"),
    [
        ("insufficient_memory", "не хватит памяти", "training:models:12"),
        ("out_of_memory", "Памяти не хватило", "training:models:12"),
        ("bad_number", "темп осторожнее", "training:like:12-multiplier"),
        ("disk_full", "место на диске", "training:retry:12"),
        ("base_missing", "файлы базовой модели", "training:models:12"),
        ("crashed", "упал процесс", "training:retry:12"),
        ("killed", "прервали процесс", "training:retry:12"),
        ("server_error", "произошла ошибка", "training:retry:12"),
    ],
)
def test_engines_reasons_are_told_with_the_next_step(code: str, words: str, first: str):
    job = job_of(status="failed", refusal=Refusal(code=code, message="It needs 22.5 GB."))
    ending = ending_of(job, SUBMITTED)
    for texts in (RU, EN):
        screen = ending_views.finished(texts, ending)
        assert "It needs 22.5 GB." in shown(screen)
        assert buttons_of(screen)[0] == first
    assert words in shown(ending_views.finished(RU, ending))


def test_no_half_of_a_multiplier_that_nobody_knows():
    run = replace(SUBMITTED, parameters=AUTO)
    job = job_of(status="failed", refusal=Refusal(code="bad_number", message="nan"))

    screen = ending_views.finished(RU, ending_of(job, run))

    assert buttons_of(screen)[0] == "training:retry:12"


async def test_end_for_lack_of_memory_leads_to_another_base(parts: BotParts):
    engine_has(parts, small=ENGINE, long=ENGINE, large=TOO_LARGE)
    run = await parts.plan(replace(AUTO, base_model=LARGE))

    found = await parts.offers.other_bases(run)
    screen = ending_views.other_model(RU, run, found)

    assert [row[0].text for row in screen.buttons] == [f"{SMALL} · ~12 мин", f"{LONG} · ~12 мин"]
    value = screen.buttons[1][0].data.partition("-")[2]
    plan_of = await parts.training.plan_with(
        run.id, value, asked_by=ADMIN, request_id=parts.request()
    )
    assert plan_of.parameters.base_model == LONG


def ending_of(job: FineTuningJob, run: TrainingRun) -> ending_views.JobEnding:
    return ending_views.JobEnding(
        tracked=TrackedJob(job=job, number=4, run_id=run.id, followed_by=None),
        run=run,
        curves=from_events([]),
        file=None,
        starter="",
        price_usd=None,
        page=None,
    )
