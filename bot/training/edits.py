"""The options that buttons offer for each part of a plan, and what a choice changes."""

import datetime as dtm
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.catalogue import Catalogue, Preset, SuffixRule
from bot.config import AUTO
from bot.domain.training import Hyperparameters
from bot.errors import ButtonGone
from bot.training.parameters import with_value
from bot.usage.cost import Estimate

EPOCHS: Final = (1, 2, 3, 4, 5, 6, 8, 10)
MULTIPLIERS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
_LONGEST_NAME: Final = 30
"""Bytes of an option: a button carries 64 bytes in all."""


class PlanPart(StrEnum):
    """A part of a plan that buttons change."""

    PRESET = "preset"
    MODEL = "model"
    EPOCHS = "epochs"
    MULTIPLIER = "multiplier"
    SUFFIX = "suffix"
    VALIDATION = "validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetOffer:
    """What a preset would make of a plan."""

    name: str
    parameters: Hyperparameters
    estimate: Estimate


def choices(
    part: PlanPart,
    parameters: Hyperparameters,
    catalogue: Catalogue,
    *,
    taken: Collection[str],
    base_url: str,
) -> Sequence[str]:
    """The options for a part of a plan with these parameters, in the order of the buttons.

    *taken* are the suffixes of models that exist. *base_url* is the provider's address, which
    decides on the rules for suffixes and on the last days of models.
    """
    match part:
        case PlanPart.MODEL:
            today = dtm.datetime.now(dtm.UTC).date()
            tunable = catalogue.tunable(today, base_url=base_url)
            models = [parameters.base_model, *(model.name for model in tunable)]
            return [name for name in dict.fromkeys(models) if len(name.encode()) <= _LONGEST_NAME]
        case PlanPart.EPOCHS:
            return [str(n) for n in EPOCHS]
        case PlanPart.MULTIPLIER:
            return [AUTO, *(f"{multiplier:g}" for multiplier in MULTIPLIERS)]
        case PlanPart.SUFFIX:
            return _suffixes(parameters.suffix, catalogue, taken, catalogue.suffix_rule(base_url))
        case PlanPart.PRESET | PlanPart.VALIDATION:
            return []


def edited(
    parameters: Hyperparameters,
    part: PlanPart,
    value: str,
    catalogue: Catalogue,
    *,
    base_model: str,
) -> Hyperparameters:
    """The parameters of a plan after a button chose *value* for *part*.

    *base_model* is the model of the settings. It comes back when another preset replaces one that
    brought its own model: a look at the most expensive preset must not raise the price. Raises
    ButtonGone where no button of ours carries that value.
    """
    match part:
        case PlanPart.PRESET if value in catalogue.presets:
            if parameters.base_model in catalogue.preset_models:
                parameters = replace(parameters, base_model=base_model)
            return with_preset(parameters, catalogue.presets[value])
        case PlanPart.MODEL if value:
            return with_value(parameters, "base_model", value, part)
        case PlanPart.EPOCHS if value in {str(n) for n in EPOCHS}:
            return with_value(parameters, "n_epochs", value, part)
        case PlanPart.MULTIPLIER if value in {AUTO, *(f"{m:g}" for m in MULTIPLIERS)}:
            return with_value(parameters, "learning_rate_multiplier", value, part)
        case PlanPart.SUFFIX:
            return with_value(parameters, "suffix", value, part)
        case _:
            raise ButtonGone


def with_preset(parameters: Hyperparameters, preset: Preset) -> Hyperparameters:
    """The parameters with the values of a preset."""
    return replace(
        parameters,
        n_epochs=preset.n_epochs,
        learning_rate_multiplier=preset.learning_rate_multiplier,
        suffix=preset.suffix,
        base_model=preset.base_model or parameters.base_model,
    )


def next_suffix(suffix: str, taken: Collection[str], rule: SuffixRule) -> str:
    """The same name with the next free number, changed so that the provider takes it.

    >>> next_suffix("natasha-v1", {"natasha-v1", "natasha-v2"}, SuffixRule(longest=64))
    'natasha-v3'
    >>> next_suffix("natasha.premium-v9", set(), SuffixRule(longest=18, forbidden="."))
    'natasha-premiu-v10'
    """
    found = re.fullmatch(r"(.*?)-?v(\d{1,6})", suffix, re.ASCII)
    stem, number = (found[1], int(found[2])) if found else (suffix, 1)
    stem = "".join("-" if character in rule.forbidden else character for character in stem)
    while True:
        number += 1
        version = f"v{number}"
        head = stem[: rule.longest - len(version) - 1].rstrip("-")
        name = f"{head}-{version}" if head else version
        if name not in taken:
            return name


def _suffixes(
    suffix: str, catalogue: Catalogue, taken: Collection[str], rule: SuffixRule
) -> list[str]:
    names = [
        next_suffix(suffix, {*taken, suffix}, rule),
        suffix,
        *(preset.suffix for preset in catalogue.presets.values()),
    ]
    fitting = [
        name for name in names if name and rule.takes(name) and len(name.encode()) <= _LONGEST_NAME
    ]
    return list(dict.fromkeys(fitting))
