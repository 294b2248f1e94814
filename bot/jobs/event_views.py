"""The log of a job, in the provider's words, page by page."""

from collections.abc import Sequence

from bot.delivery.screen import Button, Screen, fitting, rows
from bot.domain.training import JobEvent, TrackedJob
from bot.edge.buttons import Press, button, data_of
from bot.texts import Texts, shortened

PAGE_SIZE = 8
"""Events on a page."""

_UNITS = 300
_MARKS = {"warn": "⚠️ ", "warning": "⚠️ ", "error": "❌ "}


def log(
    texts: Texts, tracked: TrackedJob, events: Sequence[JobEvent], *, end: int, n_events: int
) -> Screen:
    """A page of the log, newest event first.

    Args:
        texts: The person's language.
        tracked: The job.
        events: Those of the page, oldest first.
        end: How many events there are up to the newest of the page.
        n_events: How many there are in all.
    """
    if not events:
        lines = [texts("events_none", name=tracked.name)]
    else:
        words = {"first": end - len(events) + 1, "last": end, "n": n_events}
        lines = [texts("events_title", name=tracked.name, **words)]
    day = None
    for event in reversed(events):
        if day != (day := texts.moment(event.created_at)):
            lines.append(texts("events_day", day=day))
        lines.append(_line(texts, event))
    return Screen(
        text="\n".join(fitting(lines)),
        buttons=rows(_pager(texts, tracked.number, end=end, n_events=n_events)),
    )


def page_of(press: Press) -> tuple[int, int | None]:
    """(the job's number, the end of the page); None: the newest page."""
    number, _, end = press.id.partition("-")
    end_number = Press("", "", end).number
    return Press("", "", number).number, end_number or None


def _line(texts: Texts, event: JobEvent) -> str:
    said = event.message or ", ".join(f"{key} = {value}" for key, value in event.data.items())
    return texts(
        "events_line",
        time=texts.clock(event.created_at),
        mark=_MARKS.get(event.level, ""),
        message=shortened(said or event.type, _UNITS),
    )


def _pager(texts: Texts, number: int, *, end: int, n_events: int) -> list[Button]:
    """Pages are counted from the oldest event, so that new ones do not shift them."""

    def to(place: int | None) -> str:
        return data_of("jobs", "log", number if place is None else f"{number}-{place}")

    if end < n_events:
        later = end + PAGE_SIZE
        buttons = [button(texts, "page_newer", to(later if later < n_events else None))]
    else:
        buttons = [button(texts, "refresh", to(None))]
    if end > PAGE_SIZE:
        buttons.append(button(texts, "page_older", to(end - PAGE_SIZE)))
    return buttons
