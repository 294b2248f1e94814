"""Week: a message on Mondays for the admins who want it, and a button to see it now."""

from functools import partial

from bot.chat.feature import ChatFeature
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick
from bot.ratings.feature import RatingsFeature
from bot.serving.feature import ServingFeature
from bot.training.feature import TrainingFeature
from bot.week.handlers import WeekHandlers
from bot.week.mondays import WeekKind, tell_of_week
from bot.week.report import WeekReports


def build(
    core: Core,
    *,
    training: TrainingFeature,
    serving: ServingFeature,
    chat: ChatFeature,
    ratings: RatingsFeature,
) -> Feature:
    """Put the week together. Who wants it on Mondays is chosen in /settings."""
    reports = WeekReports(
        conversations=chat.conversations,
        ratings=ratings.store,
        spending=training.spending,
        serving=serving.serving,
        last_days=serving.last_days,
    )
    handlers = WeekHandlers(reports=reports)
    return Feature(
        name="week",
        admin_presses={"week:show": handlers.show},
        notifications={WeekKind.WEEK: handlers.told},
        ticks=[Tick(name="mondays", run=partial(tell_of_week, core), interval_s=60, first_s=1)],
    )
