"""The catalogue: what is known of models, and that nothing depends on it being complete."""

from datetime import date

import pytest

from bot.catalogue import load_catalogue
from bot.errors import ModelShutDown

CATALOGUE = load_catalogue()
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("name", "prices"),
    [
        ("gpt-4.1-2025-04-14", (25, 3, 12)),
        ("gpt-4.1-mini-2025-04-14", (5, 0.80, 3.20)),
        ("gpt-4o-2024-08-06", (25, 3.75, 15)),
        ("gpt-4o-mini-2024-07-18", (3, 0.30, 1.20)),
        ("gpt-3.5-turbo", (8, 3, 6)),
    ],
)
def test_prices(name, prices):
    model = CATALOGUE.model(name)

    assert model is not None
    assert (model.training_usd, model.input_usd, model.output_usd) == prices


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4.1-mini",
        "ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC",
        "ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC:ckpt-step-80",
    ],
)
def test_model_is_found_by_alias_and_by_what_was_tuned_from_it(name):
    model = CATALOGUE.model(name)

    assert model is not None
    assert model.name == "gpt-4.1-mini-2025-04-14"


@pytest.mark.parametrize("name", ["", "ft:", "ft::", "ft:llama:x", "llama-3.3", "gpt-4.1-mini-2"])
def test_unknown_model_is_allowed(name):
    assert CATALOGUE.model(name) is None
    assert CATALOGUE.max_example_tokens(name) == 65_536
    CATALOGUE.check_tunable(name, TODAY)


def test_tunable_models_are_listed_strongest_first():
    names = [model.name for model in CATALOGUE.tunable(TODAY)]

    assert names[0] == CATALOGUE.strongest.name == "gpt-4.1-2025-04-14"
    assert len(names) == 4
    assert CATALOGUE.tunable(date(2027, 1, 6)) == []


def test_days_left_until_shutdown():
    model = CATALOGUE.strongest

    assert model.days_left(TODAY) == 53
    assert model.days_left(date(2028, 1, 1)) == 0
    assert not model.is_shut_down(date(2027, 1, 13))
    assert model.is_shut_down(date(2027, 1, 14))


@pytest.mark.parametrize(
    "name",
    ["gpt-3.5-turbo", "gpt-3.5-turbo-0125", "gpt-4-turbo", "gpt-4.1-nano-2025-04-14"],
)
@pytest.mark.parametrize("base_url", [None, "http://127.0.0.1:8000/v1"])
def test_model_that_is_gone_is_refused_with_its_day(name, base_url):
    """Who asks for a model of the past hears since when it is gone, wherever they train."""
    with pytest.raises(ModelShutDown) as caught:
        CATALOGUE.check_tunable(name, TODAY, base_url=base_url)

    assert caught.value.params == {"model": name, "day": date(2026, 10, 23)}


def test_days_to_come_hold_only_at_their_provider():
    """Another server may serve a model of the same name long after OpenAI has switched it off."""
    name, later = "gpt-4.1-mini-2025-04-14", date(2027, 3, 1)

    CATALOGUE.check_tunable(name, later, base_url="http://127.0.0.1:8000/v1")
    with pytest.raises(ModelShutDown):
        CATALOGUE.check_tunable(name, later, base_url="https://api.openai.com/v1")
    with pytest.raises(ModelShutDown):
        CATALOGUE.check_tunable(name, later)


def test_presets():
    presets = CATALOGUE.presets

    shown = {
        name: (p.n_epochs, p.learning_rate_multiplier, p.suffix, p.base_model)
        for name, p in presets.items()
    }

    assert shown == {
        "quick": (1, 0.2, "natasha-test", None),
        "production": (3, 0.1, "natasha-prod-v1", None),
        "premium": (5, 0.05, "natasha-premium-v1", "gpt-4.1-2025-04-14"),
    }


def test_addresses_are_the_providers():
    addresses = [*CATALOGUE.pages.values(), *CATALOGUE.sources.values()]

    assert all(address.startswith("https://developers.openai.com/") for address in addresses)
    assert {"fine_tuning", "error_codes"} <= CATALOGUE.pages.keys()


def test_it_is_read_once():
    assert load_catalogue() is CATALOGUE
