"""Heavy work in a separate process, because work that holds the GIL would delay the chats.

Counting tokens and parsing JSON keep Python's global lock for tens of milliseconds at a time, so a
thread would not help. `isolated_child.py` is the child's side.

Limits of a child: the time that its caller allows, 2 GB of address space, a lower priority than
ours. The kernel ends it after twice that time, should C code never release the lock. Where memory
runs out, the kernel ends it before the bot. Every call starts a child, which takes 0.25 s with
validation's modules, so callers limit how many run.
"""

import asyncio
import math
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.errors import TooMuchWork
from bot.runtime.children import loopback_environment

T = TypeVar("T")

MEMORY_BYTES: Final = 2 << 30
"""Address space of a child; validating takes 0.2 GB, with a million short examples 0.5 GB."""

_PREFIX: Final = 8


class Broken(Exception):
    """The traceback of a bug in a child, as text: the cause of what `run_isolated` raises."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


async def run_isolated(
    function: Callable[..., T],
    *args: Any,
    timeout_s: float = 600.0,
    environment: Mapping[str, str] | None = None,
    **kwargs: Any,
) -> T:
    """Call *function* in a child process, for at most *timeout_s*, and return what it returns.

    *function* must be importable from its module by its name. *environment* are more variables.
    The child ends with this call, also when the call is cancelled or this process is killed.
    Arguments and result are pickled in this event loop, so they must be small: paths and reports,
    not the contents of files.

    Raises:
        TooMuchWork: it took too long or too much memory, or was killed.
        UserError: as the function raised it.
        RuntimeError: the function has a bug; the cause is the child's traceback.
    """
    order = pickle.dumps(
        {
            "module": function.__module__,
            "name": function.__qualname__,
            "args": args,
            "kwargs": kwargs,
            "memory_bytes": MEMORY_BYTES,
            "cpu_s": 2 * math.ceil(timeout_s),
        }
    )
    async with _child(environment or {}) as child:
        try:
            async with asyncio.timeout(timeout_s):
                return await _answer(child, order)  # type: ignore[no-any-return]
        except TimeoutError as exc:
            raise TooMuchWork from exc


@asynccontextmanager
async def _child(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child process, killed and waited for at the end of the block."""
    # The child looks for modules where this process does; with -P nowhere else first.
    our_path = [folder or str(Path.cwd()) for folder in sys.path]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "bot.runtime.isolated_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=loopback_environment({**environment, "PYTHONPATH": os.pathsep.join(our_path)}),
        start_new_session=True,  # so that Ctrl-C in a terminal reaches only this process
    )
    try:
        yield child
    finally:
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(ProcessLookupError):
            child.kill()
        child.stdin.close()
        while await child.stdout.read(1 << 16):  # until the pipe is closed
            pass
        await child.wait()


async def _answer(child: asyncio.subprocess.Process, order: bytes) -> Any:
    """Send *order*, and return the result or raise what the child reports."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(len(order).to_bytes(_PREFIX, "big") + order)
    with suppress(ConnectionError):  # the child has ended, which is handled below
        await child.stdin.drain()
    try:
        size = int.from_bytes(await child.stdout.readexactly(_PREFIX), "big")
        message = await child.stdout.readexactly(size)
    except asyncio.IncompleteReadError as exc:
        exit_code = await child.wait()
        if exit_code < 0:  # a signal: the kernel ends it so at its limits
            raise TooMuchWork from exc
        raise RuntimeError(f"A process of its own ended with exit code {exit_code}") from exc
    match pickle.loads(message):  # noqa: S301 - our own child wrote it
        case "result", result:
            return result
        case "refused", error, params:
            raise error(**params)
        case "too_much", _:
            raise TooMuchWork
        case _, traceback:
            raise RuntimeError("Broke in a process of its own") from Broken(traceback)
