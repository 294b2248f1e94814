"""One training at a time on each device; jobs wait in the order in which they were created."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.backends import Tell
from engine.domain import FineTuningJob

SETTLE_S = 0.1
"""Devices are given away so much later, so that jobs which a restart continues at the same moment
get them in their order."""


@dataclass(slots=True, kw_only=True)
class _Waiting:
    order: tuple[bool, int, int]
    """Jobs that run already come first, then older ones, then those who asked first."""
    wanted: str | None
    """The device on which the job has trained already; None: any."""
    device: str | None = None
    """None until it is the job's turn."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class DeviceQueue:
    """The devices, who has them and who waits. A device stays with the task that asked for it.

    The server calls `wait_turn` and `train` in one task, and the task's end frees the device:
    whatever happens between the two calls, no device is lost.
    """

    def __init__(self, devices: Sequence[str]) -> None:
        self._free = list(devices)
        self._devices = tuple(devices)
        self._held: dict[asyncio.Task[object], str] = {}
        self._waiting: list[_Waiting] = []
        self._asked = 0

    @property
    def n_jobs(self) -> int:
        """The jobs that train or wait."""
        return self._n_busy + len(self._waiting)

    @property
    def _n_busy(self) -> int:
        return len(self._devices) - len(self._free)

    async def take(
        self, job: FineTuningJob, tell: Tell, *, is_running: bool, wanted: str | None = None
    ) -> str:
        """Wait for a device, and keep it until the current task ends; a second call is at once.

        *tell* hears of each change of the place in the queue. A *wanted* device that is not there
        (any more) is as good as None.
        """
        task = asyncio.current_task()
        assert task is not None
        if task in self._held:
            return self._held[task]
        self._asked += 1
        mine = _Waiting(
            order=(not is_running, job.created_at, self._asked),
            wanted=wanted if wanted in self._devices else None,
        )
        self._waiting.append(mine)
        try:
            await self._turn(mine, tell)
            assert mine.device is not None
            self._held[task] = mine.device
            task.add_done_callback(self._free_device)
        except BaseException:
            if mine.device is not None:
                self._free.append(mine.device)
            raise
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
            self._look_again()
        return self._held[task]

    async def _turn(self, mine: _Waiting, tell: Tell) -> None:
        await asyncio.sleep(SETTLE_S)
        told = 0
        while True:
            self._give()
            if mine.device is not None:
                return
            ahead = self._n_busy + sum(other.order < mine.order for other in self._waiting)
            mine.changed.clear()
            if ahead != told:
                told = ahead
                are = "job is" if ahead == 1 else "jobs are"
                where = ", ".join(dict.fromkeys(self._devices))
                await tell(f"Waiting: {ahead} {are} ahead on {where}")
            await mine.changed.wait()

    def _give(self) -> None:
        """Give each free device to the first who may have it."""
        for waiting in sorted(self._waiting, key=lambda one: one.order):
            wishes = [d for d in self._free if waiting.wanted in (None, d)]
            if wishes and waiting.device is None:
                waiting.device = wishes[0]
                self._free.remove(wishes[0])
                self._waiting.remove(waiting)
                waiting.changed.set()

    def _free_device(self, task: asyncio.Task[object]) -> None:
        self._free.append(self._held.pop(task))
        self._look_again()

    def _look_again(self) -> None:
        for waiting in self._waiting:
            waiting.changed.set()
