"""A confirmed plan makes exactly one job at the provider, and the admins read the truth."""

import asyncio

from tests.e2e.chats import press
from tests.e2e.faults import without_metadata
from tests.e2e.training import (
    ENDLESS,
    FILES,
    JOBS,
    TWO_ADMINS,
    card,
    creates_again,
    foreign,
    job_of,
    number_of,
    planned,
    second,
    started,
)
from tests.telegram_people import Person, words
from tests.world import DATASET, eventually, world


async def test_many_presses_start_one_run(tmp_path):
    """A double tap, two admins at once, a late, repeated or replayed press: one job for each plan.

    A plan that was dropped or has expired starts nothing.
    """
    async with world(tmp_path, engine=ENDLESS, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, other, people = everything.admin, await second(everything), everything.people
        await other.says("/id")

        plan = await planned(admin)
        await admin.taps_twice("train:start:1", plan)
        first_job = await job_of(everything, 1)
        await card(admin, first_job)
        await card(other, first_job)
        await admin.sees("План №1 запущен")
        await admin.is_told("План №1 уже запущен")

        # The other admin has the plan's button only as an update: Telegram shows it to one of them.
        await other.says("/train quick")
        plan = await other.sees("План №2")
        await asyncio.gather(
            other.presses("train:start:2", plan), people.raw_update(press(admin, "train:start:2"))
        )
        second_job = await job_of(everything, 2)
        await card(admin, second_job)
        await eventually(lambda: len(everything.stored("SELECT 1 FROM cards")) == 4)

        dropped = await planned(admin)
        await admin.presses("train:drop:3", dropped)
        await admin.sees("План №3 отменён")
        await people.raw_update(press(other, "train:start:3"))
        await other.sees("Плана №3 больше нет")

        await planned(other)
        everything.stored("UPDATE training_runs SET expires_at = :past WHERE id = 4", past=1)
        await other.presses("train:start:4")
        await other.is_told("Плана №4 больше нет")

        # Telegram repeats an update whose confirmation it has not heard.
        await planned(admin, "/train epochs=4")
        await people.fault("getUpdates", "drop_before", times=1000)
        await admin.presses("train:start:5")
        third_job = await job_of(everything, 5)
        await everything.kill_bot()
        await people.no_faults()
        await everything.start_bot()
        before = await admin.says("/id")
        await admin.sees("Ваш ID в Telegram", after=before["message_id"])

        jobs = await everything.jobs_of_ours()
        assert {job["id"] for job in jobs} == {first_job, second_job, third_job}
        assert len(everything.jobs_created()) == 3
        assert len(everything.proxy.sent("POST", FILES)) == 3


async def test_a_lost_answer_is_looked_for_and_never_asked_again(tmp_path):
    """The connection breaks at the creation: the job is found by its marks, or an admin decides.

    Jobs of others on the same account, with the same model, the same bytes, even the very same
    file, are neither adopted nor touched, also when the provider ignores `metadata`.
    """
    async with world(tmp_path, engine=ENDLESS, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, proxy = everything.admin, everything.proxy
        other = await second(everything)
        await other.says("/id")
        strangers = [
            await foreign(everything, seed=1),
            await foreign(everything, metadata={"natasha_run": "1-00000000"}),
        ]

        # Created, and the answer lost.
        proxy.fault("POST", JOBS, "drop_after")
        found = await job_of(everything, await started(admin))
        await card(admin, found)
        assert [job["id"] for job in await everything.jobs_of_ours()] == [found]

        # The same where the provider drops `metadata`, and somebody trains on our very file.
        proxy.rewrite = without_metadata
        proxy.fault("POST", JOBS, "drop_after")
        looking = proxy.fault("GET", JOBS, "hold_before")
        run_id = await started(admin)
        await asyncio.wait_for(looking.happened.wait(), 20)
        ours = everything.jobs_created()[-1].json
        strangers.append(await foreign(everything, training_file=ours["training_file"], seed=7))
        looking.released.set()
        found = await job_of(everything, run_id)
        created = await everything.account.fine_tuning.jobs.retrieve(found)
        assert (created.seed, created.training_file) == (ours["seed"], ours["training_file"])
        assert created.metadata in (None, {})

        # Never arrived: the admins are asked, as often as they want it looked for. Meanwhile
        # somebody trains on our file once more, and theirs is the only job with it.
        proxy.fault("POST", JOBS, "drop_before")
        looking = proxy.fault("GET", JOBS, "hold_before")
        run_id = await started(admin)
        await asyncio.wait_for(looking.happened.wait(), 20)
        ours = everything.jobs_created()[-1].json
        strangers.append(await foreign(everything, training_file=ours["training_file"], seed=8))
        looking.released.set()
        lost = f"План №{run_id}: ответ провайдера потерялся, и в списке"
        asked = await admin.sees(lost)
        question = await other.sees(lost)
        assert len(await everything.jobs_of_ours()) == 2
        await admin.presses("Поискать ещё", asked)
        asked = await admin.sees(lost, after=asked["message_id"])
        await asyncio.gather(
            admin.presses("Создать ещё раз", asked), other.presses("Создать ещё раз", question)
        )
        # The same is trained already, so each is asked before it is paid for once more.
        doubt = f"План №{run_id}: задание пока не создано ещё раз"
        asked, question = await admin.sees(doubt), await other.sees(doubt)
        assert "вы уже запустили" in words(asked)
        assert len(await everything.jobs_of_ours()) == 2
        yes = "Всё равно создать ещё раз"
        await asyncio.gather(admin.presses(yes, asked), other.presses(yes, question))
        found = await job_of(everything, run_id)
        await card(other, found)
        assert len(await everything.jobs_of_ours()) == 3
        proxy.rewrite = lambda exchange: None
        await eventually(lambda: _decided(admin, other, run_id))

        # A job that turns up late is not paid for twice.
        proxy.fault("POST", JOBS, "drop_before")
        run_id = await started(other)
        asked = await other.sees(f"План №{run_id}: ответ провайдера потерялся")
        late = await everything.account.fine_tuning.jobs.create(
            **everything.jobs_created()[-1].json
        )
        await creates_again(other, asked)
        assert await job_of(everything, run_id) == late.id

        # Left at that; whoever presses afterwards hears so.
        proxy.fault("POST", JOBS, "drop_before")
        run_id = await started(admin)
        lost = f"План №{run_id}: ответ провайдера потерялся"
        asked, question = await admin.sees(lost), await other.sees(lost)
        await admin.presses("Оставить как есть", asked)
        await admin.sees(f"План №{run_id} оставлен без задания")
        await other.presses("Создать ещё раз", question)
        await other.is_told(f"По плану №{run_id} всё уже решено")

        jobs = {job["id"]: job["status"] for job in await everything.engine_jobs()}
        assert len(jobs) == 4 + 4
        assert {jobs[job_id] for job_id in strangers} <= {"running", "queued", "validating_files"}
        followed = {job_id for (job_id,) in everything.stored("SELECT id FROM jobs")}
        assert followed == set(jobs) - set(strangers)
        assert proxy.sent("POST", f"{JOBS}/.*") == []


async def _decided(admin: Person, other: Person, run_id: int) -> bool:
    """One press created the job, the other one was told that there is nothing left to decide."""
    said = {
        message["text"]
        for person in (admin, other)
        for message in await person.chat()
        if f"№{run_id}" in message.get("text", "")
    }
    await admin.is_told(f"По плану №{run_id} всё уже решено.")
    return f"План №{run_id}: создаю задание ещё раз." in said


async def test_an_unreadable_list_is_not_taken_for_an_empty_one(tmp_path):
    """While the list of jobs can't be read, the admins hear that, not that there is no job."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, proxy = everything.admin, everything.proxy
        body = {"error": {"message": "down", "type": "server_error", "param": None, "code": None}}
        closed = proxy.fault("GET", JOBS, "answer", status=403, body=body, times=1000)
        proxy.fault("POST", JOBS, "drop_after")
        run_id = await started(admin)
        asked = await admin.sees(f"План №{run_id}: ответ провайдера потерялся, а список")
        closed.times = 0
        await admin.presses("Поискать ещё", asked)
        await card(admin, await job_of(everything, run_id))
        assert len(await everything.engine_jobs()) == 1


async def test_a_dataset_that_changed_is_trained_as_it_was_planned(tmp_path):
    """What is trained on is what the plan was made for; a new plan is for what is there now."""
    dataset = tmp_path / "dataset.jsonl"
    lines = DATASET.read_text(encoding="utf-8").splitlines(keepends=True)
    dataset.write_text("".join(lines), encoding="utf-8")
    async with world(tmp_path, DATASET_PATH=str(dataset)) as everything:
        admin = everything.admin
        plan = await planned(admin)
        dataset.write_text("".join(lines[:-1]), encoding="utf-8")
        await admin.presses("train:start:1", plan)
        asked = await admin.sees("Он на датасете №1, а в работе теперь №2")
        assert everything.jobs_created() == []
        await admin.presses("🚀 Запустить на датасете №1", asked)
        (job,) = await eventually(everything.engine_jobs)
        assert len(everything.jobs_created()) == 1
        sent = await everything.account.files.content(job["training_file"])
        assert sent.text.splitlines(keepends=True) == lines
        dataset.unlink()
        asked = await admin.says("/train")
        await admin.sees("Файл датасета не найден", after=asked["message_id"])


async def test_equal_plan_of_another_admin_asks_first(tmp_path):
    """Who started the same, and when; only a yes pays for a second job, also after a restart."""
    async with world(tmp_path, engine=ENDLESS, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, other = everything.admin, await second(everything)
        first, theirs = await planned(admin), await planned(other, "/train suffix=natasha-v2")
        await asyncio.gather(
            admin.presses(f"train:start:{number_of(first)}", first),
            other.presses(f"train:start:{number_of(theirs)}", theirs),
        )
        said = [
            await person.sees(lambda message: "запущен" in words(message))
            for person in (admin, other)
        ]
        (asked,) = (message for message in said if "ещё не запущен" in words(message))
        loser, winner = (admin, other) if asked is said[0] else (other, admin)
        assert "Такое же обучение уже запущено" in words(asked)
        assert ("Мария" if winner is admin else "Анна") in words(asked)
        await eventually(everything.jobs_created)
        assert len(everything.jobs_created()) == 1

        await everything.restart_bot()
        again = await planned(winner)
        await winner.presses(f"train:start:{number_of(again)}", again)
        await winner.sees("Такое же обучение вы уже запустили")
        await everything.settled(3)
        assert len(everything.jobs_created()) == 1

        await loser.presses("🚀 Запустить ещё один", asked)
        await loser.sees(f"План №{number_of(first if loser is admin else theirs)} запущен")
        await eventually(lambda: len(everything.jobs_created()) == 2)
        await everything.check_calls()
