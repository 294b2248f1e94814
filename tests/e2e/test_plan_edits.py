"""A plan is edited by buttons alone, in its own message, and trained as it then reads."""

from tests.telegram_people import Json, Person, words
from tests.world import eventually, world


async def pressed(admin: Person, plan: Json, button: str, wanted: str) -> Json:
    """Press a button of the plan's message and wait until that message says what is wanted."""
    await admin.presses(button, plan)
    return await admin.sees(wanted, after=plan["message_id"] - 1)


async def test_every_part_of_a_plan_is_changed_without_typing(tmp_path):
    """One message throughout; nothing is sent to the provider before the start."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/train")
        plan = await admin.sees("План №1")
        steps = [
            ("train:set:1-preset=quick", "Эпохи 1 · множитель 0,2 · имя natasha-test"),
            ("train:edit:1-epochs", "сколько эпох?"),
            ("train:set:1-epochs=2", "Эпохи 2 · множитель 0,2"),
            ("train:edit:1-multiplier", "множитель скорости обучения?"),
            ("train:set:1-multiplier=0.05", "Эпохи 2 · множитель 0,05"),
            ("train:edit:1-model", "какую модель обучать?"),
            ("train:set:1-model=gpt-4o-mini-2024-07-18", "Модель: gpt-4o-mini-2024-07-18"),
            ("train:edit:1-suffix", "как назвать модель?"),
            ("train:show:1", "имя natasha-test"),
            ("train:edit:1-suffix", "как назвать модель?"),
            ("train:set:1-suffix=natasha-prod-v1", "имя natasha-prod-v1"),
        ]
        for button, wanted in steps:
            shown = await pressed(admin, plan, button, wanted)
            assert shown["message_id"] == plan["message_id"], words(shown)
        assert everything.proxy.sent("POST", ".*") == []

        await admin.presses("train:start:1", plan)
        await eventually(everything.jobs_created)
        (created,) = everything.jobs_created()
        numbers = created.json["method"]["supervised"]["hyperparameters"]
        assert numbers == {"n_epochs": 2, "learning_rate_multiplier": 0.05}
        assert created.json["model"] == "gpt-4o-mini-2024-07-18"
        assert created.json["suffix"] == "natasha-prod-v1"
        await admin.sees("natasha-prod-v1 обучилась за")
        await everything.check_calls()


async def test_a_plan_that_runs_is_not_edited(tmp_path):
    """A thumb that comes late reads why; another admin's plan says what runs already."""
    async with world(tmp_path, engine={"running-seconds": "60"}) as everything:
        admin = everything.admin
        await admin.says("/train")
        plan = await admin.sees("План №1")
        shown = await pressed(admin, plan, "train:edit:1-epochs", "сколько эпох?")
        await everything.people.raw_update(
            {
                "callback_query": {
                    "id": "77",
                    "from": {"id": admin.id, "is_bot": False, "first_name": "Мария"},
                    "chat_instance": "1",
                    "data": "train:start:1",
                    "message": shown,
                }
            }
        )
        await admin.sees("План №1 запущен")
        await eventually(everything.jobs_created)
        await everything.people.raw_update(
            {
                "callback_query": {
                    "id": "78",
                    "from": {"id": admin.id, "is_bot": False, "first_name": "Мария"},
                    "chat_instance": "1",
                    "data": "train:set:1-epochs=10",
                    "message": shown,
                }
            }
        )
        await admin.sees("План №1 уже запущен")
        await admin.says("/train")
        await admin.sees("Сейчас уже обучается: natasha-v1")
        assert (
            everything.jobs_created()[0].json["method"]["supervised"]["hyperparameters"]["n_epochs"]
            == 3
        )
