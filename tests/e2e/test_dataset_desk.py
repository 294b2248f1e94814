"""A dataset by phone: sent, judged, mended, split, chosen, trained on, downloaded, deleted."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from bot.texts.validation_ru import FINDINGS as RU
from tests.dataset.odd_files import ODD, PAIRS, csv_of
from tests.e2e.datasets import DATASET_OF_SETTINGS, GOOD, kept, number_of, pressed, sent
from tests.e2e.models import offered
from tests.telegram_people import button_data, words
from tests.world import TESTER, world


def pairs() -> list[tuple[str, str]]:
    """(question, answer) of the shipped examples."""
    rows = [json.loads(line)["messages"] for line in GOOD]
    return [(row[-2]["content"], row[-1]["content"]) for row in rows]


async def test_a_file_is_mended_chosen_split_and_trained_on(tmp_path):
    """All of it by buttons; the provider gets exactly the parts that were shown."""
    spoilt = b"\xef\xbb\xbf" + b"".join(
        line.replace(b"\n", b"\r\n") for line in [*GOOD[:40], b"\n", GOOD[3], *GOOD[40:80]]
    )
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "../../наташа.jsonl", spoilt)
        for part in (
            "Файл наташа.jsonl получен: это версия №",
            "Датасет готов: 81 пример",
            "строка 42: тот же пример, что и в строке 4",
            "невидимая метка BOM",
        ):
            assert part in words(report), words(report)

        preview = await pressed(admin, report, "dataset:repair:", "пока ничего не изменено")
        for part in ("убрать метку BOM: 1", "точные повторы: 1", "было 81, станет 80"):
            assert part in words(preview), words(preview)
        before = kept(everything)
        done = await pressed(admin, preview, "dataset:mend:", "исправленная копия — версия №")
        assert "Датасет готов: 80 примеров" in words(done)
        assert "Предупреждения" not in words(done)
        (mended,) = kept(everything) - before
        assert mended == b"".join(GOOD[:80])

        ask = await pressed(admin, done, "dataset:split:", "отложить для проверки")
        parts = await pressed(
            admin, ask, f"dataset:part:{number_of(done)}-10", "Готово: для обучения"
        )
        assert "для обучения 72, для проверки 8" in words(parts)
        used = await pressed(admin, parts, "dataset:use:", "Теперь в работе версия №")
        assert "Для проверки отложено: 8 примеров" in words(used)

        plan = await pressed(admin, used, "train:plan:", "ещё ничего не отправлено")
        assert "72 примера" in words(plan)
        details = await pressed(admin, plan, "training:details:", "подробно")
        assert "Проверочная часть: 8 примеров" in words(details)
        await pressed(admin, details, "training:show:", "ещё ничего не отправлено")
        await pressed(admin, plan, "train:start:", "готова ·")
        (job,) = await everything.engine_jobs()
        files = [
            (await everything.account.files.content(job[name])).content.splitlines(keepends=True)
            for name in ("training_file", "validation_file")
        ]
        assert [len(file) for file in files] == [72, 8]
        assert sorted(files[0] + files[1]) == sorted(GOOD[:80])
        await everything.check_calls()


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.jsonl", b"".join(GOOD))
    return packed.getvalue()


def with_line(line: bytes) -> bytes:
    return b"".join([*GOOD[:20], line + b"\n", *GOOD[20:40]])


def row(content: Any) -> bytes:
    return json.dumps(
        {
            "messages": [
                {"role": "user", "content": "Зачем?"},
                {"role": "assistant", "content": content},
            ]
        },
        ensure_ascii=False,
    ).encode()


BAD = {
    "empty": (b"\n\n", "файл пуст"),
    "nine examples": (b"".join(GOOD[:9]), "мало примеров, 9"),
    "UTF-16": (b"".join(GOOD[:40]).decode().encode("utf-16"), "UTF-16"),
    "binary": (bytes(range(256)) * 400, "Это не текст"),
    "zip": (zipped(), "архив zip"),
    "a line of 15 MB": (with_line(row("я" * 7_500_000)), "строка 21: строка длиннее 10 МБ"),
    "nested": (
        with_line(b'{"messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        "вложенных скобок",
    ),
    "NaN": (with_line(b'{"messages": NaN}'), "NaN не бывает"),
    "key twice": (with_line(b'{"messages": [], "messages": []}'), "ключ записан дважды"),
    "NUL": (with_line(b'{"messages\0": []}'), "нулевой байт"),
    "cp1251": (with_line("привет".encode("cp1251")), "не в UTF-8"),
    "wrong types": (with_line(b'{"messages": {"role": 7}}'), "messages содержит"),
    "number for text": (with_line(row(7)), "вместо текста число 7"),
    "special token": (with_line(row("конец <|endoftext|>")), "служебный знак <|endoftext|>"),
}


async def test_every_kind_of_bad_file_is_told_apart(tmp_path):
    """Each gets its own sentence, no button leads to training, and the bot lives on."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        for name, (content, expected) in BAD.items():
            report = await sent(admin, f"{name}.jsonl", content)
            assert expected in words(report), f"{name}:\n{words(report)}"
            buttons = json.dumps(report.get("reply_markup", {}))
            assert "train:plan" not in buttons, name
            assert "dataset:use" not in buttons, name
        told_apart = {expected for _, expected in BAD.values()}
        assert len(told_apart) == len(BAD)
        log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
        assert "Traceback" not in log


async def test_a_file_that_is_too_big_is_said_to_be_before_it_is_fetched(tmp_path):
    """Telegram hands 20 MB to bots: another way is named, and nothing is downloaded."""
    async with world(tmp_path) as everything:
        report = await sent(everything.admin, "big.jsonl", b"x" * (21 * 1024 * 1024))
        assert "больше 20 МБ" in words(report)
        assert "DATASET_PATH" in words(report)
        calls = {call["method"] for call in await everything.people.calls()}
        assert "getFile" not in calls
        assert kept(everything) == set()


def csv_table() -> bytes:
    rows = [f'"{q}";"{a.replace(chr(34), chr(34) * 2)}"' for q, a in pairs()[:30]]
    return "\r\n".join(["вопрос;ответ", *rows]).encode()


def prompt_rows() -> bytes:
    rows = [{"prompt": q, "completion": f" {a}"} for q, a in pairs()[:30]]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def one_list() -> bytes:
    rows = [json.loads(line)["messages"] for line in GOOD[:30]]
    last = [{"messages": [row[0], *row[-2:]]} for row in rows]
    return json.dumps(last, ensure_ascii=False, indent=1).encode()


SHAPES = {
    "Это таблица (разделитель «;», кодировка UTF-8); вопросы в столбце «вопрос»": csv_table(),
    "Это таблица (разделитель «;», кодировка Mac Cyrillic)": csv_table()
    .decode()
    .encode("mac-cyrillic"),
    "Это примеры в формате prompt/completion (таких: 30)": prompt_rows(),
    "Это список одним документом JSON": one_list(),
}


async def test_other_shapes_become_chat_examples_that_were_shown(tmp_path):
    """What it is comes first; before anything is called ready, two examples are shown."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        for what, content in SHAPES.items():
            report = await sent(admin, "table.csv", content)
            assert what in words(report), words(report)
            shown = words(report)
            assert "Переделаю в датасет, получится: 30 примеров" in shown
            assert "dataset:use" not in json.dumps(report["reply_markup"])
            assert "Так это будет выучено" in shown
            for question, answer in pairs()[:2]:
                assert f"вопрос: {question[:80]}" in shown, shown
                assert f"ответ: {answer[:80]}" in shown, shown
            before = kept(everything)
            done = await pressed(admin, report, "dataset:mend:", "исправленная копия")

            assert "Датасет готов: 30 примеров" in words(done)
            made = kept(everything) - before or kept(everything)
            rows = [json.loads(line)["messages"] for line in max(made, key=len).splitlines()[:30]]
            assert [(r[-2]["content"], r[-1]["content"]) for r in rows] == pairs()[:30]


async def test_a_person_says_which_column_is_which(tmp_path):
    """Two unknown columns by one press, three by two; what was meant is shown before it is made."""
    two = csv_of([("Сообщение клиента", "Ответ коуча"), *PAIRS])
    three = csv_of(
        [("Дата встречи", "Клиент пишет", "Коуч пишет")]
        + [(f"{n} ноября", *pair) for n, pair in enumerate(PAIRS, 1)]
    )
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "two.csv", two)
        assert "столбцы: Сообщение клиента, Ответ коуча" in words(report)
        assert "dataset:repair" not in json.dumps(report["reply_markup"])
        asked = await pressed(admin, report, "dataset:columns:", "Где вопросы, а где ответы?")
        number = number_of(report)
        turned = await pressed(
            admin, asked, f"dataset:repair:{number}-1-0", f"вопрос: {PAIRS[0][1][:50]}"
        )
        assert f"ответ: {PAIRS[0][0]}" in words(turned)
        preview = await pressed(
            admin, asked, f"dataset:repair:{number}-0-1", f"вопрос: {PAIRS[0][0]}"
        )
        done = await pressed(admin, preview, f"dataset:mend:{number}-0-1", "исправленная копия")
        assert "Датасет готов: 14 примеров" in words(done)

        report = await sent(admin, "three.csv", three)
        asked = await pressed(admin, report, "dataset:columns:", "В каком столбце вопросы?")
        asked = await pressed(admin, asked, "dataset:question:", "А в каком столбце ответы?")
        number = number_of(report)
        preview = await pressed(admin, asked, f"dataset:repair:{number}-0-2", "вопрос: 1 ноября")
        assert f"ответ: {PAIRS[0][1][:50]}" in words(preview)


async def test_rows_that_make_no_example_are_named_and_left_out(tmp_path):
    content = csv_of([("Вопрос", "Ответ"), *PAIRS[:4], ("Как быть?", ""), *PAIRS[4:]])
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "table.csv", content)
        assert "строка 6: нет ответа" in words(report)
        assert "получится: 14 примеров" in words(report)
        done = await pressed(admin, report, "dataset:mend:", "исправленная копия")
        assert "Датасет готов: 14 примеров" in words(done)


async def test_a_table_is_trained_on_by_one_press(tmp_path):
    """It says what it becomes; pressed twice, it is one version and one plan."""
    noted = [
        (question, f"Это заметка номер {n}, для себя.", answer)
        for n, (question, answer) in enumerate(PAIRS)
    ]
    content = csv_of([("Вопрос", "Комментарий", "Ответ"), *noted])
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "table.csv", content)
        for part in ("вопросы в столбце «Вопрос»", "получится: 14 примеров", PAIRS[0][0]):
            assert part in words(report)
        assert offered(report)[:3] == ["Взять и обучить", "Только переделать", "Другие столбцы"]
        data = str(button_data(report, "Взять и обучить"))
        await asyncio.gather(*(admin.presses_gone(data, report) for _ in range(2)))
        plan = await admin.sees("План №1")
        assert "Датасет №3: 14 примеров" in words(plan)
        await everything.restart_bot()
        late = await admin.presses_gone(data, report)
        await admin.is_told("План №1 уже составлен, он здесь, в чате.", late)
        await everything.settled(4)
        assert len(await admin.chat()) == 3
        assert everything.stored("SELECT id, state FROM training_runs") == [(1, "planned")]
        origins = [origin for (origin,) in everything.stored("SELECT origin FROM datasets")]
        assert sorted(origins) == ["repaired", "sent", "settings"]
        asked = await pressed(admin, report, "dataset:columns:", "В каком столбце вопросы?")
        asked = await pressed(admin, asked, "dataset:question:", "А в каком столбце ответы?")
        preview = await pressed(admin, asked, "dataset:repair:", "пока ничего не изменено")
        assert offered(preview)[:2] == ["Взять и обучить", "Всё верно, сделать датасет"]
        await admin.presses("Взять и обучить", preview)
        await admin.sees("План №2", after=preview["message_id"])


async def test_what_is_wrong_after_the_conversion_is_shown_instead_of_a_plan(tmp_path):
    """Nothing is put to use; the report stands where the button was."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "table.csv", csv_of([("Вопрос", "Ответ"), *PAIRS[:5]]))
        data = str(button_data(report, "Взять и обучить"))
        shown = await pressed(admin, report, data, "К обучению не готов: ошибок — 1")
        assert "Взять и обучить" not in offered(shown)
        await admin.presses_gone(data, report)
        await everything.settled(3)
        assert len([m for m in await admin.chat() if "не готов" in words(m)]) == 1
        assert everything.stored("SELECT 1 FROM training_runs") == []
        assert everything.stored("SELECT 1 FROM settings WHERE key LIKE '%dataset%'") == []


async def test_what_can_not_be_converted_is_named(tmp_path):
    """With what to send instead, and no button that would refuse afterwards."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        for name in ("Excel", "Word", "WhatsApp", "HTML", "a zip", "too short to tell", "labels"):
            odd = ODD[name]
            report = await sent(admin, name, odd.data)
            assert "это не датасет" in words(report), words(report)
            finding = RU[f"finding_{odd.rule}"].split("{")[0].strip()
            assert f"Это {finding}"[:25] in words(report), words(report)
            assert "reply_markup" not in report
        assert kept(everything) <= {DATASET_OF_SETTINGS}


async def test_versions_are_listed_downloaded_and_deleted(tmp_path):
    """What is in use stays; a full report comes as a file."""
    broken = b"".join(GOOD[:30]) + b"{}\n" * 40
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "broken.jsonl", broken)
        assert "и ещё 37" in words(report)
        await admin.presses(f"dataset:report:{number_of(report)}", report)
        full = await admin.sees_document("report-")
        text = (await admin.downloads(full)).decode()
        assert text.count("нет поля messages") == 40
        assert "<" not in text

        await admin.says("/datasets")
        listed = await admin.sees("broken.jsonl · 70 примеров · ошибок: 40")
        assert "▶ №" in words(listed)
        assert "321 пример" in words(listed)
        assert "прислано: " in words(listed)
        version = await pressed(
            admin, listed, f"dataset:version:{number_of(report)}", "К обучению не готов"
        )
        await admin.presses(f"dataset:get:{number_of(report)}", version)
        assert await admin.downloads(await admin.sees_document("broken.jsonl")) == broken
        ask = await pressed(admin, version, "dataset:delete:", "Удалить версию")
        await pressed(admin, ask, "dataset:deleted:", "удалена")
        assert broken not in kept(everything)


async def test_validate_as_a_reply_judges_that_file(tmp_path):
    async with world(tmp_path) as everything:
        admin = everything.admin
        message = await admin.sends_document("a.jsonl", b"".join(GOOD[:33]))
        await admin.sees("33 примера")
        asked = await admin.says("/validate", reply_to=message["message_id"])
        report = await admin.sees(lambda _: True, after=asked["message_id"])
        assert "33 примера" in words(report)
        assert kept(everything) == {DATASET_OF_SETTINGS, b"".join(GOOD[:33])}


async def test_only_admins_bring_datasets(tmp_path):
    """A tester's file is no text; a stranger's is nothing; neither is fetched or kept."""
    async with world(tmp_path) as everything:
        tester = await everything.people.person(TESTER, "Анна")
        stranger = await everything.people.person(999, "Кто-то")
        assert "Файлов пока не читаю" in words(await sent(tester, "a.jsonl", b"".join(GOOD)))
        assert "закрытый бот" in words(await sent(stranger, "a.jsonl", b"".join(GOOD)))
        assert "getFile" not in {call["method"] for call in await everything.people.calls()}
        assert kept(everything) == set()


async def test_a_validation_file_of_ones_own_is_checked_for_leaks(tmp_path):
    """Examples that stand in both parts are named by their lines."""
    own = b"".join([GOOD[4], *GOOD[100:112]])
    async with world(tmp_path) as everything:
        admin = everything.admin
        first = await sent(admin, "train.jsonl", b"".join(GOOD[:60]))
        await pressed(admin, first, "dataset:use:", "Теперь в работе")
        second = await sent(admin, "own.jsonl", own)
        version = await pressed(admin, second, "dataset:list:", "Датасеты")
        version = await pressed(
            admin, version, f"dataset:version:{number_of(second)}", "Датасет готов: 13 примеров"
        )
        paired = await pressed(admin, version, "dataset:pair:", "будет проверяться модель")
        assert "Общих или почти одинаковых примеров: 1" in words(paired)
        assert "строка 1: почти то же, что в строке 5 обучающей части" in words(paired)
        await admin.says("/train")
        await admin.presses("⚙️ Подробно")
        await admin.sees("Проверочная часть: 13 примеров")
        await pressed(admin, paired, "dataset:unpair:", "без проверочной части")


async def test_prices_of_every_model_stand_beside_the_guides(tmp_path):
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.says("/validate")
        report = await admin.sees("Датасет готов: 321 пример")
        shown = words(await pressed(admin, report, "dataset:prices:", "Сколько стоит обучение"))
        for part in (
            "gpt-4.1-mini",
            "gpt-4o",
            "$0,51",
            "$12,79",
            "там ~30 мин, $5–10",
            "руководств",
        ):
            assert part in shown, shown


async def test_others_are_answered_while_a_large_file_is_checked(tmp_path):
    """A hundred thousand examples are being counted; a tester's words don't wait for that."""
    dataset = tmp_path / "large.jsonl"
    with dataset.open("wb") as file:
        for n in range(150):
            for line in GOOD:
                file.write(line.replace("Ты — Наташа".encode(), f"Ты — Наташа {n}".encode(), 1))
    model = "gpt-4.1-mini-2025-04-14"
    async with world(tmp_path, DATASET_PATH=str(dataset), CHAT_MODEL=model) as everything:
        tester = await everything.people.person(TESTER, "Анна")
        asked = await everything.admin.says("/validate")
        for n in range(3):
            question = await tester.says(f"Как дела? {n}")
            await tester.sees(lambda _: True, after=question["message_id"])
        is_checked = [
            message
            for message in await everything.admin.chat()
            if message["message_id"] > asked["message_id"]
        ]
        assert is_checked == []
        await everything.admin.sees("примеров", timeout=120)


async def test_a_kill_while_a_file_is_being_taken_in_loses_nothing(tmp_path):
    """The same update is handled anew, and the version is there once."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        await admin.sends_document("a.jsonl", b"".join(GOOD[:50]))
        await everything.kill_bot()
        await everything.start_bot()
        await admin.sees("50 примеров")
        assert kept(everything) == {DATASET_OF_SETTINGS, b"".join(GOOD[:50])}
        assert len(everything.stored("SELECT id FROM datasets")) == 2


async def test_two_files_at_once_are_two_versions(tmp_path):
    async with world(tmp_path) as everything:
        admin = everything.admin
        contents = [b"".join(GOOD[n : n + 20]) for n in (0, 40)]
        await asyncio.gather(
            *(admin.sends_document(f"{n}.jsonl", data) for n, data in enumerate(contents))
        )
        for n in range(2):
            await admin.sees(f"Файл {n}.jsonl получен")
        assert kept(everything) == {DATASET_OF_SETTINGS, *contents}
