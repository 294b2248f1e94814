"""Starts bots, engines and sandboxes quickly: it forks them from a process that imports once.

A test's world is three processes, and importing takes two seconds in each. `python()` is a command
that replaces `python -m`: standard streams, signals and exit code are the same.
"""

import asyncio
import atexit
import functools
import gc
import importlib
import json
import logging
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, NoReturn

from bot.gateways.tokenizer import count_tokens, encoding_for
from bot.safety.danger import danger_in
from tests.clocks import LedLoop

ROOT = Path(__file__).parents[1]
CLIENT = Path(__file__).with_name("forkserver_client.py")
IMPORTED = (
    "bot.cli", "bot.app", "bot.terminal.check", "bot.terminal.upload",
    "openai.resources.chat.completions", "openai.resources.files",
    "openai.resources.fine_tuning.jobs", "openai.resources.models",
    "apscheduler.schedulers.asyncio",
    "engine.app", "engine.server", "engine.settings",
    "sandbox.server", "sandbox.world", "sandbox.guard",
    "uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.auto",
)  # fmt: skip

LEAD = "TESTS_CLOCK_LEAD"
"""Names the file of a `Lead`, whose time the child's event loop has."""


@functools.cache
def python() -> tuple[str, ...]:
    """The command that replaces `python -m`; the server ends with this process."""
    address = f"forkserver-{uuid.uuid4()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forkserver", address],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    atexit.register(process.communicate)
    return (sys.executable, "-I", "-S", str(CLIENT), address)


def serve(address: str) -> None:
    """Fork what is asked for until standard input ends.

    The address is abstract: no file stands for it, so none is left behind.
    """
    for name in IMPORTED:
        importlib.import_module(name)
    count_tokens("Its ranks take longest of all.", encoding_for("gpt-4.1-mini"))
    danger_in("So do the rules for people in danger.")
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{address}")
        listener.listen(64)
        print("open", flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _guard(caller)
            caller.close()


def _guard(caller: socket.socket) -> NoReturn:
    """Start one child; tell its exit code, pass signals on, and let it not outlive the caller."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, streams, _, _ = socket.recv_fds(caller, 4, 3)
    order = json.loads(caller.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
    child = os.fork()
    if child == 0:
        caller.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        _be(order)
    for stream in (*streams, 0, 1):
        os.close(stream)
    ended = os.pidfd_open(child)
    while True:
        ready, _, _ = select.select([ended, caller.fileno()], [], [])
        if ended in ready:
            _, status = os.waitpid(child, 0)
            caller.send(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
            os._exit(0)
        passed_on = caller.recv(1)
        os.kill(child, passed_on[0] if passed_on else signal.SIGKILL)
        if not passed_on:
            os._exit(0)


def _be(order: dict[str, Any]) -> NoReturn:
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    if lead := os.environ.pop(LEAD, ""):
        asyncio.events.new_event_loop = lambda: LedLoop(Path(lead))
    sys.argv = [order["module"], *order["arguments"]]
    code: object = 1
    try:
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as exc:
        code = exc.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    serve(sys.argv[1])
