"""After a long stop there is one answer a chat, whatever came meanwhile, and no flood."""

import json

from tests.e2e.chats import QUESTION, press, said_by_bot
from tests.e2e.dangers import ACUTE, is_card
from tests.e2e.test_money import HELD
from tests.e2e.training import ENDLESS, MODEL, number_of, planned
from tests.telegram_people import Json, Person, words
from tests.world import World, world

AWAY = "Бот какое-то время не работал."
ALL = "ниже ответ сразу на всё"
LEFT = "Из прежних команд и кнопок сработало не всё"
TWENTY_HOURS_S = 20 * 3600


async def back(everything: World) -> None:
    """The bot starts again: twenty hours have gone by since it was stopped."""
    await everything.people.wrote_long_ago(TWENTY_HOURS_S)
    everything.stored(HELD)
    await everything.start_bot()


async def told(person: Person, before: Json) -> list[str]:
    """What the bot has said since then."""
    messages = await person.chat()
    return said_by_bot([each for each in messages if each["message_id"] > before["message_id"]])


async def test_thirty_messages_are_one_question(tmp_path):
    """Also more than a lane holds, with commands between them, an edit, and a file of each kind."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await everything.stop_bot()
        first = await tester.says("Письмо 0")
        for n in range(1, 45):
            last = await tester.says(f"Письмо {n}")
            if n % 9 == 0:
                await tester.says("/help")
                await tester.says("/new")
        await tester.edits(first["message_id"], "Письмо первое, исправленное")
        await back(everything)
        await everything.settled(54)

        (asked,) = everything.asked()
        question = asked[-1]["content"]
        assert question.split("\n") == [
            "Письмо первое, исправленное", *(f"Письмо {n}" for n in range(1, 45))
        ]  # fmt: skip
        said = await told(tester, last)
        assert len(said) == 3, said
        assert AWAY in said[0]
        assert ALL in said[0]
        assert LEFT in said[0]
        assert sum("/privacy" in each for each in said) == 1, "the help, once"

        await tester.says(QUESTION)
        await everything.settled(55)
        assert len(everything.asked()) == 2
        assert len(await told(tester, last)) == 4


async def test_who_was_in_danger_is_helped_first_and_read_whole(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await everything.stop_bot()
        await tester.says(ACUTE)
        for n in range(30):
            last = await tester.says(f"{n} " + "Никого нет рядом. " * 30)
        await back(everything)
        await everything.settled(31)

        (asked,) = everything.asked()
        assert asked[-1]["content"].startswith(ACUTE)
        new = [each for each in await tester.chat() if each["message_id"] > last["message_id"]]
        assert is_card([each for each in new if each["from"]["is_bot"]][-1]), "below all else"
        assert any(AWAY in words(each) for each in new)


async def test_of_a_very_long_story_the_end_is_read(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        await everything.stop_bot()
        for n in range(30):
            await everything.tester.says(f"Глава {n}: " + "и вот что было дальше " * 20)
        await back(everything)
        await everything.settled(30)

        (asked,) = everything.asked()
        assert "Глава 29" in asked[-1]["content"]
        assert "Глава 1:" not in asked[-1]["content"]
        assert len(asked[-1]["content"]) <= 8_000


async def test_a_kill_in_the_middle_asks_once_more_and_answers_once(tmp_path):
    slow = {"tokens-per-second": "10"}
    async with world(tmp_path, CHAT_MODEL=MODEL, engine=slow) as everything:
        tester = everything.tester
        await everything.stop_bot()
        last = [await tester.says(f"Письмо {n}") for n in range(5)][-1]
        await back(everything)
        await tester.sees("▌")
        await everything.restart_bot()
        await everything.settled(5)

        said = await told(tester, last)
        assert len(said) == 2, said
        assert AWAY in said[0]
        assert "▌" not in said[1]
        contents = {asked[-1]["content"] for asked in everything.asked()}
        assert contents == {"\n".join(f"Письмо {n}" for n in range(5))}


async def test_equal_wishes_are_carried_out_once(tmp_path):
    """An admin's: two presses on one start ask once, five looks at the jobs show them once."""
    async with world(tmp_path, CHAT_MODEL=MODEL, engine=ENDLESS) as everything:
        admin = everything.admin
        plan = await planned(admin)
        number = number_of(plan)
        await everything.stop_bot()
        for _ in range(5):
            last = await admin.says("/jobs")
        for _ in range(2):
            await everything.people.raw_update(press(admin, f"training:start:{number}"))
        await admin.says("/id")
        await back(everything)
        await everything.settled(9)

        said = await told(admin, last)
        assert sum("больше десяти минут назад" in each for each in said) == 1
        assert sum("Ваш ID в Telegram" in each for each in said) == 1
        assert sum(AWAY in each and LEFT in each for each in said) == 1
        assert len(said) == 3, said
        assert everything.jobs_created() == []


async def test_a_stranger_gets_one_message(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        stranger = await everything.people.person(777, "Чужой")
        await everything.stop_bot()
        for n in range(40):
            await stranger.says(f"Эй {n}")
            await stranger.says("/start")
        await back(everything)
        await everything.settled(80)

        assert len(said_by_bot(await stranger.chat())) <= 2
        assert AWAY not in json.dumps(await stranger.chat(), ensure_ascii=False)
        assert everything.asked() == []
