"""Child processes that work on an order: how they are started and ended.

A child's standard input is a pipe from this process. It closes however this process ends, and the
child takes that as the request to stop.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

from engine.backends.lora.environment import calm_environment
from engine.backends.lora.executor import Phase, State
from engine.backends.lora.machine import killed_for_memory
from engine.backends.lora.orders import LOG_FILE, WRITABLE, Reason, WorkOrder, write_order

PROCESS_FILE = "process.json"
"""The child's process id, and when it started, as `/proc` tells it."""
MODULE = "engine.backends.lora.worker"
NICENESS = 10
STOP_S = 10.0
"""How long a child may take to save a checkpoint."""
SHOWN_LINES = 20
"""Of the child's log, in the server's log, if the child fails."""
_POLL_S = 0.2
_log = logging.getLogger(__name__)


class Worker:
    """A running child."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._kills_before = killed_for_memory()
        self._end = asyncio.create_task(process.wait(), name=f"worker {process.pid}")

    @property
    def process_id(self) -> int:
        """Of the child."""
        return self._process.pid

    async def ended(self) -> None:
        """Wait until the child has ended."""
        await asyncio.wait([self._end])

    async def ended_within(self, seconds: float) -> bool:
        """Whether the child has ended, after so many seconds at most."""
        done, _ = await asyncio.wait([self._end], timeout=seconds)
        return bool(done)

    @property
    def exit_code(self) -> int:
        """Of a child that has ended; the negative number of the signal that ended it."""
        return self._end.result()

    async def poll(self) -> State:
        """Its state, as `Execution.poll`."""
        if not await self.ended_within(_POLL_S):
            return State(phase=Phase.RUNNING)
        code, reason = self.exit_code, Reason.CRASHED
        if code == -signal.SIGKILL and killed_for_memory() > self._kills_before:
            reason = Reason.OUT_OF_MEMORY
        elif code < 0:
            reason = Reason.STOPPED
        said = tail(self._folder)
        return State(phase=Phase.ENDED, exit_code=code, reason=reason, said=said)

    async def stop(self) -> None:
        """Ask the child to save and end; after `STOP_S`, or when cancelled, end it at once."""
        try:
            if not self._end.done():
                with contextlib.suppress(ProcessLookupError):
                    self._process.terminate()
                await self.ended_within(STOP_S)
        finally:
            if not self._end.done():
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
            if self._process.stdin is not None:
                self._process.stdin.close()
        await self.ended()


async def start(folder: Path, order: WorkOrder) -> Worker:
    """Write the order into the *folder*, which exists, and start the child."""
    write_order(folder, order)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(folder / LOG_FILE, flags, 0o600), "wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            MODULE,
            str(folder),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=calm_environment(OMP_NUM_THREADS=str(order.threads), PYTHONUNBUFFERED="1"),
            umask=0o077,
            start_new_session=True,
        )
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    identity = {"pid": process.pid, "started": _start_of(process.pid)}
    (folder / PROCESS_FILE).write_text(json.dumps(identity), encoding="utf-8")
    return Worker(process, folder)


def tail(folder: Path) -> str:
    """The last lines that the child of a folder has printed."""
    lines = (folder / LOG_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-SHOWN_LINES:])


class LocalExecutor:
    """The `Executor` of child processes, which end with the server."""

    async def start(self, folder: Path, order: WorkOrder) -> Worker:
        """See `start`."""
        return await start(folder, order)

    async def adopt(self, folder: Path) -> None:
        """End the child that an earlier server has left in a folder, if it still runs.

        It was told to stop when that server ended, so it can't go on. It may save its checkpoint
        first, for `STOP_S`. A process of another start time is not ours.
        """
        (folder / WRITABLE).unlink(missing_ok=True)  # that server may have used a cluster
        await _end_leftover(folder)

    async def is_alive(self) -> bool:
        """Nothing else has to run."""
        return True

    def leave(self) -> None:
        """Children end with the server."""

    async def close(self) -> None:
        """There is nothing to free."""


async def _end_leftover(folder: Path) -> None:
    process_id = _leftover(folder)
    if process_id is None:
        return
    _log.warning("process %d of an earlier server still trains; it is ended", process_id)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, number)
        for _ in range(round(STOP_S / _POLL_S)):
            if _leftover(folder) is None:
                return
            await asyncio.sleep(_POLL_S)
    _log.error("process %d of an earlier server does not end", process_id)


def _leftover(folder: Path) -> int | None:
    try:
        identity = json.loads((folder / PROCESS_FILE).read_text(encoding="utf-8"))
        process_id, started = int(identity["pid"]), identity["started"]
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        _log.warning("%s is damaged; whether the process runs is not known", PROCESS_FILE)
        return None
    return process_id if started is not None and _start_of(process_id) == started else None


def _start_of(process_id: int) -> int | None:
    """When a process started, in ticks since the machine did; None: it has ended.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (looked up 2026-11-29)
    """
    try:
        text = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])
