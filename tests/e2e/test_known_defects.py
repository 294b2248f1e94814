"""What other chat bots get wrong, one transcript each: FACTS.md, chapter 6."""

import asyncio
import re

from tests.e2e.faults import CHAT, spoiled, upload
from tests.e2e.models import put_to_use
from tests.e2e.training import job_of, started, tuned
from tests.telegram_people import Json, button_data, words
from tests.world import API_KEY, World, eventually, world

BASE = "gpt-4.1-mini-2025-04-14"


def roles(messages: list[Json]) -> list[str]:
    return [message["role"] for message in messages]


def error(status: int, code: str, message: str) -> Json:
    """The rest of an order for OpenAI's error of that kind."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {
        "status": status,
        "body": {"error": {"message": message, "type": kind, "param": None, "code": code}},
    }


async def exchange(everything: World, text: str) -> str:
    """The tester writes and reads the whole answer."""
    asked = await everything.tester.says(text)
    n_turns = len(everything.stored("SELECT 1 FROM turns"))
    await eventually(lambda: len(everything.stored("SELECT 1 FROM turns")) > n_turns)
    (answer,) = everything.stored("SELECT assistant_text FROM turns ORDER BY id DESC LIMIT 1")
    found = await everything.tester.sees(answer[0][:40], after=asked["message_id"])
    return words(found)


async def test_history_survives_a_restart(tmp_path):
    """Elsewhere: the conversation lives in memory and is gone after `kill -9`."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        answer = await exchange(everything, "Меня зовут Олег.")
        await everything.restart_bot()
        await exchange(everything, "Как меня зовут?")

        *_, question, remembered, again = everything.asked()[-1]
        assert [part["content"] for part in (question, again)] == [
            "Меня зовут Олег.",
            "Как меня зовут?",
        ]
        assert remembered == {"role": "assistant", "content": answer}


async def test_two_quick_messages_do_not_interleave(tmp_path):
    """Elsewhere: both are asked at once, and history reads user, user, assistant, assistant."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        held = everything.proxy.fault("POST", CHAT, "hold_before")
        await everything.tester.says("Первое")
        await asyncio.wait_for(held.happened.wait(), 20)
        await everything.tester.says("Второе")
        held.released.set()
        await eventually(lambda: len(everything.stored("SELECT 1 FROM turns")) == 2)

        first, second = everything.asked()
        assert roles(first)[-1:] == ["user"]
        assert roles(second)[-3:] == ["user", "assistant", "user"]
        texts = [text for (text,) in everything.stored("SELECT user_text FROM turns ORDER BY id")]
        assert texts == ["Первое", "Второе"]


async def test_a_failed_turn_leaves_no_trace(tmp_path):
    """Elsewhere: the question that was never answered stays in history and confuses the model."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        fault = everything.proxy.fault("POST", CHAT, "answer", times=99, **error(500, "", "Oops"))
        asked = await everything.tester.says("Эта реплика пропадёт")
        told = await everything.tester.sees(lambda seen: True, after=asked["message_id"])
        assert "Oops" not in words(told)
        everything.proxy.faults.remove(fault)

        await exchange(everything, "А эта нет")

        contents = [part["content"] for part in everything.asked()[-1]]
        assert "Эта реплика пропадёт" not in contents
        assert contents[-1] == "А эта нет"


async def test_not_every_400_means_too_long(tmp_path):
    """Elsewhere: any HTTP 400 shortens the history and asks again, and again."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        await exchange(everything, "Запомни: ёлка.")
        n_asked = len(everything.asked())
        everything.proxy.fault("POST", CHAT, "answer", **error(400, "invalid_value", "Bad seed"))

        asked = await everything.tester.says("Что я просил запомнить?")
        told = await everything.tester.sees(lambda seen: True, after=asked["message_id"])

        assert "Bad seed" not in words(told)
        assert len(everything.asked()) == n_asked + 1
        await exchange(everything, "Так что?")
        assert "Запомни: ёлка." in [part["content"] for part in everything.asked()[-1]]


async def test_a_context_that_is_too_long_is_shortened(tmp_path):
    """Only what the server calls `context_length_exceeded` is."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        await exchange(everything, "Начало")
        too_long = error(400, "context_length_exceeded", "maximum context length")
        everything.proxy.fault("POST", CHAT, "answer", **too_long)

        await exchange(everything, "Продолжение")

        assert "Начало" in [part["content"] for part in everything.asked()[-2]]
        assert "Начало" not in [part["content"] for part in everything.asked()[-1]]


async def test_no_answer_is_cut_at_4096(tmp_path):
    """Elsewhere: the rest of a long answer is lost, or Telegram refuses the message."""
    sentences = [f"Мысль номер {n} ведёт тебя дальше по тропе." for n in range(260)]
    async with world(tmp_path, CHAT_MAX_TOKENS="16000") as everything:
        model = await tuned(everything, " ".join(sentences))
        await everything.admin.says(f"/use {model}")
        await everything.admin.sees("long")

        asked = await everything.tester.says("Расскажи всё")
        await everything.tester.sees(sentences[-1], after=asked["message_id"])

        messages = await everything.tester.chat()
        shown = " ".join(words(m) for m in messages if m["message_id"] > asked["message_id"])
        assert [part for part in sentences if part not in shown] == []


async def test_no_provider_error_shows_the_key(tmp_path):
    """Elsewhere: the provider's raw sentence goes to the chat, with a part of the key in it."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        raw = f"Incorrect API key provided: {API_KEY}."
        order = error(401, "invalid_api_key", raw)
        everything.proxy.fault("POST", CHAT, "answer", times=9, **order)

        asked = await everything.tester.says("Привет")
        told = words(await everything.tester.sees(lambda seen: True, after=asked["message_id"]))

        for part in (API_KEY, API_KEY[-8:], "Incorrect", "401"):
            assert part not in told


async def test_new_keeps_the_model(tmp_path):
    """Elsewhere: /new falls back to the default model and forgets the system prompt."""
    async with world(tmp_path, CHAT_MODEL=BASE) as everything:
        model = await tuned(everything, "Что ты чувствуешь сейчас?")
        await everything.admin.says(f"/use {model}\nТы Наташа, и ты слушаешь.")
        await everything.admin.sees("слушаешь")

        await everything.tester.says("/new")
        await everything.tester.sees("с чистого листа")
        await exchange(everything, "Здравствуй")

        sent = everything.proxy.sent("POST", CHAT)[-1].json
        assert sent["model"] == model
        assert sent["messages"][0]["content"] == "Ты Наташа, и ты слушаешь."


async def test_any_name_is_a_model(tmp_path):
    """Elsewhere: a table of known names decides what may be asked, and `ft:` names crash it."""
    async with world(tmp_path) as everything:
        model = await tuned(everything, "Куда ведёт эта дорога?")
        assert model.startswith("ft:")
        await everything.admin.says(f"/use {model}")
        await everything.admin.sees("long")
        assert await exchange(everything, "Здравствуй") == "Куда ведёт эта дорога?"

        await put_to_use(everything.admin, "my/own-model:latest@7")
        question = await everything.tester.says("А теперь?")
        told = await everything.tester.sees(lambda seen: True, after=question["message_id"])

        assert everything.proxy.sent("POST", CHAT)[-1].json["model"] == "my/own-model:latest@7"
        assert "Traceback" not in words(told)


# On the phone: what an admin wants to know of a run without asking

SLOW = {"running-seconds": "8"}


def has_pushes(messages: list[Json], *wanted: str) -> bool:
    """Whether each of these stands in exactly one message."""
    return all(sum(part in words(m) for m in messages) == 1 for part in wanted)


async def test_success_is_pushed_with_the_next_button(tmp_path):
    """Elsewhere: one has to ask again and again whether it is ready.

    The model's sample answers come by themselves, too.
    """
    async with world(tmp_path) as everything:
        admin = everything.admin
        await started(admin)
        ended = await admin.sees("natasha-v1 готова ·", timeout=40)
        assert button_data(ended, "Поговорить с ней")
        trial = await admin.sees("Она первая, поэтому уже отвечает в чатах", timeout=40)
        assert trial["message_id"] == ended["message_id"]
        assert button_data(trial, "Без обучения")

        await everything.settled(2)
        assert has_pushes(await admin.chat(), "natasha-v1 готова ·")


async def test_failure_is_pushed_with_the_reason_and_the_next_button(tmp_path):
    """Elsewhere: a job that failed is silent, or says `failed` and no more."""
    async with world(tmp_path) as everything:
        everything.proxy.rewrite = upload(spoiled, b"run-")
        await started(everything.admin)
        ended = await everything.admin.sees("natasha-v1 не обучилась ·", timeout=40)

        assert "Провайдер не принял датасет" in words(ended)
        assert "деньги не списаны" in words(ended)
        assert button_data(ended, "С нынешним датасетом")
        assert has_pushes(await everything.admin.chat(), "natasha-v1 не обучилась ·")


async def test_one_card_is_edited(tmp_path):
    """Elsewhere: a message a minute, and nothing says how long it will take.

    The card shows that the job is alive, how far it is, how long it takes yet, and the losses.
    """
    async with world(tmp_path, engine={"running-seconds": "60"}) as everything:
        admin = everything.admin
        job_id = await job_of(everything, await started(admin))
        seen: dict[str, int] = {}

        def moves_on(message: Json) -> bool:
            step = re.search(r"шаг (\d+) из \d+ · осталось ~", words(message))
            return step is not None and job_id in words(message) and step[1] not in seen

        for _ in range(3):
            card = await admin.sees(moves_on, timeout=40)
            seen[re.findall(r"шаг (\d+) из", words(card))[0]] = card["message_id"]
            assert "ошибка" in words(card)

        assert len(set(seen.values())) == 1
        assert [m["message_id"] for m in await admin.chat() if job_id in words(m)] == [
            card["message_id"]
        ]


async def test_a_run_survives_a_restart(tmp_path):
    """Elsewhere: whoever restarts the bot loses sight of the job, or pays for a second one."""
    async with world(tmp_path, engine=SLOW) as everything:
        admin = everything.admin
        job_id = await job_of(everything, await started(admin))
        card = await admin.sees(lambda m: job_id in words(m) and "ошибка" in words(m), timeout=40)
        await everything.restart_bot()

        await admin.sees("уже отвечает в чатах", timeout=40)
        after = await admin.sees(lambda m: "· обучилась" in words(m))
        assert after["message_id"] == card["message_id"]
        assert len(everything.jobs_created()) == 1
        assert has_pushes(await admin.chat(), "natasha-v1 готова ·")
