"""Child processes that never outlive their parent: how the demo and the tests start their servers.

The parent holds the writing end of each child's standard input. However the parent ends, the
kernel closes that end, the child reads an end of file (`--until-eof`) and stops by itself.
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

_PROXY_VARIABLES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


class ChildDied(RuntimeError):
    """A child ended, or said nothing for too long, before it was ready; carries its last lines."""


@dataclass(slots=True)
class Child:
    """A running child process."""

    name: str
    process: asyncio.subprocess.Process
    ready: str
    """What followed `name: ready ` in its ready line: a server's URL, say."""
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
        await asyncio.wait([self.drain])  # who gives up waiting does not end the drain
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

    Args:
        module: The module to run; its last lines go to *log*, both streams.
        arguments: What follows the module's name.
        log: A file that gets everything that the child prints.
        env: Variables on top of this process's own; proxies are switched off for loopback.
        cwd: The child's working folder.
        python: What runs a module whose name and arguments follow.

    Raises:
        ChildDied: when it ends, or is silent for a minute, before it is ready.
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
            raise ChildDied(f"{module} did not start:\n{_tail(log)}") from exc
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
    """This process's environment without proxies (they would catch loopback), plus *extra*."""
    inherited = {key: value for key, value in os.environ.items() if key not in _PROXY_VARIABLES}
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


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-15:])
