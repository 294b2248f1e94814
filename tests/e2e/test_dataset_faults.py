"""The dataset desk when things break: Telegram, the bot itself, and fingers that are too quick."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.chats import press
from tests.e2e.datasets import DATASET_OF_SETTINGS, GOOD, kept, number_of, pressed, sent
from tests.e2e.training import second
from tests.telegram_people import Json, Person, words
from tests.world import ADMIN, SECOND_ADMIN, World, eventually, world

TWO_ADMINS = f"{ADMIN},{SECOND_ADMIN}"
SPOILT = b"\xef\xbb\xbf" + b"".join([*GOOD[:40], GOOD[3], *GOOD[40:60]])
NOT_HANDED_OVER = "Telegram не отдал файл. Пришлите его ещё раз."
ALL_ORIGINS = ["repaired", "sent", "settings", "training_part", "validation_part"]
GONE = "Этой версии уже нет. Какие есть, покажет /datasets."
DEAD_BUTTON = "Эта кнопка больше не работает. Что здесь можно, расскажет /help."


def large(n_bytes: int, mark: str) -> bytes:
    """A good file of about that size, of which no two examples are the same."""
    content, n = bytearray(), 0
    while True:
        for line in GOOD:
            row = json.loads(line)
            row["messages"][1]["content"] += f" {mark} {n}"
            n += 1
            content += json.dumps(row, ensure_ascii=False).encode() + b"\n"
            if len(content) + 10_000 > n_bytes:
                return bytes(content)


async def newest_id(person: Person) -> int:
    return max([message["message_id"] for message in await person.chat()], default=0)


async def said(person: Person) -> list[str]:
    return [words(message) for message in await person.chat() if message["from"]["is_bot"]]


def versions(everything: World) -> list[tuple[Any, ...]]:
    """Number and origin of those that are there."""
    return everything.stored("SELECT id, origin FROM datasets WHERE deleted_at IS NULL ORDER BY id")


def folder(everything: World) -> Path:
    return Path(everything.settings["DATABASE_PATH"]).parent / "datasets"


def drafts(everything: World) -> list[Path]:
    return sorted(folder(everything).glob("draft-*"))


async def nothing_broke(everything: World, *people: Person) -> None:
    """Nobody read of a breakage, and none is in the log."""
    for person in people:
        assert "сломалось" not in str(await said(person))
    log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
    incidents = [line for line in log.splitlines() if "Incident" in line]
    assert incidents == []


async def test_a_download_that_breaks_half_way_is_begun_anew(tmp_path):
    """The person notices nothing; what arrives is the whole file."""
    async with world(tmp_path) as everything:
        admin, people = everything.admin, everything.people
        await people.fault("download", "drop_after")
        await people.fault("getFile", "status", status=500)

        report = await sent(admin, "a.jsonl", b"".join(GOOD[:30]))

        assert "Файл a.jsonl получен: это версия №" in words(report)
        assert "Датасет готов: 30 примеров" in words(report)
        assert kept(everything) == {DATASET_OF_SETTINGS, b"".join(GOOD[:30])}
        await nothing_broke(everything, admin)


@pytest.mark.parametrize(
    ("method", "kind", "details"),
    [
        ("download", "drop_before", {}),
        ("download", "drop_after", {}),
        ("download", "bad_gateway_html", {}),
        ("getFile", "status", {"status": 500}),
        ("getFile", "retry_after", {"seconds": 3600}),
    ],
)
async def test_a_download_that_never_works_is_said_to(tmp_path, method, kind, details):
    """With what to do; nothing is kept, and later the same file is taken in."""
    async with world(tmp_path) as everything:
        admin, people = everything.admin, everything.people
        await people.fault(method, kind, times=1000, **details)

        answer = await sent(admin, "a.jsonl", b"".join(GOOD[:30]))

        assert words(answer) == NOT_HANDED_OVER
        assert kept(everything) == set()
        await people.no_faults()
        report = await sent(admin, "a.jsonl", b"".join(GOOD[:30]))
        assert "Файл a.jsonl получен" in words(report)
        await nothing_broke(everything, admin)


async def twice(admin: Person, message: Json, data: str, wanted: str) -> Json:
    """Tap a button twice, as a nervous finger does; returns what shows."""
    await admin.taps_twice(data, message)
    return await admin.sees(wanted, after=message["message_id"] - 1)


async def test_a_double_tap_has_one_effect(tmp_path):
    """At mending, splitting, choosing, deleting; the second tap gets a calm word, or none."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "a.jsonl", SPOILT)
        first = number_of(report)
        preview = await pressed(admin, report, "dataset:repair:", "пока ничего не изменено")

        done = await twice(admin, preview, f"dataset:mend:{first}", "исправленная копия — версия №")
        await everything.settled(4)
        mended = number_of(done)
        assert [row for row in versions(everything) if row[1] == "repaired"] == [
            (mended, "repaired")
        ]

        ask = await pressed(admin, done, "dataset:split:", "отложить для проверки")
        parts = await twice(admin, ask, f"dataset:part:{mended}-10", "Готово: для обучения")
        await everything.settled(7)
        origins = [origin for _, origin in versions(everything)]
        assert sorted(origins) == ALL_ORIGINS
        training = {origin: number for number, origin in versions(everything)}["training_part"]

        await twice(admin, parts, f"dataset:use:{training}", "Теперь в работе версия №")
        await everything.settled(9)
        assert everything.stored("SELECT value FROM settings WHERE key = 'dataset_id'") == [
            (str(training),)
        ]

        await admin.says("/datasets")
        listed = await admin.sees("Датасеты")
        one = await pressed(admin, listed, f"dataset:version:{first}", "Датасет готов: 61 пример")
        ask = await pressed(admin, one, "dataset:delete:", f"Удалить версию №{first}")
        await twice(admin, ask, f"dataset:deleted:{first}", f"Версия №{first} удалена.")
        await everything.settled(14)
        await admin.is_told(GONE)
        assert SPOILT not in kept(everything)
        assert first not in dict(versions(everything))
        await nothing_broke(everything, admin)


async def test_two_admins_who_want_different_things_at_once(tmp_path):
    """One chooses what the other deletes: whoever is first, both read what is true."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, other = everything.admin, await second(everything)
        await other.says("/id")
        await other.sees("Ваш ID в Telegram")
        people = everything.people
        for n in range(4):
            number = number_of(await sent(admin, "a.jsonl", b"".join(GOOD[20 * n : 20 * n + 20])))
            since = [await newest_id(person) for person in (admin, other)]

            await asyncio.gather(
                people.raw_update(press(admin, f"dataset:use:{number}")),
                people.raw_update(press(other, f"dataset:deleted:{number}")),
            )

            told = words(await admin.sees(lambda _: True, after=since[0]))
            answer = words(await other.sees(lambda _: True, after=since[1]))
            if number in dict(versions(everything)):
                assert f"Теперь в работе версия №{number}" in told
                assert f"Версия №{number} нужна: она или её проверочная пара в работе" in answer
            else:
                assert told == GONE
                assert answer == f"Версия №{number} удалена."
        await nothing_broke(everything, admin, other)


async def test_two_admins_who_want_the_same_at_once(tmp_path):
    """Both may have it: it happens once."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, other = everything.admin, await second(everything)
        await other.says("/id")
        await other.sees("Ваш ID в Telegram")
        number = number_of(await sent(admin, "a.jsonl", b"".join(GOOD[:20])))
        for action, wanted in (
            ("use", {f"Теперь в работе версия №{number}: 20 примеров."}),
            ("deleted", {f"Версия №{number} удалена.", GONE}),
        ):
            if action == "deleted":  # it can go again once the settings' file is in use
                (first,) = (row[0] for row in versions(everything) if row[1] == "settings")
                await everything.people.raw_update(press(admin, f"dataset:use:{first}"))
                await admin.sees(f"Теперь в работе версия №{first}")
            since = {person: await newest_id(person) for person in (admin, other)}
            for person in since:
                await everything.people.raw_update(press(person, f"dataset:{action}:{number}"))
            for person, message_id in since.items():
                assert words(await person.sees(lambda _: True, after=message_id)) in wanted
        assert number not in dict(versions(everything))
        await nothing_broke(everything, admin, other)


def children_of(pid: int) -> list[int]:
    """Processes that work apart for that bot."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended
            if parent == pid and b"bot.runtime.isolated_child" in command:
                found.append(int(entry.name))
    return found


def is_at_work(pid: int) -> bool:
    """Whether that process lives and works apart; a corpse has no command line."""
    try:
        return b"bot.runtime.isolated_child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


async def kill_at_work(everything: World) -> None:
    """`kill -9` of the bot while a child of its works; the child ends, its draft stays."""
    assert everything.bot is not None
    bot = everything.bot.process
    (child,) = await eventually(lambda: children_of(bot.pid))
    os.kill(child, signal.SIGSTOP)  # so that it can't be done before the bot is dead
    try:
        bot.kill()
        # Not `wait`: it would wait for the child, too, which holds the bot's end of a pipe.
        await eventually(lambda: bot.returncode is not None)
        left = drafts(everything)
    finally:
        os.kill(child, signal.SIGCONT)
    await eventually(lambda: not is_at_work(child))
    await everything.kill_bot()  # what it printed is read to the end
    assert left


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
async def test_a_kill_in_the_middle_of_large_work_leaves_nothing_behind(tmp_path):
    """While a file of some megabytes is mended, and while it is split: no child lives on.

    The next bot tidies up, does the work anew, and answers.
    """
    content = b"\xef\xbb\xbf" + large(1_500_000, "большой")
    async with world(tmp_path, is_forked=False) as everything:
        admin = everything.admin
        report = await sent(admin, "a.jsonl", content)
        preview = await pressed(admin, report, "dataset:repair:", "пока ничего не изменено")

        await admin.presses(f"dataset:mend:{number_of(report)}", preview)
        await kill_at_work(everything)
        await everything.start_bot()
        done = await admin.sees("исправленная копия — версия №", timeout=60)
        assert "Датасет готов" in words(done)
        assert content.removeprefix(b"\xef\xbb\xbf") in kept(everything)
        assert drafts(everything) == []

        ask = await pressed(admin, done, "dataset:split:", "отложить для проверки")
        await admin.presses(f"dataset:part:{number_of(done)}-20", ask)
        await kill_at_work(everything)
        await everything.start_bot()
        await admin.sees("Готово: для обучения", timeout=60)
        assert drafts(everything) == []
        origins = [origin for _, origin in versions(everything)]
        assert sorted(origins) == ALL_ORIGINS
        assert everything.bot is not None
        assert children_of(everything.bot.process.pid) == []
        await nothing_broke(everything, admin)


OF_A_VERSION = (
    "version", "report", "use", "get", "delete", "deleted", "repair", "mend", "split", "pair",
    "unpair", "prices",
)  # fmt: skip
PRESSING = range(1101, 1109)
"""Several admins, as nobody is told more than one thing a second."""
FORGED = {
    "dataset:part:1-99": DEAD_BUTTON,
    "dataset:part:x": DEAD_BUTTON,
    "dataset:part:": DEAD_BUTTON,
    "dataset:part:1-10-10": DEAD_BUTTON,
    "dataset:part:99999999999999999999-10": DEAD_BUTTON,
    "dataset:part:999-10": GONE,
    "dataset:version:99999999999999999999": GONE,
    "dataset:version:999999999999999999": GONE,
    "dataset:version:": GONE,
    "dataset:use:-1": GONE,
    "dataset:mend:1e3": GONE,
    "dataset:deleted:٣": GONE,
    "dataset:unpair:0": GONE,
    "dataset:list:999999": "▶ №",
    "dataset:list:999999999999999999": "▶ №",
    "dataset:list:-5": "▶ №",
    "dataset:explode:1": DEAD_BUTTON,
}


async def test_old_and_forged_buttons_get_a_calm_word(tmp_path):
    """Those of a version that was deleted, and what no button of ours ever held."""
    ids = ",".join(map(str, [ADMIN, *PRESSING]))
    async with world(tmp_path, ADMIN_IDS=ids) as everything:
        admin = everything.admin
        report = await sent(admin, "a.jsonl", SPOILT)
        number = number_of(report)
        await everything.people.raw_update(press(admin, f"dataset:deleted:{number}"))
        await admin.sees(f"Версия №{number} удалена.")
        await admin.says("/datasets")  # so that there is one to be listed
        await admin.sees("▶ №")
        expected = {f"dataset:{action}:{number}": GONE for action in OF_A_VERSION}
        expected[f"dataset:part:{number}-10"] = GONE
        left = versions(everything), kept(everything)

        people = [await everything.people.person(id_, "Анна") for id_ in PRESSING]
        await asyncio.gather(*(person.says("/id") for person in people))
        buttons = list((expected | FORGED).items())
        await asyncio.gather(
            *(
                presses_each(person, dict(buttons[n :: len(people)]))
                for n, person in enumerate(people)
            )
        )

        assert (versions(everything), kept(everything)) == left
        await nothing_broke(everything, *people)


async def presses_each(person: Person, expected: dict[str, str]) -> None:
    """One button after the other, and each answer read."""
    await person.sees("Ваш ID в Telegram")
    for data, wanted in expected.items():
        since = await newest_id(person)
        await person.people.raw_update(press(person, data))
        answer = words(await person.sees(lambda _: True, after=since))
        assert wanted in answer, f"{data}: {answer}"


async def test_large_files_at_once_and_again(tmp_path):
    """Two admins send 5 MB each, then one sends 20 MB twice: each is one version, kept whole."""
    contents = [large(5_000_000, mark) for mark in ("раз", "два")]
    largest = large(20 * 1024 * 1024, "три")
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admins = [everything.admin, await second(everything)]

        reports = await asyncio.gather(
            *(
                sent(person, f"{n}.jsonl", content)
                for n, (person, content) in enumerate(zip(admins, contents, strict=True))
            )
        )

        for n, report in enumerate(reports):
            assert f"Файл {n}.jsonl получен: это версия №" in words(report)
            n_lines = spaced(len(contents[n].splitlines()))
            assert f"Датасет готов: {n_lines} пример" in words(report)
        assert kept(everything) == {DATASET_OF_SETTINGS, *contents}

        messages = [
            await admins[0].sends_document(f"{name}.jsonl", largest) for name in ("три", "снова")
        ]
        found = [
            await admins[0].sees(f"Файл {name}.jsonl получен", timeout=180)
            for name in ("три", "снова")
        ]
        assert len(messages) == len(found)
        assert number_of(found[0]) == number_of(found[1])
        assert kept(everything) == {DATASET_OF_SETTINGS, *contents, largest}
        assert drafts(everything) == []
        await nothing_broke(everything, *admins)


def spaced(number: int) -> str:
    """As Russians write it."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


NASTY = "<b>a</b>\r\n<script>" + "щ" * 280 + '\n"&quot;\u202e\0</i>.jsonl'


async def test_a_name_of_any_kind_is_only_words(tmp_path):
    """300 characters, HTML, line breaks: shown in part and as it is, on every screen."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        message = await admin.sends_document("a.jsonl", b"".join(GOOD[:30]))
        report = await admin.sees("Файл a.jsonl получен")
        await everything.people.raw_update(press(admin, f"dataset:deleted:{number_of(report)}"))
        await admin.sees("удалена")
        document = message["document"] | {"file_name": NASTY}
        nasty = message | {"message_id": await newest_id(admin) + 1, "document": document}
        await everything.people.raw_update({"message": nasty})

        report = await admin.sees("Файл i>.jsonl получен")
        number = number_of(report)
        document |= {"file_name": NASTY.replace("/", "")}
        await everything.people.raw_update(press(admin, f"dataset:deleted:{number}"))
        await admin.sees(f"Версия №{number} удалена")
        await everything.people.raw_update({"message": nasty | {"document": document}})

        report = await admin.sees("щщщ")
        name = "щ" * 44 + '"&quot;<i>.jsonl'
        assert words(report).startswith(f"Файл {name} получен: это версия №"), words(report)
        await admin.says("/datasets")
        listed = await admin.sees("Датасеты")
        assert "щщщщ" in words(listed)
        await everything.people.raw_update(press(admin, f"dataset:get:{number}"))
        file = await admin.sees_document("jsonl")
        assert await admin.downloads(file) == b"".join(GOOD[:30])
        assert "/" not in file["document"]["file_name"]
        await everything.people.raw_update(press(admin, f"dataset:delete:{number}"))
        await admin.sees("щщщщ", after=file["message_id"])
        await nothing_broke(everything, admin)


@pytest.mark.parametrize("caption", ["/validate", "/upload", "Посмотри, пожалуйста"])
async def test_what_stands_below_a_file_changes_nothing(tmp_path, caption):
    """The file is taken in, once, and nothing is sent to the provider; a command is declined."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "a.jsonl", b"".join(GOOD[:30]), caption)

        await everything.settled(1)

        assert "Файл a.jsonl получен: это версия №" in words(report)
        answer, *more = await said(admin)
        assert answer == words(report)
        assert len(more) == (caption == "/upload")
        assert all(text.startswith("Файл приняла, а команду из подписи не") for text in more)
        assert kept(everything) == {DATASET_OF_SETTINGS, b"".join(GOOD[:30])}
        assert everything.asked_for_people() == []
        await nothing_broke(everything, admin)
