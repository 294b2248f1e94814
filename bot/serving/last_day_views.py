"""The warning that a base model ends."""

import datetime as dtm

from bot.delivery.screen import Screen, rows
from bot.domain import JsonDict
from bot.domain.models import model_title
from bot.edge.buttons import button, data_of
from bot.texts import Texts, shortened

_TITLE_UNITS = 100


def ending(texts: Texts, payload: JsonDict, today: dtm.date) -> Screen:
    """What ends, when, what stops working with it, and what to do; as of *today*."""
    day = dtm.date.fromisoformat(payload["day"])
    days = (day - today).days
    base = shortened(payload["base"], _TITLE_UNITS)
    if days > 0:
        lines = [texts("last_day_soon", base=base, day=day, days=days)]
    else:
        lines = [texts("last_day_over", base=base, day=day)]
    if payload["model"]:
        model = shortened(model_title(payload["model"]), _TITLE_UNITS)
        lines.append(texts("last_day_model" if days > 0 else "last_day_model_over", model=model))
    if payload["plans"]:
        lines.append(texts("last_day_plans" if days > 0 else "last_day_plans_over"))
    return Screen(
        text="\n".join([*lines, texts("last_day_do")]),
        buttons=rows(
            [
                button(texts, "models", data_of("models", "list")),
                button(texts, "train", data_of("training", "plan")),
            ]
        ),
    )
