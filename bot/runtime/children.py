"""Child processes that never outlive their parent: how the demo and the tests start their servers.

The parent holds the writing end of each child's standard input. However the parent ends, the
kernel closes that end. The child then reads an end of file (`--until-eof`) and stops.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0

_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
"""Programs also read them in lower case."""


class ChildDied(RuntimeError):
    """A child ended, or was silent for too long, before it was ready; has its last lines."""


@dataclass(slots=True)
class Child:
    """A running child process."""

    name: str
    process: asyncio.subprocess.Process
    ready: str
    """What followed `name: ready ` in its ready line: for instance a server's URL."""
    drain: "asyncio.Task[None]"

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.process.returncode is None

    async def kill(self) -> None:
        """End the process at once, as `kill -9` does, and wait until it is gone."""
        if self.is_running:
            self.process.kill()
        await self._ended()

    async def stop(self) -> int:
        """Ask the process to end (SIGTERM), wait, and return its exit code."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._ended(), STOP_TIMEOUT_S)
        except TimeoutError:
            self.process.kill()
            return await self._ended()

    async def _ended(self) -> int:
        await asyncio.wait([self.drain])  # a timeout of this call does not end the drain
        if self.process.stdin is not None:
            self.process.stdin.close()
        return await self.process.wait()


async def start(
    module: str,
    *arguments: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    python: Sequence[str] = (sys.executable, "-m"),
) -> Child:
    """Run `python -m module arguments --until-eof` and wait for its ready line.

    *log* gets everything that the child prints. *env* comes on top of this process's variables,
    without proxies. *python* are the words in front of the module's name.

    Raises:
        ChildDied: it ended before it was ready, or was not ready within a minute.
    """
    process = await asyncio.create_subprocess_exec(
        *python,
        module,
        *arguments,
        "--until-eof",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=loopback_environment(env or {}),
        cwd=cwd,
    )
    assert process.stdout is not None
    try:
        ready = await asyncio.wait_for(_ready_line(module, process.stdout, log), READY_TIMEOUT_S)
    except BaseException as exc:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if isinstance(exc, ChildDied | TimeoutError):
            raise ChildDied(f"{module} did not start:\n{tail(log, 15)}") from exc
        raise
    drain = asyncio.create_task(_drain(process.stdout, log), name=f"drain {module}")
    return Child(name=module, process=process, ready=ready, drain=drain)


@asynccontextmanager
async def running(
    module: str,
    *arguments: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> AsyncIterator[Child]:
    """`start`, and `stop` at the end of the block."""
    child = await start(module, *arguments, log=log, env=env, cwd=cwd)
    try:
        yield child
    finally:
        await child.stop()


def loopback_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without proxies, which would take loopback too, and *extra*."""
    inherited = {k: v for k, v in os.environ.items() if k.upper() not in _PROXY_VARIABLES}
    return inherited | {"NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"} | dict(extra)


async def _ready_line(module: str, stdout: asyncio.StreamReader, log: Path) -> str:
    prefix = f"{module}: ready "
    async for line in _lines(stdout, log):
        if line.startswith(prefix):
            return line.removeprefix(prefix).strip()
    raise ChildDied(module)


async def _drain(stdout: asyncio.StreamReader, log: Path) -> None:
    async for _ in _lines(stdout, log):
        pass


async def _lines(stdout: asyncio.StreamReader, log: Path) -> AsyncIterator[str]:
    with log.open("ab") as file:
        while chunk := await stdout.readline():
            file.write(chunk)
            file.flush()
            yield chunk.decode(errors="replace")


def tail(log: Path, n_lines: int) -> str:
    """The last lines of a log; empty if there is none."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-n_lines:])
