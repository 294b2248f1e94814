"""The buttons that change a plan, so that no typing is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.catalogue import Catalogue
from bot.config import AUTO
from bot.delivery.screen import Button, Screen, rows
from bot.domain.training import TrainingRun
from bot.edge.buttons import button, data_of
from bot.texts import Texts
from bot.training.edits import PlanPart, PresetOffer
from bot.training.price_views import price_tag
from bot.usage.cost import Estimate

_IN_A_ROW: Final = {PlanPart.EPOCHS: 2, PlanPart.MULTIPLIER: 2}
"""Buttons per row; one for the other parts."""
_USUAL: Final = 0.1
"""The guide's multiplier."""


def preset_row(texts: Texts, run: TrainingRun, offers: Sequence[PresetOffer]) -> list[Button]:
    """The presets side by side with their prices; the one that the plan follows is marked."""
    return [
        Button(
            text=" ".join(
                filter(
                    None,
                    (
                        "✓" if is_chosen(offer, run) else "",
                        texts.plain(f"button_preset_{offer.name}"),
                        price_tag(texts, offer.estimate),
                    ),
                )
            ),
            data=_set(run, PlanPart.PRESET, offer.name),
        )
        for offer in offers
    ]


def is_chosen(offer: PresetOffer, run: TrainingRun) -> bool:
    """Whether the plan follows that preset, whatever its name is."""
    return replace(offer.parameters, suffix=run.parameters.suffix) == run.parameters


def part_rows(texts: Texts, run: TrainingRun) -> list[list[Button]]:
    """The parts of a plan to change, and the validation part if any."""
    parts = [
        button(texts, f"part_{part}", data_of("training", "edit", f"{run.id}-{part}"))
        for part in (PlanPart.MODEL, PlanPart.EPOCHS, PlanPart.MULTIPLIER, PlanPart.SUFFIX)
    ]
    validation = []
    if run.validation is not None:
        validation.append(button(texts, "plan_unvalidated", _set(run, PlanPart.VALIDATION, "0")))
    elif run.dataset.validation_id is not None:
        validation.append(button(texts, "plan_validated", _set(run, PlanPart.VALIDATION, "1")))
    return [parts[:2], parts[2:], validation]


def choice(
    texts: Texts,
    run: TrainingRun,
    part: PlanPart,
    options: Mapping[str, Estimate | None],
    catalogue: Catalogue,
) -> Screen:
    """The options for one part of the plan with their prices; the present one is marked."""
    parameters = run.parameters
    present = {
        PlanPart.MODEL: parameters.base_model,
        PlanPart.EPOCHS: str(parameters.n_epochs),
        PlanPart.MULTIPLIER: _multiplier_value(parameters.learning_rate_multiplier),
        PlanPart.SUFFIX: parameters.suffix,
    }.get(part)
    buttons = [
        Button(
            text=("✓ " if value == present else "")
            + " · ".join(filter(None, (_shown(texts, part, value, catalogue), _tag(texts, found)))),
            data=_set(run, part, value),
        )
        for value, found in options.items()
    ]
    width = _IN_A_ROW.get(part, 1)
    table = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    back = button(texts, "plan_back", data_of("training", "show", run.id))
    own = button(texts, "name_own", data_of("training", "name", run.id))
    return Screen(
        text=texts(f"choose_{part}", run_id=run.id),
        buttons=rows(*table, [own] if part is PlanPart.SUFFIX else [], [back]),
    )


def _set(run: TrainingRun, part: PlanPart, value: str) -> str:
    return data_of("training", "set", f"{run.id}-{part}={value}")


def multiplier_of(texts: Texts, multiplier: float | None) -> str:
    """A multiplier as people read it."""
    return texts("multiplier_auto") if multiplier is None else texts.short_number(multiplier)


def pace_of(texts: Texts, multiplier: float | None) -> str:
    """How carefully a multiplier trains, in a word."""
    if multiplier is None:
        return texts("multiplier_auto")
    if multiplier < _USUAL:
        return texts("pace_careful")
    return texts("pace_usual" if multiplier == _USUAL else "pace_bold")


def pace_and_number(texts: Texts, multiplier: float | None) -> str:
    """The same beside the number."""
    value, pace = multiplier_of(texts, multiplier), pace_of(texts, multiplier)
    return value if multiplier is None else f"{value} ({pace})"


def to_auto(texts: Texts, run: TrainingRun) -> list[Button]:
    """The row with the button that leaves the multiplier to the provider."""
    return [button(texts, "multiplier_auto", _set(run, PlanPart.MULTIPLIER, AUTO))]


def _multiplier_value(multiplier: float | None) -> str:
    return AUTO if multiplier is None else f"{multiplier:g}"


def _tag(texts: Texts, found: Estimate | None) -> str:
    return price_tag(texts, found) if found else ""


def _shown(texts: Texts, part: PlanPart, value: str, catalogue: Catalogue) -> str:
    match part:
        case PlanPart.MODEL:
            return catalogue.short(value)
        case PlanPart.MULTIPLIER:
            return pace_and_number(texts, None if value == AUTO else float(value))
        case _:
            return value
