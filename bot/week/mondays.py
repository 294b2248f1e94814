"""On Mondays, tells the admins who want it about the week before."""

import datetime as dtm
import time
from typing import Final

from bot.delivery.notifications import NotificationKind
from bot.edge.core import Core
from bot.storage.database import Transaction

WEEK: Final = dtm.timedelta(days=7)
_TOLD_AT: Final = dtm.time(9)


class WeekKind(NotificationKind):
    """What admins who want it hear on Mondays."""

    WEEK = "week"


async def tell_of_week(core: Core, *, now: float | None = None) -> None:
    """Tell those whose Monday has come by *now*, and note their next one in that transaction.

    A bot that was off on Monday tells later, and only of the last week.
    """
    at = dtm.datetime.fromtimestamp(now or time.time(), core.settings.zone)
    monday = next_monday(at)
    first = dtm.datetime.fromtimestamp(monday, at.tzinfo).date() - 2 * WEEK

    async def work(tx: Transaction) -> None:
        now_s = int(at.timestamp())
        due = await core.people.store.move_on(tx, "week_at", now=now_s, to=monday)
        for admin_id in core.notifications.admin_ids.intersection(due):
            payload, key = {"first": f"{first}"}, f"week:{first}"
            await core.notifications.tell(tx, admin_id, WeekKind.WEEK, payload, key=key)

    await core.database.write(work)


def next_monday(now: dtm.datetime) -> int:
    """Unix time of the next Monday at nine, in the zone of *now*."""
    monday = now.date() - dtm.timedelta(days=now.weekday())
    at = dtm.datetime.combine(monday, _TOLD_AT, now.tzinfo)
    return int((at if at > now else at + WEEK).timestamp())
