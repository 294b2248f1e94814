"""A run in the palm of the hand: the card's buttons, the log, the picture, the list."""

import pytest

from tests.e2e.chats import press
from tests.e2e.providers import bot_at
from tests.e2e.training import JOBS, job_of, started
from tests.telegram_people import Json, Person, words
from tests.world import STRANGER, World, eventually, world

LONG = {"running-seconds": "40"}
CARD = "· обучается"


async def running(everything: World) -> tuple[str, Json]:
    """A job of ours that has made some steps, and its card."""
    job_id = await job_of(everything, await started(everything.admin))

    def has_steps(message: Json) -> bool:
        return job_id in words(message) and "ошибка" in words(message) and CARD in words(message)

    return job_id, await everything.admin.sees(has_steps, timeout=40)


async def picture(admin: Person, after: int = 0) -> Json:
    """A chart, which is a real PNG."""
    message = await admin.sees(
        lambda message: "photo" in message and "Ошибка:" in words(message), after=after, timeout=40
    )
    assert (await admin.downloads(message)).startswith(b"\x89PNG\r\n\x1a\n")
    return message


async def turned(admin: Person, page: Json) -> Json:
    """The same message with other words."""

    def is_other(message: Json) -> bool:
        return message["message_id"] == page["message_id"] and words(message) != words(page)

    return await admin.sees(is_other)


async def status_at(everything: World, job_id: str) -> str:
    job = await everything.account.fine_tuning.jobs.retrieve(job_id)
    return str(job.status)


async def test_everything_about_a_run_is_a_button_away(tmp_path):
    """Picture, log, pause and going on, from the card, which itself is edited in place.

    A double tap asks the provider once; nobody but admins can press anything.
    """
    async with world(tmp_path, engine=LONG) as everything:
        admin, tester, people = everything.admin, everything.tester, everything.people
        job_id, card = await running(everything)

        await admin.presses("График", card)
        chart = await picture(admin)
        assert "natasha-v1" in words(chart)

        await admin.presses("События", card)
        log = await admin.sees("События: natasha-v1")
        for button in ("Старее →", "← Новее"):
            await admin.presses(button, log)
            log = await turned(admin, log)
            assert "События: natasha-v1" in words(log)

        stranger = await people.person(STRANGER, "Пётр")
        for person in (tester, stranger):
            await person.says("/id")
            for action in ("pause", "chart", "events", "open", "list"):
                await people.raw_update(press(person, f"job:{action}:1"))

        async def refusals() -> bool:
            said = [words(message) for message in await tester.chat()]
            return said.count("Это могут только администраторы.") == 5

        await eventually(refusals)

        await admin.presses("Пауза", card)
        await people.raw_update(press(admin, "job:pause:1"))
        await admin.sees("natasha-v1 на паузе")
        held = await admin.sees("· на паузе")
        assert held["message_id"] == card["message_id"]
        assert "осталось" not in words(held)
        assert await status_at(everything, job_id) == "paused"

        await admin.presses("Продолжить", card)
        await admin.sees("natasha-v1 учится дальше")
        assert (await admin.sees(CARD))["message_id"] == card["message_id"]
        assert await status_at(everything, job_id) == "running"
        sent = [
            seen.path.rpartition("/")[2] for seen in everything.proxy.sent("POST", f"{JOBS}/.*")
        ]
        assert sent == ["pause", "resume"]


@pytest.mark.parametrize("profile", ["openai", "odd", "unsloth"])
async def test_a_picture_after_the_end(tmp_path, profile):
    """From the file of the results where there is one, plain or as base64, else from the events."""
    async with bot_at(tmp_path, profile) as everything:
        admin = everything.admin
        await job_of(everything, await started(admin))
        await admin.sees("готова ·", timeout=40)
        asked = await admin.says("/jobs")
        listed = await admin.sees("Последние задания")
        await admin.presses("№1 natasha-v1", listed)
        card = await admin.sees(
            lambda message: "✅ natasha-v1 · обучилась" in words(message),
            after=asked["message_id"],
        )
        await admin.presses("График", card)
        await picture(admin, after=card["message_id"])

        fetched = everything.proxy.sent("GET", "/v1/files/.*/content")
        assert len(fetched) == (0 if profile == "unsloth" else 1)
        assert all(seen.status == 200 for seen in fetched)


async def test_a_provider_that_can_not_pause_says_so(tmp_path):
    """In plain words, and the job goes on."""
    async with bot_at(tmp_path, "unsloth", running_seconds="40") as everything:
        admin = everything.admin
        job_id, card = await running(everything)
        await admin.presses("Пауза", card)
        told = await admin.sees("состояние задания не изменилось")
        assert "Jobs cannot be paused here." in words(told)
        assert await status_at(everything, job_id) == "running"


async def test_nothing_to_draw_is_a_plain_word(tmp_path):
    async with world(tmp_path, engine={"queued-seconds": "600"}) as everything:
        admin = everything.admin
        job_id = await job_of(everything, await started(admin))
        await admin.sees(lambda message: job_id in words(message))
        await everything.people.raw_update(press(admin, "job:chart:1"))
        await admin.sees("Рисовать пока нечего")
        await everything.people.raw_update(press(admin, "job:chart:404"))
        await admin.sees("я не слежу")


async def test_dozens_of_jobs_stay_readable(tmp_path):
    """The list comes in pages, each job is opened by a button; /status of many is the list."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        for n in range(40):
            everything.stored(
                "INSERT INTO jobs (id, base_model, status, created_at, training_file, suffix, "
                "is_over) VALUES (:id, 'gpt', :status, :at, 'file-1', :name, :is_over)",
                id=f"ftjob-{n:02}",
                status="running" if n % 10 == 0 else "failed",
                at=1_700_000_000 + n,
                name=f"name-{n:02}",
                is_over=n % 10 != 0,
            )
        asked = await admin.says("/jobs")
        listed = await admin.sees("1–6 из 40", after=asked["message_id"])
        order = [line.split()[2] for line in words(listed).splitlines() if "№" in line]
        assert order == ["name-30", "name-20", "name-10", "name-00", "name-39", "name-38"]
        for page in ("7–12", "13–18", "19–24", "25–30", "31–36", "37–40"):
            await admin.presses("Старее →", listed)
            last = await admin.sees(f"{page} из 40")
        assert last["message_id"] == listed["message_id"]
        await admin.presses("№2 name-01", last)
        await admin.sees(lambda message: "❌ name-01 · не обучилась" in words(message))

        asked = await admin.says("/status")
        many = await admin.sees("1–6 из 40", after=asked["message_id"])
        await admin.presses("№31 name-30", many)
        await admin.sees(
            lambda message: "⏳ name-30" in words(message) and "ftjob-30" in words(message),
            after=many["message_id"],
        )
