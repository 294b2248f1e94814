"""A new plan has a free name and prices on its choices, and needs neither luck nor a provider."""

import asyncio
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.training import EngineEstimate
from bot.training import base_views, edit_views, views
from bot.training.edits import PlanPart
from tests.composition import ADMIN, MODEL, PARAMETERS, BotParts
from tests.screens import CATALOGUE, ENGINE, OPENAI, RU, buttons_of, shown
from tests.training.test_engine import LARGE, SMALL, engine_has

OWN = "http://127.0.0.1:8081/v1"


async def unnamed(parts: BotParts) -> str:
    run = await parts.training.plan(
        PARAMETERS, asked_by=ADMIN, request_id=parts.request(), is_named=False
    )
    return run.parameters.suffix


async def test_next_free_name_is_proposed(parts: BotParts):
    """After a failure the name is free, because no model has it."""
    assert await unnamed(parts) == "natasha-v1"
    run = await parts.settled(await parts.confirmed())
    assert await unnamed(parts) == "natasha-v2"
    assert (await parts.plan()).parameters.suffix == "natasha-v1"  # somebody chose it

    assert run.job_id is not None
    parts.provider.moves(run.job_id, "failed", finished_at=1_800_000_000)
    parts.watching.wake(run.job_id)
    await parts.looked_at(run.job_id)
    assert await unnamed(parts) == "natasha-v1"


async def test_preset_brings_a_free_name(parts: BotParts):
    await parts.settled(
        await parts.confirm(await parts.plan(replace(PARAMETERS, suffix="natasha-test")))
    )
    run = await parts.plan()

    edited = await parts.training.edit(run.id, PlanPart.PRESET, "quick")

    assert edited.parameters.suffix == "natasha-test-v2"


async def test_every_choice_of_model_and_epochs_shows_its_price(parts: BotParts):
    parts.begin(openai_base_url=OPENAI)
    run = await parts.plan()

    for part, usual in ((PlanPart.MODEL, "✓ gpt-4.1-mini · "), (PlanPart.EPOCHS, "✓ 3 · ")):
        prices = await parts.offers.prices(run, part)
        screen = edit_views.choice(RU, run, part, prices, CATALOGUE)
        *choices, back = [button.text for row in screen.buttons for button in row]
        assert back == "Назад к плану"
        assert all("$" in text for text in choices), choices
        assert any(text.startswith(usual) for text in choices)
    names = await parts.offers.prices(run, PlanPart.SUFFIX)
    screen = edit_views.choice(RU, run, PlanPart.SUFFIX, names, CATALOGUE)
    assert f"training:name:{run.id}" in buttons_of(screen)


async def test_on_own_hardware_the_time_stands_in_the_place_of_the_price(parts: BotParts):
    parts.begin(openai_base_url=OWN)
    engine_has(parts, small=ENGINE, large=ENGINE)
    run = await parts.plan(replace(PARAMETERS, base_model=SMALL, learning_rate_multiplier=None))
    found = await parts.estimates.of_run(run)

    offers = await parts.offers.presets(run, found)
    facts = views.PlanFacts(estimate=found, base_url=OWN, presets=offers)
    screen = views.plan(RU, run, facts, CATALOGUE)

    assert {offer.parameters.base_model for offer in offers} == {SMALL}
    assert [b.text for b in screen.buttons[1]] == [
        "Быстро ~12 мин", "✓ Обычно ~12 мин", "Сильнее ~12 мин",
    ]  # fmt: skip
    assert "другая модель" not in shown(screen)
    epochs = await parts.offers.prices(run, PlanPart.EPOCHS)
    assert edit_views.choice(RU, run, PlanPart.EPOCHS, epochs, CATALOGUE).buttons[0][0].text == (
        "1 · ~12 мин"
    )


async def test_plan_can_be_made_while_the_provider_is_away(parts: BotParts):
    """It says that it knows neither price nor time; at home the catalogue knows the price."""
    parts.begin(openai_base_url=OWN)

    async def away(*_: object, **__: object) -> EngineEstimate:
        raise errors.ProviderUnreachable

    parts.provider.estimate = away  # type: ignore[method-assign]
    parts.provider.shutdown_date = away  # type: ignore[method-assign,assignment]
    run = await parts.plan()
    found = await parts.estimates.of_run(run)
    facts = views.PlanFacts(
        estimate=found,
        base_url=OWN,
        shutdown=await parts.offers.last_day(MODEL),
        presets=await parts.offers.presets(run, found),
    )

    text = shown(views.plan(RU, run, facts, CATALOGUE))
    assert "Сервер сейчас не отвечает: цена и время неизвестны" in text
    assert "Цена" not in shown(views.details(RU, run, facts, CATALOGUE))

    parts.begin(openai_base_url=OPENAI)
    found = await parts.estimates.of_run(run)
    assert (found.is_away, found.price_usd is not None) == (False, True)
    assert await parts.offers.last_day(MODEL) == CATALOGUE.shutdown(MODEL, base_url=OPENAI)


async def test_provider_that_hangs_holds_no_plan(parts: BotParts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.training.plan_offers._PATIENCE_S", 0.01)

    async def hangs(*_: object) -> None:
        await asyncio.sleep(60)

    parts.provider.shutdown_date = hangs  # type: ignore[method-assign,assignment]

    assert await parts.offers.last_day(MODEL) is None


def like(model: str):
    return replace(PARAMETERS, base_model=model)


async def test_unknown_model_is_answered_with_similar_ones(parts: BotParts):
    """Where it is known which ones there are; else any name is taken."""
    near = parts.offers.similar_models
    assert await near(like("gpt-4.1-mni")) == []
    parts.begin(openai_base_url=OPENAI)
    near = parts.offers.similar_models

    assert (await near(like("gpt-4.1-mni")))[0] == "gpt-4.1-mini"
    assert await near(like(MODEL)) == []
    assert await near(like("gpt-9-luna")) == []
    await parts.settled(await parts.confirm(await parts.plan(replace(PARAMETERS, suffix="soul"))))
    assert await near(like("soull")) == ["soul"]

    parts.begin(openai_base_url=OWN)
    near = parts.offers.similar_models
    engine_has(parts, small=ENGINE, large=ENGINE)
    assert await near(like("qwen/qwen3-0.6")) == [SMALL]
    assert await near(like(LARGE)) == []
    engine_has(parts, small=ENGINE)
    assert await near(like("qwen/qwen3-0.6")) == []


def test_buttons_of_similar_models_keep_the_other_words():
    asked = replace(PARAMETERS, base_model="gpt-4.1-mni", n_epochs=5, suffix="a" * 40)
    screen = base_views.unknown(RU, asked, PARAMETERS, ["gpt-4.1-mini", "gpt-4.1"])

    assert "Модели gpt-4.1-mni не знаю" in shown(screen)
    assert buttons_of(screen) == [
        "training:plan:model=gpt-4.1-mini epochs=5",
        "training:plan:model=gpt-4.1 epochs=5",
        "training:plan:model=gpt-4.1-mni epochs=5",
    ]
    short = base_views.unknown(
        RU, replace(PARAMETERS, learning_rate_multiplier=None, suffix="x"), PARAMETERS, ["m"]
    )
    assert buttons_of(short)[0] == "training:plan:model=m lr=auto suffix=x"
