"""The test after a training: verdict, comparison, and models that nobody serves yet."""

from tests.e2e.chats import FIRST
from tests.e2e.models import offered, pressed
from tests.e2e.providers import bot_at, deploy
from tests.e2e.training import is_judged, second, started
from tests.telegram_people import words
from tests.world import ADMIN, SECOND_ADMIN, eventually, world

BASE = "gpt-4.1-mini-2025-04-14"
TWO_ADMINS = f"{ADMIN},{SECOND_ADMIN}"
UNSERVED = "natasha-v1 пока не отвечает"
VERDICT = "Сначала прочтите ответы. Это репетиция"


async def test_from_the_verdict_to_a_model_in_use(tmp_path):
    """The admins get the verdict, read both models' answers, and one of them decides."""
    async with world(tmp_path, CHAT_MODEL=BASE, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, other = everything.admin, await second(everything)
        await other.says("/start")
        await started(admin)
        told, told_other = await admin.sees(is_judged), await other.sees(is_judged)
        assert "Сначала прочтите ответы. Это репетиция" in told["text"]
        assert "запуск: Мария" in told_other["text"]
        assert FIRST in told["text"]
        assert "Ещё ответы: 4" in told["text"]
        assert [e["type"] for e in told["entities"]].count("expandable_blockquote") == 1
        assert offered(told) == [
            "Поговорить с ней", "Включить всем", "Оставить прежнюю", "Почему так?", "Без обучения",
        ]  # fmt: skip
        why = await pressed(admin, told, "Почему так?", "ответила на 5 из 5")
        assert offered(why) == ["Опасные ситуации", "График", "Ответы слабые?", "← К ответам"]
        await pressed(admin, why, "← К ответам", "Это репетиция")

        await admin.presses("Без обучения", told)
        page = await admin.sees("вопрос 1 из 5")
        assert FIRST in page["text"]
        assert "Это репетиция базовой модели" in page["text"]
        for n in range(2, 6):
            await admin.presses(f"Вопрос {n} →", page)
            page = await admin.sees(f"вопрос {n} из 5")
        assert offered(page) == ["← Вопрос 4"]
        assert (
            sum("вопрос 5 из 5" in words(m) for m in await admin.chat()) == 1
        )  # edited in its place

        await other.presses("Оставить прежнюю", told_other)
        left = await other.sees("Оставили как есть")
        assert left["message_id"] == told_other["message_id"]
        assert offered(left) == ["Поговорить с ней", "Почему так?", "Без обучения"]

        await admin.taps_twice("Включить всем", told)
        used = await admin.sees("Теперь отвечает natasha-v1")
        assert used["message_id"] == told["message_id"]
        ((n,),) = everything.stored("SELECT count(*) FROM servings")
        assert n == 1


async def test_unserved_model_answers_after_a_kill(tmp_path):
    """Told once that it does not answer; deployed and asked again by itself: told once more.

    The bot is killed while it waits. Presses in between are answered, to who pressed.
    """
    settings = {"POLL_INTERVAL_S": "0.02", "ADMIN_IDS": TWO_ADMINS}
    async with bot_at(tmp_path, "crusoe", settings, running_seconds="0.5") as everything:
        admin, other = everything.admin, await second(everything)
        await other.says("/start")
        await started(admin)
        told = await admin.sees(UNSERVED, timeout=60)
        await other.sees(UNSERVED, timeout=60)
        assert "Спрошу её снова" in told["text"]
        assert "CHAT_BASE_URL" in told["text"]

        await admin.presses("Проверить сейчас", told)
        await admin.presses("Проверить сейчас", told)
        still = await admin.sees(UNSERVED, after=told["message_id"])
        await everything.kill_bot()
        (job,) = await everything.engine_jobs()
        await deploy(everything, job["fine_tuned_model"])
        await everything.start_bot()

        for person in (admin, other):
            verdict = await person.sees(VERDICT, timeout=60)
            assert "Она первая, поэтому уже отвечает в чатах" in verdict["text"]
        await eventually(lambda: not everything.stored("SELECT 1 FROM trial_checks"))
        chats = [[words(m) for m in await person.chat()] for person in (admin, other)]
        assert [sum(VERDICT in text for text in chat) for chat in chats] == [1, 1]
        assert sum(UNSERVED in text for text in chats[1]) == 1
        assert sum(UNSERVED in text for text in chats[0]) <= 3

        await admin.presses("Проверить сейчас", still)  # an old button
        shown = await admin.sees("Сейчас в чатах отвечает она")
        assert shown["message_id"] == still["message_id"]


async def test_base_model_is_compared_at_servers_that_differ_from_openai(tmp_path):
    """No `max_tokens`, no `temperature`, pages or filters."""
    async with bot_at(tmp_path, "odd") as everything:
        await started(everything.admin)
        verdict = await everything.admin.sees(is_judged, timeout=60)

        await pressed(everything.admin, verdict, "Почему так?", "Без обучения: с вопросом 0 из 5")


async def test_name_that_nobody_has(tmp_path):
    """Who mistyped it hears so, and can try again."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/test nosuch")
        told = await admin.sees("nosuch не отвечает")
        assert "Провайдер не знает модели nosuch" in told["text"]
        assert "Больше сама не спрашиваю" in told["text"]
        await admin.presses("Проверить сейчас", told)
        await admin.sees("nosuch не отвечает", after=told["message_id"])
