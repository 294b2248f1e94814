"""What a second chat worker brings: 200 chats at once over 20 adapters, at one worker and at two.

    python -m benchmarks.chat_workers [--quick]

Needs `make setup-lora`. The base is the tests' tiny one. See benchmarks/README.md.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import openai
from openai import AsyncOpenAI

from benchmarks.table import Row, cpu_s, machine, print_row
from bot.runtime.children import Child
from tests.engine.conftest import engine
from tests.engine.lora.marked import add_model, folder_of, make_marked_adapters
from tests.engine.lora.test_chat_speaker import speakers, talker
from tests.engine.lora.tiny import make_base

BASE = "gpt-4.1-mini-2025-04-14"
BATCH = 8
ROUNDS = 3
"""At one worker and at two, by turns."""


@dataclass(slots=True)
class Found:
    """What came of the chats of an engine."""

    n_right: int = 0
    n_wrong: int = 0
    n_broken: int = 0
    n_paid: int = 0
    """Of the right answers, those of `cpu_s` and `wall_s`."""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    overtaken: int = 0
    """The most chats that were sent later than another one, and had their first word before."""
    firsts: dict[int, float] = field(default_factory=dict)
    """When the first word of each chat came; they are numbered as they were sent."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An engine whose speakers run."""

    child: Child
    api: AsyncOpenAI
    found: Found

    def cpu_s(self) -> float:
        """Of its speakers, so far."""
        return sum(map(cpu_s, speakers(self.child)))


async def main(*, n_chats: int, n_adapters: int) -> None:
    """Print the table."""
    marks = {f"{number:02}": f"{number:02}-" * 8 for number in range(n_adapters)}
    with tempfile.TemporaryDirectory(prefix="workers-") as name:
        folder = Path(name)
        base = make_base(folder / BASE)
        made = {mark: folder / "made" / code for code, mark in marks.items()}
        make_marked_adapters(base, made)
        async with AsyncExitStack() as stack:
            stages = []
            for n_workers in (1, 2):
                own = folder / str(n_workers)
                for code, mark in marks.items():
                    shutil.copytree(made[mark], folder_of(own / "engine", code))
                stages.append(
                    await stack.enter_async_context(_stage(own, base, n_workers, n_chats, marks))
                )
            for _ in range(ROUNDS):
                for stage in stages:
                    await crowd(stage, n_chats, marks)
                for stage in stages:
                    await row_of_chats(stage, n_chats, marks)
            one, two = (stage.found for stage in stages)
    print(f"{n_chats} chats at once over {n_adapters} adapters, {ROUNDS} times; {machine()}")
    print_row(("", "two workers", "one", "unit", "ratio", "limit", ""))
    for row in rows(one, two):
        print_row(row.cells)


def rows(one: Found, two: Found) -> list[Row]:
    """The lines of the table."""
    each = [(found.n_paid / found.cpu_s, found.n_paid / found.wall_s) for found in (two, one)]
    (two_cpu, two_wall), (one_cpu, one_wall) = each
    return [
        Row("answers with another mark", two.n_wrong, "", one.n_wrong, 0),
        Row("answers that broke or were refused", two.n_broken, "", one.n_broken, 0),
        Row("most chats that began before an earlier one", two.overtaken, "", one.overtaken),
        Row(
            "answers per CPU second of the workers",
            two_cpu,
            "1/s",
            beside=one_cpu,
            limit=0.85,
            limits_ratio=True,
            is_least=True,
        ),
        Row("answers per second", two_wall, "1/s", one_wall),
    ]


async def crowd(stage: Stage, n_chats: int, marks: Mapping[str, str]) -> None:
    """All chats at once: what they cost."""
    found = stage.found
    cpu_s, since, n_before = stage.cpu_s(), time.monotonic(), found.n_right
    await _chats(stage, n_chats, marks, asyncio.Semaphore(n_chats))
    found.wall_s += time.monotonic() - since
    found.cpu_s += stage.cpu_s() - cpu_s
    found.n_paid += found.n_right - n_before


async def row_of_chats(stage: Stage, n_chats: int, marks: Mapping[str, str]) -> None:
    """Each is sent when the one before it was taken in, so that their order is known."""
    found = stage.found
    found.firsts = {}
    await _chats(stage, n_chats, marks, asyncio.Semaphore(1))
    overtaking = [_n_overtaking(number, found) for number in found.firsts]
    found.overtaken = max([found.overtaken, *overtaking])


async def _chats(
    stage: Stage, n_chats: int, marks: Mapping[str, str], door: asyncio.Semaphore
) -> None:
    """Each adapter as often as the others, in turn."""
    codes = list(marks)
    chats = (
        _chat(stage, number, codes[number % len(codes)], marks, door) for number in range(n_chats)
    )
    await asyncio.gather(*chats)


def _n_overtaking(number: int, found: Found) -> int:
    first = found.firsts[number]
    return sum(n > number and f < first for n, f in found.firsts.items())


async def _chat(
    stage: Stage, number: int, code: str, marks: Mapping[str, str], door: asyncio.Semaphore
) -> None:
    question = {"role": "user", "content": "Question 1?"}
    text = ""
    try:
        async with door:
            stream = await stage.api.chat.completions.create(
                model=f"ft:{BASE}:lora::{code}", messages=[question], temperature=0, stream=True
            )
        async for chunk in stream:
            part = chunk.choices[0].delta.content or ""
            if part and not text:
                stage.found.firsts[number] = time.monotonic()
            text += part
    except openai.APIError as error:
        if not stage.found.n_broken:
            print(f"the first answer that broke: {error}")
        stage.found.n_broken += 1
        return
    if text == marks[code]:
        stage.found.n_right += 1
    else:
        stage.found.n_wrong += 1


@asynccontextmanager
async def _stage(
    folder: Path, base: Path, n_workers: int, n_chats: int, marks: Mapping[str, str]
) -> AsyncIterator[Stage]:
    """Each worker has one thread, and has answered a first crowd, which does not count."""
    options = (
        *("--backend=lora", f"--base={base}", "--devices=cpu", f"--threads={n_workers}"),
        *(f"--chat-workers={n_workers}", f"--chat-batch={BATCH}", f"--chat-queue={n_chats}"),
    )
    async with engine(folder, *options) as child, talker(child.ready) as api:
        for code in marks:
            add_model(folder / "engine", BASE, code)
        patient = api.with_options(timeout=3600)  # a busy machine takes long to accept a crowd
        await crowd(Stage(child, patient, Found()), n_chats, marks)
        assert len(speakers(child)) == n_workers
        yield Stage(child, patient, Found())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer chats and adapters")
    is_quick = parser.parse_args().quick
    asyncio.run(main(n_chats=60 if is_quick else 200, n_adapters=10 if is_quick else 20))
