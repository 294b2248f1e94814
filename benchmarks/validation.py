"""How fast a dataset is checked, beside the provider's own notebook, on this machine and now.

    python -m benchmarks.validation [--quick]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import made_up
from benchmarks.apart import (
    Measure,
    everything,
    measured,
    notebooks,
    same_checks,
    stalls,
    thrifty_notebooks,
)
from benchmarks.table import Row, machine, print_row


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    examples: int
    lines: tuple[int, ...]
    """The last one is the large file, whose memory is measured too."""
    loop_megabytes: int
    rounds: int


_USUAL = 10_000
FULL = Sizes(examples=100_000, lines=(1_000, 100_000, 300_000), loop_megabytes=100, rounds=2)
QUICK = Sizes(examples=10_000, lines=(1_000, 30_000), loop_megabytes=50, rounds=3)


def shipped_file() -> Iterator[Row]:
    """The file that comes with the bot."""
    found = measured(everything, made_up.SHIPPED, times=20)
    other = measured(notebooks, made_up.SHIPPED, times=20)
    yield Row("all rules, warm", found.wall_s, "s", other.wall_s, limit=0.5)
    yield Row("all rules, first call of a process", found.first_s, "s", other.first_s, limit=0.5)
    yield Row("`python -m bot validate`, start to end", _command_s(), "s")


def beside_the_notebook(path: Path, sizes: Sizes) -> Iterator[Row]:
    """The same questions, and all of ours, against the notebook's; by turns."""
    checks = (notebooks, thrifty_notebooks, same_checks, everything)
    runs = [measured(check, path) for _ in range(sizes.rounds) for check in checks]
    book, thrifty, same, deep = (_best(runs[nth :: len(checks)]) for nth in range(len(checks)))
    for name, ours, limit in (("same checks", same, 1), ("all rules", deep, 10)):
        title = f"{name}, {sizes.examples:,} examples"
        yield Row(f"{title}, CPU", ours.cpu_s, "s", book.cpu_s, limit, limits_ratio=True)
        yield Row(f"{title}, wall", ours.wall_s, "s", book.wall_s, limit, limits_ratio=True)
    yield Row("same checks beside a notebook with a cache, CPU", same.cpu_s, "s", thrifty.cpu_s)
    yield Row("memory of it, all rules", deep.peak_mb, "MB", book.peak_mb)


def growing(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """Cost of an example in files of growing length, and the memory that the longest takes."""
    usual, path = folder / "usual.jsonl", folder / "growing.jsonl"
    made_up.write(usual, examples=_USUAL)
    for n_lines in sizes.lines:
        made_up.write(path, examples=n_lines)
        before = measured(everything, usual)
        found = measured(everything, path, times=4 if n_lines < _USUAL else 1)
        after = measured(everything, usual)
        beside = (before.cpu_s + after.cpu_s) / 2 / _USUAL
        title = f"an example of {n_lines:,}, all rules, CPU"
        cost = found.cpu_s / n_lines
        yield Row(title, cost * 1e6, "µs", beside * 1e6, 1.5, limits_ratio=True)
        megabytes = path.stat().st_size / 1e6
    yield Row(f"peak memory, file of {megabytes:.0f} MB", found.peak_mb, "MB", limit=300)
    yield Row(f"the same file, all rules, wall ({megabytes:.0f} MB)", found.wall_s, "s")


def event_loop(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """How long the bot is deaf while its own service checks a file."""
    path = folder / "loop.jsonl"
    made_up.write(path, megabytes=sizes.loop_megabytes)
    for name, file in (("the shipped file", made_up.SHIPPED), (f"{sizes.loop_megabytes} MB", path)):
        found = stalls(file)
        yield Row(f"longest stall, {name}", found["busy_s"] * 1e3, "ms", found["idle_s"] * 1e3)
        yield Row(f"that check, {name}, wall", found["took_s"], "s")


def _best(runs: list[Measure]) -> Measure:
    best = min(runs, key=lambda run: run.cpu_s)
    return replace(best, wall_s=min(run.wall_s for run in runs))


def _command_s() -> float:
    command = [sys.executable, "-m", "bot", "validate", str(made_up.SHIPPED)]
    walls = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, cwd=Path(__file__).parents[1], check=False, capture_output=True)
        walls.append(time.perf_counter() - started)
    return min(walls)


def _sections(folder: Path, sizes: Sizes) -> Iterator[tuple[str, Callable[[], Iterator[Row]]]]:
    path = folder / "examples.jsonl"
    yield "The shipped file (321 examples); beside it the notebook", shipped_file
    yield "Beside the notebook", lambda: beside_the_notebook(path, sizes)
    yield (
        "Growing files; beside it one of 10,000 lines, just before and after",
        lambda: growing(folder, sizes),
    )
    yield "The event loop; beside it an idle one", lambda: event_loop(folder, sizes)


def main() -> int:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size: two minutes")
    sizes = QUICK if parser.parse_args().quick else FULL
    print(machine())
    print_row(("", "ours", "beside", "", "ratio", "limit", ""))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_up.write(folder / "examples.jsonl", examples=sizes.examples)
        for title, section in _sections(folder, sizes):
            print(f"\n{title}")
            for row in section():
                print_row(row.cells)
    print(f"\nload {os.getloadavg()[0]:.1f}, {time.strftime('%H:%M')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
