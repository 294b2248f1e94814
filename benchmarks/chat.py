"""What an answer costs beside the barest bot, and how both fare in a crowd, here and now.

    python -m benchmarks.chat [--quick]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rivals import (
    FIRST_ID,
    Rival,
    Stage,
    answer,
    floor,
    ours,
    question,
    stage,
)
from benchmarks.table import Row, machine, print_row
from tests.telegram_people import Person

Run = Callable[[Stage, int], AbstractAsyncContextManager[Rival]]
"""Starts a rival, as the bot of that number."""
MESSAGES = ("sendMessage", "editMessageText")
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    singles: int
    """Answers, one after the other."""
    crowd: int
    """Chats that write at once, five messages each."""
    flood: int
    turns: int
    """Stored beforehand."""


FULL = Sizes(singles=60, crowd=200, flood=400, turns=200_000)
QUICK = Sizes(singles=20, crowd=40, flood=60, turns=20_000)


@dataclass(frozen=True, slots=True)
class Singles:
    """What one answer took, one after the other, each in a chat of its own."""

    whole_s: float
    """Median from the person's message to the final text at Telegram."""
    last_s: float
    """Median from the model's last byte to the final text."""
    cpu_s: float
    messages: float
    """Calls that put words into the chat, for each answer."""
    calls: float
    """All calls but getUpdates."""
    memory_mb: float


async def singles(at: Stage, rival: Rival, n: int, number: int = 1) -> Singles:
    """Put question *number* (not yet asked there) to *n* people; the first few do not count."""
    people = await rival.crowd(n + 5)
    for person in people[:5]:
        await _ask(rival, person, number)
    before = len(await rival.calls())
    cpu_s, answered = rival.cpu_s(), len(at.answered_at)
    took = [await _ask(rival, person, number) for person in people[5:]]
    cpu_s = rival.cpu_s() - cpu_s
    calls = (await rival.calls())[before:]
    last = [final - at.answered_at[answered + nth] for nth, (_, final) in enumerate(took)]
    return Singles(
        whole_s=statistics.median(final - asked for asked, final in took),
        last_s=statistics.median(last),
        cpu_s=cpu_s / n,
        messages=sum(call["method"] in MESSAGES for call in calls) / n,
        calls=sum(call["method"] != "getUpdates" for call in calls) / n,
        memory_mb=rival.memory_mb(),
    )


async def _ask(rival: Rival, person: Person, number: int) -> tuple[float, float]:
    """When the question was written, and when the call with the whole answer came in."""
    asked, expected = time.time(), answer(number)
    message_id = (await person.says(question(number)))["message_id"]
    await person.sees(
        lambda seen: seen.get("text") == expected, after=message_id, timeout=_PATIENCE_S
    )
    calls = await rival.calls(*MESSAGES)
    final = next(
        call["at"]
        for call in reversed(calls)
        if call["params"].get("text") == expected and call["params"]["chat_id"] == person.chat_id
    )
    return asked, float(final)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How it went when everybody wrote at once."""

    rate: float
    """Answers a second."""
    in_order: bool
    busiest: float
    """The most messages that came in within any one second."""
    refused: int
    """How often Telegram said "slow down"."""


async def crowd(rival: Rival, n: int) -> Crowd:
    """Everybody writes five messages at once."""
    people = await rival.crowd(n)
    started = time.time()

    async def writes(person: Person) -> None:
        for number in range(5):
            await person.says(question(number))

    await asyncio.gather(*(writes(person) for person in people))
    in_order = True
    for person in people:
        await person.sees(_has_all(person, rival), timeout=_PATIENCE_S)
        in_order &= _numbers(await person.chat()) == [0, 1, 2, 3, 4]
    calls = await rival.calls(*MESSAGES)
    taken = [call["at"] for call in calls if call["status"] == 200]
    return Crowd(
        rate=5 * n / (max(taken) - started),
        in_order=in_order,
        busiest=_busiest(taken),
        refused=sum(call["status"] == 429 for call in calls),
    )


def _has_all(person: Person, rival: Rival) -> Callable[[dict[str, Any]], bool]:
    seen: set[int] = set()

    def all_there(message: dict[str, Any]) -> bool:
        if message["chat"]["id"] == person.chat_id and (found := _number(message)) is not None:
            seen.add(found)
        return len(seen) == 5

    return all_there


def _number(message: dict[str, Any]) -> int | None:
    found = re.match(r"Ответ (\d)\.", message.get("text") or "")
    is_whole = found is not None and message["text"] == answer(int(found[1]))
    return int(found[1]) if found and is_whole and message["from"]["is_bot"] else None


def _numbers(messages: list[dict[str, Any]]) -> list[int]:
    return [number for message in messages if (number := _number(message)) is not None]


def _busiest(moments: list[float]) -> float:
    """The most that fell into any one second."""
    ordered = sorted(moments)
    most, start = 0, 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] >= 1:
            start += 1
        most = max(most, end - start + 1)
    return float(most)


async def flooded(rival: Rival, n: int) -> tuple[float, float]:
    """How long another person waits, median: in peace, and while one tester floods."""
    flooder, *others = await rival.crowd(11)

    async def waits(number: int) -> float:
        took = [await _ask(rival, person, number) for person in others]
        return statistics.median(final - asked for asked, final in took)

    in_peace = await waits(1)

    async def floods() -> None:
        for _ in range(n):
            await flooder.says(question(2))

    task = asyncio.create_task(floods())
    try:
        beside = await waits(3)
    finally:
        await task
    return in_peace, beside


def remember(database: Path, turns: int) -> None:
    """Put so many turns into a stopped bot's database: a long life, in a few hundred chats."""
    with closing(sqlite3.connect(database)) as connection, connection:
        n_chats = 400
        connection.executemany(
            "INSERT INTO conversations (id, chat_id, started_at) VALUES (?, ?, 0)",
            ((10_000 + n, FIRST_ID + n) for n in range(n_chats)),
        )
        connection.executemany(
            "INSERT INTO turns (conversation_id, person_id, request_id, model, user_text, "
            "assistant_text, created_at) VALUES (?, ?, ?, 'm', ?, ?, ?)",
            (
                (10_000 + n % n_chats, FIRST_ID + n % n_chats, -1 - n, question(0), answer(0), n)
                for n in range(turns)
            ),
        )
        # What is measured is a large table, not a long prompt: a new conversation for everybody.
        connection.executemany(
            "INSERT INTO conversations (id, chat_id, started_at) VALUES (?, ?, 1)",
            ((20_000 + n, FIRST_ID + n) for n in range(n_chats)),
        )


async def start_s(at: Stage, run: Run, number: int) -> float:
    async with run(at, number) as rival:
        return rival.started_s


async def one_answer(folder: Path, sizes: Sizes) -> AsyncIterator[Row]:
    async with stage(folder) as at:
        # By turns; each start has a new database.
        starts = [
            (await start_s(at, floor, 110 + n), await start_s(at, ours, 120 + n)) for n in range(5)
        ]
        least_start, start = map(statistics.median, zip(*starts, strict=True))
        async with floor(at, 101) as rival:
            least = await singles(at, rival, sizes.singles)
        async with ours(at, 102) as rival:
            found = await singles(at, rival, sizes.singles)
    yield Row("question to final text, p50", found.whole_s * 1e3, "ms", least.whole_s * 1e3)
    extra_ms = (found.last_s - least.last_s) * 1e3
    yield Row("last token to final text, p50, above the floor's", extra_ms, "ms", limit=30)
    yield Row("the same, not above", found.last_s * 1e3, "ms", least.last_s * 1e3)
    yield Row("CPU of an answer", found.cpu_s * 1e3, "ms", least.cpu_s * 1e3)
    yield Row("calls that put words into the chat", found.messages, "", least.messages, 2)
    yield Row("all calls of an answer", found.calls, "", least.calls, 3)
    yield Row("memory", found.memory_mb, "MB", least.memory_mb, 1.4, limits_ratio=True)
    yield Row("start", start, "s", least_start, 1.6, limits_ratio=True)


async def in_a_crowd(folder: Path, sizes: Sizes) -> AsyncIterator[Row]:
    async with stage(folder, "--limits") as at:
        async with floor(at, 103) as rival:
            least = await crowd(rival, sizes.crowd)
        async with ours(at, 104) as rival:
            found = await crowd(rival, sizes.crowd)
    title = f"{sizes.crowd} chats of 5 messages, answers a second"
    yield Row(f"{title} (floor over ours)", least.rate / found.rate, "", None, 1 / 0.6)
    yield Row(title, found.rate, "", least.rate)
    yield Row("  chats out of order (1: some)", float(not found.in_order), "", None, 0)
    yield Row('  "slow down" (429) from Telegram', found.refused, "", least.refused, 0)
    yield Row("  most messages that came in within one second", found.busiest, "", least.busiest)


async def in_a_flood(folder: Path, sizes: Sizes) -> AsyncIterator[Row]:
    async with stage(folder) as at, ours(at, 105) as rival:
        in_peace, beside = await flooded(rival, sizes.flood)
    title = f"others' answers while one floods with {sizes.flood}, p50"
    yield Row(title, beside * 1e3, "ms", in_peace * 1e3)


async def after_a_long_life(folder: Path, sizes: Sizes) -> AsyncIterator[Row]:
    """Both kept open, asked by turns: a busy machine is as busy for either."""
    async with stage(folder) as at:
        old = folder / "old" / "bot.sqlite3"
        async with ours(at, 106, old):
            pass
        remember(old, sizes.turns)
        async with ours(at, 106, old) as aged, ours(at, 107) as young:
            rounds = [
                [await singles(at, rival, sizes.singles // 2, number) for rival in (young, aged)]
                for number in range(4)
            ]
    fresh = min(pair[0].whole_s for pair in rounds)
    found = min(pair[1].whole_s for pair in rounds)
    title = f"an answer with {sizes.turns:,} stored turns, p50"
    yield Row(title, found * 1e3, "ms", fresh * 1e3, 1.1, limits_ratio=True)


SECTIONS: dict[str, Callable[[Path, Sizes], AsyncIterator[Row]]] = {
    "One answer of 480 characters, delivered at once; beside it the floor": one_answer,
    "A crowd, with Telegram's limits; beside it the floor": in_a_crowd,
    "A flood; beside it ours in peace": in_a_flood,
    "A long life; beside it ours with an empty database": after_a_long_life,
}


async def measure(sizes: Sizes) -> None:
    """Print every section."""
    print_row(("", "ours", "beside", "", "ratio", "limit", ""))
    for title, section in SECTIONS.items():
        print(f"\n{title}")
        with tempfile.TemporaryDirectory() as name:
            async for row in section(Path(name), sizes):
                print_row(row.cells)


def main() -> int:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chat", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller: a minute or two")
    sizes = QUICK if parser.parse_args().quick else FULL
    print(machine())
    asyncio.run(measure(sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
