"""Attempts as jobs of a Ray cluster.

A node that Ray has given up may still run its worker. So a worker reaches its attempt's folder only
through a link in it, which is removed before another attempt starts. From then on the paths of the
old worker lead nowhere: it can't append, rename or delete, and it ends when it notices.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.backends.lora.attempts import Attempt, step_of
from engine.backends.lora.children import MODULE, SHOWN_LINES, STOP_S
from engine.backends.lora.environment import CALM
from engine.backends.lora.executor import Phase, State
from engine.backends.lora.orders import WRITABLE, Reason, WorkOrder, write_order
from engine.backends.lora.ray_api import NOT_STARTED, UNREACHABLE, RayApi, sentences

_POLL_S = 1.0
_NO_ANSWER = "The Ray cluster does not answer"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class RayExecution:
    """An attempt as a job of Ray, whose id follows from the attempt's folder."""

    _ray: RayApi
    _folder: Path
    _order: WorkOrder
    _may_stay: asyncio.Event
    """Set once the server ends, and the worker should go on without it."""
    _is_submitted: bool = False
    _state: State = field(init=False)

    process_id = None

    def __post_init__(self) -> None:
        # Of an adopted attempt nobody knows yet whether it runs: `stop` has to look.
        self._state = State(phase=Phase.RUNNING if self._is_submitted else Phase.WAITING)

    async def poll(self) -> State:
        """See `Execution.poll`; a cluster that does not answer changes nothing."""
        await asyncio.sleep(_POLL_S)
        try:
            if not self._is_submitted:
                await self._submit()
            self._state = await self._look()
        except UNREACHABLE as error:
            _log.warning("%s: %s: %r", self._name, _NO_ANSWER, error)
            return replace(self._state, note=_NO_ANSWER)
        return self._state

    async def stop(self) -> None:
        """See `Execution.stop`; a cluster that does not answer can't prevent it."""
        has_ended = self._state.phase is Phase.ENDED
        if self._may_stay.is_set() and not has_ended:
            return
        try:
            if self._is_submitted and not has_ended:
                await self._ray.stop(self._id)
                async with asyncio.timeout(STOP_S):
                    while self._state.phase is Phase.RUNNING:
                        await self.poll()
        except (TimeoutError, *UNREACHABLE) as error:
            _log.warning("%s was not seen ending: %r", self._name, error)
        finally:
            (self._folder / WRITABLE).unlink(missing_ok=True)

    @property
    def _id(self) -> str:
        return f"{self._folder.parent.name}-{self._folder.name}"

    @property
    def _name(self) -> str:
        return self._folder.name.replace("-", " ").capitalize()

    async def _submit(self) -> None:
        worker = (sys.executable, "-m", MODULE, str(self._folder / WRITABLE))
        order = self._order
        more = {"PYTHONUNBUFFERED": "1", "RAY_JOB_STOP_WAIT_TIME_S": str(round(STOP_S))}
        await self._ray.submit(
            self._id,
            worker,
            device=order.device,
            threads=order.threads,
            memory_bytes=order.memory_bytes,
            environment=CALM | more,
        )
        self._is_submitted = True

    async def _look(self) -> State:
        job = await self._ray.find(self._id)
        if job is None:
            note = f"{self._name} is over: the Ray cluster does not know it"
            return State(phase=Phase.ENDED, reason=Reason.STOPPED, note=note)
        message, where = job["message"] or "", _place(job)
        match job["status"]:
            case "PENDING":
                start = self._order.resume_from
                more = f", to go on from step {step_of(Path(start))}" if start else ""
                note = f"{self._name} waits for room in the Ray cluster{more}"
                return State(phase=Phase.WAITING, note=note)
            case "RUNNING":
                return State(phase=Phase.RUNNING, note=f"{self._name} runs on {where}")
            case "SUCCEEDED":
                return State(phase=Phase.ENDED, exit_code=0)
        code = job["driver_exit_code"]
        why = f"exit code {code}" if code is not None else sentences(message)
        reason = Reason.CRASHED
        if job["error_type"] == NOT_STARTED:
            reason = Reason.NO_ROOM
        elif code is None or code < 0:  # the node is gone, or a signal has ended the worker
            reason = Reason.STOPPED
        return State(
            phase=Phase.ENDED,
            exit_code=code,
            reason=reason,
            said="\n".join(message.splitlines()[-SHOWN_LINES:]),
            note=f"{self._name} on {where} is over: {why}",
        )


class RayExecutor:
    """The `Executor` of a Ray cluster. Its nodes see the engine's folder at the same path."""

    def __init__(self, ray: RayApi) -> None:
        """Nothing is asked yet."""
        self._ray = ray
        self._ends = asyncio.Event()

    async def start(self, folder: Path, order: WorkOrder) -> RayExecution:
        """See `Executor.start`; the first poll hands the attempt to Ray."""
        write_order(folder, order)
        (folder / WRITABLE).symlink_to(".")
        return RayExecution(self._ray, folder, order, self._ends)

    async def adopt(self, folder: Path) -> RayExecution | None:
        """See `Executor.adopt`."""
        link = folder / WRITABLE
        order = Attempt(folder).order() if link.is_symlink() else None
        if order is None:
            link.unlink(missing_ok=True)
            return None
        return RayExecution(self._ray, folder, order, self._ends, _is_submitted=True)

    async def is_alive(self) -> bool:
        """See `Executor.is_alive`."""
        return await self._ray.is_alive()

    def leave(self) -> None:
        """See `Executor.leave`."""
        self._ends.set()

    async def close(self) -> None:
        """Close the connections."""
        await self._ray.close()


def _place(job: Mapping[str, Any]) -> str:
    """The node that a job runs on, as address and the beginning of its id."""
    address = urlsplit(job["driver_agent_http_address"] or "").hostname or "an unknown address"
    return f"node {(job['driver_node_id'] or 'unknown')[:8]} at {address}"
