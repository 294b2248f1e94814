"""Serves the sandbox, and stops at once on a signal."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn

from sandbox.app import build
from sandbox.wire import SandboxProtocol
from sandbox.world import World


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would raise the signal again at the end."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


async def serve(world: World, host: str, port: int, *, until_eof: bool) -> None:
    """Serve *world* until SIGTERM or SIGINT or, with *until_eof*, the end of standard input.

    Port 0 means any free one.
    """
    config = uvicorn.Config(
        build(world),
        host=host,
        port=port,
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
        print(f"sandbox: ready {_address(server, host)}", flush=True)
        if until_eof:
            _stop_at_eof(loop, stop)

    server = _Server(config, say_ready)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()


def _address(server: uvicorn.Server, host: str) -> str:
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop_at_eof(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    def wait() -> None:
        # Not sys.stdin.read: a thread that waits in it aborts the interpreter's shutdown.
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, name="until-eof", daemon=True).start()
