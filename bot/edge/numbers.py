"""A number that admins set for everybody, by buttons or as a typed reply to a question."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.delivery.screen import Screen
from bot.edge.context import BotContext
from bot.edge.prompts import number_in
from bot.errors import BadValue
from bot.storage.settings_rows import StoredNumber
from bot.texts import Texts

_MOST: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberHandlers:
    """For admins. A button's id is a number, "own" to be asked for one, or empty to look."""

    name: str
    """Of the texts `number_…` (what it is), `prompt_…` and `placeholder_…`."""
    stored: StoredNumber
    screen: Callable[[Texts, int | None], Awaitable[Screen]]
    """The choices, with the number that is being set; None: with the stored one."""

    async def choose(self, context: BotContext) -> None:
        """Show the choices, set the chosen number, or ask for one."""
        texts, wanted = context.texts, context.press.id
        if wanted == "own":
            prompt = texts(f"prompt_{self.name}")
            placeholder = texts.plain(f"placeholder_{self.name}")
            context.reply(Screen(text=prompt, placeholder=placeholder))
        elif not wanted:
            context.reply(await self.screen(texts, None))
        else:
            context.show(await self._set(context, wanted))

    def is_answer(self, context: BotContext) -> bool:
        """Whether an admin answers the question for the number."""
        return number_in(context, f"prompt_{self.name}") is not None

    async def take(self, context: BotContext) -> None:
        """Set the number that was typed as a reply."""
        context.reply(await self._set(context, context.text))

    async def _set(self, context: BotContext, typed: str) -> Screen:
        found = re.fullmatch(r"\$?\s*(\d{1,6})\s*\$?", typed.strip(), re.ASCII)
        if found is None or (number := int(found[1])) > _MOST:
            name = context.texts.plain(f"number_{self.name}")
            raise BadValue(name=name, value=typed, allowed=f"0–{_MOST}")
        context.also(lambda tx: self.stored.set(tx, number))
        return await self.screen(context.texts, number)
