"""A plan is edited by buttons alone, in its own message, and trained as it then reads."""

from tests.e2e.chats import press
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
            ("train:set:1-preset=quick", "natasha-test из gpt-4.1-mini"),
            ("⚙️ Подробно", "Эпох: 1 · темп: авто · имя: natasha-test"),
            ("train:edit:1-epochs", "сколько эпох?"),
            ("train:set:1-epochs=2", "Эпох: 2 · темп: авто"),
            ("⚙️ Подробно", "темп: авто · имя: natasha-test"),
            ("train:edit:1-multiplier", "темп обучения?"),
            ("train:set:1-multiplier=0.05", "Эпох: 2 · темп: осторожно"),
            ("training:details:1", "Эпох: 2 · темп: 0,05 (осторожно)"),
            ("train:edit:1-model", "какую модель обучать?"),
            ("train:set:1-model=gpt-4o-mini-2024-07-18", "natasha-test из gpt-4o-mini"),
            ("⚙️ Подробно", "имя: natasha-test"),
            ("train:edit:1-suffix", "как назвать модель?"),
            ("train:show:1", "natasha-test из"),
            ("⚙️ Подробно", "имя: natasha-test"),
            ("train:edit:1-suffix", "как назвать модель?"),
            ("train:set:1-suffix=natasha-prod-v1", "natasha-prod-v1 из"),
        ]
        for button, wanted in steps:
            shown = await pressed(admin, plan, button, wanted)
            assert shown["message_id"] == plan["message_id"], words(shown)
        posted = {seen.path for seen in everything.proxy.sent("POST", ".*")}
        assert posted == {"/v1/engine/estimates"}

        await admin.presses("train:start:1", plan)
        await eventually(everything.jobs_created)
        (created,) = everything.jobs_created()
        numbers = created.json["method"]["supervised"]["hyperparameters"]
        assert numbers == {"n_epochs": 2, "learning_rate_multiplier": 0.05}
        assert created.json["model"] == "gpt-4o-mini-2024-07-18"
        assert created.json["suffix"] == "natasha-prod-v1"
        await admin.sees("natasha-prod-v1 готова ·")
        await everything.check_calls()


async def test_a_plan_that_runs_is_not_edited(tmp_path):
    """A thumb that comes late reads why; another admin's plan says what runs already."""
    async with world(tmp_path, engine={"running-seconds": "60"}) as everything:
        admin = everything.admin
        await admin.says("/train")
        plan = await admin.sees("План №1")
        await pressed(admin, plan, "⚙️ Подробно", "подробно")
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


async def test_a_name_is_typed_where_it_is_asked_for(tmp_path):
    """As a reply; a wrong one is told with its rule, and the question still takes another."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/train")
        plan = await admin.sees("План №1")
        await pressed(admin, plan, "⚙️ Подробно", "подробно")
        shown = await pressed(admin, plan, "train:edit:1-suffix", "как назвать модель?")
        await admin.presses("Своё имя", shown)
        asked = await admin.sees("План №1: какое имя дать модели?")
        [call] = [c for c in await everything.people.calls() if "какое имя" in str(c["params"])]
        asks = {"force_reply": True, "input_field_placeholder": "natasha-v1"}
        assert call["params"]["reply_markup"] == asks

        await admin.says("н" * 65, reply_to=asked["message_id"])
        await admin.sees("слишком длинное: знаков 65")
        await everything.restart_bot()
        await admin.says("моя Наташа", reply_to=asked["message_id"])
        again = await admin.sees("моя-Наташа из gpt-4.1-mini")

        await admin.presses("train:start:1", again)
        await eventually(everything.jobs_created)
        (created,) = everything.jobs_created()
        assert created.json["suffix"] == "моя-Наташа"
        assert everything.asked() == []
        await everything.check_calls()


async def test_a_ceiling_is_set_by_a_button_or_typed(tmp_path):
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/start")
        await everything.people.raw_update(press(admin, "training:ceiling:"))
        shown = await admin.sees("Предел на месяц не задан")
        await pressed(admin, shown, "$20", "Предел на месяц: $20")
        await admin.presses("Другая сумма", shown)
        asked = await admin.sees("Сколько долларов в месяц")
        await admin.says("много", reply_to=asked["message_id"])
        await admin.sees("«много» не подходит")
        await admin.says("$30", reply_to=asked["message_id"])
        shown = await admin.sees("Предел на месяц: $30", after=asked["message_id"])
        await admin.says("/train")
        await admin.sees("$0,00 из $30 в этом месяце")
        await pressed(admin, shown, "Без предела", "Предел на месяц не задан")
        assert everything.asked() == []
        await everything.check_calls()


async def test_an_unknown_model_is_asked_about_before_there_is_a_plan(tmp_path):
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/train model=gpt-4.1-mni epochs=2")
        asked = await admin.sees("Модели gpt-4.1-mni не знаю")
        assert everything.stored("SELECT count(*) FROM training_runs") == [(0,)]
        await admin.presses("gpt-4.1-mini-2025-04-14", asked)
        plan = await admin.sees("из gpt-4.1-mini")
        assert "Эпох: 2" in words(plan)


async def test_a_plan_is_made_while_the_provider_is_away(tmp_path):
    async with world(tmp_path) as everything:
        admin = everything.admin
        everything.proxy.fault("GET", "/v1/.*", "drop_before", times=100)
        everything.proxy.fault("POST", "/v1/engine/.*", "drop_before", times=100)
        await admin.says("/train")
        plan = await admin.sees("План №1", timeout=30)
        assert "$" not in words(plan)
        assert "Запустить" in str(plan["reply_markup"])
