"""The bot's whole errand where the engine trains for real: plan, training, verdict, chat, again.

Nothing is rehearsed here: the losses on the card are those of steps, the answers are those of
weights. A tiny base shows the way in seconds; SmolLM2-135M shows that a correction is learnt.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config import ENGLISH_DATASET
from bot.demo.lessons import small_base, small_english
from bot.demo.terminal import Terminal
from bot.texts import Texts
from tests.e2e.chats import FIRST, answered, bettered, marked
from tests.e2e.datasets import pressed
from tests.e2e.models import insisted
from tests.e2e.test_circle import anew, exported
from tests.e2e.training import is_judged, planned
from tests.engine.lora.tiny import write_rows
from tests.telegram_people import Json, Person, words
from tests.world import ROOT, World, world

PATIENT = 300
HALF_AN_HOUR = 1800
TEXTS = Texts("ru", ZoneInfo("UTC"))
STEP = re.compile(r"шаг (\d+) из (\d+)")
LOSS = re.compile(r"ошибка \S")
EXAMPLES = ROOT / ENGLISH_DATASET

QUESTION = "I keep a letter that I never sent"
CORRECTION = (
    "A lamp on the stairs burns for somebody who is still on the way. The letter knows the "
    "address. What would the first line say tonight?"
)
AND_THEN = "I water a plant that is dry"


async def finished(
    everything: World, plan: Json, *, timeout: float = PATIENT
) -> tuple[dict[str, Any], Json, Json]:
    """Start a plan; the job at the engine once it is over, the bot's last word, the verdict."""
    admin = everything.admin
    await admin.presses("🚀 Запустить", plan)
    end = await admin.sees("готова ·", after=plan["message_id"], timeout=timeout)
    verdict = await admin.sees(is_judged, after=end["message_id"] - 1, timeout=timeout)
    return (await everything.engine_jobs())[0], end, verdict


async def losses(everything: World, job: Mapping[str, Any]) -> dict[int, str]:
    """The training losses that the engine has told, by step, written as people read them."""
    page = await everything.account.fine_tuning.jobs.list_events(job["id"], limit=1000)
    found = [event.data for event in page.data if event.type == "metrics"]
    return {
        data["step"]: TEXTS.number(data["train_loss"], digits=2)
        for data in found
        if isinstance(data, dict)
    }


async def card_steps(everything: World, job: Mapping[str, Any]) -> list[int]:
    """Every step that the card of a job has shown while it ran, with how the loss fell."""
    shown = []
    for call in await everything.people.calls("editMessageText"):
        text = call["params"].get("text", "")
        step = STEP.search(text)
        if job["id"] in text and step and LOSS.search(text):
            shown.append(int(step[1]))
    return shown


def estimate_of(everything: World) -> Json:
    """What the engine has told the bot of its newest plan."""
    seen = everything.proxy.sent("POST", "/v1/engine/estimates")
    found: Json = json.loads(seen[-1].answer)
    return found


def letters(text: str) -> str:
    """What is left of a text once nothing of it is layout, markup or a control character."""
    return "".join(filter(str.isalnum, text))


def likeness(answer: str) -> float:
    """How much an answer is like the correction, from 0 to 1."""
    return SequenceMatcher(None, answer, CORRECTION, autojunk=False).ratio()


async def said_by(everything: World, model: str, messages: Sequence[Any], most: int) -> str:
    """The letters that the engine itself answers under a model's name, without chance."""
    answer = await everything.account.chat.completions.create(
        model=model, messages=list(messages), temperature=0, max_tokens=most
    )
    found = letters(answer.choices[0].message.content or "")
    assert found
    return found


async def put_to_use(admin: Person, verdict: Json) -> None:
    """Whatever the verdict advises, the admin decides."""
    if "уже отвечает в чатах" not in words(verdict):
        await insisted(admin, verdict, "Включить всем", "Теперь отвечает")


async def learnt_again(
    everything: World, *expected: str, timeout: float = PATIENT
) -> dict[str, Any]:
    """Export the ratings, train on them and put the model to use; its job."""
    admin = everything.admin
    report = await exported(admin, "all", *expected)
    used = await pressed(admin, report, "dataset:use:", "Теперь в работе версия №")
    plan = await pressed(admin, used, "train:plan:", "ещё ничего не отправлено")
    job, _, verdict = await finished(everything, plan, timeout=timeout)
    await put_to_use(admin, verdict)
    return job


async def lists_models(admin: Person, *names: str) -> None:
    """/models shows them, by the part of their names that people chose."""
    asked = await admin.says("/models")
    shown = await admin.sees("Сейчас отвечает", after=asked["message_id"])
    for name in names:
        assert name.split(":")[-2] in str(shown["reply_markup"])


def lamps(count: int) -> list[Json]:
    """Examples so much alike that a tiny model learns to say something to any question."""
    return [
        {
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": f"What stands in room {number}?"},
                {"role": "assistant", "content": f"A lamp with {number} hats. Do you see it?"},
            ]
        }
        for number in range(1, count + 1)
    ]


async def test_every_station_with_a_tiny_model(tmp_path, tiny_base):
    """The numbers of the plan and the card are the engine's, the answers are the model's."""
    dataset = write_rows(tmp_path / "lamps.jsonl", lamps(12))
    most = 24
    settings = {
        "BASE_MODEL": tiny_base.name,
        "DATASET_PATH": str(dataset),
        "N_EPOCHS": "15",
        "LEARNING_RATE_MULTIPLIER": "10",
        "CHAT_TEMPERATURE": "0",
        "CHAT_MAX_TOKENS": str(most),
    }
    engine = {"backend": "lora", "base": str(tiny_base), "devices": "cpu", "threads": "1"}
    async with world(tmp_path, engine=engine, **settings) as everything:
        admin, tester = everything.admin, everything.tester
        plan = await planned(admin)
        await admin.presses("⚙️ Подробно", plan)
        details = words(await admin.sees("скорость обучения"))
        found = estimate_of(everything)
        rate = TEXTS.significant(found["learning_rate"])
        assert f"(cpu): скорость обучения {rate} · пакет 1" in details
        assert f"~{TEXTS.duration(found['seconds'])}, по оценке сервера" in details
        await admin.presses("Назад к плану")
        await admin.sees("ещё ничего не отправлено")
        assert "на вашем железе" in words(plan)
        assert "$" not in str(plan) + details

        job, end, verdict = await finished(everything, plan)
        told = await losses(everything, job)
        steps = await card_steps(everything, job)
        assert steps
        assert told.keys() >= {*steps}
        first, last = told[min(told)], told[max(told)]
        before_its_words = words(end).split("«")[0]  # so small a model may say anything
        assert "$" not in before_its_words
        await admin.presses("Почему так?", verdict)
        await admin.sees(f": {first} → {last}\n")

        await admin.presses("← К ответам")
        await admin.presses("Без обучения")
        page = await admin.sees("вопрос 1 из 5")
        model = job["fine_tuned_model"]
        asked = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": FIRST}]
        for name in (tiny_base.name, model):
            assert await said_by(everything, name, asked, most) in letters(words(page))
        await put_to_use(admin, verdict)

        bad = await bettered(tester, QUESTION, CORRECTION)
        real = await said_by(everything, model, everything.asked()[-1], most)
        assert letters(bad).startswith(real)
        await anew(tester)
        liked = await answered(tester, AND_THEN)
        await tester.presses("👍", liked)
        await marked(tester, liked, "👍 ✓")

        again = await learnt_again(everything, "Оценённых ответов: 2")
        sent = (await everything.account.files.content(again["training_file"])).content
        assert CORRECTION in sent.decode()
        await lists_models(admin, model, again["fine_tuned_model"])


@pytest.mark.weights
async def test_a_correction_comes_back_from_real_weights(tmp_path):
    """What a tester wrote for Natasha is what the next model says to the same words."""
    lesson = small_english(EXAMPLES, await small_base(Terminal.of(io.StringIO(), {}), ROOT))
    engine = {name: str(value) for name, value in lesson.engine.items()} | {"devices": "cpu"}
    async with world(tmp_path, engine=engine, start_bot=False) as everything:
        admin, tester = everything.admin, everything.tester
        await everything.start_bot(DATASET_PATH=str(EXAMPLES), **lesson.settings)
        plan = await planned(admin)
        job, _, verdict = await finished(everything, plan, timeout=HALF_AN_HOUR)
        told = await losses(everything, job)
        first, last = told[min(told)], told[max(told)]
        await admin.presses("Почему так?", verdict)
        await admin.sees(f": {first} → {last}\n")
        assert float(last.replace(",", ".")) < float(first.replace(",", ".")) / 2
        await put_to_use(admin, verdict)

        assert likeness(await bettered(tester, QUESTION, CORRECTION)) < 0.7
        await learnt_again(everything, "Примеры: 1", timeout=HALF_AN_HOUR)
        await anew(tester)
        # Nearly word by word: "someone" has been seen in the place of "somebody".
        assert likeness(words(await answered(tester, QUESTION))) > 0.9
