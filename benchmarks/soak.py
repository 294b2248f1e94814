"""A month of the bot alone, in minutes: people, trainings, faults on both sides, kills, nights.

    python -m benchmarks.soak [--minutes 5] [--seed 1]

The real bot runs between two proxies, as in `tests/reliability`. Nothing fails: the table says
for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.table import Row, machine, print_row
from tests.e2e.faults import CHAT
from tests.proxy import Exchange
from tests.reliability.faults import CALLS, FAULTS
from tests.reliability.stage import AWAY, KINDS, Stage, begins, refusal, stage
from tests.telegram_people import Json, NotSeen, Person, words
from tests.world import TESTER, eventually

DAYS = 30
QUIET_DAYS = 10
"""The last days have no kills, so that one process shows whether it grows."""
TESTERS = (TESTER, 1011, 1012, 1013, 1014)
MOST_SPOILT = 2
"""Fewer answers that nobody can read than make the bot give a message up."""
NIGHT_S = 8 * 3600


@dataclass(slots=True)
class Month:
    """What was done, and what was measured."""

    chance: random.Random
    n_questions: Counter[int] = field(default_factory=Counter)
    """By tester."""
    n_plans: int = 0
    n_faults: Counter[str] = field(default_factory=Counter)
    kills: list[int] = field(default_factory=list)
    """How many requests the provider had had by then."""
    n_stops: int = 0
    nights: list[tuple[float, int, int]] = field(default_factory=list)
    """At the end of each day: MiB of memory, open handles, threads."""


async def spend(at: Stage, month: Month, day_s: float) -> None:
    """Live through all the days."""
    for number in TESTERS:
        await (await at.world.people.person(number, "Некто")).says("/id")
    await at.world.admin.says("/id")
    for day in range(DAYS):
        doing = [asyncio.create_task(_talk(at, month, number, day_s)) for number in TESTERS]
        doing.append(asyncio.create_task(_trouble(at, month, day_s)))
        if day % 3 == 0:
            doing.append(asyncio.create_task(_train(at, month)))
        if day < DAYS - QUIET_DAYS and month.chance.random() < 0.6:
            await _end_process(at, month, day_s)
        await asyncio.gather(*doing)
        await _night(at, month)
        print(f"day {day + 1}: {month.nights[-1]}", file=sys.stderr, flush=True)


async def _talk(at: Stage, month: Month, number: int, day_s: float) -> None:
    person = Person(at.world.people, number, number)
    for _ in range(month.chance.randint(1, 4)):
        await asyncio.sleep(month.chance.random() * 0.2 * day_s)
        month.n_questions[number] += 1
        await person.says(f"Вопрос {month.n_questions[number]} от {number}?")


async def _trouble(at: Stage, month: Month, day_s: float) -> None:
    """Two faults in a day, each for a share of it."""
    for _ in range(2):
        call, fault = month.chance.choice(CALLS), month.chance.choice(list(FAULTS))
        await asyncio.sleep(month.chance.random() * 0.1 * day_s)
        month.n_faults[fault] += 1
        proxy = at.proxy(call.path)
        if fault in AWAY:
            async with AWAY[fault](proxy):
                await asyncio.sleep(0.15 * day_s)
            continue
        order = KINDS.get(fault) or refusal(int(fault), is_telegram=proxy is at.telegram)
        times = MOST_SPOILT if fault.startswith("wrong") else 100
        ordered = proxy.fault(call.method, call.path, times=times, **order)
        await asyncio.sleep(0.15 * day_s)
        ordered.times = 0
        ordered.released.set()


async def _train(at: Stage, month: Month) -> None:
    month.n_plans += 1
    with suppress(NotSeen):  # its message may have been told while nobody could be reached
        _, start = await begins(at.world.admin, f"/train suffix=month-{month.n_plans}")
        await start()


async def _end_process(at: Stage, month: Month, day_s: float) -> None:
    await asyncio.sleep(month.chance.random() * 0.4 * day_s)
    if month.chance.random() < 0.7:
        month.kills.append(len(at.world.proxy.exchanges))
        await at.world.kill_bot()
    else:
        month.n_stops += 1
        await at.world.stop_bot()
    await at.world.start_bot()


async def _night(at: Stage, month: Month) -> None:
    """All that waits is done, whoever has to decide decides, and eight hours pass."""
    admin, everything = at.world.admin, at.world
    await everything.settled(0)
    undecided = "SELECT id FROM training_runs WHERE state = 'uncertain'"
    open_runs = "SELECT 1 FROM training_runs WHERE state IN ('confirmed', 'uploading', 'creating')"
    await eventually(lambda: not everything.stored(open_runs), timeout=120)
    for (run_id,) in everything.stored(undecided):
        asked = await admin.sees(f"План №{run_id}: ответ провайдера потерялся", timeout=120)
        await admin.presses("Создать ещё раз", asked)
    await eventually(lambda: not everything.stored(open_runs) and not everything.stored(undecided))
    await eventually(lambda: not everything.stored("SELECT 1 FROM jobs WHERE NOT is_over"))
    await everything.settled(0)
    at.lead.skip(NIGHT_S)
    await asyncio.sleep(0.5)
    await everything.settled(0)
    month.nights.append(_measured(Path(everything.settings["DATABASE_PATH"])))


def _measured(database: Path) -> tuple[float, int, int]:
    """MiB of memory, open handles and threads of the process that has the database open."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            handles = [handle.readlink() for handle in (process / "fd").iterdir()]
            if database in handles:
                lines = (process / "status").read_text().splitlines()
                found = dict(line.split(":", maxsplit=1) for line in lines)
                rss_kib = int(found["VmRSS"].split()[0])
                return round(rss_kib / 1024, 1), len(handles), int(found["Threads"])
    raise RuntimeError("the bot does not run")


async def rows(at: Stage, month: Month) -> Iterator[Row]:
    """The report."""
    everything, n_asked = at.world, month.n_questions.total()
    lost = twice = 0
    for number in TESTERS:
        chat = await Person(everything.people, number, number).chat()
        n_said = sum(message["from"]["is_bot"] for message in chat)
        lost += max(0, month.n_questions[number] + 1 - n_said)
        twice += max(0, n_said - month.n_questions[number] - 1)
    jobs = await everything.engine_jobs()
    marks = Counter((job["metadata"] or {}).get("natasha_run") for job in jobs)
    submitted = everything.stored("SELECT count(*) FROM training_runs WHERE state = 'submitted'")
    ends = Counter(_end_of(message) for message in await everything.admin.chat())
    n_ends = sum(n for name, n in ends.items() if name)
    return iter(
        (
            Row("messages of people", n_asked, ""),
            Row("jobs", len(jobs), "", submitted[0][0]),
            Row("faults", month.n_faults.total(), ""),
            Row("kills", len(month.kills), ""),
            Row("stops", month.n_stops, ""),
            Row("messages without an answer", lost, "", limit=0),
            Row(
                "updates that failed", _n(at, "inbox WHERE is_dead OR done_at IS NULL"), "", limit=0
            ),
            Row("ends of jobs not told", max(0, len(jobs) - n_ends), "", limit=0),
            Row("ends of jobs told twice", sum(n - 1 for k, n in ends.items() if k), "", limit=0),
            Row("jobs made twice", sum(n - 1 for n in marks.values()), "", limit=0),
            Row("whole answers asked for twice", _asked_twice(at, month), "", limit=0),
            Row("messages twice", 100 * twice / n_asked, "%", limit=2),
            *_levels(month.nights[-QUIET_DAYS:]),
        )
    )


def _levels(nights: list[tuple[float, int, int]]) -> Iterator[Row]:
    """The most of the last five days, beside the most of the five before."""
    for nth, (what, unit) in enumerate((("memory", "MiB"), ("open handles", ""), ("threads", ""))):
        before, last = (max(night[nth] for night in part) for part in (nights[:5], nights[5:]))
        yield Row(f"{what}, last days", last, unit, before, limit=1.2, limits_ratio=True)


def _n(at: Stage, what: str) -> int:
    ((n,),) = at.world.stored(f"SELECT count(*) FROM {what}")
    return int(n)


def _end_of(message: Json) -> str:
    """The name of the model whose training this message ends; empty: it is another message."""
    first = words(message).splitlines()[0] if words(message) else ""
    is_end = message["from"]["is_bot"] and any(
        f"{word} ·" in first for word in ("готова", "не обучилась", "остановлена")
    )
    return first.split()[1] if is_end else ""


def _asked_twice(at: Stage, month: Month) -> int:
    """How often a question was put again, though its whole answer had reached a bot that lived."""
    whole: dict[str, int] = {}
    n = 0
    for nth, seen in enumerate(at.world.proxy.exchanges):
        if seen.path == CHAT and _is_whole(seen):
            question = seen.json["messages"][-1]["content"]
            before = whole.get(question)
            n += before is not None and not any(before < kill <= nth for kill in month.kills)
            whole[question] = nth
    return n


def _is_whole(seen: Exchange) -> bool:
    return seen.status == 200 and b"[DONE]" in seen.answer and "Вопрос" in seen.body.decode()


async def print_all(minutes: float, seed: int) -> None:
    """Spend the month and print the report."""
    month = Month(random.Random(seed))
    pace = {"queued-seconds": "0.1", "running-seconds": "1"}
    with tempfile.TemporaryDirectory() as name:
        testers = ",".join(map(str, TESTERS))
        async with stage(Path(name), pace, TESTER_IDS=testers) as at:
            await spend(at, month, minutes * 60 / DAYS)
            print_row(("", "value", "beside", "", "ratio", "limit", ""))
            for row in await rows(at, month):
                print_row(row.cells)


def main() -> int:
    """Live through a month and print what became of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{machine()}, seed {arguments.seed}, {DAYS} days in {arguments.minutes:g} min")
    asyncio.run(print_all(arguments.minutes, arguments.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
