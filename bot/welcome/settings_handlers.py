"""/settings: what a person chooses for themselves."""

import datetime as dtm
import time
from dataclasses import dataclass, replace

from bot.delivery.screen import Screen
from bot.domain.people import Person
from bot.edge.context import BotContext
from bot.edge.people_store import PeopleStore
from bot.errors import ButtonGone
from bot.usage.accounts import Accounts
from bot.week.mondays import next_monday
from bot.welcome import settings_views as views


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsHandlers:
    """Open to everybody who is admitted."""

    people: PeopleStore
    accounts: Accounts

    async def show(self, context: BotContext) -> None:
        """/settings: language, sound and more, in one message."""
        context.reply(await self._screen(context, context.person))

    async def choose_sound(self, context: BotContext) -> None:
        """Store which messages ring for the person."""
        allowed = views.SOUNDS[context.person.is_admin]
        chosen = next((each for each in allowed if str(int(each)) == context.press.id), None)
        if chosen is None:
            raise ButtonGone
        await self._choose(context, rings_from=chosen)

    async def choose_others(self, context: BotContext) -> None:
        """Store whether news of what other admins started ring for this one."""
        await self._choose(context, hears_others=context.press.number == 1)

    async def choose_daily(self, context: BotContext) -> None:
        """Store whether this admin gets a bad answer to go through every morning."""
        at = int(time.time()) if context.press.number == 1 else None
        await self._choose(context, daily_at=at)

    async def choose_week(self, context: BotContext) -> None:
        """Store whether the person hears of the week on Mondays."""
        monday = next_monday(dtm.datetime.now(context.texts.timezone))
        await self._choose(context, week_at=monday if context.press.number == 1 else None)

    async def _choose(self, context: BotContext, **choices: int | None) -> None:
        person = context.person
        context.also(lambda tx: self.people.choose(tx, person.id, **choices))
        chosen = replace(person, **choices)  # type: ignore[arg-type]
        context.show(await self._screen(context, chosen))

    async def _screen(self, context: BotContext, person: Person) -> Screen:
        return views.settings(context.texts, person, limit=await self.accounts.usual_limit())
