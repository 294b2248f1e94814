"""The monthly ceiling of spending, by buttons or as a typed number."""

import re
from dataclasses import dataclass, replace
from typing import Final

from bot.delivery.screen import Screen
from bot.edge.context import BotContext
from bot.errors import BadValue
from bot.training import ceiling_views as views
from bot.training.entities import Month
from bot.training.prompts import number_in
from bot.training.spending import Spending

_MOST: Final = 100_000
"""USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingHandlers:
    """For admins."""

    spending: Spending

    async def choose(self, context: BotContext) -> None:
        """Show this month, set the chosen ceiling, or ask for a number."""
        texts, wanted = context.texts, context.press.id
        if wanted == "own":
            prompt = texts("ceiling_prompt")
            context.reply(Screen(text=prompt, placeholder=texts.plain("ceiling_placeholder")))
        elif not wanted:
            context.reply(views.ceiling(texts, await self.spending.month()))
        else:
            context.show(views.ceiling(texts, await self._set(context, wanted)))

    async def take(self, context: BotContext) -> None:
        """Set the ceiling that was typed as a reply."""
        context.reply(views.ceiling(context.texts, await self._set(context, context.text)))

    async def _set(self, context: BotContext, typed: str) -> Month:
        found = re.fullmatch(r"\$?\s*(\d{1,6})\s*\$?", typed.strip(), re.ASCII)
        if found is None or (usd := int(found[1])) > _MOST:
            raise BadValue(name="$", value=typed, allowed=f"0–{_MOST}")
        ceiling_usd = usd or None
        context.also(lambda tx: self.spending.ceiling.set(tx, ceiling_usd))
        return replace(await self.spending.month(), ceiling_usd=ceiling_usd)


def is_ceiling(context: BotContext) -> bool:
    """Whether an admin answers the question for the ceiling."""
    return number_in(context, "ceiling_prompt") is not None
