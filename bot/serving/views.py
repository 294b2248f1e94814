"""The names of models on buttons, and the warning that a base model ends."""

import datetime as dtm
from collections.abc import Sequence
from typing import Final

from bot.delivery.screen import Screen, rows
from bot.domain import JsonDict
from bot.domain.models import ServedModel, model_title
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


def silent(texts: Texts, model: ServedModel, previous: ServedModel | None) -> Screen:
    """Chats get no answers from the model that was put to use; the way back is one press."""
    models = [button(texts, "models", data_of("models", "list", 0))]
    text = texts("serving_silent", model=shortened(model.title, _TITLE_UNITS))
    if previous is None:
        return Screen(text=text, buttons=rows(models))
    label = cut(previous.title, LABEL_UNITS)
    back = button(texts, "roll_back", data_of("models", "use", previous.id), model=label)
    return Screen(text=text, buttons=rows([back], models))


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
