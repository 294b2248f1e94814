"""/train takes a preset, key=value, or the flags that people know from the terminal."""

from dataclasses import replace

import pytest

from bot.catalogue import load_catalogue
from bot.domain.datasets import TrainingMethod
from bot.domain.training import Hyperparameters
from bot.errors import BadCommand, BadValue
from bot.training.handlers import parse_parameters

DEFAULTS = Hyperparameters(
    base_model="gpt-4.1-mini-2025-04-14",
    n_epochs=3,
    learning_rate_multiplier=0.1,
    suffix="natasha-v1",
)


def parse(words: str) -> Hyperparameters:
    return parse_parameters(words.split(), DEFAULTS, load_catalogue())


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("", {}),
        ("epochs=5", {"n_epochs": 5}),
        ("n_epochs=5", {"n_epochs": 5}),
        ("--epochs 5", {"n_epochs": 5}),
        ("--epochs=5", {"n_epochs": 5}),
        ("—epochs 5", {"n_epochs": 5}),
        ("epochs 5", {"n_epochs": 5}),
        ("learning-rate=0.05", {"learning_rate_multiplier": 0.05}),
        ("--learning_rate 0,05", {"learning_rate_multiplier": 0.05}),
        ("multiplier=2", {"learning_rate_multiplier": 2.0}),
        ("suffix=наташа-2", {"suffix": "наташа-2"}),
        ("model=gpt-4.1", {"base_model": "gpt-4.1"}),
        ("--model ft:m:org::x=1", {"base_model": "ft:m:org::x=1"}),
        ("suffix=a=b", {"suffix": "a=b"}),
        (
            "--epochs 5 --learning-rate 0.05 --suffix x --model y",
            {"n_epochs": 5, "learning_rate_multiplier": 0.05, "suffix": "x", "base_model": "y"},
        ),
        ("epochs=5 epochs=6", {"n_epochs": 6}),
        ("quick", {"n_epochs": 1, "learning_rate_multiplier": 0.2, "suffix": "natasha-test"}),
        ("quick epochs=2", {
            "n_epochs": 2, "learning_rate_multiplier": 0.2, "suffix": "natasha-test",
        }),
        ("production", {"suffix": "natasha-prod-v1"}),
        ("method=dpo", {"method": TrainingMethod.DPO}),
        ("--method Supervised quick epochs=2", {
            "method": TrainingMethod.SUPERVISED, "n_epochs": 2, "learning_rate_multiplier": 0.2,
            "suffix": "natasha-test",
        }),
    ],
)  # fmt: skip
def test_words_are_understood(words: str, changes: dict[str, object]):
    assert parse(words) == replace(DEFAULTS, **changes)  # type: ignore[arg-type]


def test_premium_takes_the_strongest_model():
    assert parse("premium") == Hyperparameters(
        base_model=load_catalogue().models[0].name,
        n_epochs=5,
        learning_rate_multiplier=0.05,
        suffix="natasha-premium-v1",
    )


def test_presets_keep_a_model_that_was_named_before():
    assert parse("model=x production").base_model == "x"


@pytest.mark.parametrize(
    "words",
    ["fast", "--what 5", "epochs: 5", "5", "suffix=", "--suffix", "model=", "=5", "--", "EPOCHS=5"],
)
def test_words_that_make_no_sense_are_answered_with_the_usage(words: str):
    with pytest.raises(BadCommand) as caught:
        parse(words)

    assert "/train" in str(caught.value.params["usage"])


@pytest.mark.parametrize(
    "words",
    [
        "epochs=",
        "--epochs",
        "epochs=three",
        "epochs=-1",
        "epochs=3.5",
        "epochs=99999999999",
        "epochs=٣",
        "learning-rate=",
        "learning-rate=fast",
        "learning-rate=0",
        "learning-rate=-1",
        "learning-rate=nan",
    ],
)
def test_numbers_that_are_none_are_refused(words: str):
    with pytest.raises(BadValue):
        parse(words)
