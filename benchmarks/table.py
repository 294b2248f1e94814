"""Tables of figures: ours beside something measured in the same run."""

import os
import platform
import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Row:
    """A line of the table; *limit* is one for *ratio*, else for *value* in the unit shown."""

    what: str
    value: float
    unit: str
    beside: float | None = None
    limit: float | None = None
    limits_ratio: bool = False
    is_least: bool = False
    """Whether *limit* is the least that is allowed, not the most."""

    @property
    def ratio(self) -> float | None:
        """Ours over the other."""
        return self.value / self.beside if self.beside else None

    @property
    def cells(self) -> tuple[str, ...]:
        """As it is printed."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        beside = "" if self.beside is None else f"{self.beside:,.3f}"
        return self.what, f"{self.value:,.3f}", beside, self.unit, ratio, *self._verdict

    @property
    def _verdict(self) -> tuple[str, str]:
        if self.limit is None:
            return "", ""
        judged = self.ratio if self.limits_ratio else self.value
        assert judged is not None
        is_kept = judged >= self.limit if self.is_least else judged <= self.limit
        return f"{self.limit:g}", "within" if is_kept else "OVER"


def cpu_s(process: psutil.Process) -> float:
    """The processor time of a process so far, in seconds, without its children's."""
    times = process.cpu_times()
    return float(times.user + times.system)


def machine() -> str:
    """Where and when, for the top of a table."""
    python = platform.python_version()
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {python}"
    return f"{where}, load {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d %H:%M')}"


def print_row(cells: tuple[str, ...]) -> None:
    """A row in columns; an empty first one is the head."""
    widths = (52, 12, 12, 5, 7, 6, 7)
    what, *rest = [
        f"{cell:<{width}}" if nth == 0 else f"{cell:>{width}}"
        for nth, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    print(what, *rest, flush=True)
