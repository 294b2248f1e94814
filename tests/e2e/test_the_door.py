"""The door: who is let in, to what; and what arrives that nobody expected."""

import itertools
from typing import Any

from bot.comparison.entities import Vote
from bot.delivery.old_names import current
from bot.edge.menus import ADMINS
from bot.edge.menus import TESTERS as TESTERS_MENU
from bot.ratings.entities import Complaint
from tests.composition import registry
from tests.e2e.chats import press
from tests.e2e.training import ENDLESS, MODEL, job_of, started
from tests.telegram_people import Json, words
from tests.world import ADMIN, STRANGER, World, eventually, world

OPEN_COMMANDS = {"start", "help", "id", "language", "new", "retry", "privacy", "settings"}
OPEN_BUTTONS = {
    "safety:call:", "safety:called:", "safety:not_called:",
    "language:set:", "door:ask:", "privacy:get:", "privacy:forget:", "privacy:forgotten:",
    "privacy:keep:", "talk:stop:", "talk:again:", "talk:anew:", "talk:repeat:", "talk:below:",
    "talk:up:", "talk:down:", "talk:unrate:", *(f"why:{reason}:" for reason in Complaint),
    "welcome:settings:", "welcome:sound:", "welcome:tongue:", "privacy:show:",
    "ratings:correction_file:", "ratings:correction_ask:",
    "chat:more:", "chat:starter:", "fix:write:", "fix:leave:", "fix:drop:",
    *(f"compare:vote_{vote}:" for vote in Vote),
}  # fmt: skip
TESTERS = range(1101, 1111)


def admins_commands() -> list[str]:
    """Every command that is not for everybody, as somebody would write it."""
    names = registry().commands.keys() - OPEN_COMMANDS
    arguments = {"use": MODEL, "monitor": "ftjob-1", "cancel": "ftjob-1", "test": MODEL}
    return [f"/{name} {arguments.get(name, '')}".strip() for name in sorted(names)]


def admins_buttons() -> list[str]:
    """The data of every button that is not for everybody; 1 is a plan, a job and a model."""
    prefixes = {f"{name}:" for name in registry().presses} - set(map(current, OPEN_BUTTONS))
    commands = registry().commands.keys() - OPEN_COMMANDS
    run = [f"command:run:{name}" for name in sorted(commands)]
    return [*(f"{prefix}1" for prefix in sorted(prefixes)), *run]


def changing(everything: World) -> list[str]:
    """What the bot has asked of the provider, without its looking at a job and its events."""
    return [
        f"{seen.method} {seen.path}"
        for seen in everything.asked_for_people()
        if not (seen.method == "GET" and "/fine_tuning/jobs/" in seen.path)
    ]


def decided(everything: World) -> list[Any]:
    """All that an admin's press could change."""
    queries = (
        "SELECT id, state, confirmed_by FROM training_runs",
        "SELECT id, status = 'cancelled', followed_by FROM jobs",
        "SELECT id, model_id FROM servings",
        "SELECT id, name, system_prompt FROM models",
        "SELECT request_id FROM uploads",
        "SELECT id FROM trials",
        "SELECT id, every, n_wanted, ending FROM comparisons",
        "SELECT id, is_tester, is_blocked, daily_limit FROM people WHERE is_tester = 1",
        "SELECT id, used_by, withdrawn_at FROM invitations",
        "SELECT id, state FROM join_requests",
    )
    return [everything.stored(query) for query in queries]


async def test_only_admins_run_and_press(tmp_path):
    """Testers and strangers can neither run nor press anything of the admins', politely.

    Every command and every kind of button is tried, also as updates for buttons that these people
    have never been shown. No request to the provider comes of it, and nothing changes.
    """
    ids = ",".join(map(str, TESTERS))
    async with world(tmp_path, engine=ENDLESS, TESTER_IDS=ids) as everything:
        admin, people = everything.admin, everything.people
        await job_of(everything, await started(admin))
        await admin.says(f"/use {MODEL}")
        await admin.sees(f"Теперь отвечает {MODEL}")
        testers = [await people.person(number, "Олег") for number in TESTERS]
        stranger = await people.person(STRANGER, "Пётр")
        commands, buttons = admins_commands(), admins_buttons()
        assert len(commands) >= 10
        assert len(buttons) >= 15
        await everything.settled(0)
        ((n_before,),) = everything.stored("SELECT count(*) FROM inbox")
        asked, state = changing(everything), decided(everything)

        tried = 0
        for tester, words_ in zip(itertools.cycle(testers), commands, strict=False):
            await tester.says(words_)
            await stranger.says(words_)
            tried += 2
        for tester, data in zip(itertools.cycle(testers), buttons, strict=False):
            await people.raw_update(press(tester, data))
            await people.raw_update(press(stranger, data))
            tried += 2
        await stranger.says("Как дела?")
        await stranger.sends_document("data.jsonl", b"{}", caption="/upload")
        for edited in ("/train", "/upload"):
            await stranger.edits((await stranger.says("Эй"))["message_id"], edited)
        await everything.settled(n_before + tried + 6)

        assert changing(everything) == asked
        assert decided(everything) == state
        refused = 0
        for tester in testers:
            said = [m for m in await tester.chat() if m["from"]["is_bot"]]
            refused += sum(words(m) == "Это могут только администраторы." for m in said)
        assert refused == len(commands) + len(buttons)
        said = [m for m in await stranger.chat() if m["from"]["is_bot"]]
        assert 1 <= len(said) <= 3  # the same words once a minute
        for message in said:
            assert "Это закрытый бот" in words(message)
            assert "Ваш ID в Telegram: 2001" in words(message)

        # The menus show nobody what they may not do.
        for person, is_admin in ((admin, True), (testers[0], False), (stranger, False)):
            names = {command["command"] for command in (await person.view())["commands"]}
            assert names >= {*(ADMINS if is_admin else TESTERS_MENU)}
            assert ("train" in names) is is_admin


def nonsense() -> list[Json]:
    """Updates that no bot should get, and some that ours does not want."""
    chat = {"id": ADMIN, "type": "private", "first_name": "Мария"}
    user = {"id": ADMIN, "is_bot": False, "first_name": "Мария"}
    channel = {"id": -100123, "type": "channel", "title": "Канал"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": user}
    return [
        {},
        {"message": None},
        {"message": "words"},
        {"message": {"text": "/id"}},
        {"message": {"message_id": 1, "date": 1, "chat": chat, "text": "/id"}},
        {"message": message | {"date": "yesterday", "text": "/id"}},
        {"message": message | {"text": 7}},
        {"message": message | {"text": ["/id"]}},
        {"message": message | {"entities": [{"type": 1}], "text": "/id"}},
        {"message": message | {"chat": {"id": 2**70, "type": "private"}, "text": "hi"}},
        {"message": message | {"message_id": 2**70, "text": "hi"}},
        {"message": message | {"chat": {"id": "1001", "type": "private"}, "text": "hi"}},
        {"message": message | {"chat": [1], "text": "hi"}},
        {"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "Новость"}},
        {"inline_query": {"id": "1", "from": user, "query": "Наташа", "offset": ""}},
        {
            "callback_query": {
                "id": "1",
                "from": user,
                "chat_instance": "1",
                "data": "train:start:1",
            }
        },
        {"callback_query": {"id": "1"}},
        {"poll": {"id": 1}},
        {"brand_new_kind": {"of": "update"}},
        {"my_chat_member": {"chat": chat}},
    ]


async def test_nothing_that_arrives_stops_the_bot(tmp_path):
    """Groups are left with a sentence; channels, inline queries and nonsense change nothing.

    Whatever came, the next person is answered, and after a restart too.
    """
    async with world(tmp_path) as everything:
        admin, tester, people = everything.admin, everything.tester, everything.people

        group = await people.group(-4001, tester, "Коллеги")
        await group.sees("Я разговариваю только один на один")
        await eventually(lambda: _calls(everything, "leaveChat"))

        await admin.says("/id")
        await admin.sees("Ваш ID в Telegram: 1001")
        odd = nonsense()
        for update in odd:
            await people.raw_update(update)
        for data in ("", ":", "train:start:", "train:start:x", f"train:start:{'9' * 40}", "?"):
            await people.raw_update(press(admin, data))
        asked = await tester.says("/id")
        await tester.sees("Ваш ID в Telegram: 1002", after=asked["message_id"])
        await everything.settled(len(odd) + 8)
        assert "Эта кнопка больше не работает" in str(await admin.chat())

        await everything.restart_bot()
        asked = await tester.says("/id")
        await tester.sees("Ваш ID в Telegram: 1002", after=asked["message_id"])
        assert "сломалось" not in str(await admin.chat())
        assert everything.asked_for_people() == []


async def _calls(everything: World, method: str) -> list[Json]:
    return await everything.people.calls(method)


async def test_a_picture_gets_a_word(tmp_path):
    """What is not text, and a command that does not exist, get a kind answer."""
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        await tester.sends_document("note.txt", "заметка".encode())
        await tester.sees("Файлов пока не читаю")

        asked = await admin.says("/nosuch@natasha x")
        await admin.sees("Такой команды нет", after=asked["message_id"])
        size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
        message = asked | {"message_id": asked["message_id"] + 1, "photo": [size]}
        del message["text"], message["entities"]
        await everything.people.raw_update({"message": message})
        await admin.sees("Картинок пока не вижу")
