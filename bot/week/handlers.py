"""The week on Mondays, and whenever an admin asks."""

import datetime as dtm
from dataclasses import dataclass, replace

from bot.delivery.screen import Screen, rows
from bot.domain import JsonDict
from bot.edge.buttons import button, data_of
from bot.edge.context import BotContext
from bot.texts import Texts
from bot.week import views
from bot.week.report import WeekReports


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekHandlers:
    """Admins read it; days are those of the zone of shown times."""

    reports: WeekReports

    async def show(self, context: BotContext) -> None:
        """The last seven days, today included."""
        texts = context.texts
        today = dtm.datetime.now(texts.timezone).date()
        report = await self.reports.of(today - dtm.timedelta(days=6), texts.timezone)
        screen = views.week(texts, report)
        back = button(texts, "back", data_of("ratings", "list"))
        context.show(replace(screen, buttons=rows(*screen.buttons, [back])))

    async def told(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The week before a Monday; None: nothing happened."""
        first = dtm.date.fromisoformat(payload["first"])
        report = await self.reports.of(first, texts.timezone)
        is_empty = not (report.n_questions or report.shares[0].n or report.trainings)
        return None if is_empty else views.week(texts, report)
