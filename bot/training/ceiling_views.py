"""The monthly ceiling of spending."""

from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.edge.buttons import button, data_of
from bot.texts import Texts
from bot.training.entities import Month

_OFFERED: Final = (5, 10, 20, 50, 100)
"""USD."""


def month_line(texts: Texts, month: Month) -> str:
    """What was spent of the ceiling."""
    return texts("plan_month", **_sums(texts, month))


def ceiling(texts: Texts, month: Month) -> Screen:
    """What was spent this month, and the ceilings to choose from; the present one is marked."""
    is_set = month.ceiling_usd is not None
    key = "ceiling_set" if is_set else "ceiling_none"
    amounts = [
        Button(
            text=("✓ " if usd == month.ceiling_usd else "") + f"${usd}",
            data=data_of("training", "ceiling", usd),
        )
        for usd in _OFFERED
    ]
    return Screen(
        text=texts(key, **_sums(texts, month)),
        buttons=rows(
            amounts[:3],
            amounts[3:],
            [button(texts, "ceiling_own", data_of("training", "ceiling", "own"))],
            [button(texts, "ceiling_off", data_of("training", "ceiling", 0))] if is_set else [],
        ),
    )


def _sums(texts: Texts, month: Month) -> dict[str, str]:
    return {
        "spent": texts.money(month.spent_usd),
        "ceiling": f"${texts.number(month.ceiling_usd or 0)}",
    }
