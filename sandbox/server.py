"""Runs the sandbox until it is told to stop, and then stops at once."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from sandbox.app import build
from sandbox.wire import SandboxProtocol
from sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen and when to stop."""

    host: str
    port: int
    """0 means any that is free."""
    until_eof: bool
    """Whether the end of standard input is the end, too."""


class _Server(uvicorn.Server):
    """uvicorn, but with signal handlers of ours: after its own it would die by the signal again."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


async def serve(world: World, listening: Listening) -> int:
    """Serve *world* until SIGTERM, SIGINT or the end of stdin; returns the exit code."""
    config = uvicorn.Config(
        build(world),
        host=listening.host,
        port=listening.port,
        http=SandboxProtocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=120,
        timeout_graceful_shutdown=1,
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        world.closing.set()
        server.should_exit = True

    def say_ready() -> None:
        print(f"sandbox: ready {_address(server, listening.host)}", flush=True)
        if listening.until_eof:
            _stop_at_eof(loop, stop)

    server = _Server(config, say_ready)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
    return 0


def _address(server: uvicorn.Server, host: str) -> str:
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop_at_eof(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    def wait() -> None:
        # Not sys.stdin.read: a thread inside of it aborts the interpreter's shutdown.
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop is closed: it has stopped already
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, name="until-eof", daemon=True).start()
