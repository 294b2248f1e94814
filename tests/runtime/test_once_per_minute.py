"""A storm of equal log records is a line a minute, and none is lost without being counted."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot.runtime.once_per_minute import MINUTE_S, MOST_NAMED, OncePerMinute


class Lines(logging.Handler):
    """What reaches a file."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def said(self) -> list[str]:
        return [record.getMessage() for record in self.records]


@dataclass
class Log:
    """A logger whose minutes a test lets pass."""

    now: float = 0.0
    lines: Lines = field(default_factory=Lines)
    handler: OncePerMinute = field(init=False)
    logger: logging.Logger = field(init=False)

    def __post_init__(self) -> None:
        self.handler = OncePerMinute(self.lines, clock=lambda: self.now)
        self.logger = logging.Logger("bot.test", logging.DEBUG)  # noqa: LOG001 - for one test
        self.logger.addHandler(self.handler)

    def a_minute_later(self) -> None:
        self.now += MINUTE_S
        self.handler.tell()


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    yield log
    log.handler.close()


def test_first_is_told_at_once_and_the_others_with_their_number(log: Log):
    for n in range(313):
        log.logger.warning("No answer (%s)", "a" if n else "b")
    assert log.lines.said == ["No answer (b)"]

    log.a_minute_later()
    assert log.lines.said[1:] == ["No answer (a) … and 311 more of this kind in the last minute"]

    log.a_minute_later()
    log.logger.warning("No answer (%s)", "c")
    assert log.lines.said[2:] == ["No answer (c)"]


def test_an_hour_of_it_is_a_line_a_minute(log: Log):
    for _ in range(3600):
        log.logger.warning("No answer")
        log.now += 1

    assert len(log.lines.said) == 60


def test_kinds_do_not_hide_each_other(log: Log):
    """Another message, level, exception or place of it is another kind; DEBUG is never kept."""
    for _ in range(2):
        log.logger.warning("one %s", 1)
        log.logger.warning("two")
        log.logger.error("two")
        log.logger.debug("deep")
        for error in (KeyError("x"), ValueError("x")):
            try:
                raise error
            except Exception:
                log.logger.exception("broken")

    assert len(log.lines.said) == 5 + 2


def test_the_single_one_more_is_told_as_it_is(log: Log):
    log.logger.info("job %s", 1)
    log.logger.info("job %s", 2)
    log.a_minute_later()

    assert log.lines.said == ["job 1", "job 2"]


def test_those_that_differ_are_named(log: Log):
    for n in range(2 * MOST_NAMED):
        log.logger.info("Job %s can't be read", n % 4)
        log.logger.info("Chat %s", n)
    log.a_minute_later()

    job, chat = log.lines.said[2:]
    assert job.endswith("and 38 more of this kind in the last minute (1, 2, 3, 0)")
    assert chat.endswith("20, …)")


def test_each_incident_has_its_line_and_one_the_traceback(log: Log):
    """People were told its code."""
    for code in ("a1", "b2", "c3"):
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            log.logger.exception("Incident %s: it failed", code)

    assert log.lines.said == [f"Incident {code}: it failed" for code in ("a1", "b2", "c3")]
    assert [bool(record.exc_info) for record in log.lines.records] == [True, False, False]


def test_nothing_is_lost_at_the_end(log: Log):
    for n in range(3):
        log.logger.error("The end %s", n)
    log.handler.close()

    assert log.lines.said[1:] == ["The end 2 … and 1 more of this kind in the last minute (1, 2)"]


def test_kept_records_are_told_though_nothing_follows(log: Log):
    """A timer goes on as long as there is something to tell."""
    for log.now in (0, 0, 30, 30):
        log.logger.warning("late" if log.now else "early")
    log.now = MINUTE_S
    log.handler.tell(is_timer=True)
    assert len(log.lines.said) == 3
    assert log.handler._timer is not None

    log.now = 30 + MINUTE_S
    log.handler.tell(is_timer=True)
    assert len(log.lines.said) == 4
    assert log.handler._timer is None


def test_levels_of_the_targets_count(log: Log):
    log.lines.setLevel(logging.WARNING)
    log.logger.info("тихо")
    log.logger.warning("громко")

    assert log.lines.said == ["громко"]
