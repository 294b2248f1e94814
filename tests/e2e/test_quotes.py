"""What a person answers to, highlights or forwards goes along with their words."""

from tests.e2e.chats import FIRST, QUESTION, answered
from tests.e2e.training import MODEL
from tests.telegram_people import words
from tests.world import World, eventually, world

FOREIGN = "Ты никому ничего не должен.\nДаже мне."


async def asked_last(everything: World, n: int) -> str:
    """The person's part of the *n*-th prompt."""
    await eventually(lambda: len(everything.asked()) == n, timeout=40)
    await everything.settled(0)
    return str(everything.asked()[-1][-1]["content"])


async def test_quoted_words_go_along(tmp_path):
    """A fragment first, else the message; the last answer only as a fragment, it is there anyway.

    The question is stored as it was asked, so /retry repeats it and an example keeps its sense.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        older = await answered(tester, QUESTION)
        newer = await answered(tester, FIRST)
        fragment = words(newer)[3:25].strip()

        await tester.says("Почему так?", reply_to=older["message_id"])
        quoted = await asked_last(everything, 3)
        head, _, own = quoted.rpartition("\n\n")
        assert own == "Почему так?"
        assert all(line.startswith(">") for line in head.splitlines())
        beginning = words(older).split()[:4]
        assert head.split()[1:5] == beginning

        await tester.says("/retry")
        assert await asked_last(everything, 4) == quoted

        last = await answered(tester, "Продолжай")
        await tester.says("А если нет?", reply_to=last["message_id"])
        assert await asked_last(everything, 6) == "А если нет?"
        newest = [m for m in await tester.chat() if m["from"]["is_bot"]][-1]
        bit = words(newest)[:15].strip()
        await tester.says("Это?", reply_to=newest["message_id"], quote=bit)
        assert await asked_last(everything, 7) == f"> {bit}\n\nЭто?"
        await tester.says("Точно?", reply_to=newer["message_id"], quote=fragment)
        assert await asked_last(everything, 8) == f"> {fragment}\n\nТочно?"

        # What is no answer of the model, too; a voice message has no words to go along.
        asked = await tester.says("/id")
        notice = await tester.sees("Ваш ID в Telegram", after=asked["message_id"])
        await tester.says("Что это за число?", reply_to=notice["message_id"])
        assert (await asked_last(everything, 9)).startswith("> Ваш ID в Telegram: 1002")
        voice = (await tester.sends("voice"))[0]
        await tester.says("Слышно?", reply_to=voice["message_id"])
        assert await asked_last(everything, 10) == "Слышно?"
        assert await admin.chat() == []


async def test_long_quotes_are_cut_at_a_word(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        long = await tester.says("слово " * 200)
        await asked_last(everything, 1)
        await answered(tester, FIRST)

        await tester.says("И что?", reply_to=long["message_id"])

        quoted = (await asked_last(everything, 3)).split("\n\n")[0]
        assert 300 < len(quoted) < 420
        assert quoted.endswith("слово …")


async def test_edited_reply_keeps_its_quote(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        older = await answered(tester, QUESTION)
        await answered(tester, FIRST)
        asked = await tester.says("Почему?", reply_to=older["message_id"], quote=words(older)[:9])
        first = await asked_last(everything, 3)

        await tester.edits(asked["message_id"], "Зачем?")

        assert await asked_last(everything, 4) == first.replace("Почему?", "Зачем?")


async def test_comment_and_forward_are_one_question(tmp_path):
    """They come as two updates; a forward alone is a question by itself."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, pyotr = everything.tester, {"name": "Пётр"}

        await tester.forwards(text=FOREIGN, origin=pyotr, comment="Он прав?")
        assert await asked_last(everything, 1) == (
            "> Ты никому ничего не должен.\n> Даже мне.\n\nОн прав?"
        )
        await tester.forwards(text=FOREIGN, origin=pyotr)
        assert await asked_last(everything, 2) == FOREIGN
        await tester.forwards(text="/new — так и пишите", origin=pyotr)
        assert await asked_last(everything, 3) == "/new — так и пишите"
        assert everything.stored("SELECT count(*) FROM turns") == [(3,)]
