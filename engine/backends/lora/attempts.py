"""The attempts of a job: a folder for each, in which one child has trained.

An attempt ends with the job, with a pause or with a crash. The next one goes on from the newest
whole checkpoint of all of them.
"""

import logging
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.backends import StepReport
from engine.backends.lora.orders import (
    ADAPTER,
    CHECKPOINTS,
    WHOLE_FILE,
    EndLine,
    Line,
    StepLine,
    WorkOrder,
    read_lines,
    read_order,
)

_PREFIX = "attempt-"
_STEP = re.compile(r"step-\d+")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Attempt:
    """An attempt, and how far its lines have been read."""

    folder: Path
    end: EndLine | None = None
    """The last line, once it has been read."""
    _position: int = field(default=0, init=False)
    _is_damaged: bool = field(default=False, init=False)

    def new_lines(self) -> Iterator[Line]:
        """The lines that were not read yet; after a damaged one there are none."""
        if self._is_damaged:
            return
        try:
            for position, line in read_lines(self.folder, after=self._position):
                self._position = position
                if isinstance(line, EndLine):
                    self.end = line
                yield line
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("%s has a damaged line of progress: %s", self.folder.name, error)
            self._is_damaged = True

    def order(self) -> WorkOrder | None:
        """What the child was told; None: the order is missing or damaged."""
        try:
            return read_order(self.folder)
        except (OSError, ValueError, TypeError, KeyError):
            return None


def all_attempts(folder: Path) -> list[Attempt]:
    """The attempts in a job's *folder*, oldest first."""
    found = {int(path.name[len(_PREFIX) :]): path for path in folder.glob(f"{_PREFIX}*[0-9]")}
    return [Attempt(found[number]) for number in sorted(found)]


def new_attempt(folder: Path) -> Attempt:
    """Make the folder of the next attempt."""
    earlier = all_attempts(folder)
    last = int(earlier[-1].folder.name[len(_PREFIX) :]) if earlier else 0
    path = folder / f"{_PREFIX}{last + 1}"
    path.mkdir(mode=0o700)
    return Attempt(path)


def latest_order(folder: Path) -> WorkOrder | None:
    """The latest order that can be read; the next attempt keeps its numbers."""
    orders = (attempt.order() for attempt in reversed(all_attempts(folder)))
    return next((order for order in orders if order is not None), None)


def adapter_of(folder: Path, line: StepLine) -> Path | None:
    """The adapter that a step has saved; None: it saved none, or it is not whole.

    Every attempt of the job in *folder* may have it: their numbers are equal.
    """
    if line.checkpoint is None:
        return None
    pattern = f"{_PREFIX}*/{CHECKPOINTS}/step-{line.step}/{WHOLE_FILE}"
    whole = next(folder.glob(pattern), None)
    return whole.parent / ADAPTER if whole else None


def newest_checkpoint(folder: Path, *, before: int, but: Collection[Path] = ()) -> Path | None:
    """The whole checkpoint of the highest step below *before* in a job's *folder*, if any.

    Those of *but* are passed over.
    """
    whole = (path.parent for path in folder.glob(f"{_PREFIX}*/{CHECKPOINTS}/step-*/{WHOLE_FILE}"))
    fitting = [path for path in whole if _STEP.fullmatch(path.name) and path not in but]
    return max((path for path in fitting if step_of(path) < before), key=step_of, default=None)


def step_of(checkpoint: Path | None) -> int:
    """The step of a checkpoint; 0 for None."""
    return int(checkpoint.name.removeprefix("step-")) if checkpoint else 0


def report_of(line: StepLine, *, is_checkpoint: bool) -> StepReport:
    """What a line tells the server; *is_checkpoint*: its adapter is published."""
    return StepReport(
        step=line.step,
        train_loss=line.train_loss,
        train_accuracy=line.train_accuracy,
        valid_loss=line.valid_loss,
        valid_accuracy=line.valid_accuracy,
        full_valid_loss=line.full_valid_loss,
        full_valid_accuracy=line.full_valid_accuracy,
        is_checkpoint=is_checkpoint,
        seconds_left=line.seconds_left,
    )


def drop_checkpoints(folder: Path) -> None:
    """Delete the attempts' checkpoints; orders, progress and logs stay."""
    for attempt in all_attempts(folder):
        shutil.rmtree(attempt.folder / CHECKPOINTS, ignore_errors=True)
