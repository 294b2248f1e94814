"""The questions before a model is put to use: which one is meant, and whether it should be."""

from collections.abc import Sequence
from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import ServedModel, model_title
from bot.edge.buttons import button, data_of
from bot.models.asked_store import AskedSwitch
from bot.models.doubts import Doubt, DoubtKind
from bot.serving.views import back_to, labels
from bot.texts import Texts, shortened
from bot.trials.views import probes_line

_TITLE_UNITS: Final = 40
_NAME_UNITS: Final = 100
"""Of a whole name, whose end may be all that differs."""
_MOST: Final = 8
"""Models that one question offers."""


def ask(texts: Texts, name: str, doubt: Doubt, yes: str) -> Screen:
    """Whether to use a model that something speaks against; *yes* is the data of the button."""
    model, day = shortened(model_title(name), _TITLE_UNITS), doubt.day or ""
    against = doubt.against.judgement if doubt.against else None
    lines = [texts("use_against", model=model)] if against else []
    if against and against.probes:
        lines.append(probes_line(texts, against.probes))
    if doubt.kind is DoubtKind.UNFIT:
        lines.append(texts("use_doubt_unfit"))
    else:
        lines.append(texts(f"use_doubt_{doubt.kind}", model=model, day=day))
    read = []
    if doubt.against and against and against.probes:
        page = data_of("trials", "probes", f"{doubt.against.id}.0")
        read.append(button(texts, "probes", page))
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            read,
            [button(texts, "use_anyway", yes)],
            [button(texts, "models", data_of("models", "list", 0))],
        ),
    )


def ask_since(texts: Texts, now: ServedModel, before: ServedModel) -> Screen:
    """Whether to go back to *before*, as an older message offers: another model serves by now."""
    models = {"now": now, "before": before}
    names = {name: shortened(model.title, _TITLE_UNITS) for name, model in models.items()}
    more = button(texts, "models", data_of("models", "list", 0))
    return Screen(text=texts("use_since", **names), buttons=rows([back_to(texts, before)], [more]))


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
            model=shortened(model.name, _NAME_UNITS),
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
