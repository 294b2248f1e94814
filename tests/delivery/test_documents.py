"""Screens with a file: sent to the real sandbox over real connections, once each."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from telegram import Bot

from bot.delivery.outbox import Outbox
from bot.delivery.outbox_store import OutboxRow, OutboxStore
from bot.delivery.outcomes import Refused, Uncertain, Unreadable
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.requests import Reachability
from bot.delivery.screen import Attachment, Button, Screen
from bot.domain import JsonDict
from bot.storage.database import Database
from tests.telegram_people import PNG, Json, People, Person, words
from tests.telegram_schema import SCHEMA, check_call

LOOP = asyncio.SelectorEventLoop
REPORT = Attachment(name="отчёт.csv", text="строка;ошибка\n1;нет\n")
SCREEN = Screen(
    text="<b>Отчёт</b> &amp; файл",
    attachment=REPORT,
    buttons=[[Button(text="Исправить", data="dataset:repair:1")]],
)


@pytest.fixture
def poster(real_bot: Bot, known: set[int], reachability: Reachability) -> Poster:
    async def known_ids(above: int) -> set[int]:
        return {message_id for message_id in known if message_id > above}

    return Poster(real_bot, RateLimits(), known_ids, reachability)


@pytest.fixture(autouse=True)
async def _calls_fit_the_schema(people: People):
    yield
    if SCHEMA.exists():
        for call in await people.calls():
            if call["status"] != 413:  # of what was too large nothing is known
                check_call(call["method"], call["params"])


async def post(
    poster: Poster,
    person: Person,
    screen: Screen = SCREEN,
    *,
    edit_id: int | None = None,
    floor_id: int = 0,
    is_unsure: bool = False,
) -> int:
    async with poster.order(person.chat_id):
        return await poster.post(
            person.chat_id, screen, edit_id=edit_id, floor_id=floor_id, is_unsure=is_unsure
        )


async def of_bot(person: Person) -> list[Json]:
    return [message for message in await person.chat() if message["from"]["is_bot"]]


async def test_words_become_a_file_with_caption_and_buttons(poster: Poster, anna: Person):
    message_id = await post(poster, anna)

    message = await anna.sees_document("отчёт.csv", caption="Отчёт & файл")
    assert message["message_id"] == message_id
    assert message["caption_entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "Исправить"
    assert (await anna.downloads(message)).decode() == REPORT.text


async def test_file_of_the_disk_is_read_when_it_leaves(
    poster: Poster, anna: Person, tmp_path: Path
):
    path = tmp_path / "internal-name"
    path.write_bytes(bytes(range(256)) * 4000)

    attachment = Attachment(name="датасет.jsonl", path=str(path))
    await post(poster, anna, Screen(text="", attachment=attachment))

    message = await anna.sees_document("датасет.jsonl")
    assert "caption" not in message
    assert await anna.downloads(message) == path.read_bytes()


async def test_picture(poster: Poster, anna: Person, tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)

    attachment = Attachment(name="график.png", path=str(path), kind="photo")
    await post(poster, anna, Screen(text="Кривая", attachment=attachment))

    message = await anna.sees("Кривая")
    assert message["photo"][0]["width"] == 320
    assert await anna.downloads(message) == PNG


async def test_caption_with_entities_is_never_read_as_html(poster: Poster, anna: Person):
    bold = {"type": "bold", "offset": 0, "length": 3}
    await post(poster, anna, Screen(text="<b>Лес", entities=[bold], attachment=REPORT))

    (message,) = await of_bot(anna)
    assert (message["caption"], message["caption_entities"]) == ("<b>Лес", [bold])


async def test_caption_that_telegram_refuses_as_html_is_sent_as_plain_text(
    poster: Poster, anna: Person
):
    await post(poster, anna, Screen(text="<b>1 &lt; 2</i>", attachment=REPORT))

    (message,) = await of_bot(anna)
    assert message["caption"] == "1 < 2"
    assert (await anna.downloads(message)).decode() == REPORT.text


async def test_file_never_takes_the_place_of_words(poster: Poster, anna: Person):
    message_id = await post(poster, anna, Screen(text="кнопка"))

    assert await post(poster, anna, edit_id=message_id) != message_id

    assert [words(message) for message in await of_bot(anna)] == ["кнопка", "Отчёт & файл"]


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(name="a.csv", path="/nowhere/a.csv"),
        Attachment(name="a.csv", path="/"),
        Attachment(name="a.csv", text=""),
        Attachment(name="a.png", text="no picture", kind="photo"),
    ],
    ids=["gone", "a folder", "empty", "no picture"],
)
async def test_file_that_can_not_be_sent_is_not_tried_for_ever(
    poster: Poster, anna: Person, attachment: Attachment
):
    with pytest.raises(Refused) as caught:
        await post(poster, anna, Screen(text="отчёт", attachment=attachment))

    assert "/nowhere" not in str(caught.value)
    assert await of_bot(anna) == []


async def test_caption_that_is_too_long_is_refused(poster: Poster, anna: Person):
    with pytest.raises(Refused, match="too long"):
        await post(poster, anna, Screen(text="а" * 1025, attachment=REPORT))


async def test_file_that_is_larger_than_telegram_takes_is_refused(
    poster: Poster, anna: Person, tmp_path: Path
):
    """The answer is 413, which must not look like a network that may come back."""
    path = tmp_path / "huge.bin"
    with path.open("wb") as file:
        file.truncate(60_000_000)

    with pytest.raises(Refused):
        await post(poster, anna, Screen(text="", attachment=Attachment(name="a", path=str(path))))


async def lost(poster: Poster, people: People, person: Person, screen: Screen) -> int:
    """A message of ours whose id we never learnt; returns the floor below it."""
    floor_id = max(int(message["message_id"]) for message in await person.chat())
    method = "sendDocument" if screen.attachment else "sendMessage"
    await people.fault(method, "drop_after", chat_id=person.chat_id)
    with pytest.raises(Uncertain):
        await post(poster, person, screen, floor_id=floor_id)
    return floor_id


async def test_lost_file_is_found_again(poster: Poster, people: People, anna: Person):
    """Not sent twice, and with the words and the buttons that it should have now."""
    floor_id = await lost(poster, people, anna, SCREEN)
    ((lost_id, _),) = [(m["message_id"], m) for m in await of_bot(anna)]
    await anna.says("и что?")
    newer = Screen(text="Новее", attachment=REPORT)

    assert await post(poster, anna, newer, floor_id=floor_id, is_unsure=True) == lost_id

    (message,) = await of_bot(anna)
    assert (message["caption"], "reply_markup" in message) == ("Новее", False)
    assert (await anna.downloads(message)).decode() == REPORT.text


async def test_lost_file_that_needs_no_change_is_found_too(
    poster: Poster, people: People, anna: Person
):
    """ "Not modified" is an answer as good as any; also where there is no caption at all."""
    silent = Screen(text="", attachment=REPORT)
    for screen in (SCREEN, silent):
        floor_id = await lost(poster, people, anna, screen)
        await post(poster, anna, screen, floor_id=floor_id, is_unsure=True)

    assert [words(message) for message in await of_bot(anna)] == ["Отчёт & файл", ""]


async def test_file_that_was_not_lost_is_sent(poster: Poster, people: People, anna: Person):
    await people.fault("sendDocument", "drop_before", chat_id=anna.chat_id)
    with pytest.raises(Uncertain):
        await post(poster, anna, floor_id=1)

    await post(poster, anna, floor_id=1, is_unsure=True)

    assert len(await of_bot(anna)) == 1


@pytest.mark.parametrize("kind", ["document", "photo"])
@pytest.mark.parametrize(
    "answer",
    [
        {"result": True},
        {"result": {}},
        {"result": None},
        {"body": "<html>Sign in</html>"},
        {"body": "<html>Blocked</html>", "status": 403},
        {"body": '{"ok":true,"resu'},
    ],
)
@pytest.mark.parametrize("executed", [True, False])
async def test_file_whose_answer_says_nothing_comes_once(
    poster: Poster, people: People, anna: Person, tmp_path: Path, kind: str, answer: JsonDict,
    executed: bool,
):  # fmt: skip
    """It was taken, or not; nobody can tell, so it is looked for."""
    (tmp_path / "a.png").write_bytes(PNG)
    picture = Attachment(name="a.png", path=str(tmp_path / "a.png"), kind="photo")
    screen = Screen(text="Файл", attachment=picture if kind == "photo" else REPORT)
    floor_id = max(int(message["message_id"]) for message in await anna.chat())
    method = f"send{kind.title()}"
    await people.fault(method, "odd_result", chat_id=anna.chat_id, executed=executed, **answer)
    with pytest.raises(Unreadable):
        await post(poster, anna, screen, floor_id=floor_id)

    await post(poster, anna, screen, floor_id=floor_id, is_unsure=True)

    assert [words(message) for message in await of_bot(anna)] == ["Файл"]


async def test_words_are_not_taken_for_a_file_nor_a_file_for_words(
    poster: Poster, people: People, anna: Person
):
    """Both are lost, and each search finds its own."""
    floor_id = await lost(poster, people, anna, Screen(text="слова"))
    await lost(poster, people, anna, SCREEN)

    await post(poster, anna, Screen(text="Файл", attachment=REPORT), floor_id=floor_id,
               is_unsure=True)  # fmt: skip
    await post(poster, anna, Screen(text="Слова"), floor_id=floor_id, is_unsure=True)

    assert [words(message) for message in await of_bot(anna)] == ["Слова", "Файл"]


async def test_files_that_we_know_and_files_of_people_are_never_overwritten(
    poster: Poster, people: People, anna: Person, known: set[int]
):
    floor_id = max(message["message_id"] for message in await anna.chat())
    known.add(await post(poster, anna, Screen(text="первый", attachment=REPORT)))
    await anna.sends_document("мой.jsonl", b"{}", "мой")
    await lost(poster, people, anna, SCREEN)
    known.add(await post(poster, anna, Screen(text="третий", attachment=REPORT)))

    await post(poster, anna, floor_id=floor_id, is_unsure=True)

    shown = [words(message) for message in await anna.chat()]
    assert shown == ["/start", "первый", "мой", "Отчёт & файл", "третий"]


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("drop_after", {}),
        ("drop_before", {}),
        ("status", {"status": 500}),
        ("bad_gateway_html", {}),
        ("retry_after", {"seconds": 1}),
    ],
)
async def test_whole_outbox_delivers_files_once_and_in_order(
    real_bot: Bot,
    reachability: Reachability,
    people: People,
    anna: Person,
    database: Database,
    kind: str,
    details: Json,
):
    """As the bot does it: stored, sent, found again."""
    store, chat_id = OutboxStore(database), anna.chat_id
    outbox = _outbox(real_bot, database, store, reachability)
    await people.fault("sendDocument", kind, chat_id=chat_id, after=1, **details)

    for text in ("один", "два", "три"):
        screen = Screen(text=text, attachment=Attachment(name=f"{text}.txt", text=text))
        payload, floor = screen.to_json(), max(m["message_id"] for m in await anna.chat())
        post_it = partial(
            store.post, chat_id=chat_id, key=text, payload=payload, now=1, floor_id=floor
        )
        await database.write(post_it)
    await anna.sees_document("три.txt")
    await outbox._workers.idle(chat_id)
    await outbox.close()

    messages = await of_bot(anna)
    assert [words(message) for message in messages] == ["один", "два", "три"]
    contents = [(await anna.downloads(message)).decode() for message in messages]
    assert contents == ["один", "два", "три"]


async def test_person_hears_that_a_file_is_gone(
    real_bot: Bot, reachability: Reachability, anna: Person, database: Database, tmp_path: Path
):
    """It was there when it was promised; the next message arrives all the same."""
    store, chat_id = OutboxStore(database), anna.chat_id
    outbox = _outbox(real_bot, database, store, reachability)
    gone = Screen(text="ваш файл", attachment=Attachment(name="a", path=str(tmp_path / "gone")))
    for key, screen in (("a", gone), ("b", Screen(text="дальше"))):
        await database.write(
            partial(store.post, chat_id=chat_id, key=key, payload=screen.to_json(), now=1)
        )

    await anna.sees("дальше")
    await outbox.close()

    first, second = [words(message) for message in await of_bot(anna)]
    assert (first[:16], second) == ("не принято, код ", "дальше")


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(name="a.png", path="/nowhere/a.png", kind="photo"),
        Attachment(name="a.png", text="no picture", kind="photo"),
    ],
    ids=["gone", "no picture"],
)
async def test_words_arrive_though_their_picture_can_not(
    real_bot: Bot,
    reachability: Reachability,
    anna: Person,
    database: Database,
    attachment: Attachment,
):
    """How a job ended matters more than its curve; the buttons are there, too."""
    store, chat_id = OutboxStore(database), anna.chat_id
    outbox = _outbox(real_bot, database, store, reachability)
    payload = replace(SCREEN, attachment=attachment).to_json()
    await database.write(partial(store.post, chat_id=chat_id, key="a", payload=payload, now=1))

    message = await anna.sees("Отчёт & файл")
    await outbox._workers.idle(chat_id)
    await outbox.close()

    assert message["text"] == "Отчёт & файл"
    assert "reply_markup" in message
    assert len(await of_bot(anna)) == 1


def _outbox(bot: Bot, database: Database, store: OutboxStore, reachability: Reachability) -> Outbox:
    async def render(kind: str, payload: JsonDict, chat_id: int) -> Screen:
        assert kind == "refused"
        return Screen(text=f"не принято, код {payload['incident']}")

    async def rings(row: OutboxRow) -> bool:
        return False

    poster = Poster(bot, RateLimits(), lambda above: store.known_ids(above=above), reachability)
    return Outbox(database=database, store=store, poster=poster, render=render, rings=rings)
