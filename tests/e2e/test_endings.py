"""How a training ends: what the admin reads, and what a thumb can do about it."""

import json
import re

import pytest

from tests.e2e.chats import press
from tests.e2e.datasets import GOOD, pressed, sent
from tests.e2e.faults import check_kind, refusal, spoiled, upload
from tests.e2e.models import offered
from tests.e2e.training import ENDLESS, JOBS, job_of, started
from tests.proxy import Exchange
from tests.telegram_people import Json, Person, button_data, words
from tests.world import STRANGER, World, eventually, world

QUICK = {"running-seconds": "0.5"}


def hyperparameters(created: Exchange) -> Json:
    numbers: Json = created.json["method"]["supervised"]["hyperparameters"]
    return numbers


async def plan_from(person: Person, ending: Json, button: str, wanted: str) -> Json:
    """Tap a button of an ending twice, as a nervous finger does; returns the one plan."""
    newest = max(message["message_id"] for message in await person.chat())
    await person.taps_twice(button, ending)

    async def shown() -> list[Json]:
        """The plan, once for both taps or below the line that the first of the two has become."""
        new = [message for message in await person.chat() if message["message_id"] > newest]
        lines = [message for message in new if "заменён: смотрите план ниже" in words(message)]
        plans = [message for message in new if wanted in words(message)]
        return plans if (len(plans), len(lines)) == (1, 1) else []

    plans: list[Json] = await eventually(shown)
    return plans[0]


def plan_number(plan: Json) -> int:
    (found,) = re.findall(r"План №(\d+) · ещё ничего не отправлено", words(plan))
    return int(found)


async def start(everything: World, plan: Json) -> Exchange:
    """Start a plan; returns the one request that creates its job."""
    n_before = len(everything.jobs_created())
    await everything.admin.presses(f"train:start:{plan_number(plan)}", plan)
    await job_of(everything, plan_number(plan))
    created = everything.jobs_created()
    assert len(created) == n_before + 1
    return created[-1]


async def test_a_refused_file_is_mended_and_the_same_plan_repeated(tmp_path):
    """Two causes that a provider finds only in the file, each with its words and its way on."""
    async with world(tmp_path, engine=QUICK) as everything:
        admin, proxy = everything.admin, everything.proxy
        proxy.rewrite = upload(spoiled, b"run-")
        await started(admin, "/train quick epochs=2")
        failed = await admin.sees("natasha-test не обучилась", timeout=30)

        assert "Провайдер не принял датасет" in words(failed)
        assert "До обучения не дошло, деньги не списаны" in words(failed)
        check_kind(words(failed))
        assert offered(failed) == ["С нынешним датасетом"]

        proxy.rewrite = upload(lambda rows: rows[:5], b"run-")
        plan = await plan_from(admin, failed, "С нынешним датасетом", "Как план №1, без изменений.")
        created = await start(everything, plan)
        assert hyperparameters(created) == {"n_epochs": 2, "learning_rate_multiplier": "auto"}
        few = await admin.sees(
            "Провайдеру не хватило примеров", after=plan["message_id"], timeout=30
        )
        check_kind(words(few))

        proxy.rewrite = lambda exchange: None
        again = await plan_from(admin, few, "train:anew:2", "Как план №2, без изменений.")
        await start(everything, again)
        await admin.sees("natasha-test готова ·", timeout=30)
        assert len(everything.jobs_created()) == 3


async def test_a_refused_validation_part_can_be_looked_at_and_left_out(tmp_path):
    """A press shows what is wrong with it, another leaves it out of the repeated plan."""
    async with world(tmp_path, engine=QUICK) as everything:
        admin, proxy = everything.admin, everything.proxy
        report = await sent(admin, "наташа.jsonl", b"".join(GOOD[:80]))
        asked = await pressed(admin, report, "dataset:split:", "отлож")
        parts = await pressed(admin, asked, "dataset:part:", "Готово: для обучения")
        await pressed(admin, parts, "dataset:use:", "в работе")
        proxy.rewrite = upload(spoiled, b"-validation.jsonl")
        await started(admin)
        failed = await admin.sees("Провайдер не принял проверочную часть", timeout=30)

        check_kind(words(failed))
        plan = await plan_from(admin, failed, "С нынешним датасетом", "Как план №1, без изменений.")
        plan = await pressed(admin, plan, "training:details:2", "План №2, подробно")
        without = await pressed(admin, plan, "train:set:2-validation=0", "ещё ничего не отправлено")
        created = await start(everything, without)
        assert "validation_file" not in created.json
        await admin.sees("natasha-v1 готова ·", timeout=30)


async def test_a_quota_that_runs_out_while_it_trains(tmp_path):
    """The provider ends the job; topped up, the same plan is a press away."""
    async with world(tmp_path, engine={"running-seconds": "600"}) as everything:
        admin, proxy = everything.admin, everything.proxy
        job_id = await job_of(everything, await started(admin))
        (job,) = await everything.engine_jobs()
        error = {"code": "exceeded_quota", "message": "You exceeded your quota.", "param": None}
        over = job | {"status": "failed", "error": error, "finished_at": job["created_at"] + 60}
        proxy.fault("GET", f"{JOBS}/{job_id}", "answer", times=1000, status=200, body=over)

        failed = await admin.sees("natasha-v1 не обучилась", timeout=30)
        assert "кончились деньги или квота" in words(failed)
        check_kind(words(failed))
        plan = await plan_from(admin, failed, "Повторить", "Как план №1, без изменений.")
        assert (await start(everything, plan)).json["suffix"] == "natasha-v1"
        assert len(everything.jobs_created()) == 2


async def test_training_that_is_closed_says_where_to_go(tmp_path):
    """As at OpenAI from January 2027 on; nothing was spent, nothing is repeated by itself."""
    closed = ENDLESS | {"training-closed": "yes"}
    async with world(tmp_path, engine=closed) as everything:
        admin = everything.admin
        await started(admin)
        told = await admin.sees("План №1 не запустился, задания нет")

        for part in ("docs/providers.md", "OPENAI_BASE_URL", "Деньги не списаны"):
            assert part in words(told)
        check_kind(words(told))
        plan = await plan_from(admin, told, "Повторить", "Как план №1, без изменений.")
        await admin.presses("train:start:2", plan)
        await admin.sees("План №2 не запустился, задания нет")
        assert await everything.engine_jobs() == []


async def test_a_model_that_the_provider_has_no_more_is_replaced_by_buttons(tmp_path):
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, proxy = everything.admin, everything.proxy
        proxy.fault("POST", JOBS, "answer", **refusal(404, "model_not_found", "No such model"))
        await started(admin, "/train epochs=2")
        told = await admin.sees("План №1 не запустился, задания нет")

        assert "не знает такой базовой модели" in words(told)
        await admin.presses("Другая модель", told)
        asked = await admin.sees("Какую модель обучать вместо gpt-4.1-mini-2025-04-14?")
        assert button_data(asked, "gpt-4.1-mini-2025-04-14") is None
        plan = await plan_from(
            admin, asked, "gpt-4o-mini-2024-07-18", "gpt-4o-mini-2024-07-18 вместо gpt-4.1-mini"
        )
        created = await start(everything, plan)
        assert created.json["model"] == "gpt-4o-mini-2024-07-18"
        assert hyperparameters(created)["n_epochs"] == 2
        assert len(await everything.engine_jobs()) == 1


async def test_poor_answers_have_four_remedies(tmp_path):
    """Each opens a plan that differs in one thing; started, it is exactly one job."""
    async with world(tmp_path, engine=QUICK) as everything:
        admin = everything.admin
        await started(admin)
        ended = await admin.sees("natasha-v1 готова ·", timeout=30)
        await admin.presses("Почему так?", ended)
        ended = await admin.sees(lambda message: "Ответы слабые?" in offered(message))
        await admin.presses("Ответы слабые?", ended)
        remedies = await admin.sees("natasha-v1 отвечает слабо?")
        assert "Больше эпох: 3 → 5" in words(remedies)

        stronger = await plan_from(
            admin, remedies, "train:like:1-model", "gpt-4o-2024-08-06 вместо gpt-4.1-mini"
        )
        assert "natasha-v2 из gpt-4o" in words(stronger)
        smaller = await plan_from(
            admin, remedies, "train:like:1-multiplier", "темп осторожнее: авто → 0,5"
        )
        assert "natasha-v2 из gpt-4.1-mini" in words(smaller)
        assert "Эпох: 3 · темп: смело" in words(smaller)
        await admin.presses("Больше примеров", remedies)
        await admin.sees("Датасет готов", after=smaller["message_id"])
        longer = await plan_from(admin, remedies, "Больше эпох: 5", "эпох больше: 3 → 5")
        assert len(everything.jobs_created()) == 1

        created = await start(everything, longer)
        assert hyperparameters(created) == {"n_epochs": 5, "learning_rate_multiplier": "auto"}
        assert created.json["suffix"] == "natasha-v2"
        await admin.sees("natasha-v2 готова ·", timeout=30)
        assert len(everything.jobs_created()) == 2


async def test_a_stopped_job_is_repeated_and_what_is_gone_is_said(tmp_path):
    """Buttons of endings stay in the chat for years: each press is answered."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, people = everything.admin, everything.people
        report = await sent(admin, "наташа.jsonl", b"".join(GOOD[:30]))
        await pressed(admin, report, "dataset:use:", "в работе")
        await job_of(everything, await started(admin))
        await admin.says("/cancel")
        await admin.presses("Да, остановить")
        stopped = await admin.sees("natasha-v1 остановлена ·", timeout=30)
        plan = await plan_from(admin, stopped, "Повторить", "Как план №1, без изменений.")
        await admin.presses("train:drop:2", plan)
        await admin.sees("План №2 отменён")
        ((version,),) = everything.stored("SELECT dataset_id FROM training_runs WHERE id = 1")
        ((other,),) = everything.stored(
            "SELECT id FROM datasets WHERE id != :id ORDER BY id", id=version
        )
        for data in (f"dataset:use:{other}", f"dataset:deleted:{version}"):
            await people.raw_update(press(admin, data))
        await admin.sees(f"Версия №{version} удалена")

        await everything.restart_bot()
        await admin.presses("Повторить", stopped)
        await admin.is_told("План №1 был на версии датасета")
        await people.raw_update(press(admin, "train:like:1-epochs"))
        instead = await admin.sees("Датасет другой: план №1 был на версии")
        assert f"а этот на версии №{other}" in words(instead)
        for data, answer in (
            ("train:retry:404", "Плана №404 больше нет"),
            ("train:like:404-epochs", "Плана №404 больше нет"),
            ("train:models:404", "Плана №404 больше нет"),
            ("train:like:1-prayer", "Эта кнопка больше не работает"),
            ("train:like:1", "Эта кнопка больше не работает"),
            ("train:with:1-gpt-3.5-turbo", "Модель gpt-3.5-turbo отключена"),
            ("train:remedies:404", "я не слежу"),
        ):
            newest = max(message["message_id"] for message in await admin.chat())
            await people.raw_update(press(admin, data))
            await admin.sees(answer, after=newest)
        assert len(everything.jobs_created()) == 1


@pytest.mark.parametrize("is_stranger", [False, True], ids=["tester", "stranger"])
async def test_nobody_else_makes_plans(tmp_path, is_stranger):
    """Forged presses of who may not: refused, and no plan is made."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        people = everything.people
        await job_of(everything, await started(everything.admin))
        nobody = await people.person(STRANGER, "Пётр") if is_stranger else everything.tester
        await nobody.says("/id")
        await nobody.sees("Ваш ID в Telegram")
        for data in (
            "train:retry:1",
            "train:anew:1",
            "train:like:1-epochs",
            "train:models:1",
            "train:with:1-gpt-4o-2024-08-06",
            "train:remedies:1",
        ):
            await people.raw_update(press(nobody, data))
        await everything.settled(9)
        assert "План" not in str([words(message) for message in await nobody.chat()])
        if not is_stranger:
            await nobody.sees("Это могут только администраторы")
        ((n_plans,),) = everything.stored("SELECT count(*) FROM training_runs")
        assert n_plans == 1
        assert json.loads(everything.jobs_created()[0].body)["suffix"] == "natasha-v1"
