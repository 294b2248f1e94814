"""What the engine's real training and chats cost beside plain transformers and PEFT, on this CPU.

    python -m benchmarks.engine [--quick] [--base FOLDER]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine_stage import Stage, Trained, engine_with
from benchmarks.engine_training import lessons, long_rows, training_rows
from benchmarks.table import Row, machine, print_row
from bot.demo.lessons import small_base
from bot.demo.terminal import Terminal

ROOT = Path(__file__).parents[1]
DATASET = ROOT / "data" / "natasha_en.jsonl"
TESTERS = 4
MAX_TOKENS = 60
LEAST_RATE = 0.95
LEAST_RATE_OF_FOUR = 2.0
SWITCH_MS = 50.0
MEMORY_OFF = 25.0
"""Percent."""
START_S = 2.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int
    questions: int
    """That are asked in a round of chats."""
    switches: int
    starts: int


FULL = Sizes(rounds=3, questions=16, switches=40, starts=5)
QUICK = Sizes(rounds=2, questions=8, switches=15, starts=3)


class PlainChat:
    """`generate` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def answer(self, messages: Any, max_tokens: int) -> tuple[int, float]:
        """The tokens of an answer, and the seconds it took."""
        assert self._process.stdin is not None
        line = json.dumps({"messages": messages, "max_tokens": max_tokens})
        self._process.stdin.write(line.encode() + b"\n")
        found = await self.line()
        return found["tokens"], found["seconds"]

    async def line(self) -> Any:
        """The next line of the process."""
        assert self._process.stdout is not None
        return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def plain_chat(base: Path, adapter: Path) -> AsyncIterator[PlainChat]:
    """Start it; as many threads as the engine's chats have."""
    options = {"base": str(base), "adapter": str(adapter), "threads": _cores()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-Wignore", "-m", "benchmarks.bare_lora", "chat", json.dumps(options)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        chat = PlainChat(process)
        await chat.line()
        yield chat
    finally:
        process.kill()
        await process.wait()


async def start_rows(base: Path, starts: int) -> list[Row]:
    """The middle of some starts."""
    found = []
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as name:
            async with engine_with(base, Path(name)) as at:
                found.append(at.start_s)
                n_libraries = at.n_libraries()
    return [
        Row("from the command to the ready line", statistics.median(found), "s", limit=START_S),
        Row("maps of libtorch in the server then", n_libraries, "", limit=0),
    ]


async def memory_rows(
    at: Stage, title: str, rows: Sequence[Any], values: dict[str, Any]
) -> tuple[Trained, list[Row]]:
    """An estimate, and then the training."""
    estimated = await at.estimate(rows, values)
    trained = await at.train(rows, values)
    peak = max(trained.peak_bytes, trained.kernel_bytes)
    return trained, [
        Row(f"{title}: estimate beside the peak", estimated / 1e6, "MB", peak / 1e6),
        Row(f"{title}: the estimate is off by", _off(estimated, peak), "%", limit=MEMORY_OFF),
        Row(f"{title}: the job's event is off by", _off(trained.told_bytes, peak), "%",
            limit=MEMORY_OFF),
    ]  # fmt: skip


async def chat_rows(
    at: Stage, plain: PlainChat, model: str, questions: Sequence[Any], rounds: int
) -> list[Row]:
    """One and four testers, beside `generate`, by turns; the best round of each."""
    await at.answer(model, questions[0], MAX_TOKENS)
    await plain.answer(questions[0], MAX_TOKENS)
    ones, fours, plains = [], [], []
    for _ in range(rounds):
        answers = [await plain.answer(question, MAX_TOKENS) for question in questions]
        plains.append(sum(tokens for tokens, _ in answers) / sum(took for _, took in answers))
        ones.append(await _rate(at, model, questions, 1))
        fours.append(await _rate(at, model, questions, TESTERS))
    least: dict[str, Any] = {"limits_ratio": True, "is_least": True}
    return [
        Row("1 tester: tokens a second", max(ones), "tok/s", max(plains), LEAST_RATE, **least),
        Row(f"{TESTERS} testers: tokens a second, together", max(fours), "tok/s", max(plains),
            LEAST_RATE_OF_FOUR, **least),
    ]  # fmt: skip


async def switch_rows(at: Stage, models: Sequence[str], question: Any, n: int) -> list[Row]:
    """Answers of one token: the same model all the time, and two in turn."""
    for model in models:  # loads them
        await at.answer(model, question, 1)
    same = [await _answer_ms(at, models[0], question) for _ in range(n)]
    turns = [await _answer_ms(at, models[nth % 2], question) for nth in range(n)]
    same += [await _answer_ms(at, models[1], question) for _ in range(n)]
    middle, of_turns = statistics.median(same), statistics.median(turns)
    return [
        Row("one token, two models in turn, beside one", of_turns, "ms", middle),
        Row("a switch", of_turns - middle, "ms", limit=SWITCH_MS),
    ]


async def print_all(base: Path, sizes: Sizes, *, is_quick: bool) -> None:
    """Every section."""
    short = [json.loads(line) for line in DATASET.read_text(encoding="utf-8").splitlines()]
    questions = [row["messages"][:2] for row in short][: sizes.questions]
    print_row(("", "ours", "bare", "", "ratio", "limit", ""))
    _print("the server's start", await start_rows(base, sizes.starts))
    rows = [
        row
        for lesson in lessons(DATASET, is_quick=is_quick)
        for row in await training_rows(lesson, base, sizes.rounds)
    ]
    _print("training: tokens a second of processor time", rows)
    epochs = 2 if is_quick else 6
    with tempfile.TemporaryDirectory() as name:
        async with engine_with(base, Path(name)) as at:
            values: dict[str, Any] = {"n_epochs": epochs, "learning_rate_multiplier": 2}
            await at.train(short, values | {"batch_size": 4})
            again, rows = await memory_rows(at, "the same again", short, values | {"batch_size": 4})
            _print("memory, after one own run of this base", rows)
            one, rows = await memory_rows(at, "1 at once", short, values | {"batch_size": 1})
            _print("", rows)
            long = list(long_rows(short))[:10]
            few = {"n_epochs": 1, "batch_size": 2}
            _, rows = await memory_rows(at, "6 times as long, 2 at once", long, few)
            _print("", rows)
            async with plain_chat(base, again.adapter) as plain:
                rows = await chat_rows(at, plain, again.model, questions, sizes.rounds)
            _print("chats with a tuned model", rows)
            models = (again.model, one.model)
            _print("adapters", await switch_rows(at, models, questions[0], sizes.switches))
            _print("", [Row("maps of libtorch in the server now", at.n_libraries(), "", limit=0)])


def main() -> int:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and steps")
    parser.add_argument("--base", type=Path, help="folder of a base; SmolLM2-135M if none is named")
    arguments = parser.parse_args()
    terminal = Terminal.of(sys.stdout, {})
    base = arguments.base or asyncio.run(small_base(terminal, ROOT))
    print(f"{machine()}, base {base.name}")
    sizes = QUICK if arguments.quick else FULL
    asyncio.run(print_all(base.resolve(), sizes, is_quick=arguments.quick))
    return 0


async def _rate(at: Stage, model: str, questions: Sequence[Any], n_testers: int) -> float:
    """Tokens a second of all testers together; each asks one question after another."""
    waiting = list(questions)

    async def test() -> int:
        n_tokens = 0
        while waiting:
            n_tokens += await at.answer(model, waiting.pop(), MAX_TOKENS)
        return n_tokens

    began = time.perf_counter()
    tokens = await asyncio.gather(*(test() for _ in range(n_testers)))
    return sum(tokens) / (time.perf_counter() - began)


async def _answer_ms(at: Stage, model: str, question: Any) -> float:
    began = time.perf_counter()
    await at.answer(model, question, 1)
    return 1e3 * (time.perf_counter() - began)


def _off(estimated: float, peak: float) -> float:
    return 100 * abs(estimated - peak) / peak


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _print(title: str, rows: Sequence[Row]) -> None:
    if title:
        print(f"\n{title}")
    for row in rows:
        print_row(row.cells)


if __name__ == "__main__":
    sys.exit(main())
