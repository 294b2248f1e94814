"""The losses of a job as curves: from its events, or from a provider's result file."""

import base64
import binascii
import csv
import io
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, NamedTuple

from bot.domain.training import JobStatus, TrackedJob

# Names differ by provider and by year: OpenAI's and Azure's events and files, the old fine-tunes
# API, and Hugging Face's trainer, on which self-hosted servers are built.
STEP: Final = ("step", "global_step", "steps", "iteration")
TRAIN: Final = ("train_loss", "training_loss", "loss")
VALID: Final = ("valid_loss", "validation_loss", "eval_loss", "val_loss")
FULL_VALID: Final = ("full_valid_loss", "full_validation_loss")

_MOST_LOSS: Final = 1e6
"""Higher losses are drawn at this height: the training has diverged."""
_MOST_STEP: Final = 10**9


class Point(NamedTuple):
    """A loss that was measured at a step."""

    step: int
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """A job's losses, ordered by step, at most one per step."""

    train: tuple[Point, ...] = ()
    valid: tuple[Point, ...] = ()
    """Losses on a part of the validation examples."""
    full_valid: tuple[Point, ...] = ()
    """Losses on all validation examples. Few providers report them, and seldom."""

    @property
    def best(self) -> Point | None:
        """The lowest validation loss, the earliest of equal ones; None: nothing was validated."""
        return min(self.full_valid or self.valid, key=lambda point: point.loss, default=None)

    @property
    def is_drawable(self) -> bool:
        """Whether some curve has two points."""
        return max(len(self.train), len(self.valid), len(self.full_valid)) >= 2

    @property
    def n_points(self) -> int:
        """Points of all curves together."""
        return len(self.train) + len(self.valid) + len(self.full_valid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is."""

    step: int
    total: int | None
    """Steps of the whole run; None: the provider does not say."""

    @property
    def share(self) -> float | None:
        """0 to 1; None: the total is not known."""
        return None if self.total is None else min(1.0, self.step / self.total)


class BrokenResults(Exception):
    """A result file does not hold a table of losses."""


def from_events(metrics: Iterable[Mapping[str, Any]]) -> Curves:
    """The curves in the data of a job's metrics events."""
    rows = list(metrics)
    return Curves(
        train=_points(rows, TRAIN), valid=_points(rows, VALID), full_valid=_points(rows, FULL_VALID)
    )


def from_results(content: bytes) -> Curves:
    """The curves in a result file: CSV with a header, or the same in base64.

    Raises BrokenResults where the file is something else or holds no loss.
    """
    curves = from_events(_rows(content) or _rows(_decoded(content)))
    if not curves.n_points:
        raise BrokenResults
    return curves


def smoothed(losses: Sequence[float]) -> list[float]:
    """*losses* without single spikes, averaged from both sides so that the line does not lag."""
    calm = [statistics.median(losses[max(0, n - 2) : n + 3]) for n in range(len(losses))]
    weight = 2 / (1 + max(1.0, len(losses) / 16))
    for _ in range(2):
        forwards = _averaged(calm, weight)
        backwards = _averaged(calm[::-1], weight)[::-1]
        calm = [(one + other) / 2 for one, other in zip(forwards, backwards, strict=True)]
    return calm


def seconds_per_step(tracked: TrackedJob) -> float | None:
    """The usual pace of a job, from its events; None: they are too few, or all have one time.

    It is the median of many stretches, each a quarter of the steps. A pause of the job and times
    in whole seconds hardly change that.
    """
    points = [
        (step, at)
        for data, at in zip(tracked.metrics, tracked.metric_times, strict=False)
        if (step := _number(data, STEP)) is not None
    ]
    stretch = max(1, len(points) // 4)
    paces = [
        (later - earlier) / (after - before)
        for (before, earlier), (after, later) in zip(points, points[stretch:], strict=False)
        if after > before
    ]
    pace = statistics.median(paces) if paces else 0.0
    return pace if pace > 0 else None


def seconds_left(tracked: TrackedJob, *, now: float) -> float | None:
    """How long a running job will still take: the provider's estimate, else by its pace.

    None: the job does not run, or neither is known.
    """
    if tracked.job.status not in (JobStatus.RUNNING, JobStatus.UNKNOWN):
        return None
    estimate = (tracked.job.estimated_finish or 0) - now
    if estimate > 0:
        return estimate
    progress, pace = progress_of(tracked), seconds_per_step(tracked)
    if progress is None or progress.total is None or pace is None:
        return None
    return pace * max(0, progress.total - progress.step)


def progress_of(tracked: TrackedJob) -> Progress | None:
    """How far the job is, by its events; None before the first step."""
    steps = [step for data in tracked.metrics if (step := _number(data, STEP)) is not None]
    totals = [_number(data, ("total_steps",)) or 0 for data in tracked.metrics]
    if not steps:
        return None
    total = int(max(totals)) if max(totals) > 0 else None
    return Progress(step=int(max(steps)), total=total)


def _points(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[Point, ...]:
    found: dict[int, float] = {}
    for row in rows:
        step, loss = _number(row, STEP), _number(row, names)
        # Some providers write -1 where nothing was measured.
        if step is not None and loss is not None and 0 <= step <= _MOST_STEP and loss >= 0:
            found[int(step)] = min(loss, _MOST_LOSS)
    return tuple(Point(step, found[step]) for step in sorted(found))


def _number(row: Mapping[str, Any], names: Sequence[str]) -> float | None:
    """The first of *names* that holds a finite number."""
    for name in names:
        try:
            value = float(row.get(name, ""))
        except (TypeError, ValueError, OverflowError):
            continue
        if math.isfinite(value):
            return value
    return None


def _rows(content: bytes) -> list[dict[str, Any]]:
    """The table in *content*; empty when it has no column of steps."""
    text = content.decode("utf-8-sig", "replace").lstrip()
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if not set(names) & set(STEP):
            return []
        return [dict(zip(names, row, strict=False)) for row in reader]
    except csv.Error:
        return []


def _decoded(content: bytes) -> bytes:
    try:
        return base64.b64decode(content)
    except binascii.Error:
        return b""


def _averaged(losses: Sequence[float], weight: float) -> list[float]:
    """The exponential moving average of *losses*."""
    return list(accumulate(losses, lambda before, loss: before + weight * (loss - before)))
