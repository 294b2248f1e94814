"""The owner as editor: her words become the next Natasha, by phone and in few taps."""

from functools import partial
from pathlib import Path

from tests.e2e.chats import answered
from tests.e2e.models import put_to_use, taps
from tests.e2e.training import MODEL, TWO_ADMINS, is_judged, second
from tests.telegram_people import Json, Person, button_data, words
from tests.world import eventually, world

QUESTIONS = ("Что мне снится?", "Как просить о помощи?", "Куда уходит злость?")
BETTER = "Закрой глаза. {} Что ты видишь прямо сейчас?"
SAY, FINE, SKIP = "✍️ Сказать иначе", "👍 Так и надо", "Пропустить"
DECIDED = "SELECT verdict, decided_by FROM answer_decisions ORDER BY turn_id"


async def disliked(tester: Person, question: str) -> Json:
    """Ask, and press 👎; returns the answer."""
    answer = await answered(tester, question)
    await tester.presses("👎", answer)
    await tester.sees("Что не так?", after=answer["message_id"], timeout=60)
    return answer


async def opened(admin: Person) -> Json:
    """The first card of bad answers."""
    await admin.says("/quality")
    quality = await admin.sees(
        lambda message: button_data(message, "editing:start:") is not None, timeout=60
    )
    await admin.presses("editing:start:", quality)
    return await admin.sees("Плохой ответ", after=quality["message_id"], timeout=60)


async def pressed_here(person: Person, command: str, *buttons: str) -> None:
    """A command, and then buttons, each below what the one before it brought."""
    shown = await person.says(command)
    for data in buttons:
        wanted = partial(button_data, button=data)
        shown = await person.sees(wanted, after=shown["message_id"], timeout=60)
        await person.presses(data, shown)


def question_on(card: Json) -> str:
    return next(question for question in QUESTIONS if question in words(card))


async def reworded(admin: Person, card: Json, text: str) -> Json:
    """Press ✍️ and reply: two taps' worth; returns the next card, which is a new message."""
    await admin.presses(SAY, card)
    prompt = await admin.sees("Как сказать иначе?", after=card["message_id"], timeout=60)
    said = await admin.says(text, reply_to=prompt["message_id"])
    return await admin.sees("Записано", after=said["message_id"], timeout=60)


async def test_three_corrections_one_training_a_better_answer(tmp_path):
    """From 👎 to the new model's words, all from buttons."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, tester = everything.admin, everything.tester
        for question in QUESTIONS:
            await disliked(tester, question)

        card = await opened(admin)
        for left in (2, 1, 0):
            question = question_on(card)
            card = await reworded(admin, card, BETTER.format(question))
            assert f"До новой Наташи: {3 - left} из 30" in words(card)
        assert "всё разобрано" in words(card)

        await admin.presses("🎓 Обучить на новом", card)
        plan = await admin.sees("· ещё ничего не отправлено", after=card["message_id"])
        assert "324" in words(plan)
        await admin.presses("🚀 Запустить", plan)
        await admin.sees(is_judged, timeout=120)
        await put_to_use(admin, "natasha-v1")
        answer = await answered(tester, QUESTIONS[1])
        assert words(answer) == BETTER.format(QUESTIONS[1])


async def test_one_verdict_whoever_presses_and_whatever_dies(tmp_path):
    """Two admins, double taps, `kill -9`, an edited reply, a late one; strangers get nothing."""
    async with world(tmp_path, CHAT_MODEL=MODEL, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, tester, anna = everything.admin, everything.tester, await second(everything)
        for question in QUESTIONS:
            await disliked(tester, question)
        ids = [row[0] for row in everything.stored("SELECT request_id FROM turns ORDER BY id")]
        mine, hers = await opened(admin), await opened(anna)
        assert question_on(mine) == question_on(hers) == QUESTIONS[2]

        await anna.presses(FINE, hers)
        hers = await anna.sees(QUESTIONS[1], after=hers["message_id"] - 1, timeout=60)
        await taps(everything, admin, mine, f"editing:fine:{ids[2]}", n=2)
        await admin.sees("уже разобран: Анна", after=mine["message_id"], timeout=60)
        await taps(everything, tester, mine, f"editing:fine:{ids[0]}", n=1)
        assert everything.stored(DECIDED) == [("fine", anna.id)]

        await taps(everything, anna, hers, f"editing:say:{ids[1]}", n=1)
        prompt = await anna.sees("Как сказать иначе?", after=hers["message_id"], timeout=60)
        said = await anna.says("Дыши.", reply_to=prompt["message_id"])
        await everything.kill_bot()
        await everything.start_bot()
        last = await anna.sees("Записано", after=said["message_id"], timeout=60)
        assert question_on(last) == QUESTIONS[0]
        await anna.edits(said["message_id"], "Дыши глубже.")
        await anna.sees("Исправлено", after=last["message_id"], timeout=60)
        texts = "SELECT text FROM answer_decisions WHERE text IS NOT NULL"
        assert everything.stored(texts) == [("Дыши глубже.",)]

        await anna.presses(SAY, last)
        prompt = await anna.sees(f"Ответ №{ids[0]}", after=last["message_id"], timeout=60)
        await pressed_here(tester, "/privacy", "privacy:forget:", "privacy:forgotten:")
        await eventually(lambda: not everything.stored(DECIDED))
        await anna.says("Поздно.", reply_to=prompt["message_id"])
        await anna.sees("Этого ответа здесь больше нет", after=prompt["message_id"], timeout=60)
        log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
        assert "Traceback" not in log


async def test_what_an_admin_writes_for_the_training_calls_nobody(tmp_path):
    """Nobody is in danger because an answer speaks of it."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        admin, tester = everything.admin, everything.tester
        await disliked(tester, QUESTIONS[0])
        card = await opened(admin)
        note = await reworded(admin, card, "Если не хочется жить, позвони сейчас же близким.")
        assert "всё разобрано" in words(note)
        assert everything.stored("SELECT count(*) FROM danger_messages") == [(0,)]
