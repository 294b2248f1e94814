"""Starts real workers without their 5 s of imports: a process loads the libraries once, and forks.

A forked worker is a process of its own: it has its standard input, its log and its exit code, and
can be killed. `python -m tests.engine.lora.nursery` is the process that forks; it computes nothing.
"""

import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.backends.lora.orders import LOG_FILE

INPUT, EXIT_CODE, PROCESS = "input", "exit_code", "process"
"""Files in a worker's folder: a named pipe, and what the forking process tells."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
CALM = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


class Worker:
    """A worker that has been started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._input = (folder / INPUT).open("wb", buffering=0)  # waits until the worker reads
        self.process_id = int(_content(folder / PROCESS))

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.process_id, number)

    def close_input(self) -> None:
        """As when the server dies."""
        self._input.close()

    def exit_code(self) -> int:
        """Wait for the end; negative for a signal."""
        code = int(_content(self.folder / EXIT_CODE))
        self._input.close()
        return code


class Nursery:
    """The process that forks workers."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def __enter__(self) -> "Nursery":
        command = [sys.executable, "-m", "tests.engine.lora.nursery"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=os.environ | OFFLINE | CALM, stdin=subprocess.PIPE, stderr=log
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(60) == 0, self._log.read_text()

    def start(self, folder: Path) -> Worker:
        """Start a worker on the order in *folder*."""
        os.mkfifo(folder / INPUT)
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder}\n".encode())
        self._process.stdin.flush()
        return Worker(folder)


def _content(path: Path) -> str:
    """What a file contains once it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists():
            return path.read_text()
        time.sleep(0.005)
    raise AssertionError(f"{path} does not come")


def _tell(path: Path, number: int) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(str(number))
    draft.rename(path)


def _watch(folder: Path) -> None:
    """Fork a worker, tell how it ends."""
    process_id = os.fork()
    if process_id == 0:
        _work(folder)
    _tell(folder / PROCESS, process_id)
    _, status = os.waitpid(process_id, 0)
    _tell(folder / EXIT_CODE, os.waitstatus_to_exitcode(status))
    os._exit(0)


def _work(folder: Path) -> None:
    from engine.backends.lora.worker.__main__ import main

    log = os.open(folder / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for source, target in ((os.open(folder / INPUT, os.O_RDONLY), 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    code: Any = 1
    try:
        code = main(folder)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve() -> None:
    import engine.backends.lora.worker.dpo
    import engine.backends.lora.worker.training  # noqa: F401

    watchers = []
    for line in sys.stdin:
        process_id = os.fork()
        if process_id == 0:
            _watch(Path(line.strip()))
        watchers.append(process_id)
    for process_id in watchers:
        os.waitpid(process_id, 0)


if __name__ == "__main__":
    _serve()
