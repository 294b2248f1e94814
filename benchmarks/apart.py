"""Measures one thing in a process of its own, so that no other thing's memory is counted in."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import notebook
from bot.catalogue import load_catalogue
from bot.dataset.checking import Checker
from bot.dataset.validation.scan import validate

ENCODING = "o200k_base"
_MODEL = "gpt-4.1-mini"
_BEAT_S = 0.002


@dataclass(frozen=True)
class Measure:
    """What one call took."""

    wall_s: float
    cpu_s: float
    first_s: float
    """Wall time of the first call, which loads the tokenizer and compiles what needs it."""
    peak_mb: float
    """The process's largest size so far, in millions of bytes."""


def everything(path: Path) -> None:
    """All rules."""
    validate(path, encoding=ENCODING)


def same_checks(path: Path) -> None:
    """Ours without the rules that the notebook has not."""
    validate(path, encoding=ENCODING, is_deep=False)


def notebooks(path: Path) -> None:
    """The notebook's."""
    notebook.check(path, encoding=ENCODING)


def thrifty_notebooks(path: Path) -> None:
    """The notebook's, if it had a cache."""
    notebook.check(path, encoding=ENCODING, is_thrifty=True)


CHECKS: dict[str, Callable[[Path], None]] = {
    check.__name__: check for check in (everything, same_checks, notebooks, thrifty_notebooks)
}


def measured(check: Callable[[Path], None], path: Path, *, times: int = 1) -> Measure:
    """The best of some calls after a first one, in a new process; once: that first one."""
    found = _child(check.__name__, path, str(times))
    return Measure(**found)


def stalls(path: Path) -> dict[str, float]:
    """How late a loop's timer is at worst: idle, and while the bot's service checks the file."""
    return _child("stalls", path)


def _child(*arguments: str | Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.apart", *map(str, arguments)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(check: Callable[[Path], None], path: Path, times: int) -> Measure:
    runs = [_timed(check, path) for _ in range(times)]
    walls, cpus = zip(*(runs[1:] or runs), strict=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return Measure(wall_s=min(walls), cpu_s=min(cpus), first_s=runs[0][0], peak_mb=peak)


def _timed(check: Callable[[Path], None], path: Path) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    check(path)
    return time.perf_counter() - wall, time.process_time() - cpu


async def _stalls(path: Path) -> dict[str, float]:
    checker = Checker(catalogue=load_catalogue(), base_model=_MODEL)
    started = time.perf_counter()
    busy = await _latest(checker.report(path))
    took = time.perf_counter() - started
    idle = await _latest(asyncio.sleep(min(took, 20)))
    return {"idle_s": idle, "busy_s": busy, "took_s": took}


async def _latest(work: Coroutine[object, object, object]) -> float:
    """The latest that a timer fired while some work went on."""
    task = asyncio.create_task(work)
    worst = 0.0
    while not task.done():
        due = time.perf_counter() + _BEAT_S
        await asyncio.sleep(_BEAT_S)
        worst = max(worst, time.perf_counter() - due)
    await task
    return worst


def _main(what: str, path: str, times: str = "1") -> None:
    if what == "stalls":
        found = asyncio.run(_stalls(Path(path)))
    else:
        found = asdict(_measure(CHECKS[what], Path(path), int(times)))
    os.write(1, json.dumps(found).encode())


if __name__ == "__main__":
    _main(*sys.argv[1:])
