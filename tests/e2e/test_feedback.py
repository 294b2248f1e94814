"""Testers rate answers and put them better; admins read what they think."""

import asyncio

from tests.e2e.chats import PATIENT, answered, corrects, marked, press, said_by_bot
from tests.e2e.training import MODEL
from tests.telegram_people import Json, Person, button_data, words
from tests.world import TESTER, World, eventually, world

SECOND = 1004
RATINGS = "SELECT is_good, complaint, correction FROM ratings ORDER BY id"


async def edits(everything: World, answer: Json) -> list[str]:
    """The calls that changed that message."""
    return [
        call["method"].lower()
        for call in await everything.people.calls()
        if call["params"].get("message_id") == answer["message_id"]
    ]


async def stands(everything: World, *expected: tuple[int | None, str | None, str | None]) -> None:
    """Such ratings and no others."""
    await eventually(lambda: everything.stored(RATINGS) == list(expected), timeout=PATIENT)


async def test_one_press_rates(tmp_path):
    """Another changes it, one on the mark takes it back; each changes the buttons in one call.

    A double tap is one press, and nobody rates what was said to somebody else.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, people = everything.tester, everything.people
        answer = await answered(tester, "Как начать свой бизнес?")
        text = words(answer)
        await tester.presses("👍", answer)
        shown = await marked(tester, answer, "👍 ✓")
        assert words(shown) == text
        assert button_data(shown, "🔁")
        await stands(everything, (1, None, None))
        assert await edits(everything, answer) == ["editmessagereplymarkup"]

        await tester.presses("👎", answer)
        await marked(tester, answer, "👎 ✓")
        await tester.sees("Что не так?", timeout=PATIENT)
        await stands(everything, (0, None, None))
        assert await edits(everything, answer) == ["editmessagereplymarkup"] * 2
        await tester.presses("👎 ✓", answer)
        await marked(tester, answer, "👎")
        await stands(everything)

        good = str(button_data(answer, "👍"))
        await asyncio.gather(*(people.raw_update(press(tester, good)) for _ in range(2)))
        await everything.settled(6)
        await stands(everything, (1, None, None))
        await everything.admin.says("/id")
        await everything.admin.sees("Ваш ID в Telegram", timeout=PATIENT)
        await people.raw_update(press(everything.admin, good.replace("up", "down")))
        await everything.admin.sees("Этого ответа здесь больше нет", timeout=PATIENT)
        await stands(everything, (1, None, None))
        asked = [m for m in await tester.chat() if "Что не так?" in words(m)]
        assert len(asked) == 1


async def test_reason_and_correction(tmp_path):
    """👎 asks why; the next message is what she would have said, also after `kill -9`.

    No model sees it. It changes when it is edited or written anew.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        answer = await answered(tester, "Мне страшно")
        await tester.presses("👎", answer)
        await tester.presses("Не её голос")
        await tester.presses("Слишком общо")
        await tester.sees(lambda message: button_data(message, "Слишком общо ✓"), timeout=PATIENT)
        await stands(everything, (0, "too_general", None))
        why = await tester.sees("Что не так?", timeout=PATIENT)
        for _ in range(2):  # a second tap adds nothing
            await everything.people.raw_update(press_in(tester, why, "✍️ Написать за Наташу"))
        prompt = await tester.sees("Как сказала бы Наташа?", timeout=PATIENT)
        await everything.settled(6)
        assert len(said_by_bot(await tester.chat())) == 3

        await everything.restart_bot()
        everything.stored("UPDATE awaited_corrections SET expires_at = 1")
        said = await tester.says("Это дракон. Как он выглядит?", reply_to=prompt["message_id"])
        await stands(everything, (0, "too_general", "Это дракон. Как он выглядит?"))
        await tester.sees("Записано", timeout=PATIENT)
        assert len(said_by_bot(await tester.chat())) == 3
        await tester.edits(said["message_id"], "Дракон. Какой он?")
        await stands(everything, (0, "too_general", "Дракон. Какой он?"))
        await tester.presses("✍️ Переписать", why)
        await tester.sees("Дракон. Какой он?", timeout=PATIENT)
        await tester.says("Вижу дракона.")
        await stands(everything, (0, "too_general", "Вижу дракона."))
        assert len(everything.asked()) == 1

        await answered(tester, "Спасибо")
        assert len(everything.asked()) == 2
        assert "дракон" not in str(everything.asked())
        await tester.presses("Убрать", why)
        await stands(everything, (0, "too_general", None))


async def test_reply_comes_before_the_word_that_the_prompt_was_sent(tmp_path):
    """A slow network: Telegram shows the prompt, and the bot does not know yet that it does.

    Later the prompt is forgotten, because it is old; what replies to it is still a correction.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, people = everything.tester, everything.people
        answer = await answered(tester, "Мне страшно")
        await tester.presses("👎", answer)
        why = await tester.sees("Что не так?", timeout=PATIENT)
        await people.fault("sendMessage", "hold_after", seconds=600)
        await tester.presses("✍️ Написать за Наташу", why)
        prompt = await tester.sees("Как сказала бы Наташа?", timeout=PATIENT)
        await tester.says("Кто этот дракон?", reply_to=prompt["message_id"])
        await stands(everything, (0, None, "Кто этот дракон?"))

        await everything.restart_bot()
        await tester.presses("✍️ Переписать", why)
        prompt = await tester.sees(
            "Как сказала бы Наташа?", after=prompt["message_id"], timeout=PATIENT
        )
        sent = "SELECT count(*) FROM outbox WHERE key GLOB 'correction:*' AND sent_at"
        await eventually(lambda: everything.stored(sent) == [(2,)], timeout=PATIENT)
        everything.stored("UPDATE awaited_corrections SET expires_at = 1")
        everything.stored("DELETE FROM outbox WHERE key GLOB 'correction:*'")
        await tester.says("Как его зовут?", reply_to=prompt["message_id"])
        await stands(everything, (0, None, "Как его зовут?"))
        assert len(everything.asked()) == 1


async def test_question_within_the_minutes_is_asked_about(tmp_path):
    """Nothing is filed or answered before the press, which does one thing, once, over `kill -9`.

    Then the time for corrections is over; a reply to something else is asked about, too.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, people = everything.tester, everything.people
        first = await answered(tester, "Раз")
        answer = await answered(tester, "Два")
        await tester.presses("👎", answer)
        await tester.presses("✍️ Написать за Наташу")
        waiting = await tester.sees("Жду до", timeout=PATIENT)
        said = await tester.says("Что мне делать?")
        which = await tester.sees("похоже на вопрос", timeout=PATIENT)
        other = await tester.says("Так лучше", reply_to=first["message_id"])
        also = await tester.sees("похоже на вопрос", after=other["message_id"], timeout=PATIENT)
        await tester.edits(said["message_id"], "Что же мне делать?")
        await everything.settled(7)
        assert len(everything.asked()) == 2
        await stands(everything, (0, None, None))

        await everything.restart_bot()
        for _ in range(2):
            await people.raw_update(press_in(tester, which, "Это вопрос Наташе"))
        await tester.sees(
            lambda m: m["message_id"] == which["message_id"] and button_data(m, "👎"),
            timeout=PATIENT,
        )
        await everything.settled(9)
        assert [asked[-1]["content"] for asked in everything.asked()[2:]] == ["Что же мне делать?"]
        left = await tester.sees("Ответа за Наташу больше не жду", timeout=PATIENT)
        assert left["message_id"] == waiting["message_id"]

        for _ in range(2):
            await people.raw_update(press_in(tester, also, "Это ответ за Наташу"))
        await stands(everything, (0, None, "Так лучше"))
        await everything.settled(11)
        filed = await tester.sees("Записано как ответ за Наташу")
        assert filed["message_id"] == also["message_id"]
        await answered(tester, "Так лучше")
        assert everything.stored("SELECT 1 FROM held_texts") == []


def press_in(person: Person, message: Json, label: str) -> Json:
    """A press on that button, also where it is gone from the screen by now."""
    pressed = press(person, str(button_data(message, label)))
    pressed["callback_query"]["message"]["message_id"] = message["message_id"]
    return pressed


async def test_ways_out_of_writing(tmp_path):
    """[Не надо], a command and five minutes: then a message is a question, and they are told."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        answer = await answered(tester, "Два")
        await tester.presses("👎", answer)
        for way_out in ("Не надо", "/id", "/new", "five minutes"):
            await tester.presses("✍️ Написать за Наташу")
            waiting = await tester.sees("Жду до", timeout=PATIENT)
            if way_out == "Не надо":
                await tester.presses(way_out, waiting)
                await tester.sees("Что не так?", timeout=PATIENT)
            elif way_out == "five minutes":
                everything.stored("UPDATE awaited_corrections SET expires_at = expires_at - 301")
            else:
                await tester.says(way_out)
            await answered(tester, f"После {way_out}")
            if way_out != "Не надо":
                left = await tester.sees("Ответа за Наташу больше не жду", timeout=PATIENT)
                assert left["message_id"] == waiting["message_id"]
        await stands(everything, (0, None, None))
        assert len(everything.asked()) == 5


async def test_admins_read_what_testers_think(tmp_path):
    """Two testers rate; retried answers count; what one deletes is gone for everybody."""
    async with world(tmp_path, CHAT_MODEL=MODEL, TESTER_IDS=f"{TESTER},{SECOND}") as everything:
        admin, tester = everything.admin, everything.tester
        await admin.says("/quality")
        await admin.sees("пока никто не оценил", timeout=PATIENT)
        second = await everything.people.person(SECOND, "Ира")
        good = await answered(second, "Что такое коучинг?")
        await second.presses("👍", good)
        await marked(second, good, "👍 ✓")

        bad = await answered(tester, "Мне грустно")
        await tester.presses("👎", bad)
        await tester.presses("Неправда")
        await corrects(tester, "Какого цвета грусть?", await tester.sees("Что не так?"))
        await tester.presses("🔁", bad)
        old = button_data(bad, "🔁")
        again = await tester.sees(
            lambda message: (
                message["message_id"] == bad["message_id"]
                and button_data(message, "🔁") not in (None, old)
            ),
            timeout=PATIENT,
        )
        await tester.presses("👎", again)
        await marked(tester, bad, "👎 ✓")
        stale = press(tester, str(button_data(bad, "👎")))
        stale["callback_query"]["message"]["message_id"] = bad["message_id"]
        await everything.people.raw_update(stale)
        await everything.settled(11)
        after = await marked(tester, bad, "👎 ✓")
        assert button_data(after, "👍") == button_data(again, "👍")
        prompts = everything.stored(
            "SELECT DISTINCT p.text FROM turns JOIN prompts p ON p.id = prompt_id"
        )
        assert prompts == [(everything.asked()[0][0]["content"],)]

        await admin.says("/quality")
        seen = await admin.sees("рано судить: 3 оценки", timeout=PATIENT)
        assert "Исправлений: 1" in words(seen)
        await admin.says("/models")
        await admin.sees(f"Сейчас отвечает: {MODEL} (№1) · рано судить: 3 оценки", timeout=PATIENT)
        await admin.presses("quality:bad:1.0")
        await admin.sees("👎 1 из 2", timeout=PATIENT)
        await admin.presses("Старее →")
        page = await admin.sees("👎 2 из 2", timeout=PATIENT)
        assert page["message_id"] == seen["message_id"]
        assert "Мне грустно" in words(page)
        assert "Что не так: Неправда" in words(page)
        assert "Какого цвета грусть?" in words(page)
        await tester.says("/quality")
        await tester.sees("только администраторы", timeout=PATIENT)

        await tester.says("/privacy")
        await tester.sees("Оценки ответов — 2, ваши варианты ответов — 1", timeout=PATIENT)
        await tester.presses("Показать")
        file = await tester.downloads(await tester.sees_document("natasha-1002.txt"))
        assert "по-вашему: Какого цвета грусть?" in file.decode()
        await tester.presses("privacy:forget:")
        await tester.presses("Да, удалить")
        await stands(everything, (1, None, None))
        assert everything.stored("SELECT 1 FROM awaited_corrections") == []
        await tester.presses("👍", again)
        await tester.is_told("Этого ответа здесь больше нет", timeout=PATIENT)
        await admin.presses("Назад", page)
        await admin.sees("рано судить: 1 оценка", timeout=PATIENT)
        await stands(everything, (1, None, None))
