"""The parameters of a plan as people type them, and their ranges."""

import math
import re
from dataclasses import replace
from typing import Final

from bot.catalogue import Catalogue
from bot.config import AUTO, Settings
from bot.domain.datasets import TrainingMethod
from bot.domain.training import Hyperparameters
from bot.errors import BadValue

MOST_EPOCHS: Final = 50
"""https://platform.openai.com/docs/api-reference/fine-tuning/create, looked up 2026-11-22."""


def defaults_of(settings: Settings, catalogue: Catalogue) -> Hyperparameters:
    """The parameters of a plan for which nobody named others."""
    asked = settings.learning_rate_multiplier
    if asked == "":
        multiplier = catalogue.usual_multiplier(settings.openai_base_url)
    else:
        multiplier = multiplier_of(str(asked))
    return Hyperparameters(
        base_model=settings.base_model,
        n_epochs=settings.n_epochs,
        learning_rate_multiplier=multiplier,
        suffix=settings.model_suffix,
    )


def is_auto(word: str) -> bool:
    """Whether the word leaves a number to the provider."""
    return word.casefold() == AUTO


def epochs_of(word: str, name: str = "epochs") -> int:
    """A number of epochs, 1 to 50; raises BadValue, which says *name*."""
    n_epochs = int(word) if re.fullmatch(r"\d{1,4}", word, re.ASCII) else 0
    if not 1 <= n_epochs <= MOST_EPOCHS:
        raise BadValue(name=name, value=word, allowed=f"1–{MOST_EPOCHS}")
    return n_epochs


def multiplier_of(word: str, name: str = "learning-rate") -> float | None:
    """A multiplier above 0, with a point or a comma; None for "auto".

    Raises BadValue, which says *name*.
    """
    if is_auto(word):
        return None
    try:
        multiplier = float(word.replace(",", "."))
    except ValueError:
        multiplier = math.nan
    if not 0 < multiplier < math.inf:
        raise BadValue(name=name, value=word, allowed=f"> 0, {AUTO}")
    return multiplier


def method_of(word: str) -> TrainingMethod:
    """A method of training; raises BadValue."""
    try:
        return TrainingMethod(word.lower())
    except ValueError:
        raise BadValue(name="method", value=word, allowed=", ".join(TrainingMethod)) from None


def with_value(parameters: Hyperparameters, field: str, word: str, name: str) -> Hyperparameters:
    """The parameters with the value that *word* means for one of their fields.

    The one reader of typed words and of buttons. Raises BadValue, which says *name*.
    """
    match field:
        case "n_epochs":
            return replace(parameters, n_epochs=epochs_of(word, name))
        case "learning_rate_multiplier":
            return replace(parameters, learning_rate_multiplier=multiplier_of(word, name))
        case "method":
            return replace(parameters, method=method_of(word))
        case "base_model" if word:
            return replace(parameters, base_model=word)
        case "suffix":
            return replace(parameters, suffix=word)
    raise BadValue(name=name, value=word, allowed="…")


def check_numbers(parameters: Hyperparameters) -> None:
    """Raise BadValue for a number that no provider takes."""
    epochs_of(str(parameters.n_epochs))
    multiplier = parameters.learning_rate_multiplier
    multiplier_of(AUTO if multiplier is None else str(multiplier))
