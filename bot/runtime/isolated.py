"""Heavy work in a process of its own: what holds the GIL must not hold up the chats.

Counting tokens and parsing JSON keep Python's global lock for tens of milliseconds at a time, so a
thread would not help. `isolated_child.py` is the other side.

Limits of a child: the time that its caller allows, 2 GB of address space, a lower priority than
ours. One call of C code that never lets go of the lock is ended by the kernel, after twice that
time. Starting a child takes a quarter of a second with validation's modules. Every call starts
one, so callers see to it that only a few run at once.
"""

import asyncio
import math
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

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
    """Call *function* in a child process and return what it returns.

    The child ends with this call, however the call ends: also when it is cancelled, and when this
    process is killed. Arguments and result travel pickled through this event loop, so they must be
    small: paths and reports, not the contents of files.

    Args:
        function: one that stands in a module, under its own name.
        args: its arguments.
        timeout_s: seconds until the child is killed.
        environment: further variables of the child, for libraries that read some.
        kwargs: its keyword arguments.

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
    """A child process, killed and buried at the end of the block."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "bot.runtime.isolated_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=loopback_environment({**environment, "PYTHONPATH": os.pathsep.join(_our_path())}),
        start_new_session=True,  # Ctrl-C in a terminal is for us alone
    )
    try:
        yield child
    finally:
        await _bury(child)


def _our_path() -> list[str]:
    """Where this process looks for modules; -P keeps the child from looking elsewhere first."""
    return [folder or str(Path.cwd()) for folder in sys.path]


async def _bury(child: asyncio.subprocess.Process) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(ProcessLookupError):
        child.kill()
    child.stdin.close()
    while await child.stdout.read(1 << 16):  # its end closes the pipe
        pass
    await child.wait()


async def _answer(child: asyncio.subprocess.Process, order: bytes) -> Any:
    """Send *order*, and return the result or raise what the child says."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(len(order).to_bytes(_PREFIX, "big") + order)
    with suppress(ConnectionError):  # it is dead already: seen below
        await child.stdin.drain()
    try:
        size = int.from_bytes(await child.stdout.readexactly(_PREFIX), "big")
        message = await child.stdout.readexactly(size)
    except asyncio.IncompleteReadError:
        _raise_for(await child.wait())
    match pickle.loads(message):  # noqa: S301 - our own child wrote it
        case "result", result:
            return result
        case "refused", error, params:
            raise error(**params)
        case "too_much", _:
            raise TooMuchWork
        case _, traceback:
            raise RuntimeError("Broke in a process of its own") from Broken(traceback)


def _raise_for(exit_code: int) -> NoReturn:
    """Say why a child ended without an answer: the kernel's limits end it by a signal."""
    if exit_code < 0:
        raise TooMuchWork
    raise RuntimeError(f"A process of its own ended with exit code {exit_code}")
