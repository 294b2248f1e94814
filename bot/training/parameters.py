"""The parameters of a plan as people type them, and their ranges."""

import math
import re
from typing import Final

from bot.domain.datasets import TrainingMethod
from bot.domain.training import Hyperparameters
from bot.errors import BadValue

MOST_EPOCHS: Final = 50
"""https://platform.openai.com/docs/api-reference/fine-tuning/create, looked up 2026-11-22."""


def epochs_of(word: str, name: str = "epochs") -> int:
    """A number of epochs, 1 to 50; raises BadValue, which says *name*."""
    n_epochs = int(word) if re.fullmatch(r"\d{1,4}", word, re.ASCII) else 0
    if not 1 <= n_epochs <= MOST_EPOCHS:
        raise BadValue(name=name, value=word, allowed=f"1–{MOST_EPOCHS}")
    return n_epochs


def multiplier_of(word: str, name: str = "learning-rate") -> float:
    """A multiplier above 0, with a point or a comma; raises BadValue, which says *name*."""
    try:
        multiplier = float(word.replace(",", "."))
    except ValueError:
        multiplier = math.nan
    if not 0 < multiplier < math.inf:
        raise BadValue(name=name, value=word, allowed="> 0")
    return multiplier


def method_of(word: str) -> TrainingMethod:
    """A method of training; raises BadValue."""
    try:
        return TrainingMethod(word.lower())
    except ValueError:
        raise BadValue(name="method", value=word, allowed=", ".join(TrainingMethod)) from None


def check_numbers(parameters: Hyperparameters) -> None:
    """Raise BadValue for a number that no provider takes."""
    epochs_of(str(parameters.n_epochs))
    multiplier_of(str(parameters.learning_rate_multiplier))
