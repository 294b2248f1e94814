"""The catalogue: what is known of models, and that nothing depends on it being complete."""

from contextlib import nullcontext
from datetime import date

import pytest

from bot.catalogue import load_catalogue
from bot.domain.datasets import TrainingMethod
from bot.errors import MethodUnknown, ModelShutDown, TuningClosed

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

    assert names[0] == CATALOGUE.models[0].name == "gpt-4.1-2025-04-14"
    assert len(names) == 4
    assert CATALOGUE.tunable(date(2027, 1, 6)) == []


def test_days_left_until_shutdown():
    model = CATALOGUE.models[0]

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


@pytest.mark.parametrize("name", ["gpt-4.1-mini", "gpt-4.1-2025-04-14"])
def test_model_that_takes_no_jobs_any_more_is_refused_where_that_holds(name):
    """It still answers, but training it would be refused by its provider."""
    home, elsewhere = "https://api.openai.com/v1", "http://127.0.0.1:8000/v1"
    last = date(2027, 1, 6)

    CATALOGUE.check_tunable(name, date(2027, 1, 5), base_url=home)
    CATALOGUE.check_tunable(name, last, base_url=elsewhere)
    with pytest.raises(TuningClosed) as caught:
        CATALOGUE.check_tunable(name, last, base_url=home)

    assert caught.value.params == {"model": name, "day": last}
    assert CATALOGUE.tunable(last, base_url=home) == []
    assert len(CATALOGUE.tunable(last, base_url=elsewhere)) == 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o-mini", "gpt-4.1-mini-2025-04-14"),
        ("gpt-4.1-mini-2025-04-14", "gpt-4o-2024-08-06"),
        ("gpt-4o", "gpt-4.1-2025-04-14"),
        ("gpt-4.1", None),
        ("gpt-3.5-turbo", "gpt-4o-mini-2024-07-18"),
        ("llama-3.3", None),
    ],
)
def test_next_stronger_model(name, expected):
    home = "https://api.openai.com/v1"
    stronger = CATALOGUE.stronger(name, TODAY, base_url=home)

    assert (stronger.name if stronger else None) == expected
    assert CATALOGUE.stronger(name, date(2027, 1, 6), base_url=home) is None


@pytest.mark.parametrize(
    ("base_url", "longest", "forbidden"),
    [
        ("https://api.openai.com/v1", 64, ""),
        ("https://ours.openai.azure.com/openai/v1/", 18, "."),
        ("https://ours.services.ai.azure.com/openai/v1/", 18, "."),
        ("https://openai.azure.com.example/v1", 64, ""),
        ("http://127.0.0.1:8081/v1", 64, ""),
        ("nonsense", 64, ""),
    ],
)
def test_what_a_provider_takes_as_a_name(base_url, longest, forbidden):
    rule = CATALOGUE.suffix_rule(base_url)

    assert (rule.longest, rule.forbidden) == (longest, forbidden)


@pytest.mark.parametrize(
    ("base_url", "takes_dpo"),
    [
        ("https://api.openai.com/v1", True),
        ("https://ours.openai.azure.com/openai/v1/", True),
        ("http://127.0.0.1:8081/v1", True),
        ("http://localhost:8081/v1", True),
        ("http://[::1]:8081/v1", True),
        ("https://api.tokenfactory.nebius.com/v1", False),
        ("https://models.example/v1", False),
        ("http://127.0.0.1.example/v1", False),
        ("nonsense", False),
    ],
)
def test_which_methods_a_provider_has(base_url, takes_dpo):
    """Every one trains by examples; by pairs of answers only those of which that is known."""
    CATALOGUE.check_method(TrainingMethod.SUPERVISED, base_url)

    with nullcontext() if takes_dpo else pytest.raises(MethodUnknown):
        CATALOGUE.check_method(TrainingMethod.DPO, base_url)


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
