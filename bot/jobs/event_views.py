"""The log of a job, in the provider's words, in pages."""

from collections.abc import Sequence

from bot.delivery.screen import Button, Screen, fitting, rows
from bot.domain.training import JobEvent, TrackedJob
from bot.edge.buttons import Press, button, data_of
from bot.texts import Texts, shortened

PAGE_SIZE = 8
"""Events per page."""

_UNITS = 300
_MARKS = {"warn": "⚠️ ", "warning": "⚠️ ", "error": "❌ "}


def log(
    texts: Texts, tracked: TrackedJob, events: Sequence[JobEvent], *, end: int, n_events: int
) -> Screen:
    """A page of the log, newest event first.

    The page's *events* come oldest first. *end* of all *n_events* are up to the page's newest.
    """
    key = "events_title" if events else "events_none"
    first = end - len(events) + 1
    lines = [texts(key, name=tracked.name, first=first, last=end, n=n_events)]
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
    return Press("", "", number).number, Press("", "", end).number or None


def _line(texts: Texts, event: JobEvent) -> str:
    said = event.message or ", ".join(f"{key} = {value}" for key, value in event.data.items())
    return texts(
        "events_line",
        time=texts.clock(event.created_at),
        mark=_MARKS.get(event.level, ""),
        message=shortened(said or event.type, _UNITS),
    )


def _pager(texts: Texts, number: int, *, end: int, n_events: int) -> list[Button]:
    """The buttons count from the oldest event, so that new events do not shift the pages."""

    def page(key: str, end: int) -> Button:
        place = number if end >= n_events else f"{number}-{end}"
        return button(texts, key, data_of("jobs", "log", place))

    newer = page("page_newer" if end < n_events else "refresh", end + PAGE_SIZE)
    return [newer, *([page("page_older", end - PAGE_SIZE)] if end > PAGE_SIZE else [])]
