"""How late and how often answers arrive through a bad network, beside a bot that sends once.

    python -m benchmarks.network [--quick] [--seed N]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.rivals import N_QUESTIONS, Rival, answer, floor, ours, question, stage
from benchmarks.table import Row, machine, print_row
from tests.telegram_people import Person

N_CHATS = 10
EVERY_S = 4.0
"""A person writes once in so many seconds, at a moment from the seed."""
PATIENCE_S = 45.0
"""What has not arrived so long after the last question, or after the hole, does not count."""


@dataclass(frozen=True)
class Scenario:
    """A network, and what is asked of our bot in it."""

    title: str
    weather: dict[str, Any]
    seed: int
    n_questions: int = 5
    """In each chat."""
    hole: tuple[float, float] | None = None
    """Begin and end, in seconds after the first question."""
    p99_s: float | None = None
    most_after_hole_s: float | None = None
    most_twice: float | None = None
    """A share of all answers."""

    def order(self, bot_id: int) -> dict[str, Any]:
        """For the sandbox."""
        found = {"bot_id": bot_id, "seed": self.seed, **self.weather}
        if self.hole is not None:
            begin, end = self.hole
            found["hole"] = {"after_s": begin, "for_s": end - begin}
        return found


SLOW = {"delayed": 0.6, "delay_s": 1.2}


def scenarios(seed: int, *, is_quick: bool) -> list[Scenario]:
    """Row 32 of the list of faults, and milder ones."""
    n_questions = 5 if is_quick else N_QUESTIONS
    mild = Scenario(
        "2 % cut before, 2 % after", {"cut_before": 0.02, "cut_after": 0.02, **SLOW}, seed,
        n_questions, p99_s=5,
    )  # fmt: skip
    stormy = Scenario(
        "12 % cut before, 12 % after, a hole of 20 s",
        {"cut_before": 0.12, "cut_after": 0.12, **SLOW}, seed,
        n_questions, hole=(8, 28), most_after_hole_s=15, most_twice=0.02,
    )  # fmt: skip
    if is_quick:
        return [mild, stormy]
    calm = Scenario("no weather", {}, seed)
    middle = Scenario(
        "6 % cut before, 6 % after", {"cut_before": 0.06, "cut_after": 0.06, **SLOW}, seed
    )
    return [calm, mild, middle, stormy]


@dataclass(slots=True)
class Outcome:
    """What became of the answers of one bot."""

    waits: list[float] = field(default_factory=list)
    """Seconds from each question, or from the hole's end if that is later, to its answer."""
    n_asked: int = 0
    n_twice: int = 0
    n_calls: int = 0
    """All but getUpdates."""
    after_hole: list[float] = field(default_factory=list)
    """Seconds from the hole's end, for what was asked before that."""

    def percentile(self, share: float) -> float:
        """Of the waits; what did not arrive counts as infinitely late."""
        ordered = sorted(self.waits) + [float("inf")] * (self.n_asked - len(self.waits))
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def run(rival: Rival, scenario: Scenario) -> Outcome:
    """Let people write through the network, and look what arrives."""
    chance = random.Random(scenario.seed)
    people = await rival.crowd(N_CHATS)
    numbers = range(scenario.n_questions)
    moments = [[(nth + chance.random()) * EVERY_S for nth in numbers] for _ in people]
    n_before = len(await rival.calls())
    await rival.people.request("PUT", "/sandbox/network", json=scenario.order(rival.people.bot_id))
    began = time.time()
    found = await asyncio.gather(
        *(_talk(*pair, began, scenario) for pair in zip(people, moments, strict=True))
    )
    outcome = Outcome(n_asked=N_CHATS * scenario.n_questions)
    hole_end = began + scenario.hole[1] if scenario.hole else 0.0
    for asked, seen in (pair for pairs in found for pair in pairs):
        outcome.waits.append(seen - max(asked, hole_end) if asked < hole_end else seen - asked)
        if asked < hole_end:
            outcome.after_hole.append(seen - hole_end)
    for person in people:
        texts = Counter(message.get("text") for message in await person.chat())
        outcome.n_twice += sum(texts[answer(number)] > 1 for number in numbers)
    calls = (await rival.calls())[n_before:]
    outcome.n_calls = sum(call["method"] != "getUpdates" for call in calls)
    return outcome


async def _talk(
    person: Person, moments: Sequence[float], began: float, scenario: Scenario
) -> list[tuple[float, float]]:
    """Write at these moments; when each question was written and its answer was there."""
    asked: dict[int, float] = {}

    async def write() -> None:
        for number, moment in enumerate(moments):
            await asyncio.sleep(began + moment - time.time())
            asked[number] = time.time()
            await person.says(question(number))

    writing = asyncio.create_task(write())
    end = began + max(moments[-1], scenario.hole[1] if scenario.hole else 0) + PATIENCE_S
    seen: dict[int, float] = {}
    query: dict[str, float] = {}
    while len(seen) < len(moments) and time.time() < end:
        path = f"/sandbox/bots/{person.people.bot_id}/chats/{person.chat_id}"
        view = await person.people.request("GET", path, params=query)
        texts = {message.get("text") for message in view["messages"]}
        for number in range(len(moments)):
            if answer(number) in texts:
                seen.setdefault(number, time.time())
        query = {"after": view["last_event"], "wait": max(0.0, min(5.0, end - time.time()))}
    await writing
    return [(asked[number], at) for number, at in seen.items()]


async def measure(scenario: Scenario, folder: Path) -> Iterator[Row]:
    """Both bots at the same time, each in a network of its own with the same seed."""
    async with stage(folder) as at, floor(at, 201) as bare, ours(at, 202) as rival:
        for each in (bare, rival):  # the first answer of a process is late by itself
            (person,) = await each.crowd(1, first=5300)
            await person.says(question(0))
            await person.sees(answer(0))
        least, found = await asyncio.gather(run(bare, scenario), run(rival, scenario))
    return _rows(scenario, found, least)


def _rows(scenario: Scenario, found: Outcome, least: Outcome) -> Iterator[Row]:
    n = found.n_asked
    missing = n - len(found.waits)
    yield Row("answers missing", missing, "", n - len(least.waits), 0)
    for name, share, limit in (
        ("p50", 0.5, None),
        ("p95", 0.95, None),
        ("p99", 0.99, scenario.p99_s),
    ):
        yield Row(f"late, {name}", found.percentile(share), "s", least.percentile(share), limit)
    yield Row("late, most", found.percentile(1), "s", least.percentile(1))
    if scenario.hole is not None:
        worst, other = (max(each.after_hole, default=0.0) for each in (found, least))
        yield Row("the last answer after the hole", worst, "s", other, scenario.most_after_hole_s)
    limit = None if scenario.most_twice is None else 100 * scenario.most_twice
    yield Row("twice", 100 * found.n_twice / n, "%", 100 * least.n_twice / n, limit)
    yield Row("calls of an answer", found.n_calls / n, "", least.n_calls / n)


async def print_all(seed: int, *, is_quick: bool) -> None:
    """Every scenario."""
    print_row(("", "ours", "bare", "", "ratio", "limit", ""))
    for scenario in scenarios(seed, is_quick=is_quick):
        print(f"\n{scenario.title}: {N_CHATS} chats, {scenario.n_questions} questions each")
        with tempfile.TemporaryDirectory() as name:
            for row in await measure(scenario, Path(name)):
                print_row(row.cells)


def main() -> int:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.network", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the two scenarios with limits")
    parser.add_argument("--seed", type=int, default=20261129)
    arguments = parser.parse_args()
    print(f"{machine()}, seed {arguments.seed}")
    asyncio.run(print_all(arguments.seed, is_quick=arguments.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
