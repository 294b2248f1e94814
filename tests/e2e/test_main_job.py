"""The main job, end to end: the real bot process, real HTTP, real SQLite."""

from tests.e2e.chats import FIRST, trained_answers
from tests.e2e.training import trained
from tests.world import world

SECOND = "А с чего начать?"


async def test_from_validation_to_a_model_that_answers(tmp_path):
    """An admin validates 321 examples, sees a plan, starts it, hears of success; a tester chats."""
    async with world(tmp_path) as everything:
        admin, tester, proxy = everything.admin, everything.tester, everything.proxy

        await admin.says("/validate")
        assert "321" in (await admin.sees("Датасет готов"))["text"]

        await admin.says("/train")
        plan = await admin.sees("План №1")
        for part in ("321 пример", "natasha-v1 из gpt-4.1-mini", "Бесплатно, это репетиция"):
            assert part in plan["text"]
        assert proxy.sent("POST", "/v1/files") == []
        assert everything.jobs_created() == []

        await admin.presses("train:start:1", plan)
        verdict = await admin.sees("уже отвечает в чатах")
        assert "natasha-v1 готова ·" in verdict["text"]
        assert "Это репетиция" in verdict["text"]
        await admin.presses("Без обучения", verdict)
        page = await admin.sees("вопрос 1 из 5")
        assert FIRST in page["text"]
        assert "Это репетиция базовой модели" in page["text"]

        (created,) = everything.jobs_created()
        body = created.json
        assert body["method"]["supervised"]["hyperparameters"] == {
            "n_epochs": 3,
            "learning_rate_multiplier": "auto",
        }
        assert body["suffix"] == "natasha-v1"
        assert body["metadata"]

        await tester.says(FIRST)
        answer = await tester.sees(lambda message: message["text"] in trained_answers())
        assert answer["text"] in trained_answers()


async def test_the_second_message_needs_the_first(tmp_path):
    """History reaches the model, survives a restart, and ends with /new."""
    async with world(tmp_path) as everything:
        await trained(everything)
        tester, asked = everything.tester, everything.asked

        async def exchange(text: str) -> list[str]:
            message = await tester.says(text)
            await tester.sees(
                lambda seen: seen["text"] in trained_answers(), after=message["message_id"]
            )
            return [part["role"] for part in asked()[-1]]

        assert await exchange(FIRST) == ["system", "user"]
        assert await exchange(SECOND) == ["system", "user", "assistant", "user"]
        assert asked()[-1][1]["content"] == FIRST

        await everything.restart_bot()
        assert len(await exchange("И всё-таки?")) == 6

        await tester.says("/new")
        await tester.sees("чистого листа")
        assert await exchange(SECOND) == ["system", "user"]
