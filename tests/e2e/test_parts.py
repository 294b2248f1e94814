"""A long text comes in parts, and people meant it as one."""

import asyncio

from tests.e2e.chats import QUESTION, answered, corrects
from tests.e2e.training import MODEL
from tests.world import World, eventually, world

FOUR = "слово" * 827 + "!"
"""4,136 characters without a blank: Telegram's apps send 4,096 of them first."""
PAGES = "\n\n".join(f"{n}. " + "Я много думала об этом. " * 60 for n in range(1, 8)).strip()


async def asked(everything: World, n: int) -> str:
    """The question of the *n*-th request, once all is answered; there is no further one."""
    await eventually(lambda: len(everything.asked()) >= n, timeout=60)
    await everything.settled(0)
    assert len(everything.asked()) == n
    return str(everything.asked()[-1][-1]["content"])


async def test_long_question_is_asked_once(tmp_path):
    """Two parts or more, cut within a word or between paragraphs, by either app."""
    async with world(tmp_path, CHAT_MODEL=MODEL, HISTORY_MAX_TOKENS="100") as everything:
        tester = everything.tester

        last = await tester.says(FOUR)
        assert await asked(everything, 1) == FOUR
        for n, app in enumerate(("android", "desktop"), 2):
            await tester.says(PAGES, app=app)
            assert (await asked(everything, n)).split() == PAGES.split()
        assert everything.stored("SELECT count(*) FROM turns") == [(3,)]

        # A part can't be edited by itself; nothing is asked for it, nor for the other part.
        told = last
        for message_id in (last["message_id"], last["message_id"] - 1):
            await tester.edits(message_id, "Короче")
            told = await tester.sees("заново целиком", after=told["message_id"])
        assert len(everything.asked()) == 3


async def test_long_question_survives_a_kill(tmp_path):
    """Killed between the parts, and while the answer is made: one question, one turn."""
    async with world(tmp_path, CHAT_MODEL=MODEL, engine={"tokens-per-second": "30"}) as everything:
        tester, people = everything.tester, everything.people
        await tester.says("/start")
        await tester.sees("Здравствуйте")
        chat = {"id": tester.chat_id, "type": "private", "first_name": "Олег"}
        user = {"id": tester.id, "is_bot": False, "first_name": "Олег", "language_code": "ru"}

        async def part(message_id: int, text: str) -> None:
            message = {"message_id": message_id, "date": 1_700_000_000, "chat": chat, "from": user}
            await people.raw_update({"message": message | {"text": text}})

        await part(900, FOUR[:4096])
        await eventually(lambda: everything.stored("SELECT 1 FROM inbox WHERE message_id = 900"))
        await everything.kill_bot()
        await part(901, FOUR[4096:])
        await everything.start_bot()
        await eventually(everything.asked, timeout=60)
        await everything.restart_bot()

        await eventually(lambda: everything.stored("SELECT 1 FROM turns"), timeout=60)
        await everything.settled(0)
        assert {messages[-1]["content"] for messages in everything.asked()} == {FOUR}
        assert everything.stored("SELECT user_text FROM turns") == [(FOUR,)]


async def test_long_correction_and_prompt_are_whole(tmp_path):
    """The rest of a correction, or of a system prompt, is no question."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        correction = ("Я бы сказала так. " * 240).strip()
        answer = await answered(tester, QUESTION)
        await tester.presses("👎", answer)
        why = await tester.sees("Что не так?", after=answer["message_id"])
        await corrects(tester, correction, why)
        await everything.settled(0)
        ((stored,),) = everything.stored("SELECT correction FROM ratings")
        assert stored.split() == correction.split()

        prompt = ("Ты — Наташа. Отвечай коротко. " * 170).strip()
        await admin.says(f"/use {MODEL}\n{prompt}")
        await admin.sees(f"{MODEL} отвечает с новым системным промптом")
        await everything.settled(0)
        ((kept,),) = everything.stored("SELECT system_prompt FROM models ORDER BY id DESC LIMIT 1")
        assert kept.split() == prompt.split()
        assert len(everything.asked()) == 1


async def test_ordinary_messages_stay_apart(tmp_path):
    """Two short questions at once are two, in their order."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        await asyncio.gather(*(everything.tester.says(text) for text in ("Раз", "Два")))
        await asked(everything, 2)
        assert everything.stored("SELECT count(*) FROM turns") == [(2,)]
