"""The names of models on buttons, and the warning that a base model ends."""

import datetime as dtm
from collections.abc import Sequence
from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.domain import JsonDict
from bot.domain.models import ServedModel, model_title
from bot.domain.people import Person
from bot.edge.buttons import button, data_of
from bot.texts import Texts, cut, shortened

LABEL_UNITS: Final = 30
_TITLE_UNITS: Final = 100


def labels(models: Sequence[ServedModel]) -> dict[int, str]:
    """Labels by model id: titles, with the provider's code where two models share a title."""
    titles = [model.title for model in models]
    return {
        model.id: cut(model.title, LABEL_UNITS)
        if titles.count(model.title) == 1
        else f"{cut(model.title, LABEL_UNITS)} · {cut(model.name.rpartition(':')[2], 12)}"
        for model in models
    }


def silence(texts: Texts, model: ServedModel) -> str:
    """Chats get no answers from the model that was put to use."""
    return texts("serving_silent", model=shortened(model.title, _TITLE_UNITS))


def silent(texts: Texts, model: ServedModel, previous: ServedModel | None, who: str = "") -> Screen:
    """The same for admins who did not choose it; *who* did. The way back is one press."""
    models = [button(texts, "models", data_of("models", "list", 0))]
    text = silence(texts, model)
    if who:
        text = f"{text}\n{texts('silent_by', who=shortened(who, _TITLE_UNITS))}"
    if previous is None:
        return Screen(text=text, buttons=rows(models))
    return Screen(text=text, buttons=rows([back_to(texts, previous)], models))


def switched(texts: Texts, model: ServedModel, before: ServedModel | None, by: Person) -> Screen:
    """Another admin has put a model to use; the way back is one press."""
    names = {"model": shortened(model.title, _TITLE_UNITS), "who": by.name}
    if before is None:
        models = button(texts, "models", data_of("models", "list", 0))
        return Screen(text=texts("switched_first", **names), buttons=rows([models]))
    text = texts("switched", **names, before=shortened(before.title, _TITLE_UNITS))
    return Screen(text=text, buttons=rows([back_to(texts, before, model)]))


def back_to(texts: Texts, before: ServedModel, instead_of: ServedModel | None = None) -> Button:
    """The button that puts the model *before* to use, by its name: a second tap changes nothing.

    With *instead_of*, it asks if that model no longer serves.
    """
    data = data_of("models", "serve", before.id)
    if instead_of is not None:
        data = data_of("models", "back", f"{before.id}.{instead_of.id}")
    return button(texts, "roll_back", data, model=cut(before.title, LABEL_UNITS))


def tried_lost(texts: Texts, lost: ServedModel, now: ServedModel | None) -> Screen:
    """The model that the admin tried is gone; *now* is the one that answers them."""
    name = shortened(lost.title, _TITLE_UNITS)
    models = button(texts, "models", data_of("models", "list", 0))
    return Screen(
        text=" ".join([texts("tried_lost", model=name), talking_with(texts, now)]),
        buttons=rows([models]),
    )


def talking_with(texts: Texts, now: ServedModel | None) -> str:
    """Which model answers the admin after a try."""
    if now is None:
        return texts("tried_nobody")
    return texts("tried_back", model=shortened(now.title, _TITLE_UNITS))


def tried_line(texts: Texts, tried: ServedModel) -> str:
    """On other screens: which model the admin tries."""
    return texts("tried_now", model=shortened(tried.title, _TITLE_UNITS))


def end_of_try(texts: Texts, tried: ServedModel) -> Button:
    """The button that ends it."""
    return button(texts, "talk_end", data_of("models", "talk_end", tried.id))


def ending(texts: Texts, payload: JsonDict, today: dtm.date) -> Screen:
    """What ends, when, what stops working with it, and what to do; as of *today*."""
    day = dtm.date.fromisoformat(payload["day"])
    days = (day - today).days
    base = shortened(payload["base"], _TITLE_UNITS)
    key = "last_day_soon" if days > 0 else "last_day_over"
    lines = [texts(key, base=base, day=day, days=days)]
    if payload["model"]:
        model = shortened(model_title(payload["model"]), _TITLE_UNITS)
        lines.append(texts("last_day_model" if days > 0 else "last_day_model_over", model=model))
    if payload["plans"]:
        lines.append(texts("last_day_plans" if days > 0 else "last_day_plans_over"))
    models = button(texts, "models", data_of("models", "list"))
    train = button(texts, "train", data_of("training", "plan"))
    return Screen(text="\n".join([*lines, texts("last_day_do")]), buttons=rows([models, train]))
