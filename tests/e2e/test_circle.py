"""The circle: chats, ratings, corrections, export, training, and the corrected answer comes back.

The engine rehearses: a tuned model says what stands beside the nearest question of its file. So
this shows that nothing gets lost on the way, not that a model has learnt.
"""

import json

from tests.e2e.chats import answered, bettered, marked
from tests.e2e.datasets import pressed
from tests.e2e.models import put_to_use
from tests.e2e.training import trained
from tests.telegram_people import Json, Person, words
from tests.world import DATASET, TESTER, World, world

PATIENT = 60
START = DATASET.read_bytes()
PROMPT = json.loads(START.splitlines()[0])["messages"][0]["content"]

DRAGON = "Под кроватью живёт дракон, он храпит. Что мне делать?"
TAMED = "Ляг рядом и послушай: в такт чему он дышит?"
AND_THEN = "А если он проснётся?"
AWAKE = "Тогда спроси, как его зовут. Какое имя ты услышишь?"
LIKED = "Зачем человеку тишина?"

PLACES = ("море", "пустыня", "вокзал", "чердак", "мост", "маяк", "колодец", "сад")


def in_place(place: str) -> tuple[str, str]:
    """A question about it, and how Natasha would have put it."""
    return f"Мне снится {place}, к чему это?", f"Закрой глаза: {place} зовёт. Что ты слышишь?"


async def exported(admin: Person, button: str, *expected: str) -> Json:
    """/export, look at the numbers, make a version of it; returns its report."""
    asked = await admin.says("/export")
    screen = await admin.sees("Оценки — в датасет", after=asked["message_id"], timeout=PATIENT)
    for part in expected:
        assert part in words(screen), words(screen)
    return await pressed(admin, screen, f"export:{button}:", "Собрана версия №")


async def learnt(everything: World, report: Json, *, method: str) -> bytes:
    """Train on a version and put the model to use; returns the file that the engine has."""
    admin = everything.admin
    used = await pressed(admin, report, "dataset:use:", "Теперь в работе версия №")
    plan = await pressed(admin, used, "train:plan:", "ещё ничего не отправлено")
    await pressed(admin, plan, "train:start:", "готова ·")
    job = (await everything.engine_jobs())[0]
    name = job["fine_tuned_model"]
    await put_to_use(admin, name)
    assert job["method"]["type"] == method
    return (await everything.account.files.content(job["training_file"])).content


async def anew(tester: Person) -> None:
    said = await tester.says("/new")
    await tester.sees("чистого листа", after=said["message_id"], timeout=PATIENT)


async def test_two_rounds_of_the_circle(tmp_path):
    """What testers corrected is what they hear: by examples first, then by pairs (DPO)."""
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        await trained(everything)
        assert await bettered(tester, DRAGON, TAMED) != TAMED
        bad = await bettered(tester, AND_THEN, AWAKE)
        await anew(tester)
        liked = await answered(tester, LIKED)
        await tester.presses("👍", liked)
        await marked(tester, liked, "👍 ✓")

        report = await exported(
            admin,
            "all",
            "Примеры: 3",
            "исправлено тестировщиками: 2",
            "Пары ответов: 2",
        )
        for part in ("Датасет готов: 324 примера", "Они стоят после примеров версии №1"):
            assert part in words(report), words(report)
        sent = await learnt(everything, report, method="supervised")
        assert sent.startswith(START)
        first, second, third = (
            json.loads(line)["messages"] for line in sent[len(START) :].splitlines()
        )
        system = {"role": "system", "content": PROMPT}
        assert first == [
            system,
            {"role": "user", "content": DRAGON},
            {"role": "assistant", "content": TAMED},
        ]
        assert [message["content"] for message in second[3:]] == [AND_THEN, AWAKE]
        assert [message.get("weight") for message in second] == [None, None, 0, None, None]
        assert third[-1] == {"role": "assistant", "content": words(liked)}
        assert third[-2] == {"role": "user", "content": LIKED}

        await anew(tester)
        assert words(await answered(tester, DRAGON)) == TAMED
        assert words(await answered(tester, AND_THEN)) == AWAKE

        for place in PLACES:
            await anew(tester)
            question, correction = in_place(place)
            assert await bettered(tester, question, correction) != correction
        report = await exported(
            admin,
            "dpo",
            f"Пары ответов: {len(PLACES) + 2}",
            "уже есть в датасете — 3",
            f"Примеры: {len(PLACES)}",
        )
        for part in ("Вид: пары ответов", f"Датасет готов: {len(PLACES) + 2} примеров"):
            assert part in words(report), words(report)
        sent = await learnt(everything, report, method="dpo")
        rows = [json.loads(line) for line in sent.splitlines()]
        assert rows[1]["input"]["messages"][-1]["content"] == AND_THEN
        assert rows[1]["preferred_output"][0]["content"] == AWAKE
        assert rows[1]["non_preferred_output"][0]["content"] == bad
        for name in (str(TESTER), "Олег"):
            assert name.encode() not in sent

        await anew(tester)
        for question, correction in map(in_place, PLACES):
            assert words(await answered(tester, question)) == correction
        await everything.check_calls()
