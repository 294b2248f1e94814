"""What a week was like: gathered when somebody reads it."""

import asyncio
import datetime as dtm
import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat.store import ConversationStore
from bot.dataset.validation.language import words_of
from bot.dataset.validation.themes import theme_of
from bot.ratings.entities import RatedTurn
from bot.ratings.quality import Share
from bot.ratings.store import RatingStore
from bot.serving.last_days import LastDays
from bot.serving.serving import ServedModels
from bot.training.spending import Spending
from bot.usage.accounts import Bill
from bot.week.mondays import WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekReport:
    """Seven days, without what was said of danger."""

    first: dtm.date
    n_questions: int
    n_people: int
    themes: Mapping[str, int]
    """Questions by guessed theme, the most frequent first."""
    shares: tuple[Share, Share]
    """Of that week, and of the one before."""
    worst: Sequence[RatedTurn]
    trainings: Sequence[float | None]
    """USD for each that ended; None: not known."""
    answers: Bill
    model: str
    """What answers now."""
    days_left: int
    """For so many days; 0: not known, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekReports:
    """Asks those who know."""

    conversations: ConversationStore
    ratings: RatingStore
    spending: Spending
    serving: ServedModels
    last_days: LastDays

    async def of(self, first: dtm.date, zone: zoneinfo.ZoneInfo) -> WeekReport:
        """The report on the seven days from that one on."""
        since, until = seconds_of(first, zone)
        asked = await self.conversations.asked(since, until)
        current = await self.serving.current()
        day = await self.last_days.of_model(current.model.name) if current else None
        return WeekReport(
            first=first,
            n_questions=len(asked),
            n_people=len({person_id for person_id, _ in asked}),
            themes=await asyncio.to_thread(_themes, [words for _, words in asked]),
            shares=(
                await self._share(since, until),
                await self._share(*seconds_of(first - WEEK, zone)),
            ),
            worst=await self.ratings.worst(since, until, limit=3),
            trainings=await self.spending.trainings(since, until),
            answers=await self.spending.accounts.bill_of(first, first + dtm.timedelta(days=6)),
            model=current.model.title if current else "",
            days_left=max(0, (day - self.last_days.today()).days) if day else 0,
        )

    async def _share(self, since: int, until: int) -> Share:
        n_good, n = await self.ratings.n_rated(since=since, until=until)
        return Share(n_good=n_good, n=n)


def seconds_of(first: dtm.date, zone: zoneinfo.ZoneInfo) -> tuple[int, int]:
    """Unix times of the first and of the last second of the seven days from that one on."""
    since, until = (dtm.datetime.combine(day, dtm.time(), zone) for day in (first, first + WEEK))
    return int(since.timestamp()), int(until.timestamp()) - 1


def _themes(questions: Sequence[str]) -> Mapping[str, int]:
    found = Counter(theme_of(words_of(each), ()) or "other" for each in questions)
    return dict(found.most_common())
