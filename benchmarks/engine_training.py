"""How many tokens are learnt in a second of processor time: the engine's worker, a plain loop."""

import asyncio
import json
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.table import Row
from engine.backends.lora import children, machine, plan
from engine.backends.lora.orders import StepLine, Task, WorkOrder, read_lines

LEAST_SHARE = 0.95
"""Of the plain loop's tokens."""
_LOOK_S = 0.005
_TURNS = 8
"""Questions of a long example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What both sides learn."""

    title: str
    rows: Sequence[Any]
    batch: int
    epochs: int

    @property
    def steps(self) -> int:
        """In all."""
        return math.ceil(len(self.rows) / self.batch) * self.epochs


def lessons(dataset: Path, *, is_quick: bool) -> list[Lesson]:
    """Short examples in batches, and long ones one by one."""
    short = [json.loads(line) for line in dataset.read_text(encoding="utf-8").splitlines()]
    long = list(long_rows(short))[: 6 if is_quick else 16]
    return [
        Lesson(title="short examples, 4 at once", rows=short, batch=4, epochs=2 if is_quick else 6),
        Lesson(title="long examples, 1 at once", rows=long, batch=1, epochs=1),
    ]


def long_rows(short: Sequence[Any]) -> Iterator[Any]:
    """As many examples, each with several questions and answers."""
    for start in range(len(short)):
        turns = [short[(start + place) % len(short)]["messages"][1:] for place in range(_TURNS)]
        yield {"messages": [short[0]["messages"][0], *(each for turn in turns for each in turn)]}


async def training_rows(lesson: Lesson, base: Path, rounds: int) -> list[Row]:
    """Both sides by turns; the best round of each."""
    ours, bare = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            order = _order(lesson, base, Path(name))
            ours.append(await _ours(order, Path(name)))
            bare.append(await _bare(order))
    least: dict[str, Any] = {"limits_ratio": True, "is_least": True}
    return [Row(lesson.title, max(ours), "tok/s", max(bare), LEAST_SHARE, **least)]


def _order(lesson: Lesson, base: Path, folder: Path) -> WorkOrder:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in lesson.rows), encoding="utf-8")
    return WorkOrder(
        task=Task.TRAIN,
        base=str(base.resolve()),
        method="supervised",
        training_file=str(file),
        validation_file=None,
        example_tokens=2048,
        seed=1,
        device="cpu",
        threads=machine.cpu_threads(None),
        n_epochs=lesson.epochs,
        batch_size=lesson.batch,
        micro_batch=lesson.batch,
        learning_rate=plan.SMALL_RATE,
        rank=plan.CPU_RANK,
        alpha=2 * plan.CPU_RANK,
        total_steps=lesson.steps,
    )


async def _ours(order: WorkOrder, folder: Path) -> float:
    """Tokens a second of processor time, from the first step's line to the last one's."""
    attempt = folder / "attempt-1"
    attempt.mkdir()
    worker = await children.start(attempt, order)
    seen: list[tuple[int, float]] = []
    has_ended, position, cpu_s = False, 0, 0.0
    while not has_ended:
        cpu_s = max(cpu_s, _cpu_s(worker.process_id))
        for place, line in read_lines(attempt, after=position):
            position = place
            if isinstance(line, StepLine):
                seen.append((line.trained_tokens, cpu_s))
        has_ended = await worker.ended_within(_LOOK_S)
    await worker.stop()
    if worker.exit_code:
        raise RuntimeError(f"the worker has failed:\n{children.tail(attempt)}")
    return _rate(seen)


async def _bare(order: WorkOrder) -> float:
    """The same of the plain loop, in the same surroundings."""
    options = {
        "base": order.base,
        "file": order.training_file,
        "batch": order.batch_size,
        "epochs": order.n_epochs,
        "rate": order.learning_rate,
        "rank": order.rank,
        "alpha": order.alpha,
        "threads": order.threads,
    }
    surroundings = {"OMP_NUM_THREADS": str(order.threads), "OMP_WAIT_POLICY": "passive"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-Wignore", "-m", "benchmarks.bare_lora", "train", json.dumps(options)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        env=os.environ | surroundings,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the plain loop has failed")
    steps = [json.loads(line) for line in out.splitlines()]
    return _rate([(step["tokens"], step["cpu_s"]) for step in steps])


def _rate(steps: Sequence[tuple[int, float]]) -> float:
    (first_tokens, first_s), (last_tokens, last_s) = steps[0], steps[-1]
    return (last_tokens - first_tokens) / (last_s - first_s)


def _cpu_s(process_id: int) -> float:
    """Of a process so far; 0 once it is gone.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (looked up 2026-11-29)
    """
    try:
        text = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
