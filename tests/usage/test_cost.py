"""Estimates of price and time."""

from datetime import date

import pytest

from bot.catalogue import load_catalogue
from bot.domain.models import Usage
from bot.usage.cost import chat_cost, estimate, training_cost

CATALOGUE = load_catalogue()
MINI = CATALOGUE.model("gpt-4.1-mini")


def test_estimate_is_tokens_times_epochs_times_price():
    """61,480 tokens in three epochs of gpt-4.1-mini are said to cost about $0.92."""
    found = estimate(61_480, 3, MINI, CATALOGUE)

    assert found.trained_tokens == 184_440
    assert found.price_usd == pytest.approx(0.9222)
    assert (found.minutes_low, found.minutes_high) == (90, 180)
    assert found.prices_date == date(2026, 11, 22)


@pytest.mark.parametrize("name", ["llama-3.3", "gpt-4-turbo"])
def test_model_without_price_has_none(name):
    """Nobody is told that a model of unknown price is free."""
    model = CATALOGUE.model(name)

    assert estimate(1_000, 1, model, CATALOGUE).price_usd is None
    assert training_cost(1_000, model) is None
    assert chat_cost(Usage(prompt_tokens=1, completion_tokens=1), model) is None


def test_real_cost_takes_the_tokens_of_the_job_as_they_are():
    """A job's trained tokens include its epochs."""
    assert training_cost(1_000_000, MINI) == pytest.approx(5.0)


def test_answer_costs_input_and_output():
    usage = Usage(prompt_tokens=500_000, completion_tokens=250_000)

    assert chat_cost(usage, MINI) == pytest.approx(0.40 + 0.80)
