"""Plans where this project's engine trains: it says itself what it has and what a plan takes."""

from tests.e2e.commands import run
from tests.e2e.test_plan_edits import pressed
from tests.telegram_people import words
from tests.world import eventually, world

LACKING = "Qwen/Qwen3-0.6B"


async def test_a_base_model_that_the_engine_lacks_is_replaced_by_one_that_it_has(tmp_path):
    """The plan, the terminal and `check` say the same; no job is asked for in vain."""
    async with world(tmp_path, start_bot=False, BASE_MODEL=LACKING) as everything:
        admin, settings = everything.admin, everything.settings
        folder = {"FOLDER": str(tmp_path)}
        code, said = await run("train", "--yes", **settings, **folder)
        assert code == 1
        assert f"The server does not have {LACKING}" in said
        assert "--model gpt-4o-mini-2024-07-18" in said
        _, said = await run("check", **settings, **folder)
        assert f"BASE_MODEL {LACKING} is not one of them" in said

        await everything.start_bot()
        await admin.says("/train")
        plan = await admin.sees("· ещё ничего не отправлено")
        assert f"На сервере (127.0.0.1) нет модели {LACKING}" in words(plan)
        assert "Запустить" not in str(plan["reply_markup"])
        await pressed(admin, plan, "Другая модель", "Это модели вашего сервера")
        shown = await pressed(admin, plan, "gpt-4o-mini-2024-07-18", "Бесплатно, это репетиция")
        assert "gpt-4o-mini" in words(shown)
        assert everything.jobs_created() == []

        await admin.presses("🚀 Запустить", shown)
        await eventually(everything.jobs_created)
        (created,) = everything.jobs_created()
        numbers = created.json["method"]["supervised"]["hyperparameters"]
        assert created.json["model"] == "gpt-4o-mini-2024-07-18"
        assert numbers == {"n_epochs": 3, "learning_rate_multiplier": "auto"}
        await admin.sees("готова ·")
