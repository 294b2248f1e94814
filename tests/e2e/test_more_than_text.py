"""Pictures, voices, files and formatted texts: words are answered, the rest is told once."""

from tests.e2e.chats import said_by_bot
from tests.e2e.training import MODEL
from tests.telegram_people import PNG, Json, Person, words
from tests.world import DATASET, World, eventually, world

PICTURES = [("a.png", PNG), ("b.png", PNG), ("c.png", PNG)]
BESIDE = "Прочитала только слова"


async def asked(everything: World, n: int) -> str:
    """The question of the *n*-th request, once all is answered."""
    await eventually(lambda: len(everything.asked()) == n, timeout=40)
    await everything.settled(0)
    return str(everything.asked()[-1][-1]["content"])


async def n_told(everything: World, person: Person, text: str) -> int:
    await everything.settled(0)
    return sum(text in said for said in said_by_bot(await person.chat()))


async def test_words_of_any_message_are_answered(tmp_path):
    """A caption, an album's caption, a formatted text; what else comes is told once for each."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester

        (picture,) = await tester.sends("photo", caption="Как тебе мой рисунок?")
        assert await asked(everything, 1) == "Как тебе мой рисунок?"
        assert await n_told(everything, tester, BESIDE) == 1
        await tester.edits(picture["message_id"], "Как тебе?")
        assert await asked(everything, 2) == "Как тебе?"

        await tester.sends("photo", *PICTURES, caption="Мой отпуск")
        assert await asked(everything, 3) == "Мой отпуск"
        assert await n_told(everything, tester, BESIDE) == 2

        await tester.says_rich(["Я ", {"type": "bold", "text": "очень"}, " устала"], "Что делать?")
        assert await asked(everything, 4) == "Я очень устала\nЧто делать?"
        await tester.sends("document", ("note.txt", b"x"), caption="Что скажешь о заметке?")
        assert await asked(everything, 5) == "Что скажешь о заметке?"
        assert await n_told(everything, tester, BESIDE) == 3
        await tester.sends("photo", caption="/Language")
        await tester.sees("На каком языке")
        assert len(everything.asked()) == 5


async def test_what_has_no_words_gets_one_answer(tmp_path):
    """Each kind says once an hour what to do instead; a notice of Telegram brings nothing."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, people = everything.tester, everything.people
        first = await tester.says("/start")
        await tester.sees("Здравствуйте")

        await tester.sends("photo", *PICTURES)
        await tester.sees("Опишите, пожалуйста, словами")
        assert await n_told(everything, tester, "Опишите, пожалуйста, словами") == 1
        await tester.sends("sticker")
        await tester.sees("Стикер до меня дошёл")
        await tester.sends("voice")
        await tester.sees("о чём там речь")
        await tester.sends("voice")
        assert await n_told(everything, tester, "о чём там речь") == 1
        assert await n_told(everything, tester, "Опишите, пожалуйста, словами") == 1
        await tester.sends("document", ("note.txt", b"x"))
        await tester.sees("Вставьте нужный кусок")
        message = {key: first[key] for key in ("chat", "from", "date")} | {"message_id": 990}
        place = {"location": {"latitude": 1.0, "longitude": 1.0}}
        rare: list[tuple[Json, str]] = [
            (place, "что это за место"),
            ({"contact": {"phone_number": "1", "first_name": "Ира"}}, "кто он для вас"),
            ({"dice": {"emoji": "🎲", "value": 6}}, "А что вы загадали?"),
        ]
        for n, (content, told) in enumerate(rare, start=980):
            await people.raw_update({"message": message | content | {"message_id": n}})
            await tester.sees(told)
        n_before = len(said_by_bot(await tester.chat()))
        pinned = {"pinned_message": first}
        await people.raw_update({"message": message | pinned | {"message_id": 991}})
        await people.raw_update({"edited_message": message | place | {"edit_date": 1}})
        await everything.settled(0)
        assert len(said_by_bot(await tester.chat())) == n_before
        assert everything.asked() == []


async def test_file_of_an_admin_stays_a_dataset(tmp_path):
    """With any caption: /validate in it is what happens anyway, another command is named."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin = everything.admin
        for name, caption in (("a.jsonl", "Новая версия, глянь"), ("b.jsonl", "/validate")):
            sent = await admin.sends_document(name, DATASET.read_bytes() + b"\n", caption)
            await admin.sees(name, after=sent["message_id"], timeout=60)
        sent = await admin.sends_document("c.jsonl", DATASET.read_bytes(), "/train quick")
        await admin.sees("пришлите /train отдельно", after=sent["message_id"], timeout=60)
        files = [(name, DATASET.read_bytes()) for name in ("d.jsonl", "e.jsonl")]
        (first, _) = await admin.sends("document", *files, caption="Две версии")
        for name, _ in files:
            await admin.sees(name, after=first["message_id"], timeout=60)
        said = " ".join(said_by_bot(await admin.chat()))
        assert "ещё ничего не отправлено" not in said
        assert everything.asked() == []


async def test_answer_goes_to_the_topic(tmp_path):
    """Private chats may have topics: answers, notices and buttons stay in the one where one is."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says("/start")
        await tester.sees("Здравствуйте")
        topic = await tester.opens_topic("Работа")

        for text in ("Как дела?", "/language", "/trian"):
            asked_ = await tester.says(text, message_thread_id=topic)
            answer = await tester.sees(lambda _: True, after=asked_["message_id"])
            await everything.settled(0)
            assert answer.get("message_thread_id") == topic, words(answer)
        asked_ = await tester.says("А тут?")
        answer = await tester.sees(lambda _: True, after=asked_["message_id"])
        assert "message_thread_id" not in answer
