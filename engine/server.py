"""Serves the application, prints a ready line, and stops quickly."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

GRACEFUL_S = 1
"""How long unfinished answers may continue after a signal to stop."""


class Server(uvicorn.Server):
    """uvicorn, with our ready line, and exit code 0 after a signal."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the ready line."""
        await super().startup(sockets)
        if self.started:
            print(self._ready, flush=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; uvicorn's own handlers would raise them again at the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ask_to_stop)
        yield

    def ask_to_stop(self) -> None:
        """Stop soon; immediately on the second call."""
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(app: ASGIApp, *, host: str, port: int, until_eof: bool) -> None:
    """Serve until a signal, or until standard input ends."""
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    ready = f"engine: ready http://{shown}:{listener.getsockname()[1]}/v1"
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_S,
        server_header=False,
    )
    asyncio.run(_serve(Server(config, ready), listener, until_eof=until_eof))


async def _serve(server: Server, listener: socket.socket, *, until_eof: bool) -> None:
    if until_eof:
        loop = asyncio.get_running_loop()
        watch = threading.Thread(target=_watch_stdin, args=(loop, server), daemon=True)
        watch.start()
    await server.serve(sockets=[listener])


def _watch_stdin(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    # os.read, because sys.stdin would hold a lock that the interpreter needs to exit.
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(server.ask_to_stop)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where it knows that this is TCP, asyncio sends without a delay (Nagle's algorithm). The
    # body of each answer would wait 40 ms for the client to acknowledge its head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener
