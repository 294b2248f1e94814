"""One chat, one order: whatever a text begins with, and however a command is written."""

from tests.e2e.chats import CURSOR, QUESTION, TALKS, said_by_bot
from tests.e2e.training import MODEL
from tests.telegram_people import button_data, words
from tests.world import World, eventually, world

PATIENT = 90


async def asked_at_last(everything: World, n: int) -> list[str]:
    """The last words of each prompt, once *n* have been sent and everything is answered."""
    await eventually(lambda: len(everything.asked()) >= n, timeout=PATIENT)
    await everything.settled(0)
    return [messages[-1]["content"] for messages in everything.asked()]


async def test_words_with_a_slash_keep_their_order(tmp_path):
    """A slow answer is under way: each question behind it is asked once, and in its turn.

    `/Retry` is known in any case, and asks the question before it again.
    """
    fraction, hello = "/ - это дробная черта? Сколько будет 6/2", "/привет"
    path = "/etc/passwd — это что?"
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says(QUESTION)
        await tester.sees(lambda message: CURSOR in words(message), timeout=PATIENT)
        for text in (fraction, hello, "/Retry", path):
            await tester.says(text)

        expected = [QUESTION, fraction, hello, hello, path]
        assert await asked_at_last(everything, len(expected)) == expected
        turns = everything.stored("SELECT user_text FROM turns ORDER BY id")
        assert [text for (text,) in turns] == expected
        assert "сломалось" not in str(await tester.chat())
        assert everything.stored("SELECT 1 FROM inbox WHERE attempts > 0 OR is_dead") == []
        history = [m["content"] for m in everything.asked()[-1] if m["role"] == "user"]
        assert history == [QUESTION, fraction, hello, path]


async def test_unknown_command_costs_nothing_and_helps(tmp_path):
    """People read which command they may have meant, and its button runs it."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, tester = everything.admin, everything.tester

        await admin.says("/trian quick")
        offer = await admin.sees("Такой команды нет. Может быть, /train?")
        await admin.presses("/train", offer)
        await admin.sees("ещё ничего не отправлено")

        await tester.says("/hlep@sandbox_bot")
        offer = await tester.sees("Такой команды нет")
        asked = await tester.says("/trian")
        refused = await tester.sees("Такой команды нет", after=asked["message_id"])
        assert button_data(refused, "/train") is None
        asked = await tester.says("/start@Other_Bot")
        await tester.sees("Может быть, /start?", after=asked["message_id"])
        asked = await tester.says("/2")
        await tester.sees("Какие есть, покажет /help", after=asked["message_id"])
        asked = await tester.says("/HELP")
        await tester.sees("Напишите что угодно", after=asked["message_id"])
        assert everything.asked() == []


async def test_button_of_a_command_waits_for_its_turn(tmp_path):
    """`/rety` offers /retry, which repeats the last question after the answer that grows."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says(QUESTION)
        await tester.sees(lambda message: CURSOR in words(message), timeout=PATIENT)
        await tester.says("/rety")
        offer = await tester.sees("Может быть, /retry?", timeout=PATIENT)
        await tester.presses("/retry", offer)

        assert await asked_at_last(everything, 2) == [QUESTION, QUESTION]
        assert len(said_by_bot(await tester.chat())) == 3
