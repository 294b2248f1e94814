"""The buttons that change a plan, so that no typing is needed."""

from collections.abc import Sequence
from typing import Final

from bot.catalogue import Catalogue
from bot.delivery.screen import Button, Screen, rows
from bot.domain.training import TrainingRun
from bot.edge.buttons import button, data_of
from bot.texts import Texts
from bot.training.edits import PlanPart

_IN_A_ROW: Final = {PlanPart.EPOCHS: 4, PlanPart.MULTIPLIER: 4}
"""Buttons per row; one for the other parts."""


def edit_rows(texts: Texts, run: TrainingRun, catalogue: Catalogue) -> list[list[Button]]:
    """The rows below a plan: presets, the parts to change, and the validation part if any."""
    presets = [
        button(texts, f"preset_{name}", _set(run, PlanPart.PRESET, name))
        for name in catalogue.presets
    ]
    parts = [
        button(texts, f"part_{part}", data_of("training", "edit", f"{run.id}-{part}"))
        for part in (PlanPart.MODEL, PlanPart.EPOCHS, PlanPart.MULTIPLIER, PlanPart.SUFFIX)
    ]
    validation = []
    if run.validation is not None:
        validation.append(button(texts, "plan_unvalidated", _set(run, PlanPart.VALIDATION, "0")))
    elif run.dataset.validation_id is not None:
        validation.append(button(texts, "plan_validated", _set(run, PlanPart.VALIDATION, "1")))
    return [presets, parts[:2], parts[2:], validation]


def choice(texts: Texts, run: TrainingRun, part: PlanPart, options: Sequence[str]) -> Screen:
    """The options for one part of the plan; the present one is marked."""
    parameters = run.parameters
    present = {
        PlanPart.MODEL: parameters.base_model,
        PlanPart.EPOCHS: str(parameters.n_epochs),
        PlanPart.MULTIPLIER: f"{parameters.learning_rate_multiplier:g}",
        PlanPart.SUFFIX: parameters.suffix,
    }.get(part)
    buttons = [
        Button(
            text=("• " if value == present else "") + _shown(texts, part, value),
            data=_set(run, part, value),
        )
        for value in options
    ]
    width = _IN_A_ROW.get(part, 1)
    table = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    back = button(texts, "plan_back", data_of("training", "show", run.id))
    return Screen(text=texts(f"choose_{part}", run_id=run.id), buttons=rows(*table, [back]))


def _set(run: TrainingRun, part: PlanPart, value: str) -> str:
    return data_of("training", "set", f"{run.id}-{part}={value}")


def _shown(texts: Texts, part: PlanPart, value: str) -> str:
    return texts.short_number(float(value)) if part is PlanPart.MULTIPLIER else value
