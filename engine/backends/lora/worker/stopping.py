"""Tells when the child should stop: the server asks for it, is gone, or has replaced the child."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from types import FrameType

GRACE_S = 30.0
"""A child that has not ended so long after it was asked to is ended; its last checkpoint counts."""
LEASE_FILE = "lease"
LEASE_WAIT_S = 20.0
_LINK_POLL_S = 1.0


class StopAsked(Exception):
    """The child was asked to stop before it had anything to save."""


class Stop:
    """SIGTERM, SIGINT or the end of standard input ask the child to stop.

    A child whose folder is a link does not look at its standard input, and ends with the link.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def is_asked(self) -> bool:
        """Whether the child should save and exit."""
        return self._asked.is_set()

    def watch(self, folder: Path) -> None:
        """Begin to listen; called once, in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        watch = partial(_watch_link, folder) if folder.is_symlink() else self._watch_input
        threading.Thread(target=watch, daemon=True).start()
        threading.Thread(target=self._enforce, daemon=True).start()

    def check(self) -> None:
        """Raise `StopAsked` if the child should stop."""
        if self.is_asked:
            raise StopAsked

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    def _watch_input(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        self._asked.set()

    def _enforce(self) -> None:
        self._asked.wait()
        time.sleep(GRACE_S)
        os._exit(1)


def _watch_link(folder: Path) -> None:
    while folder.is_symlink():
        time.sleep(_LINK_POLL_S)
    os._exit(1)


@contextmanager
def lease(job: Path) -> Iterator[None]:
    """Hold the job's lease, so that two of its attempts never train at once.

    The system frees it when the process ends, however that happens.

    Raises:
        TimeoutError: an older attempt still holds it after `LEASE_WAIT_S`.
    """
    with (job / LEASE_FILE).open("w") as file:
        deadline = time.monotonic() + LEASE_WAIT_S
        while True:
            try:
                flock(file, LOCK_EX | LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("an older attempt still runs") from None
                time.sleep(0.1)
        yield
