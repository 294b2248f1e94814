"""Alarms, end to end: the real bot with a quick clock, an engine that keeps it waiting."""

import asyncio

from tests.e2e.training import JOBS, started
from tests.telegram_people import Json, Person, words
from tests.world import ADMIN, SECOND_ADMIN, World, eventually, world

QUICK: Json = {"POLL_INTERVAL_S": "0.05"}
"""Twenty seconds are one interval: an hour takes nine seconds, ten minutes a second and a half."""
BOTH: Json = {"ADMIN_IDS": f"{ADMIN},{SECOND_ADMIN}"}
NEVER_BEGINS = {"queued-seconds": "600"}
NEVER_ENDS = {"running-seconds": "600"}
EVENTS = f"{JOBS}/[^/]+/events"
RESTART, WAIT = "Отменить и создать заново", "Подождать"
LONG = 60


async def count(person: Person, part: str) -> int:
    """How many messages of the bot say that."""
    return sum(part in words(m) for m in await person.chat() if m["from"]["is_bot"])


async def statuses(everything: World) -> list[str]:
    """Of all jobs that came of our plans, newest first."""
    return [job["status"] for job in await everything.jobs_of_ours()]


async def test_queued_job_is_created_again_by_one_press_of_two_admins(tmp_path):
    """Both press, one of them twice: one job is cancelled, and one new one takes its place."""
    async with world(tmp_path, engine=NEVER_BEGINS, **QUICK, **BOTH) as everything:
        first = everything.admin
        second = await everything.people.person(SECOND_ADMIN, "Пётр")
        await second.says("/start")
        await started(first)
        alarms = [await each.sees("в очереди уже", timeout=LONG) for each in (first, second)]

        await asyncio.gather(
            first.presses(RESTART, alarms[0]),
            first.presses(RESTART, alarms[0]),
            second.presses(RESTART, alarms[1]),
        )
        for each in (first, second):
            await each.sees("задание отменено, создаю новое", timeout=LONG)
            await each.sees("остановлена ·", timeout=LONG)

        async def is_there() -> bool:
            return await statuses(everything) == ["queued", "cancelled"]

        await eventually(is_there, timeout=LONG)
        assert len(everything.jobs_created()) == 2
        one, other = (sent.json for sent in everything.jobs_created())
        for part in ("model", "suffix", "method"):
            assert one[part] == other[part]
        for each in (first, second):
            assert await count(each, "задание отменено, создаю новое") == 1


async def test_killed_while_it_cancels_it_still_creates_one_job(tmp_path):
    """The cancellation is on its way when the power goes: the next process brings it to its end."""
    async with world(tmp_path, engine=NEVER_BEGINS, **QUICK) as everything:
        admin, proxy = everything.admin, everything.proxy
        await started(admin)
        alarm = await admin.sees("в очереди уже", timeout=LONG)
        fault = proxy.fault("POST", f"{JOBS}/[^/]+/cancel", "hold_after")
        await admin.presses(RESTART, alarm)
        await asyncio.wait_for(fault.happened.wait(), LONG)

        await everything.restart_bot()

        await admin.sees("задание отменено, создаю новое", timeout=LONG)
        await eventually(lambda: len(everything.jobs_created()) == 2, timeout=LONG)
        await everything.restart_bot()
        await admin.sees("в очереди уже", timeout=LONG, after=alarm["message_id"])
        assert await statuses(everything) == ["queued", "cancelled"]
        assert await count(admin, "задание отменено, создаю новое") == 1


async def test_press_that_comes_too_late_starts_nothing(tmp_path):
    """An old alarm: the job was stopped by hand meanwhile."""
    async with world(tmp_path, engine=NEVER_BEGINS, **QUICK) as everything:
        admin = everything.admin
        await started(admin)
        alarm = await admin.sees("в очереди уже", timeout=LONG)
        await admin.says("/cancel")
        await admin.presses("Да, остановить")
        await admin.sees("остановлен", timeout=LONG)

        await admin.presses(RESTART, alarm)
        await admin.is_told("уже закончилось")

        assert await statuses(everything) == ["cancelled"]
        assert len(everything.jobs_created()) == 1


async def test_waiting_is_fine(tmp_path):
    """The other button leaves everything as it is, and takes itself away."""
    async with world(tmp_path, engine=NEVER_BEGINS, **QUICK) as everything:
        admin = everything.admin
        await started(admin)
        alarm = await admin.sees("в очереди уже", timeout=LONG)
        await admin.presses(WAIT, alarm)
        noted = await admin.sees("Хорошо, ждём", timeout=LONG)

        assert noted["message_id"] == alarm["message_id"]
        assert "reply_markup" not in noted
        assert await statuses(everything) == ["queued"]


async def test_silent_job_and_one_that_learns_by_heart(tmp_path):
    """Steps stop coming; then the losses part ways: a message each, and once."""
    async with world(tmp_path, engine=NEVER_ENDS, **QUICK) as everything:
        admin, proxy = everything.admin, everything.proxy
        proxy.fault("GET", EVENTS, "answer", status=200, body=log([1.0] * 6), times=200)
        await started(admin)
        silent = await admin.sees("нет новых шагов уже", timeout=LONG)
        assert "График" in str(silent["reply_markup"])
        await admin.sees("Нет новых шагов с", timeout=LONG)  # the card

        proxy.faults.clear()
        valid = [1.4 - 0.03 * n for n in range(20)] + [0.8 + 0.03 * n for n in range(20)]
        proxy.fault("GET", EVENTS, "answer", status=200, body=log(valid), times=10_000)
        told = await admin.sees("похоже на переобучение", timeout=LONG)
        assert "→" in told["text"]
        await eventually(lambda: len(proxy.sent("GET", EVENTS)) > 50, timeout=LONG)
        assert await count(admin, "похоже на переобучение") == 1


async def test_provider_that_is_away_is_told_and_its_return(tmp_path):
    """Once each, also though the bot is killed in between."""
    async with world(tmp_path, engine=NEVER_ENDS, **QUICK) as everything:
        admin = everything.admin
        await started(admin)
        await admin.sees("обучается", timeout=LONG)
        async with everything.proxy.away():
            await admin.sees("До провайдера не достучаться уже", timeout=LONG)
            await everything.restart_bot()
            await admin.says("/jobs")
        await admin.sees("Провайдер снова отвечает", timeout=LONG)

        order = refused(everything)
        await admin.sees("Провайдер не пускает бота уже", timeout=LONG)
        everything.proxy.faults.clear()
        await admin.sees("Провайдер снова принимает ключ", timeout=LONG)

        assert order.happened.is_set()
        assert await count(admin, "До провайдера не достучаться") == 1
        assert await count(admin, "Провайдер снова отвечает") == 1


def refused(everything: World):
    """From now on the key is not accepted."""
    body = {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}
    return everything.proxy.fault("GET", ".*", "answer", status=401, body=body, times=10_000)


def log(valid: list[float]) -> Json:
    """A job's events: a step a second, the training loss falling."""
    events = [
        {
            "object": "fine_tuning.job.event",
            "id": f"ftevent-{step}",
            "created_at": 1_700_000_000 + step,
            "level": "info",
            "type": "metrics",
            "message": f"Step {step}",
            "data": {"step": step, "train_loss": 1.5 - 0.02 * step, "valid_loss": loss},
        }
        for step, loss in enumerate(valid, 1)
    ]
    return {"object": "list", "data": events[::-1], "has_more": False}
