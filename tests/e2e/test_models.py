"""An admin looks at models by phone, changes who answers and back, and hears of ends in time."""

import datetime as dtm

from tests.e2e.models import SILENCE, offered, pressed, put_to_use, served, taps
from tests.e2e.training import MODEL, TWO_ADMINS, job_of, second, started
from tests.telegram_people import button_data, words
from tests.world import SECOND_ADMIN, STRANGER, World, eventually, world

LOOK = f"/v1/models/{MODEL}"


def in_days(days: int) -> str:
    return (dtm.datetime.now(dtm.UTC).date() + dtm.timedelta(days=days)).isoformat()


async def trained(everything: World) -> str:
    """Train a model; its name."""
    job_id = await job_of(everything, await started(everything.admin))
    query = "SELECT name FROM models WHERE job_id = :id AND name NOT LIKE '%ckpt%'"
    ((name,),) = await eventually(lambda: everything.stored(query, id=job_id), timeout=60)
    return str(name)


async def test_checkpoint_is_put_to_use_and_the_model_before_it_comes_back(tmp_path):
    """One message from the list to the checkpoint and back; double taps change nothing."""
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        await admin.says(f"/use {MODEL}")
        await admin.sees(f"Теперь отвечает {MODEL}")
        name = await trained(everything)

        await admin.says("/models")
        shown = await admin.sees(f"Сейчас отвечает: {MODEL}")
        shown = await pressed(admin, shown, "natasha-v1", f"База: {MODEL}")
        for part in (name, "план №1 · Мария", "Датасет №1 · 321 пример", "Работает до 14 января"):
            assert part in words(shown)
        shown = await pressed(admin, shown, "Контрольные точки", "Контрольные точки natasha-v1")
        assert words(shown).count("шаг ") == 3
        assert words(shown).endswith("· итог")
        first = offered(shown)[0]
        shown = await pressed(admin, shown, first, "Контрольная точка: шаг")
        assert "Итог того же обучения: natasha-v1" in words(shown)
        shown = await pressed(admin, shown, "Включить", "Теперь отвечает natasha-v1:step-")
        checkpoint = f"{name}:ckpt-step-{first.removeprefix('Шаг ')}"
        assert served(everything) == [MODEL, checkpoint]

        await tester.says("Привет")
        await tester.sees(lambda message: True)
        # The bot's own questions to models may come at the same time.
        sent = [each.json for each in everything.proxy.sent("POST", "/v1/chat/completions")]
        (asked,) = [each for each in sent if each["messages"][-1]["content"] == "Привет"]
        assert asked["model"] == checkpoint
        assert asked["messages"][0]["role"] == "system"

        back = button_data(shown, f"↩ Вернуть {MODEL}")
        assert back is not None
        await taps(everything, admin, shown, back, n=3)
        await eventually(lambda: served(everything) == [MODEL, checkpoint, MODEL])
        ids = [each["message_id"] for each in await admin.chat() if "Теперь" in words(each)]
        assert shown["message_id"] in ids
        await everything.restart_bot()
        calls = len(everything.proxy.sent("GET", ".*/checkpoints"))
        await admin.says("/models")
        listed = await admin.sees("До неё: natasha-v1:step-")
        assert offered(listed)[0].startswith("↩ Вернуть natasha-v1:step-")
        listed = await pressed(admin, listed, "natasha-v1", f"База: {MODEL}")
        await pressed(admin, listed, "Контрольные точки", "Контрольные точки natasha-v1")
        assert len(everything.proxy.sent("GET", ".*/checkpoints")) == calls == 1


async def test_models_are_retired_and_come_back(tmp_path):
    """By pages, without deleting anything; who answers stays, and old buttons say why not."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna = everything.admin, await second(everything)
        await anna.says("/start")
        everything.stored(
            "INSERT INTO models (name, system_prompt, added_at) "
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION SELECT x + 1 FROM n WHERE x < 30) "
            "SELECT 'модель-' || x, '', 1700000000 FROM n"
        )
        for name in ("модель-1", "модель-2"):
            await put_to_use(admin, name)

        await admin.says("/models")
        shown = await admin.sees("Сейчас отвечает: модель-2")
        assert "модель-30 ·" in words(shown)
        shown = await pressed(admin, shown, "Старее →", "модель-24 ·")
        shown = await pressed(admin, shown, "← Новее", "модель-30 ·")
        shown = await pressed(admin, shown, "🟢 модель-2", "🟢 Отвечает сейчас: включена")
        assert "Убрать" not in offered(shown)
        await taps(everything, admin, shown, "model:retire:2", n=1)
        await admin.sees("модель-2 сейчас отвечает в чатах, поэтому убрать её нельзя")

        shown = await pressed(admin, shown, "Назад", "Сейчас отвечает")
        shown = await pressed(admin, shown, "модель-1", "модель-1")
        shown = await pressed(admin, shown, "Убрать", "У провайдера она осталась")
        await taps(everything, admin, shown, "model:retire:1")
        await taps(everything, anna, shown | {"chat": {"id": SECOND_ADMIN, "type": "private"}},
                   "model:use:1", n=1)  # fmt: skip
        await anna.sees("модель-1 убрана из списка, поэтому кнопка её не включает")
        shown = await pressed(admin, shown, "Назад", "Сейчас отвечает")
        assert "До неё" not in words(shown)
        shown = await pressed(admin, shown, "Показать убранные", "ничего не удалено")
        shown = await pressed(admin, shown, "модель-1", "Убрана из списка")
        await admin.presses("Вернуть в список", shown)
        shown = await admin.sees(lambda message: {"Включить", "Убрать"} <= set(offered(message)))
        shown = await pressed(admin, shown, "Назад", "До неё: модель-1")

        # Two admins press the same at once: the second one hears who was first.
        shown = await pressed(admin, shown, "↩ Вернуть модель-1", "Всё равно включить?")
        await pressed(admin, shown, "Всё равно включить", SILENCE)
        await anna.says("/use модель-1")
        await anna.sees("модель-1 уже отвечает: включена")
        assert served(everything) == ["модель-1", "модель-2", "модель-1"]
        assert everything.proxy.sent("DELETE", ".*") == []


async def test_use_without_a_name_shows_who_answers_and_what_it_is_told(tmp_path):
    """For admins; testers and strangers are refused, and learn nothing of models."""
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        stranger = await everything.people.person(STRANGER, "Чужой")
        await admin.says("/use")
        await admin.sees("Сейчас не отвечает никакая модель")
        await admin.says(f"/use {MODEL}")
        await admin.sees(f"Теперь отвечает {MODEL}")
        await admin.says("/use")
        now = await admin.sees(f"Сейчас отвечает {MODEL}: включена")
        assert "Мария" in words(now)
        assert "/use 1 с текстом" in words(now)
        await admin.says("/use\nГовори стихами.")
        await admin.sees(f"{MODEL} отвечает с новым системным промптом")
        asked = await admin.says("/use")
        now = await admin.sees("Сейчас отвечает", after=asked["message_id"])
        assert "Говори стихами." in words(now)

        for command in ("/use", f"/use {MODEL}", "/models"):
            asked = await tester.says(command)
            await tester.sees("только администраторы", after=asked["message_id"])
            await stranger.says(command)
        await stranger.sees("закрытый бот")
        await everything.settled(10)
        said = [words(each) for each in await stranger.chat() if each["from"]["is_bot"]]
        assert not any(MODEL in each for each in said)
        assert served(everything) == [MODEL]


async def test_end_of_the_model_is_told_once_at_each_threshold(tmp_path):
    """To every admin, across restarts, in their language; then an old model is asked about."""
    end = in_days(30)
    async with world(tmp_path, engine={"shutdown-date": end}, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna = everything.admin, await second(everything)
        await admin.says(f"/use {MODEL}")
        await anna.says("/language")
        await anna.presses("English")
        proxy = everything.proxy
        told = await admin.sees("скоро отключат")
        assert "осталось дней: 30" in words(told)
        assert offered(told) == ["Модели", "Обучить"]
        await anna.sees("will be switched off soon")

        async def looked_again() -> None:
            """The bot is killed, started, and has asked for the day."""
            n = len(proxy.sent("GET", LOOK))
            await everything.restart_bot()
            await eventually(lambda: any(e.status for e in proxy.sent("GET", LOOK)[n:]), timeout=60)
            await everything.settled(3)

        async def warnings() -> list[str]:
            return [w for m in await admin.chat() if "отключ" in (w := words(m).splitlines()[0])]

        await looked_again()
        assert len(await warnings()) == 1
        for days, said in ((7, "осталось дней: 7"), (1, "осталось дней: 1"), (0, "Срок вышел")):
            model = {"id": MODEL, "object": "model", "created": 1, "owned_by": "x"}
            body = model | {"shutdown_date": in_days(days)}
            proxy.faults.clear()
            proxy.fault("GET", LOOK, "answer", times=1000, status=200, body=body)
            await looked_again()
            told = await admin.sees(said)
        assert "больше не ответит" in words(told)
        assert len(await warnings()) == 4
        await looked_again()
        assert len(await warnings()) == 4

        used = await put_to_use(admin, "другая")
        asked = await pressed(admin, used, f"↩ Вернуть {MODEL}", "Всё равно включить?")
        used = await pressed(admin, asked, "Всё равно включить", f"Теперь отвечает {MODEL}")
        assert "ответов, скорее всего, не будет" in words(used)


async def test_title_is_enough_and_a_phantom_is_asked_about(tmp_path):
    """Who is named by its title on every screen is put to use by it; a slip changes nothing.

    If an admin insists, every admin reads at once and once that the chats are silent, the one who
    insists where the question stood. One press goes back to the model that answers.
    """
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna, tester = everything.admin, await second(everything), everything.tester
        await anna.says("/start")
        name = await trained(everything)
        await eventually(lambda: served(everything) == [name], timeout=60)
        await put_to_use(admin, MODEL)

        used = await put_to_use(admin, "Natasha–V1")
        assert "Теперь отвечает natasha-v1" in words(used)
        assert served(everything) == [name, MODEL, name]
        asked = await admin.says("/models natasha-v1")
        shown = await admin.sees(f"База: {MODEL}", after=asked["message_id"])
        assert name in words(shown)

        asked = await admin.says("/use natasha-v7\nГовори кратко.")
        doubt = await admin.sees("Модели natasha-v7 у провайдера нет", after=asked["message_id"])
        assert served(everything) == [name, MODEL, name]
        assert everything.stored("SELECT 1 FROM models WHERE name = 'natasha-v7'") == []
        await tester.says("Как дела?")
        await tester.sees(lambda message: True)
        await everything.restart_bot()  # the question outlives it
        used = await pressed(admin, doubt, "Всё равно включить", SILENCE)
        assert used["message_id"] == doubt["message_id"]
        assert "Говори кратко." in words(used)
        assert "↩ Вернуть natasha-v1" in offered(used)
        data = button_data(doubt, "Всё равно включить")
        await taps(everything, admin, used, str(data))
        rung = await anna.sees(SILENCE)
        assert "Кто включил: Мария" in words(rung)
        for k in range(2):
            question = await tester.says(f"А теперь? {k}")
            await tester.sees("не готова", after=question["message_id"])
        await everything.settled(3)
        for person in (admin, anna):
            said = [each for each in await person.chat() if SILENCE in words(each)]
            assert len(said) == 1
        await anna.presses("↩ Вернуть natasha-v1", rung)
        await anna.sees("Теперь отвечает natasha-v1")
        assert served(everything)[-1] == name
        question = await tester.says("А сейчас?")
        await tester.sees(lambda message: True, after=question["message_id"])
        assert everything.proxy.sent("POST", "/v1/chat/completions")[-1].json["model"] == name


async def test_several_of_one_title_are_shown_to_choose(tmp_path):
    """Each with its number, which works as a name as well."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        twins = [f"ft:{MODEL}:org:zora-v1:{code}" for code in ("AbC", "DeF")]
        for twin in twins:
            everything.stored(
                "INSERT INTO models (name, system_prompt, added_at) VALUES (:name, '', 1700000000)",
                name=twin,
            )
            everything.stored(
                "INSERT INTO usage (person_id, day, model, n_answers, n_estimated, prompt_tokens, "
                "completion_tokens) VALUES (1, '2026-11-01', :name, 1, 0, 1, 1)",
                name=twin,
            )
        asked = await admin.says("/use zora-v1\nГовори стихами.")
        shown = await admin.sees("Моделей с именем «zora-v1» несколько", after=asked["message_id"])
        assert all(twin in words(shown) for twin in twins)
        used = await pressed(admin, shown, "zora-v1 · DeF", "Теперь отвечает zora-v1")
        assert "Говори стихами." in words(used)
        assert served(everything) == [twins[1]]

        (number,) = (row[0] for row in everything.stored(
            "SELECT id FROM models WHERE name = :name", name=twins[0]
        ))  # fmt: skip
        await put_to_use(admin, f"№{number}")
        assert served(everything) == [twins[1], twins[0]]
