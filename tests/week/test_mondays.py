"""Who wants it is told about each week once, on Monday at nine or when the bot is back."""

import datetime as dtm
import sqlite3
import zoneinfo

import pytest

from bot.week.mondays import WEEK, next_monday, tell_of_week
from bot.week.report import seconds_of
from tests.composition import ADMIN, SECOND_ADMIN, TESTER, BotParts, person

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")
BEFORE = dtm.datetime(2026, 11, 25, 12, tzinfo=MOSCOW)
"""A Wednesday; the Monday after it is November 30."""


async def wants(parts: BotParts, *people: int, now: dtm.datetime = BEFORE) -> None:
    """They choose it in the settings."""
    for person_id in people:
        await parts.database.write(
            lambda tx, id_=person_id: parts.core.people.saw(tx, person(id_))  # type: ignore[misc]
        )
        await chosen(parts, person_id, next_monday(now))


async def chosen(parts: BotParts, person_id: int, week_at: int | None) -> None:
    store = parts.core.people.store
    await parts.database.write(lambda tx: store.choose(tx, person_id, week_at=week_at))


async def looked(parts: BotParts, now: dtm.datetime) -> list[tuple[int, str]]:
    """The tick of a new process at that moment; everything told so far, as (person, first day)."""
    await tell_of_week(parts.core, now=now.timestamp())
    return [(chat, payload["first"]) for chat, _, payload in await parts.told("week")]


def monday(*, day: int = 30, hour: int = 9, zone: zoneinfo.ZoneInfo = MOSCOW) -> dtm.datetime:
    return dtm.datetime(2026, 11, day, hour, tzinfo=zone)


async def test_nobody_is_told_who_has_not_chosen_it(parts: BotParts):
    """Also not one who thought better of it."""
    await wants(parts, SECOND_ADMIN)
    await chosen(parts, SECOND_ADMIN, None)
    await parts.database.write(lambda tx: parts.core.people.saw(tx, person(ADMIN)))

    assert await looked(parts, monday()) == []


async def test_each_is_told_once_a_week(parts: BotParts):
    """However often the bot looks and starts anew: the outbox forgets, the mark does not."""
    await wants(parts, ADMIN, SECOND_ADMIN)
    both = [ADMIN, SECOND_ADMIN]

    assert await looked(parts, monday() - dtm.timedelta(seconds=1)) == []
    first_week = [(each, "2026-11-23") for each in both]
    assert await looked(parts, monday()) == first_week
    await parts.database.write(lambda tx: tx.execute("DELETE FROM outbox"))
    for hours in range(1, 7 * 24):
        assert await looked(parts, monday() + dtm.timedelta(hours=hours)) == []
    next_week = monday() + dtm.timedelta(days=7)
    assert await looked(parts, next_week) == [(each, "2026-11-30") for each in both]


@pytest.mark.parametrize(
    ("back_at", "first"),
    [
        (monday() + dtm.timedelta(days=3), "2026-11-23"),
        (monday() + dtm.timedelta(days=7, hours=-1), "2026-11-23"),
        (monday() + dtm.timedelta(days=24), "2026-12-14"),
    ],
)
async def test_a_bot_that_was_off_tells_of_the_last_week_alone(
    parts: BotParts, back_at: dtm.datetime, first: str
):
    await wants(parts, ADMIN)

    assert await looked(parts, back_at) == [(ADMIN, first)]
    assert await looked(parts, back_at + dtm.timedelta(minutes=1)) == [(ADMIN, first)]


@pytest.mark.parametrize("name", ["Asia/Vladivostok", "America/Los_Angeles"])
async def test_it_is_nine_in_the_zone_of_the_settings(parts: BotParts, name: str):
    parts.begin(timezone=name)
    zone = zoneinfo.ZoneInfo(name)
    await wants(parts, ADMIN, now=BEFORE.astimezone(zone))

    nine = monday(zone=zone)
    assert await looked(parts, nine - dtm.timedelta(seconds=1)) == []
    assert await looked(parts, nine) == [(ADMIN, "2026-11-23")]


async def test_a_kill_leaves_both_or_neither(parts: BotParts):
    """The message and the mark are one transaction."""
    await wants(parts, ADMIN)
    await parts.database.write(
        lambda tx: tx.execute(
            "CREATE TRIGGER killed BEFORE INSERT ON outbox BEGIN SELECT raise(ABORT, 'kill'); END"
        )
    )
    with pytest.raises(sqlite3.IntegrityError):
        await looked(parts, monday())
    await parts.database.write(lambda tx: tx.execute("DROP TRIGGER killed"))

    assert await looked(parts, monday()) == [(ADMIN, "2026-11-23")]
    assert await looked(parts, monday()) == [(ADMIN, "2026-11-23")]


async def test_choosing_it_anew_does_not_tell_again(parts: BotParts):
    """Who chooses it after nine on Monday, is told on the next one."""
    await wants(parts, ADMIN)
    told = await looked(parts, monday())
    await chosen(parts, ADMIN, None)
    await wants(parts, ADMIN, SECOND_ADMIN, now=monday(hour=10))

    assert await looked(parts, monday(hour=11)) == told
    later = await looked(parts, monday() + dtm.timedelta(days=7))
    assert later == [*told, (ADMIN, "2026-11-30"), (SECOND_ADMIN, "2026-11-30")]


async def test_only_admins_are_told(parts: BotParts):
    """An admin may have become a tester since."""
    await wants(parts, TESTER)

    assert await looked(parts, monday()) == []


async def test_it_makes_no_sound(parts: BotParts):
    await wants(parts, ADMIN)
    await looked(parts, monday())

    ((urgency,),) = await parts.database.rows("SELECT urgency FROM outbox")
    assert urgency == 0


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-03-23 08:59", "2026-03-23 09:00"),
        ("2026-03-23 09:00", "2026-03-30 09:00"),
        ("2026-03-29 23:59", "2026-03-30 09:00"),
        ("2026-12-31 00:00", "2027-01-04 09:00"),
    ],
)
def test_the_next_monday(now: str, at: str):
    """Also where the clocks change on the Sunday between."""

    def moment(text: str) -> dtm.datetime:
        return dtm.datetime.fromisoformat(text).replace(tzinfo=BERLIN)

    assert next_monday(moment(now)) == moment(at).timestamp()


def test_a_week_may_have_an_hour_less():
    first = dtm.date(2026, 3, 23)
    since, until = seconds_of(first, BERLIN)

    assert until - since + 1 == (7 * 24 - 1) * 3600
    assert seconds_of(first - WEEK, BERLIN)[1] == since - 1
