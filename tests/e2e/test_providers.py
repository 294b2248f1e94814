"""The real bot with each provider that the engine can play: a whole job, and every refusal.

The engine plays what is known of them (`engine/profiles.py`); the services themselves are not
asked.
"""

import re

import pytest

from tests.e2e.chats import FIRST, trained_answers
from tests.e2e.faults import check_kind
from tests.e2e.providers import MUST_DEPLOY, bot_at, deploy
from tests.e2e.training import FILES, JOBS, card, foreign, job_of, started
from tests.telegram_people import Json, words
from tests.world import World

SERVES_ITSELF = ("openai", "unsloth", "odd")


async def refusal_of(everything: World, run_id: int) -> str:
    """How the admin is told that a plan made no job; the words are for people."""
    told: Json = await everything.admin.sees(f"План №{run_id} не запустился, задания нет")
    check_kind(told["text"])
    assert "Деньги не списаны" in told["text"]
    return str(told["text"])


def steps_seen(everything: World) -> int:
    query = "SELECT count(*) FROM job_events WHERE json_extract(data, '$.train_loss') IS NOT NULL"
    ((n,),) = everything.stored(query)
    return int(n)


@pytest.mark.parametrize("profile", [*SERVES_ITSELF, *MUST_DEPLOY])
async def test_a_whole_job(tmp_path, profile):
    """Plan, start, card, the end, and a model that answers a tester; one job is made.

    Where models must be deployed nobody hears of the new one before it is, and then it answers at
    `CHAT_BASE_URL`. The numbers of the plan are the job's numbers everywhere.
    """
    numbers = {"LEARNING_RATE_MULTIPLIER": "0.1"}
    async with bot_at(tmp_path, profile, numbers) as everything:
        admin, tester = everything.admin, everything.tester
        run_id = await started(admin)
        job_id = await job_of(everything, run_id)
        await card(admin, job_id)
        await admin.sees(
            lambda m: re.search("natasha-v1 (готова|обучилась) ·", words(m)) is not None, timeout=30
        )

        (job,) = await everything.engine_jobs()
        assert (job["id"], job["status"]) == (job_id, "succeeded")
        assert job["hyperparameters"]["n_epochs"] == 3
        assert job["hyperparameters"]["learning_rate_multiplier"] == 0.1
        assert steps_seen(everything) > 5

        if profile in MUST_DEPLOY:
            await tester.says(FIRST)
            await tester.sees("Пока Наташа учится")
            assert not [m for m in await admin.chat() if "вердикт" in words(m)]
            await deploy(everything, job["fine_tuned_model"])
        trial = await admin.sees("уже отвечает в чатах", timeout=40)
        assert "Она первая, поэтому уже отвечает в чатах" in trial["text"]
        await tester.says(FIRST)
        await tester.sees(lambda message: message["text"] in trained_answers())

        assert len(everything.jobs_created()) == 1
        assert len(await everything.engine_jobs()) == 1


async def test_a_model_that_nobody_deploys(tmp_path):
    """The admins hear that it is trained but not answering yet, and what to do about it.

    Once it is deployed, a press on the button of that message is enough.
    """
    impatient = {"POLL_INTERVAL_S": "0.02"}
    async with bot_at(tmp_path, "crusoe", impatient, running_seconds="0.5") as everything:
        admin, tester = everything.admin, everything.tester
        await started(admin)
        told = await admin.sees("natasha-v1 пока не отвечает", timeout=40)
        check_kind(told["text"])
        assert "развернуть (deploy)" in told["text"]
        assert "CHAT_BASE_URL" in told["text"]
        await tester.says(FIRST)
        await tester.sees("Пока Наташа учится")

        (job,) = await everything.engine_jobs()
        await deploy(everything, job["fine_tuned_model"])
        await admin.presses("Проверить сейчас", told)
        trial = await admin.sees("уже отвечает в чатах")
        assert "Она первая, поэтому уже отвечает в чатах" in trial["text"]
        await tester.says(FIRST)
        await tester.sees(lambda message: message["text"] in trained_answers())


@pytest.mark.parametrize("profile", ["unsloth", "odd"])
async def test_a_lost_answer_where_metadata_is_dropped(tmp_path, profile):
    """The job is found by its seed and its file, in a list without pages or filters as well."""
    async with bot_at(tmp_path, profile, queued_seconds="600") as everything:
        everything.proxy.fault("POST", JOBS, "drop_after")
        found = await job_of(everything, await started(everything.admin))

        await card(everything.admin, found)
        assert [job["id"] for job in await everything.engine_jobs()] == [found]
        assert len(everything.jobs_created()) == 1


async def test_somebody_elses_job_on_the_same_file(tmp_path):
    """Where the same bytes are the same file, a job of others with it is not taken for ours."""
    async with bot_at(tmp_path, "odd", queued_seconds="600") as everything:
        admin = everything.admin
        theirs = await foreign(everything)
        everything.proxy.fault("POST", JOBS, "drop_before")
        run_id = await started(admin)
        asked = await admin.sees(f"План №{run_id}: ответ провайдера потерялся", timeout=40)
        assert (
            everything.jobs_created()[0].json["training_file"]
            == ((await everything.engine_jobs())[0]["training_file"])
        )

        await admin.presses("Создать ещё раз", asked)
        ours = await job_of(everything, run_id)
        assert {job["id"] for job in await everything.engine_jobs()} == {theirs, ours}
        assert everything.proxy.sent("POST", f"{JOBS}/.*") == []


async def test_a_status_of_its_own_is_shown_and_ends_nothing(tmp_path):
    """A status that the bot does not know is told as it is, and the job is followed on."""
    async with bot_at(tmp_path, "odd", running_seconds="600") as everything:
        admin = everything.admin
        job_id = await job_of(everything, await started(admin))
        await admin.sees(lambda m: job_id in words(m) and "preparing" in words(m), timeout=30)
        await everything.restart_bot()
        asked = await admin.says("/status")
        shown = await admin.sees("preparing", after=asked["message_id"])
        assert job_id in shown["text"]


async def test_steps_without_a_total(tmp_path):
    """Where nobody tells of how many steps, the card still moves."""
    async with bot_at(tmp_path, "azure", running_seconds="60") as everything:
        admin = everything.admin
        job_id = await job_of(everything, await started(admin))
        moving = await admin.sees(
            lambda m: job_id in words(m) and re.search(r"(?m)^шаг \d+$", words(m)), timeout=30
        )
        assert "ошибка" in moving["text"]


async def test_one_job_at_a_time(tmp_path):
    """Unsloth Studio refuses a second job with a 409: said in plain words, and it goes on later."""
    async with bot_at(tmp_path, "unsloth", queued_seconds="600") as everything:
        admin = everything.admin
        first = await job_of(everything, await started(admin))
        await card(admin, first)

        told = await refusal_of(everything, await started(admin))
        assert "учит модели по одной" in told
        assert "/status" in told
        assert [job["id"] for job in await everything.engine_jobs()] == [first]

        await everything.account.fine_tuning.jobs.cancel(first)
        second = await job_of(everything, await started(admin))
        assert {job["id"] for job in await everything.engine_jobs()} == {first, second}
        assert len(everything.jobs_created()) == 3


@pytest.mark.parametrize("suffix", ["natasha-production-v1", "natasha.v1"])
async def test_azures_suffix(tmp_path, suffix):
    """A name that Azure does not take is told with what would do; that makes one job."""
    async with bot_at(tmp_path, "azure", queued_seconds="600") as everything:
        admin = everything.admin
        told = await refusal_of(everything, await started(admin, f"/train suffix={suffix}"))
        assert "не больше 18 знаков и без точек" in told
        assert "/train --suffix natasha" in told
        assert await everything.engine_jobs() == []

        words_that_help = re.search(r"/train --suffix \w+", told)
        assert words_that_help is not None
        await job_of(everything, await started(admin, words_that_help.group()))
        assert len(await everything.engine_jobs()) == 1


@pytest.mark.parametrize("profile", ["openai", "azure"])
async def test_training_that_is_closed(tmp_path, profile):
    """403 `training_not_available`: the admin reads what would help, and nothing is repeated."""
    async with bot_at(tmp_path, profile, training_closed="yes") as everything:
        told = await refusal_of(everything, await started(everything.admin))

        assert "больше не принимает обучение от вашей организации" in told
        assert "OPENAI_BASE_URL" in told
        assert len(everything.jobs_created()) == 1
        assert len(everything.proxy.sent("POST", FILES)) == 1
        assert await everything.engine_jobs() == []
