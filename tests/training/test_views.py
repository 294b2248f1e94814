"""What a plan says before anybody pays: all that may go wrong with this dataset and this model."""

import datetime as dtm
from dataclasses import replace
from typing import Any

from bot.catalogue import load_catalogue
from bot.texts import Texts
from bot.training import views
from bot.usage.cost import estimate
from tests.screens import EN, OPENAI, RU, shown
from tests.screens import SUBMITTED as RUN

CATALOGUE = load_catalogue()
NBSP = "\N{NO-BREAK SPACE}"


def plan(texts: Texts = RU, *, base_model: str = "gpt-4.1-mini-2025-04-14", **more: Any) -> str:
    run = replace(RUN, parameters=replace(RUN.parameters, base_model=base_model))
    run = replace(run, dataset=replace(run.dataset, n_warnings=more.pop("n_warnings", 0)))
    guess = estimate(run.dataset.n_tokens, 3, CATALOGUE.model(base_model), CATALOGUE)
    facts = views.PlanFacts(estimate=guess, base_url=OPENAI, **more)
    return shown(views.plan(texts, run, facts, CATALOGUE))


def test_examples_that_the_model_can_not_read_whole_are_counted():
    assert f"Слишком длинных примеров: 7. Модель читает до 65{NBSP}536 токенов" in plan(n_cut=7)
    assert "Examples that are too long: 7. The model reads up to 65,536" in plan(EN, n_cut=7)
    assert "длинных" not in plan()


def test_limit_is_the_one_of_the_plan_s_model():
    assert f"до 8{NBSP}192 токенов" in plan(base_model="gpt-4-0613", n_cut=1)


def test_model_that_the_catalogue_does_not_know_has_no_price():
    """It is allowed: other servers have models of their own."""
    assert "Цена неизвестна" in plan(base_model="meta-llama/Llama-3.3-70B")
    assert "$" not in plan(base_model="meta-llama/Llama-3.3-70B")


def test_everything_that_speaks_against_it_stands_there():
    tomorrow = dtm.datetime.now(RU.timezone).date() + dtm.timedelta(days=1)
    text = plan(shutdown=tomorrow, active=["natasha-v0"], n_cut=1, n_warnings=4)

    for part in (
        f"работает до {RU.day(tomorrow)}",
        "До отключения базовой модели дней: 1",
        "321 пример, предупреждений: 4",
        "Слишком длинных примеров: 1",
        "Сейчас уже обучается: natasha-v0",
    ):
        assert part in text
