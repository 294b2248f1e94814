"""A dataset of a chat by phone: sent or forwarded, asked about, shown, and taken or not."""

import asyncio
import json
from pathlib import Path

from tests.e2e.datasets import kept, pressed, sent
from tests.e2e.training import MODEL
from tests.importing.chats import NATASHA, OWNER, Scribe, planted, survivors
from tests.telegram_people import Json, Person, words
from tests.world import World, eventually, world

TALK = [
    (f"Вопрос {n}: как мне найти время на важное?", f"Ответ {n}: начни с одного часа утром.")
    for n in range(12)
]


def waiting(everything: World) -> list[str]:
    """Names of the files that wait for a decision."""
    folder = Path(everything.settings["DATABASE_PATH"]).parent / "imports"
    return sorted(path.name for path in folder.glob("*"))


def exported(pairs: list[tuple[str, str]]) -> bytes:
    chat = Scribe()
    for question, answer in pairs:
        chat.says(5, question, after=5_000)
        chat.says(NATASHA, answer)
    return json.dumps(chat.chat, ensure_ascii=False).encode()


async def test_a_large_chat_becomes_a_dataset_while_others_talk(tmp_path):
    """Megabytes are worked on, and a tester is answered; a double tap makes one version."""
    found = planted(12_000, n_chats=8)
    data = found.write(tmp_path / "result.json", is_account=True).read_bytes()
    assert 4_000_000 < len(data) < 20_000_000
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, tester = everything.admin, everything.tester
        asked = await sent(admin, "result.json", data)
        assert "согласны все" in words(asked)
        first = asked["reply_markup"]["inline_keyboard"][0][0]
        assert OWNER in first["callback_data"]

        await admin.presses(first["callback_data"], asked)
        await tester.says("А ты здесь?")
        await eventually(lambda: everything.stored("SELECT 1 FROM turns"))
        assert everything.stored("SELECT 1 FROM inbox WHERE done_at IS NULL"), "a test of nothing"
        shown = await admin.sees("Некоторые из них", timeout=240)
        assert words(shown).count("\n— ") == 10

        take = f"importing:take:{number_of(shown)}"
        before = kept(everything)
        await asyncio.gather(*(press(admin, shown, take) for _ in range(2)))
        made = await admin.sees("Из переписки собрана версия №", timeout=120)
        await admin.is_told("уже всё решено")
        (version,) = kept(everything) - before
        assert waiting(everything) == []
        assert everything.stored("SELECT count(*) FROM imports") == [(0,)]
        assert everything.stored("SELECT origin FROM datasets ORDER BY id DESC LIMIT 1") == [
            ("imported",)
        ]
        rows = [json.loads(line)["messages"] for line in version.splitlines()]
        assert survivors(found, [(row[1]["content"], row[2]["content"]) for row in rows]) == []
        assert rows[0][0]["role"] == "system"
        assert "training:on:" in json.dumps(made["reply_markup"])


def number_of(message: Json) -> str:
    """The import that a screen is about."""
    return str(message["reply_markup"]["inline_keyboard"][-1][-1]["callback_data"].split(":")[-1])


async def press(person: Person, message: Json, beginning: str) -> None:
    """Press a button by the beginning of its data, whatever the message shows by now."""
    data = next(
        key["callback_data"]
        for row in message["reply_markup"]["inline_keyboard"]
        for key in row
        if key["callback_data"].startswith(beginning)
    )
    await person.presses_gone(data, message)


async def test_forwards_are_gathered_and_no_model_sees_them(tmp_path):
    """Through a kill, pictures and texts alike; afterwards a forward is a question again."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin = everything.admin
        await admin.says("/datasets")
        listed = await admin.sees("Датасеты")
        counter = await pressed(admin, listed, "importing:begin:", "Собираю переписку")
        await admin.presses("importing:begin:", listed)
        await admin.is_told("Уже собираю")

        await admin.presses("importing:ask:" + number_of(counter), counter)
        await admin.is_told("меньше двух собеседников")
        for question, answer in TALK[:6]:
            await admin.forwards(text=question, origin={"name": "Ольга"})
            await admin.forwards(text=answer, origin={"name": "Наталья"})
        await admin.forwards(kind="photo", origin={"name": "Ольга"})
        await admin.sees("Собрано: 13")
        await everything.kill_bot()
        for question, answer in TALK[6:]:
            await admin.forwards(text=question, origin={"name": "Ольга"})
            await admin.forwards(text=answer, origin={"name": "Наталья"})
        await everything.start_bot()
        await admin.sees("Собрано: 25")

        asked = await pressed(admin, counter, "importing:ask:", "Кто здесь отвечает как Наташа?")
        assert everything.stored("SELECT count(*) FROM gathered_messages") == [(0,)]
        data = [
            row[0]["callback_data"]
            for row in asked["reply_markup"]["inline_keyboard"]
            if "Наталья" in row[0]["text"]
        ]
        await admin.presses(data[0], asked)
        shown = await admin.sees("Наталья — Наташа. Примеров: 12")
        assert "Ответ 3" in words(shown)
        before = kept(everything)
        await pressed(admin, shown, "importing:take:", "Датасет готов: 12 примеров")
        (version,) = kept(everything) - before
        rows = [json.loads(line)["messages"][-2:] for line in version.splitlines()]
        assert [(one["content"], other["content"]) for one, other in rows] == TALK
        assert everything.asked() == []
        await admin.forwards(text="А это что?", origin={"name": "Ольга"})
        await eventually(everything.asked)


async def test_another_person_or_nothing(tmp_path):
    """Who answers may be chosen again; what is not wanted leaves nothing behind."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        asked = await sent(admin, "result.json", exported(TALK))
        await press(admin, asked, f"importing:who:{number_of(asked)}-user5")
        shown = await admin.sees("Человек 5 — Наташа. Примеров: 11")
        asked = await pressed(admin, shown, "importing:ask:", "Кто здесь отвечает")
        assert len(waiting(everything)) == 2
        await pressed(admin, asked, "importing:drop:", "удалены")
        assert waiting(everything) == []
        await press(admin, asked, "importing:who:")
        await admin.is_told("уже всё решено")
        assert everything.stored("SELECT count(*) FROM datasets WHERE origin = 'imported'") == [
            (0,)
        ]


async def test_what_is_no_chat_of_telegram_is_said(tmp_path):
    """Cut, saved as a page, of another messenger, of one person: each has its sentence."""
    page = '<!DOCTYPE html><html><div class="message default clearfix">Привет</div></html>'
    other = "".join(f"12.03.2024, 10:{n:02} - Анна: слова\n" for n in range(20))
    alone = json.dumps(json.loads(exported(TALK)), ensure_ascii=False).replace("user700", "user5")
    async with world(tmp_path) as everything:
        admin = everything.admin
        for content, expected in (
            (exported(TALK)[:-300], "обрывается или повреждён"),
            (page.encode(), "формат «JSON», файл result.json"),
            (other.encode(), "выгруженная из WhatsApp"),
            (alone.encode(), "меньше двух собеседников"),
        ):
            assert expected in words(await sent(admin, "chat", content))
        assert waiting(everything) == []
        assert "Файлов пока не читаю" in words(
            await sent(everything.tester, "result.json", exported(TALK))
        )
