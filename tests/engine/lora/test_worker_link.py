"""A worker on another machine: it lives without a server, and writes only while it has its link."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.backends.lora.orders import WRITABLE, Reason
from tests.engine.lora.nursery import Nursery, Worker
from tests.engine.lora.orders import (
    attempt,
    end_of,
    ended,
    lines_of,
    numbers,
    order,
    steps_of,
    tree,
    whole_checkpoints,
)

LONG: dict[str, Any] = {"n_epochs": 500, "total_steps": 2000, "checkpoint_s": 0.0}


def linked(nursery: Nursery, job: Path, base: Path, **changes: Any) -> Worker:
    """A worker that was started by way of its link, and whose server is gone."""
    folder = attempt(job, order(job, base, **changes))
    (folder / WRITABLE).symlink_to(".")
    worker = nursery.start(folder / WRITABLE)
    worker.close_input()
    return worker


def wait_for_steps(worker: Worker, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(steps_of(lines_of(worker.folder))) < count:
        assert time.monotonic() < deadline, "no steps"
        time.sleep(0.01)


def test_it_trains_to_the_end_without_a_server(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    code = linked(nursery, tmp_path, tiny_base).exit_code()
    alone = lines_of(tmp_path / "attempt-1")
    _, usual = ended(nursery, tmp_path, order(tmp_path, tiny_base))

    assert (code, end_of(alone).reason) == (0, Reason.DONE)
    assert [numbers(line) for line in steps_of(alone)] == [numbers(x) for x in steps_of(usual)]


def test_it_ends_without_its_link_and_writes_nothing_more(
    nursery: Nursery, tiny_base: Path, tmp_path: Path
) -> None:
    """Also when it was suspended meanwhile, wherever it was."""
    worker = linked(nursery, tmp_path, tiny_base, **LONG)
    folder = tmp_path / "attempt-1"
    wait_for_steps(worker, 3)
    worker.send(signal.SIGSTOP)
    (folder / WRITABLE).unlink()
    whole, left = whole_checkpoints(tmp_path), tree(folder)
    worker.send(signal.SIGCONT)

    assert _ended(worker.process_id)
    assert whole_checkpoints(tmp_path) == whole
    changed = {path for path, at in tree(folder).items() if left.get(path) != at}
    # A file that was open at that moment, within a checkpoint that is not whole and never will be.
    assert all(path.parent not in whole and path != folder for path in changed)


@pytest.mark.usefixtures("extra")
def test_one_that_comes_late_finds_nothing_to_do(tiny_base: Path, tmp_path: Path) -> None:
    folder = attempt(tmp_path, order(tmp_path, tiny_base))
    before = tree(tmp_path)
    command = [sys.executable, "-m", "engine.backends.lora.worker", str(folder / WRITABLE)]
    late = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )

    assert late.returncode == 1
    assert b"FileNotFoundError" in late.stderr
    assert tree(tmp_path) == before


def _ended(process_id: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False
