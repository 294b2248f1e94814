"""A handler of log records in which a storm of equal lines is one line a minute."""

import copy
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from traceback import walk_tb
from typing import Final, NamedTuple

MINUTE_S: Final = 60.0
MOST_NAMED: Final = 20
"""Of the records that one line stands for, so many are told apart by their first argument."""
_INCIDENT: Final = "Incident %s"


class _Kind(NamedTuple):
    name: str
    level: int
    message: str
    error: type[BaseException] | None
    place: tuple[str, int]


def _kind(record: logging.LogRecord) -> _Kind:
    error, _, traceback = record.exc_info or (None, None, None)
    place = ("", 0)
    for frame, line in walk_tb(traceback):
        place = frame.f_code.co_filename, line
    return _Kind(record.name, record.levelno, str(record.msg), error, place)


def _without_traceback(record: logging.LogRecord) -> logging.LogRecord:
    bare = copy.copy(record)
    bare.exc_info = bare.exc_text = None
    return bare


@dataclass(slots=True)
class _Minute:
    """What came of a kind since its last line."""

    ends_at: float
    n: int = 0
    last: logging.LogRecord | None = None
    named: dict[str, None] = field(default_factory=dict)

    def add(self, record: logging.LogRecord) -> None:
        self.n += 1
        self.last = record
        first = record.args[0] if isinstance(record.args, tuple) and record.args else None
        if isinstance(first, str | int) and len(self.named) <= MOST_NAMED:
            self.named[str(first)] = None

    def line(self) -> logging.LogRecord | None:
        """The last record, and in its message how many there were besides; None: there is none."""
        if self.last is None or self.n == 1:
            return self.last
        line, names = copy.copy(self.last), list(self.named)
        if len(names) > MOST_NAMED:
            names[-1] = "…"
        which = f" ({', '.join(names)})" if len(names) > 1 else ""
        line.msg = (
            f"{line.getMessage()} … and {self.n - 1} more of this kind in the last minute{which}"
        )
        line.args = None
        return line


class OncePerMinute(logging.Handler):
    """Passes on the first record of a kind, and then one a minute, which tells their number.

    Records are of one kind if logger, level, message without its arguments, and class and place
    of the exception are equal. What is below INFO is passed on as it comes. Somebody was told the
    code of an incident, so each has its line; only its traceback is left out.
    """

    def __init__(
        self, *targets: logging.Handler, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.targets = targets
        self._clock = clock
        self._guard = threading.RLock()
        self._minutes: dict[_Kind, _Minute] = {}
        """By kind; the one that ends first is the first one."""
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the record on, or keep it for the end of the minute."""
        if record.levelno < logging.INFO:
            self._pass_on(record)
            return
        self.tell()
        kind = _kind(record)
        if kind not in self._minutes:
            self._minutes[kind] = _Minute(self._clock() + MINUTE_S)
            self._pass_on(record)
        elif kind.message.startswith(_INCIDENT):
            self._pass_on(_without_traceback(record))
        else:
            self._minutes[kind].add(record)
            self._start_timer()

    def _start_timer(self) -> None:
        """Without it nobody would tell what was kept before the next record."""
        if self._timer is None:
            self._timer = threading.Timer(MINUTE_S, self.tell, kwargs={"is_timer": True})
            self._timer.daemon = True
            self._timer.start()

    def tell(self, *, is_timer: bool = False, is_last: bool = False) -> None:
        """Pass on what was kept, of each kind whose minute is over; with *is_last* of all."""
        with self._guard:
            if is_timer:
                self._timer = None
            now = self._clock()
            for kind, minute in list(self._minutes.items()):
                if minute.ends_at > now and not is_last:
                    break
                del self._minutes[kind]
                if (line := minute.line()) is not None:
                    self._minutes[kind] = _Minute(now + MINUTE_S)
                    self._pass_on(line)
            if is_timer and any(minute.n for minute in self._minutes.values()):
                self._start_timer()  # what was kept began its minute later

    def flush(self) -> None:
        """Tell what was kept."""
        self.tell(is_last=True)

    def close(self) -> None:
        """Tell what was kept, and close the targets."""
        self.flush()
        if self._timer is not None:
            self._timer.cancel()
        for target in self.targets:
            target.close()
        super().close()

    def _pass_on(self, record: logging.LogRecord) -> None:
        for target in self.targets:
            if record.levelno >= target.level:
                target.handle(record)
