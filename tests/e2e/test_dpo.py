"""Pairs of answers by phone: sent, judged, planned with, trained on, and preferred ever after."""

import json

import pytest

from tests.e2e.datasets import pressed, sent
from tests.e2e.models import put_to_use
from tests.e2e.training import is_judged
from tests.telegram_people import words
from tests.world import DATASET, World, world

ROWS = [json.loads(line)["messages"] for line in DATASET.read_bytes().splitlines()[:40]]
QUESTION, PREFERRED = ROWS[7][1]["content"], ROWS[7][2]["content"]
WORSE = "Обратитесь, пожалуйста, к специалисту: вопрос номер {} не ко мне, я только программа. " * 2
ELSEWHERE = "http://127.0.0.2:9/v1"
"""An address that the catalogue does not know, and where nobody listens."""


def pair(number: int) -> bytes:
    *talk, answer = ROWS[number]
    worse = {"role": "assistant", "content": WORSE.format(number, number).strip()}
    row = {
        "input": {"messages": talk},
        "preferred_output": [answer],
        "non_preferred_output": [worse],
    }
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


PAIRS = b"".join(map(pair, range(len(ROWS))))


async def test_a_model_learns_what_is_preferred(tmp_path):
    """The report and the plan say what it is; the provider is asked for DPO, once."""
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        report = await sent(admin, "пары.jsonl", PAIRS)
        assert "Датасет готов: 40 примеров" in words(report), words(report)
        assert "Вид: пары ответов" in words(report)
        assert "Предупреждения" not in words(report)

        used = await pressed(admin, report, "dataset:use:", "Теперь в работе версия №")
        plan = await pressed(admin, used, "train:plan:", "ещё ничего не отправлено")
        assert "· пары" in words(plan), words(plan)
        # No price of another method, and of another provider, for training on pairs.
        assert "Бесплатно, это репетиция" in words(plan)
        assert "$" not in words(plan)

        await pressed(admin, plan, "train:start:", "готова ·")
        (created,) = everything.jobs_created()
        assert created.json["method"]["type"] == "dpo"
        (job,) = await everything.engine_jobs()
        assert job["method"]["dpo"]["hyperparameters"]["beta"] == 0.1
        assert job["method"]["dpo"]["hyperparameters"]["n_epochs"] == 3
        assert "supervised" not in {key for key, value in job["method"].items() if value}

        await admin.sees(is_judged)
        await put_to_use(admin, "natasha-v1")
        await tester.says(QUESTION)
        await tester.sees(lambda message: message["text"] == PREFERRED)


async def test_a_plan_says_why_it_is_none(tmp_path):
    """A method that the dataset is not for, and what is no method at all."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        await _use(everything, PAIRS)

        await admin.says("/train method=supervised")
        await admin.sees("она для метода dpo: метод задаёт датасет")
        await admin.says("/train method=better")
        await admin.sees("supervised, dpo")
        asked = await admin.says("/train method=dpo epochs=2")
        plan = await admin.sees("· пары", after=asked["message_id"])
        assert "Эпох: 2" in words(plan)
        assert everything.jobs_created() == []


async def test_where_nobody_knows_of_dpo_there_is_no_plan(tmp_path):
    """The catalogue does not list the address: said before anything is uploaded."""
    async with world(tmp_path, OPENAI_BASE_URL=ELSEWHERE) as everything:
        admin = everything.admin
        await _use(everything, PAIRS)

        await admin.says("/train")
        refusal = await admin.sees("умеет ли 127.0.0.2 на них обучать, неизвестно")

        assert "/datasets" in words(refusal)
        assert everything.proxy.sent("POST", "/v1/files") == []
        assert everything.stored("SELECT count(*) FROM training_runs") == [(0,)]


@pytest.mark.parametrize(
    ("content", "line", "main"),
    [
        (PAIRS + DATASET.read_bytes().splitlines(keepends=True)[50], 41, "dpo"),
        (
            pair(3) + b"".join(DATASET.read_bytes().splitlines(keepends=True)[50:80]),
            1,
            "supervised",
        ),
    ],
)
async def test_a_mixture_is_named(tmp_path, content, line, main):
    """With the line of the odd one, and without a way to train on it."""
    async with world(tmp_path) as everything:
        report = await sent(everything.admin, "смесь.jsonl", content)

        expected = f"строка {line}: в одном файле примеры двух видов: большинство для {main}"
        assert expected in words(report), words(report)
        assert "К обучению не готов: ошибок — 1" in words(report)
        assert "dataset:use:" not in json.dumps(report.get("reply_markup", {}))


async def _use(everything: World, content: bytes) -> None:
    report = await sent(everything.admin, "пары.jsonl", content)
    await pressed(everything.admin, report, "dataset:use:", "Теперь в работе версия №")
