"""The choice of a base model among those of this project's engine."""

from collections.abc import Sequence
from typing import Final

from bot.config import AUTO
from bot.delivery.screen import Button, Screen, rows
from bot.domain.training import EngineEstimate, Hyperparameters, TrainingRun
from bot.edge.buttons import MOST_BYTES, button, data_of
from bot.texts import Texts, cut
from bot.training.bases import LONGEST_VALUE, BaseOffer, value_of
from bot.training.edits import PlanPart

_NAME_UNITS: Final = 48
"""UTF-16 units of a model's name on a button."""


def bases(texts: Texts, run: TrainingRun, offers: Sequence[BaseOffer]) -> Screen:
    """The base models for a plan; the present one is marked."""
    table = [
        [
            Button(
                text=("✓ " if offer.name == run.parameters.base_model else "")
                + label(texts, offer),
                data=data_of(
                    "training", "set", f"{run.id}-{PlanPart.MODEL}={value_of(offer.name)}"
                ),
            )
        ]
        for offer in offers
    ]
    back = button(texts, "plan_back", data_of("training", "show", run.id))
    return Screen(text=texts("bases_title", run_id=run.id), buttons=rows(*table, [back]))


def unknown(
    texts: Texts, asked: Hyperparameters, defaults: Hyperparameters, near: Sequence[str]
) -> Screen:
    """Models with a name like the asked one, which is not known; a button makes the plan."""
    choices = [
        [Button(text=cut(name, _NAME_UNITS), data=_plan_data(asked, defaults, name))]
        for name in near
    ]
    name = asked.base_model
    if len(name.encode()) <= LONGEST_VALUE:
        text = texts.plain("button_model_as_typed", model=name)
        choices.append([Button(text=text, data=_plan_data(asked, defaults, name))])
    return Screen(text=texts("model_unknown_near", model=name), buttons=rows(*choices))


def _plan_data(asked: Hyperparameters, defaults: Hyperparameters, model: str) -> str:
    """A button with the words of /train for that model, and as many of the others as it holds."""
    words, multiplier = [f"model={value_of(model)}"], asked.learning_rate_multiplier
    if asked.n_epochs != defaults.n_epochs:
        words.append(f"epochs={asked.n_epochs}")
    if multiplier != defaults.learning_rate_multiplier:
        words.append(f"lr={AUTO if multiplier is None else f'{multiplier:g}'}")
    if asked.suffix != defaults.suffix:
        words.append(f"suffix={asked.suffix}")
    data = data_of("training", "plan", words[0])
    for word in words[1:]:
        longer = f"{data} {word}"
        data = longer if len(longer.encode()) <= MOST_BYTES else data
    return data


def label(texts: Texts, offer: BaseOffer) -> str:
    """A model's name, with its time, or with the lack of memory for it."""
    found, name = offer.estimate, cut(offer.name, _NAME_UNITS)
    if found is not None and not found.fits:
        return texts.plain("base_too_big", name=name)
    if found is not None and found.is_real and found.seconds is not None:
        return texts.plain("base_fits", name=name, time=texts.duration(found.seconds))
    return name


def rate_lines(texts: Texts, found: EngineEstimate) -> list[str]:
    """What the engine makes of a plan's numbers; empty if it does not say."""
    if found.learning_rate is None:
        return []
    rate = texts.significant(found.learning_rate)
    where, batch = found.device or "?", found.batch_size or "?"
    return [texts("plan_at_server", device=where, rate=rate, batch=batch)]


def slow_lines(texts: Texts, found: EngineEstimate) -> list[str]:
    """That the pace would hardly change the model; empty if it would."""
    if not found.is_too_slow:
        return []
    return [texts("plan_too_slow", usual=texts.significant(found.auto_learning_rate or 0))]


def memory_lines(texts: Texts, found: EngineEstimate) -> list[str]:
    """Why the engine would refuse the job; empty if it would not."""
    if found.fits:
        return []
    if not found.memory_bytes or not found.memory_available_bytes:
        return [texts("plan_memory_unknown", device=found.device)]
    needed, there = (
        texts.number(n_bytes / 1e9, digits=1)
        for n_bytes in (found.memory_bytes, found.memory_available_bytes)
    )
    return [texts("plan_memory", needed=needed, there=there, device=found.device)]
