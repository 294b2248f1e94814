"""Every command, as people write it: rightly, wrongly, and as they know it from the terminal."""

import asyncio

from tests.e2e.chats import FIRST, press
from tests.e2e.models import insisted
from tests.e2e.training import (
    ENDLESS,
    FILES,
    JOBS,
    MODEL,
    card,
    foreign,
    is_judged,
    job_of,
    started,
)
from tests.telegram_people import Json, NotSeen, Person, button_data, words
from tests.world import DATASET, World, eventually, world


async def answer_to(person: Person, text: str) -> str:
    """What the bot answers to a message."""
    asked = await person.says(text)
    try:
        return words(await person.sees(lambda _: True, after=asked["message_id"]))
    except NotSeen as exc:
        raise AssertionError(f"no answer to {text!r}") from exc


async def many(everything: World, first_id: int, n: int) -> list[Person]:
    """Several admins, so that nobody has to wait for Telegram's limit of messages a second."""
    return [await everything.people.person(first_id + k, "Анна") for k in range(n)]


async def test_train_takes_presets_pairs_and_flags(tmp_path):
    """`/train` understands presets, key=value and the terminal's flags; nonsense is named.

    Nothing is sent to the provider for any of it, except to ask when a base model stops, and what
    a plan would take.
    """
    bad = "не подходит"
    cases = {
        "/train quick": ("natasha-test из gpt-4.1-mini",),
        "/train production": ("natasha-prod-v1 из gpt-4.1-mini",),
        "/train premium": ("natasha-premium-v1 из gpt-4.1 ",),
        "/train quick epochs=7": ("Эпох: 7 · темп: авто",),
        "/train epochs=2 learning-rate=0,3 suffix=x": ("x из", "Эпох: 2 · темп: смело"),
        "/train --epochs 5 --learning-rate 0.05 --suffix x --model gpt-4o-mini-2024-07-18": (
            "x из gpt-4o-mini",
            "Эпох: 5 · темп: осторожно",
        ),
        "/train model=whatever": ("из whatever", "нет модели whatever"),
        f"/train suffix={'s' * 64}": ("s" * 64,),
        "/train epochs=0": (bad, "1–50"),
        "/train epochs=51": (bad, "1–50"),
        "/train epochs=abc": (bad, "abc"),
        "/train epochs=-1": (bad,),
        "/train epochs": (bad,),
        "/train learning-rate=-1": (bad, "> 0"),
        "/train learning-rate=0": (bad,),
        "/train learning-rate=nan": (bad,),
        "/train learning-rate=inf": (bad,),
        f"/train suffix={'s' * 65}": ("слишком длинное: знаков 65", "до 64"),
        "/train suffix=": ("«suffix=»: нет значения", "План №"),
        "/train model=gpt-3.5-turbo": ("gpt-3.5-turbo отключена 23 октября",),
        "/train model=<b>": ("из <b>",),
        "/train bogus": ("Не поняла «bogus»", "План №"),
        "/train bogus=1": ("Не поняла «bogus=1»", "План №"),
        "/train -5": ("Не поняла, что значит число «-5»", "План №"),
        "/train –epochs 5": ("Эпох: 5",),
        "/train Эпохи = 5": ("Эпох: 5",),
        "/train lr=0.05": ("темп: осторожно",),
        "/train lr=0.05 темп=авто": ("natasha-v1 из", "Взяла последнее"),
        "/train Quick": ("natasha-test из",),
        "/train быстро": ("natasha-test из",),
        "/train 5": ("Эпох: 5",),
        "/train colour=red epochs=2": ("Не поняла «colour=red»", "Эпох: 2"),
        "/train <b>red</b> epochs=2": ("Не поняла «<b>red</b>»", "Эпох: 2"),
    }
    ids = range(1201, 1209)
    async with world(tmp_path, ADMIN_IDS=",".join(map(str, ids))) as everything:
        admins = await many(everything, ids[0], len(ids))
        texts = list(cases)

        async def ask(k: int) -> None:
            for text in texts[k :: len(admins)]:
                said = await answer_to(admins[k], text)
                for part in cases[text]:
                    assert part in said, f"{text!r} was answered:\n{said}"

        await asyncio.gather(*(ask(k) for k in range(len(admins))))
        sent = {f"{seen.method} {seen.path.split('/')[2]}" for seen in everything.proxy.exchanges}
        assert sent <= {"GET models", "POST engine"}


async def test_wrong_words_get_a_sentence(tmp_path):
    """Missing, superfluous and unknown arguments: each command says how it goes, or what is not."""
    usage = "Не поняла команду"
    cases = {
        "/monitor": "Пришлите команду и ID",
        "/monitor a b": usage,
        "/monitor ftjob-nosuch": "провайдер не знает",
        "/monitor ../files": "провайдер не знает",
        "/cancel": "ничего не обучается",
        "/cancel ftjob-nosuch": "я не слежу",
        "/status": "ничего не обучается",
        "/jobs": "Заданий ещё не было",
        "/jobs and more": "Заданий ещё не было",
        "/test": "Пока Наташа учится",
        "/test a b": "Модели a b в списке нет",
        "/use": "Сейчас не отвечает никакая модель",
        "/use a b": usage,
        "/use №99": "Модели №99 в списке нет",
        "/test 99": "Модели 99 в списке нет",
        "/models 99": "Модели 99 в списке нет",
        "/models": "Обученных моделей ещё нет",
        "/help": "Остальные команды — по разделам",
        "/id": "Ваш ID в Telegram",
        "/start": "Здравствуйте, Анна. Вы администратор",
        "/nosuch": "Такой команды нет",
        "/nosuch\nи ещё": "Такой команды нет",
        "Как дела?": "Пока Наташа учится",
    }
    ids = range(1201, 1208)
    async with world(tmp_path, ADMIN_IDS=",".join(map(str, ids))) as everything:
        admins = await many(everything, ids[0], len(ids))
        texts = list(cases)

        async def ask(k: int) -> None:
            for text in texts[k :: len(admins)]:
                said = await answer_to(admins[k], text)
                assert cases[text] in said, f"{text!r} was answered:\n{said}"

        await asyncio.gather(*(ask(k) for k in range(len(admins))))


async def test_a_broken_dataset_is_told_by_line(tmp_path):
    """`/validate` names the lines; `/train` and `/upload` refuse; a missing file is said so."""
    dataset = tmp_path / "dataset.jsonl"
    lines = DATASET.read_text(encoding="utf-8").splitlines()[:20]
    lines[3] = "{broken"
    lines[7] = '{"messages": [{"role": "user", "content": "Нет ответа"}]}'
    lines[11] = lines[11].replace('"assistant"', '"asistant"')
    dataset.write_text("\n".join(lines) + "\n", encoding="utf-8")
    async with world(tmp_path, DATASET_PATH=str(dataset)) as everything:
        admin = everything.admin
        report = await answer_to(admin, "/validate")
        assert "К обучению не готов" in report
        for line in (4, 8, 12):
            assert f"строка {line}:" in report
        assert "В датасете есть ошибки" in await answer_to(admin, "/train")
        assert "В датасете есть ошибки" in await answer_to(admin, "/upload")
        dataset.unlink()
        assert "Файл датасета не найден" in await answer_to(admin, "/validate")
        assert "Датасет: файл не найден" in await answer_to(admin, "/start")
        assert everything.asked_for_people() == []


async def test_an_upload_happens_once_for_each_request(tmp_path):
    """`/upload` asks; a yes sends the file once, also after `kill -9` and when it is said twice."""
    async with world(tmp_path) as everything:
        admin, people, proxy = everything.admin, everything.people, everything.proxy

        await admin.says("/upload")
        question = await admin.sees("Отправить провайдеру (127.0.0.1) датасет №1")
        # Killed between the provider's answer and the word that the command is done: a trigger in
        # the database keeps that word from being stored.
        await people.fault("getUpdates", "drop_before", after=1, times=1000)
        everything.stored(
            "CREATE TRIGGER never_done BEFORE UPDATE OF done_at ON inbox "
            "BEGIN SELECT RAISE(ABORT, 'not yet'); END"
        )
        await admin.presses("Да, отправить", question)
        await eventually(lambda: everything.stored("SELECT 1 FROM uploads"))
        await everything.kill_bot()
        everything.stored("DROP TRIGGER never_done")
        await people.no_faults()
        await everything.start_bot()
        told = await admin.sees("Файл у провайдера: 321 пример")
        await people.raw_update(press(admin, button_data(question, "Да, отправить") or ""))
        asked = await admin.says("/id")
        await admin.sees("Ваш ID в Telegram", after=asked["message_id"])

        (file,) = (await everything.account.files.list()).data
        assert file.id in told["text"]
        assert len(proxy.sent("POST", FILES)) == 1
        assert sum("File ID" in words(message) for message in await admin.chat()) == 1
        assert everything.jobs_created() == []


async def test_a_job_from_elsewhere_is_followed(tmp_path):
    """`/monitor` follows somebody's job, tells its end, and offers its model, which then serves.

    What is not followed is not touched, and what has ended can't be stopped.
    """
    async with world(tmp_path) as everything:
        admin, proxy = everything.admin, everything.proxy
        theirs = await foreign(everything, suffix="elsewhere")
        assert "я не слежу" in await answer_to(admin, f"/cancel {theirs}")
        await admin.says(f"/monitor {theirs}")
        await admin.sees("Слежу за заданием elsewhere")
        await card(admin, theirs)
        offered = await admin.sees(is_judged)
        assert "elsewhere готова ·" in offered["text"]
        assert "уже закончилось" in await answer_to(admin, f"/cancel {theirs}")
        assert everything.stored("SELECT * FROM servings") == []
        await admin.presses("Включить всем", offered)
        await admin.sees("Теперь отвечает elsewhere")
        used = len(everything.asked())
        await everything.tester.says("Как начать?")
        await everything.tester.sees(lambda message: True)
        assert len(everything.asked()) == used + 1
        assert proxy.sent("POST", f"{JOBS}.*") == []


async def test_jobs_are_stopped_and_listed(tmp_path):
    """`/cancel` and the card's button, after a question, stop a job; `/status`, `/jobs` show it."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, proxy = everything.admin, everything.proxy
        ours = await job_of(everything, await started(admin))
        shown = await card(admin, ours)
        await admin.presses("Остановить", shown)
        question = await admin.sees("Остановить natasha-v1? Потраченное не вернётся")
        await admin.presses("Нет, пусть учится", question)
        await admin.sees("Хорошо, natasha-v1 учится дальше")
        assert proxy.sent("POST", f"{JOBS}/.*") == []
        asked = await admin.says("/status")
        shown = await admin.sees(lambda message: ours in words(message), after=asked["message_id"])
        await admin.presses("Остановить", shown)
        question = await admin.sees("Остановить natasha-v1? Потраченное не вернётся")
        await admin.presses("Да, остановить", question)
        await admin.sees("natasha-v1 остановлена ·")
        assert (await everything.account.fine_tuning.jobs.retrieve(ours)).status == "cancelled"

        job_id = await job_of(everything, await started(admin))
        await admin.says(f"/cancel {job_id}")
        await admin.presses("Да, остановить")
        await admin.sees(
            lambda message: "остановлена ·" in words(message) and job_id in words(message)
        )
        await admin.says("/jobs")
        listed = await admin.sees("Последние задания")
        assert all(each in listed["text"] for each in (ours, job_id))


async def test_models_are_tried_and_put_to_use(tmp_path):
    """`/test`, `/models` and `/use`, by name, by button, and with a system prompt of one's own."""
    other = "gpt-4o-mini-2024-07-18"
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        await admin.says(f"/test {MODEL}")
        trial = await admin.sees(f"{MODEL}\n")
        assert FIRST in trial["text"]
        await insisted(admin, trial, "Включить всем", f"Теперь отвечает {MODEL}")
        await admin.says("/test")
        await admin.sees(f"{MODEL}\n", after=trial["message_id"])

        await admin.says(f"/use {other}\nТы — Наташа.\nОтвечай коротко.")
        used = await admin.sees(f"Теперь отвечает {other}")
        assert "Ты — Наташа.\nОтвечай коротко." in used["text"]
        await tester.says("Привет")
        await tester.sees(lambda message: True)
        assert everything.asked()[-1][0] == {
            "role": "system",
            "content": "Ты — Наташа.\nОтвечай коротко.",
        }

        await admin.says("/models")
        listing = await admin.sees(f"Сейчас отвечает: {other}")
        await insisted(admin, listing, f"↩ Вернуть {MODEL}", f"Теперь отвечает {MODEL}")
        served = everything.stored("SELECT m.name FROM servings s JOIN models m ON m.id = model_id")
        assert [name for (name,) in served] == [MODEL, other, MODEL]
        await admin.says("/test nosuch")
        await admin.sees("Задаю модели nosuch пробные вопросы")


async def test_bot_says_what_it_is_before_the_first_start(tmp_path):
    """In each language, and in the usual one for all others; as short as Telegram wants it."""
    async with world(tmp_path) as everything:
        for method, field, most in (
            ("setMyDescription", "description", 512),
            ("setMyShortDescription", "short_description", 120),
        ):

            async def published(method: str = method) -> list[Json]:
                calls = await everything.people.calls(method)
                return calls if len(calls) == 3 else []

            told = {
                call["params"].get("language_code", ""): call["params"][field]
                for call in await eventually(published)
            }
            assert told.keys() == {"", "ru", "en"}
            assert told[""] == told["ru"] != told["en"]
            for language, program in (("ru", "рограмма"), ("en", "AI program")):
                assert len(told[language]) <= most
                for said in ("112", "18+", program):
                    assert said in told[language]
        assert "не заменяет врача" in (await everything.tester.view())["description"]


async def test_languages_switch_texts_and_menu(tmp_path):
    """`/language` changes words and menu of one person, for good; the others keep theirs."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, tester = everything.admin, everything.tester
        await admin.says("/language")
        await admin.presses("English", await admin.sees("На каком языке"))
        await admin.sees(lambda message: "English" in words(message))
        assert "Your Telegram ID: 1001" in await answer_to(admin, "/id")
        assert "Ваш ID в Telegram: 1002" in await answer_to(tester, "/id")

        async def menu(person: Person) -> Json:
            commands: list[Json] = (await person.view())["commands"]
            return {command["command"]: command["description"] for command in commands}

        async def is_english() -> bool:
            return str((await menu(admin)).get("train", "план")).isascii()

        await eventually(is_english)
        assert (await menu(tester))["new"] == "новый разговор"
        await started_in_english(admin)
        assert "чистого листа" in await answer_to(tester, "/new")
        assert "Наташа — программа, а не врач" in await answer_to(tester, "/help")
        await everything.restart_bot()
        assert "Your Telegram ID: 1001" in await answer_to(admin, "/id")
        assert await is_english()


async def started_in_english(admin: Person) -> None:
    await admin.says("/train")
    await admin.presses("train:start:1")
    await admin.sees(lambda message: "ftjob-" in words(message))
