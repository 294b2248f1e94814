"""/export by phone: what testers rated becomes versions and files, once, and for admins only."""

import json
from pathlib import Path

from tests.e2e.chats import answered, bettered, marked
from tests.e2e.datasets import pressed
from tests.e2e.models import offered, taps
from tests.e2e.training import MODEL, TWO_ADMINS, second
from tests.telegram_people import Person, button_data, words
from tests.world import STRANGER, TESTER, World, eventually, world

PATIENT = 60
VERSIONS = "SELECT id FROM datasets WHERE origin = 'exported' AND deleted_at IS NULL"
QUESTION, CORRECTION = "Что мне снится?", "Закрой глаза. Что ты видишь?"


async def praised(tester: Person, question: str) -> str:
    """Ask, and press 👍; returns the answer."""
    answer = await answered(tester, question)
    await tester.presses("👍", answer)
    await marked(tester, answer, "👍 ✓")
    return words(answer)


def drafts(everything: World) -> list[Path]:
    folder = Path(everything.settings["DATABASE_PATH"]).parent / "datasets"
    return list(folder.glob("draft-*"))


async def test_nobody_but_admins_sees_what_testers_wrote(tmp_path):
    """Neither by the command nor by a button; an admin without ratings hears what to do."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        stranger = await everything.people.person(STRANGER, "Чужой")
        await tester.says("/export")
        refused = await tester.sees("только администраторы", timeout=PATIENT)
        await stranger.says("/export")
        await stranger.sees("закрытый бот", timeout=PATIENT)
        for person, chat in ((tester, refused), (stranger, refused | {"chat": {"id": STRANGER}})):
            for action in ("start", "sft", "files"):
                await taps(everything, person, chat, f"export:{action}:0", n=1)
        await everything.settled(8)
        assert everything.stored(VERSIONS) == []

        await everything.admin.says("/export")
        shown = await everything.admin.sees("Оценок пока нет", timeout=PATIENT)
        assert offered(shown) == ["Люди"]
        await taps(everything, everything.admin, shown, "export:sft:0", n=1)
        await everything.admin.sees("Подходящих оценок здесь уже нет", timeout=PATIENT)
        for odd in ("export:sft:", "export:dpo:-1", "export:all:x", "export:files:0"):
            await taps(everything, everything.admin, shown, odd, n=1)
        await everything.settled(14)
        assert everything.stored(VERSIONS) == []
        assert drafts(everything) == []
        log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
        assert "Traceback" not in log


async def test_one_version_whatever_happens(tmp_path):
    """Double taps, a second admin, `kill -9` between press and answer: made once, told to each."""
    async with world(tmp_path, CHAT_MODEL=MODEL, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, tester, anna = everything.admin, everything.tester, await second(everything)
        await bettered(tester, QUESTION, CORRECTION)

        await admin.says("/export")
        shown = await admin.sees("Примеры: 1", timeout=PATIENT)
        assert "провайдеры берут от 10: пока мало" in words(shown)
        assert "Оценивали: Олег — 1" in words(shown)
        await taps(everything, admin, shown, "export:sft:0", n=1)
        await everything.kill_bot()
        await everything.start_bot()
        made = await admin.sees("Собрана версия №", timeout=PATIENT)
        assert "мало примеров, 1" in words(made)
        assert "К обучению не готов" in words(made)
        await taps(everything, admin, shown, "export:sft:0", n=3)
        await anna.says("/export")
        hers = await anna.sees("Примеры: 1", timeout=PATIENT)
        await pressed(anna, hers, "export:sft:", "Собрана версия №")
        await eventually(lambda: not drafts(everything))
        assert len(everything.stored(VERSIONS)) == 1

        back = await pressed(admin, made, "export:start:", "Примеры: 1")
        assert not any("Только новые" in label for label in offered(back))
        await praised(tester, "А наяву?")
        await admin.says("/export")
        shown = await admin.sees("Примеры: ", after=back["message_id"], timeout=PATIENT)
        newest = await pressed(admin, shown, "export:start:", "новое с")
        assert "Оценённых ответов: 1" in words(newest)
        assert offered(newest)[-1] == "За всё время"
        await admin.says("/datasets")
        listed = await admin.sees("Датасеты", timeout=PATIENT)
        assert "из оценок: Мария" in words(listed)


async def test_files_hold_words_and_nobodys_name(tmp_path):
    """Both kinds as they would be trained on; what has an address in it stays out."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, tester = everything.admin, everything.tester
        bad = await bettered(tester, QUESTION, CORRECTION)
        await praised(tester, "Пишите на oleg@example.com")

        await admin.says("/export")
        shown = await admin.sees("личные данные — 1", timeout=PATIENT)
        assert button_data(shown, "Файлом")
        await admin.presses("Файлом", shown)
        contents = []
        for kind in ("sft", "dpo"):
            message = await admin.sees_document(f"natasha-{kind}-", timeout=PATIENT)
            contents.append(await admin.downloads(message))
        ((example,), (pair,)) = (
            [json.loads(line) for line in content.splitlines()] for content in contents
        )
        assert [m["content"] for m in example["messages"][-2:]] == [QUESTION, CORRECTION]
        assert pair["input"]["messages"] == example["messages"][:-1]
        assert pair["preferred_output"] == example["messages"][-1:]
        assert pair["non_preferred_output"] == [{"role": "assistant", "content": bad}]
        for content in contents:
            for secret in ("Олег", str(TESTER), "oleg@example.com"):
                assert secret.encode() not in content
