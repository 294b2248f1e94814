"""The questions before a model is put to use: which one is meant, and whether it will answer."""

from collections.abc import Sequence
from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import ServedModel, model_title
from bot.edge.buttons import button, data_of
from bot.models.asked_store import AskedSwitch
from bot.models.doubts import Doubt
from bot.serving.views import labels
from bot.texts import Texts, shortened

_TITLE_UNITS: Final = 100
_MOST: Final = 8
"""Models that one question offers."""


def ask(texts: Texts, name: str, doubt: Doubt, yes: str) -> Screen:
    """Whether to use a model that something speaks against; *yes* is the data of the button."""
    model, day = shortened(model_title(name), _TITLE_UNITS), doubt.day or ""
    return Screen(
        text=texts(f"use_doubt_{doubt.kind}", model=model, day=day),
        buttons=rows(
            [button(texts, "use_anyway", yes)],
            [button(texts, "models", data_of("models", "list", 0))],
        ),
    )


def ask_which(
    texts: Texts, name: str, models: Sequence[ServedModel], asked: Sequence[AskedSwitch]
) -> Screen:
    """Which of several models is meant; each has a button."""
    offered, names = models[:_MOST], labels(models[:_MOST])
    lines = [texts("use_which", name=shortened(name, _TITLE_UNITS))]
    lines += [
        texts(
            "use_which_line",
            number=model.id,
            model=shortened(model.name, _TITLE_UNITS),
            day=texts.moment(model.added_at),
        )
        for model in offered
    ]
    ids = {each.name: each.id for each in asked}
    buttons = [
        [Button(text=names[model.id], data=data_of("models", "pick", ids[model.name]))]
        for model in offered
    ]
    more = button(texts, "models", data_of("models", "list", 0))
    return Screen(text="\n".join(lines), buttons=rows(*buttons, [more]))
