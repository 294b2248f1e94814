"""The fault matrix, tried on the real bot: a test for each call, with all faults in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.chats import QUESTION, answered, said_by_bot
from tests.e2e.commands import settings_of, terminal
from tests.e2e.training import JOBS, card, creates_again, foreign, job_of, number_of
from tests.reliability.faults import CALLS, FAULTS, LATER, Call, Cell
from tests.reliability.stage import AWAY, Stage, begins, stage
from tests.telegram_people import Json, Person, button_data, words
from tests.world import API_KEY, DATASET, eventually

Drive = Callable[[Stage, Call, str, Cell], Awaitable[None]]
"""Meets one fault, then looks that what holds afterwards does."""


def test_every_call_has_every_fault():
    for call in CALLS:
        named = [fault for names in call.cells for fault in names.split(", ")]
        assert sorted(named) == sorted(FAULTS), call.name


async def ended(at: Stage, job_id: str) -> None:
    """Let the job end, as it is told, so that the bot has no more to watch."""
    await at.world.account.fine_tuning.jobs.cancel(job_id)
    await at.world.admin.sees(lambda m: "остановлена ·" in words(m) and words(m).endswith(job_id))


async def chat(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    tester, everything = at.world.tester, at.world
    asked: list[Json] = []

    async def ask() -> None:
        asked.append(await tester.says(f"Вопрос {fault}"))

    async with at.trouble(fault, call, ask):
        told = await tester.sees(cell.said, after=asked[0]["message_id"])
    assert (cell.said != LATER) or button_data(told, "🔁 Спросить ещё раз")
    await answered(tester, f"Ещё {fault}")
    turns = [text for (text,) in everything.stored("SELECT user_text FROM turns ORDER BY id")]
    assert turns == [f"Ещё {before}" for before in list(FAULTS)[: len(turns)]]
    assert turns[-1] == f"Ещё {fault}"


async def upload(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    admin, everything = at.world.admin, at.world
    plan, start = await begins(admin)
    n_jobs = len(await everything.engine_jobs())
    async with at.trouble(fault, call, start):
        told = await admin.sees(f"План №{number_of(plan)} не запустился", timeout=90)
        assert cell.said in words(told)
        assert "Деньги не списаны" in words(told)
    n_created = len(everything.jobs_created())
    plan, start = await begins(admin)
    await start()
    await ended(at, await job_of(everything, number_of(plan)))
    assert len(await everything.engine_jobs()) == n_jobs + 1
    assert len(everything.jobs_created()) == n_created + 1


async def create(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    admin, everything = at.world.admin, at.world
    plan, start = await begins(admin)
    number, n_jobs = number_of(plan), len(await everything.engine_jobs())
    is_found = cell.said == "ftjob-"

    def is_told(message: Json) -> bool:
        said = cell.said in words(message)
        return said and (is_found or f"План №{number}" in words(message))

    async with at.trouble(fault, call, start):
        told = await admin.sees(is_told, after=plan["message_id"], timeout=90, what=cell.said)
    if "потерялся" in cell.said:
        await creates_again(admin, told)
    elif not is_found:
        plan, start = await begins(admin)
        await start()
    await ended(at, await job_of(everything, number_of(plan)))
    assert len(await everything.engine_jobs()) == n_jobs + 1


async def list_jobs(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    admin, everything = at.world.admin, at.world
    plan, start = await begins(admin)
    number, n_jobs = number_of(plan), len(await everything.engine_jobs())
    everything.proxy.fault("POST", JOBS, "drop_after")
    if fault in AWAY:  # only then: the creation has to get through
        looking = everything.proxy.fault("GET", JOBS, "hold_before")
        await start()
        await asyncio.wait_for(looking.happened.wait(), 20)
    async with at.trouble(fault, call, partial(asyncio.sleep, 0) if fault in AWAY else start):
        told = await admin.sees(f"План №{number}: ответ провайдера потерялся", timeout=90)
        assert cell.said in words(told)
    await admin.presses("Поискать ещё", told)
    await ended(at, await job_of(everything, number))
    assert len(await everything.engine_jobs()) == n_jobs + 1


async def watched(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    """For a job, and for its events."""
    admin, everything = at.world.admin, at.world
    job_id = await foreign(everything, suffix=f"job-{list(FAULTS).index(fault)}")
    followed = await admin.says(f"/monitor {job_id}")
    await card(admin, job_id)
    await admin.sees("Слежу за заданием", after=followed["message_id"])
    newest = (await admin.chat())[-1]["message_id"]

    def is_end(message: Json) -> bool:
        return words(message).startswith("⏹") and "остановлена ·" in words(message)

    async def cancel() -> None:
        """Once the fault was met: an earlier look that is still under way would see the end."""
        n_before = len(at.sent(call.method, call.path))
        if fault not in AWAY and not call.path.endswith("events"):  # those follow the end
            await eventually(lambda: len(at.sent(call.method, call.path)) > n_before)
        await everything.account.fine_tuning.jobs.cancel(job_id)

    async with at.trouble(fault, call, cancel):
        told = await admin.sees(cell.said, after=newest, timeout=90)
    await admin.sees(is_end, after=newest)
    if "⏰" in words(told):
        await admin.sees("Провайдер снова", after=newest)
    await eventually(lambda: not everything.stored("SELECT 1 FROM cards WHERE is_stale"))
    await everything.settled(0)
    chat = [message for message in await admin.chat() if message["message_id"] > newest]
    assert sum(is_end(m) and job_id in words(m) for m in chat) == 1
    assert sum(cell.said in words(m) for m in chat if not words(m).startswith("⏹ job-")) <= 1


async def check(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    settings = settings_of(at.world) | {
        name: at.world.settings[name] for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL")
    }
    said = []

    async def run(**lead: str) -> None:
        ended = await terminal("check", cwd=at.world.folder, ADMIN_IDS="1", **settings, **lead)
        said.append(ended)

    async with at.trouble(fault, call, partial(run, TESTS_CLOCK_LEAD=str(at.lead.path))):
        lines = [line for line in (said[0].out + said[0].err).splitlines() if cell.said in line]
        assert (len(lines), said[0].code) == (1, 2), said
    await run()
    assert said[-1].code == 0, said


async def cancel(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    admin, everything = at.world.admin, at.world
    job_id = await foreign(everything, suffix=f"job-{list(FAULTS).index(fault)}")

    async def asks() -> Json:
        asked = await admin.says(f"/cancel {job_id}")
        return await admin.sees("Остановить", after=asked["message_id"])

    await admin.says(f"/monitor {job_id}")
    await card(admin, job_id)
    asked = await asks()
    async with at.trouble(fault, call, lambda: admin.presses("Да, остановить", asked)):
        await admin.sees(cell.said, after=asked["message_id"] - 1)
    if fault not in ("dripping", "cut"):
        asked = await asks()
        await admin.presses("Да, остановить", asked)

    def is_end(message: Json) -> bool:
        said = words(message)
        return "остановлена ·" in said and said.endswith(job_id)

    await admin.sees(is_end)
    assert sum(is_end(message) for message in await admin.chat()) == 1


async def updates(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    tester = at.world.tester
    before = len(said_by_bot(await tester.chat()))
    async with at.trouble(fault, call, lambda: tester.says("/id")):
        await asyncio.sleep(0.7)
    await eventually(lambda: _has_said(tester, before + 1))
    await at.world.settled(0)
    assert len(said_by_bot(await tester.chat())) == before + 1


async def _has_said(person: Person, n: int) -> bool:
    return len(said_by_bot(await person.chat())) >= n


async def send(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    tester, everything = at.world.tester, at.world
    before, waiting = len(said_by_bot(await tester.chat())), "SELECT 1 FROM outbox WHERE {}"
    async with at.trouble(fault, call, lambda: tester.says("/id")):
        await asyncio.sleep(0.7)
        if cell.said:
            await eventually(lambda: not everything.stored(waiting.format("sent_at IS NULL")))
    await tester.says("/id")
    await eventually(lambda: _has_said(tester, before + (1 if cell.said else 2)))
    await everything.settled(0)
    assert len(said_by_bot(await tester.chat())) == before + (1 if cell.said else 2)


async def edit(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    tester, everything = at.world.tester, at.world
    before = len(said_by_bot(await tester.chat()))
    async with at.trouble(fault, call, lambda: tester.says(QUESTION)):
        await eventually(lambda: len(everything.stored("SELECT 1 FROM turns")) > before)
    await everything.settled(0)
    await eventually(lambda: _is_whole(tester))
    *_, last = await tester.chat()
    ((answer,),) = everything.stored("SELECT assistant_text FROM turns ORDER BY id DESC LIMIT 1")
    assert words(last) == answer
    assert len(said_by_bot(await tester.chat())) == before + 1


async def _is_whole(person: Person) -> bool:
    return button_data((await person.chat())[-1], "🔁") is not None


async def press(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    tester = at.world.tester
    asked = await tester.says("/settings")
    screen = await tester.sees("Настройки", after=asked["message_id"])

    async def turns(button: str) -> None:
        def is_turned(message: Json) -> bool:
            is_it = message["message_id"] == screen["message_id"]
            return is_it and button_data(message, f"✓ {button}") is not None

        await tester.sees(is_turned)

    async with at.trouble(fault, call, lambda: tester.presses("Со звуком", screen)):
        await turns("Со звуком")
        await eventually(lambda: fault in ("refused", "timeout") or at.sent(call.method, call.path))
    query = await tester.presses("Без звука", screen)
    await turns("Без звука")
    await tester.is_told("", query)


async def fetch(at: Stage, call: Call, fault: str, cell: Cell) -> None:
    admin = at.world.admin
    sent: list[Json] = []

    async def send_file() -> None:
        sent.append(await admin.sends_document("a.jsonl", DATASET))

    def is_given_up() -> bool:
        return not at.world.stored("SELECT 1 FROM inbox WHERE done_at IS NULL")

    async with at.trouble(fault, call, send_file, until=is_given_up):
        await admin.sees(cell.said, after=sent[0]["message_id"])
    await send_file()
    await admin.sees("Файл a.jsonl получен", after=sent[1]["message_id"])


DRIVES: tuple[Drive, ...] = (
    chat, upload, create, list_jobs, watched, watched, check, cancel,
    updates, send, edit, press, fetch, fetch,
)  # fmt: skip


@pytest.mark.parametrize("nth", range(len(CALLS)), ids=[call.name for call in CALLS])
async def test_call_meets_every_fault(tmp_path: Path, nth: int):
    """What the table says is read and done; afterwards all is as if nothing had happened."""
    call, drive = CALLS[nth], DRIVES[nth]
    engine = {"tokens-per-second": "40"} if drive is edit else None
    poll_s = "0.05" if drive is watched else "0.2"
    async with stage(tmp_path, engine, POLL_INTERVAL_S=poll_s) as at:
        await at.world.admin.says("/id")
        for fault in FAULTS:
            print(fault)  # where it fails, this is the last one
            await drive(at, call, fault, call.cell(fault))
        assert API_KEY not in at.log()
        if call.path == JOBS and call.method == "POST":
            assert len(await at.world.engine_jobs()) == len(FAULTS)
