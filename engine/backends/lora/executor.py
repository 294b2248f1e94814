"""Where an attempt runs: what `Training` needs of a child process here, or of a cluster's job."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from engine.backends.lora.orders import Reason, WorkOrder


class Phase(StrEnum):
    """How far an attempt is."""

    WAITING = "waiting"
    """There is no room for it yet."""
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An attempt at a moment. `exit_code`, `reason` and `said` are of one that has ended."""

    phase: Phase
    exit_code: int | None = None
    """Negative for a signal; None: nobody knows."""
    reason: Reason = Reason.CRASHED
    """Why, as far as the executor knows; the worker's own last line knows better."""
    said: str = ""
    """The last lines of its output, for the log."""
    note: str = ""
    """Where it runs or why it ended, for the client; in each phase, and perhaps empty."""


class Execution(Protocol):
    """An attempt that was started."""

    @property
    def process_id(self) -> int | None:
        """Of the worker, if it runs on this machine."""

    async def poll(self) -> State:
        """Its state; returns within a second or so, and at once when it ends."""

    async def stop(self) -> None:
        """Let the worker save and end; afterwards it writes nothing any more."""


class Executor(Protocol):
    """Starts workers, and finds those that an earlier server has started."""

    async def start(self, folder: Path, order: WorkOrder) -> Execution:
        """Write the order into the *folder* of a new attempt, and start its worker."""

    async def adopt(self, folder: Path) -> Execution | None:
        """The attempt in *folder* if it can go on under this server.

        None: it has ended, by now, and writes nothing any more.
        """

    async def is_alive(self) -> bool:
        """Whether it can be reached; an exception says why not."""

    def leave(self) -> None:
        """The server ends: what can go on without it, should."""

    async def close(self) -> None:
        """Free what the executor itself holds."""
