"""The owner as editor: her words become the next Natasha, by phone and in few taps."""

from functools import partial
from pathlib import Path

from tests.e2e.chats import answered
from tests.e2e.datasets import GOOD, sent
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


async def changed(person: Person, message: Json, wanted: str) -> Json:
    """The same message once it says what is wanted."""

    def is_there(found: Json) -> bool:
        return found["message_id"] == message["message_id"] and wanted in words(found)

    return await person.sees(is_there, timeout=60, what=wanted)


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
            assert f"Новых примеров: {3 - left}, а для новой Наташи нужно 30" in words(card)
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
        note = await reworded(
            admin, card, "Если не хочется жить, позвони близким: +7 912 345-67-89."
        )
        assert "личные данные" in words(note)  # said at once, and not learnt
        assert "всё разобрано" in words(note)
        assert everything.stored("SELECT count(*) FROM danger_messages") == [(0,)]


def with_findings() -> bytes:
    """Good lines, and twenty with findings: ten with a mail address, and ten that are no JSON."""
    bad = [b"no JSON at all, line %d\n" % n for n in range(10)]
    mails = [each.replace(b"?", b"? oleg@example.com", 1) for each in GOOD if b"?" in each][:10]
    return b"".join([*GOOD[-30:], *mails, *bad])


async def test_twenty_findings_by_one_tap_each(tmp_path):
    """Twenty taps at five seconds are less than two minutes; a killed bot goes on where it was."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna = everything.admin, await second(everything)
        await anna.says("/start")
        await anna.sees("Здравствуйте", timeout=60)
        report = await sent(admin, "a.jsonl", with_findings())
        assert button_data(report, "Убрать плохие строки: 10")
        await admin.presses("Разобрать находки: 20", report)
        card = await admin.sees("с находками осталось: 20", after=report["message_id"])
        n_taps = 0
        for left in range(19, -1, -1):
            wanted = f"с находками осталось: {left} ·" if left else "смотреть больше нечего"
            drop = "Убрать" if left % 2 else "Оставить"
            pressed = str(button_data(card, drop))
            n_taps += 1
            await admin.presses(drop, card)
            if left == 11:
                await everything.restart_bot()
            card = await changed(admin, card, wanted)
            if left == 5:  # a double tap, and another admin with an old button
                await taps(everything, admin, card, pressed, n=1)
                hers = card | {"chat": card["chat"] | {"id": anna.chat_id}}
                await taps(everything, anna, hers, pressed, n=1)
                for person in (admin, anna):
                    await person.sees("Этой строки уже нет", timeout=60)
        assert n_taps == 20

        await admin.presses("К отчёту", card)
        report = await changed(admin, card, "Версия №")
        assert "Примеров" in words(report) or "примеров" in words(report)
        ((name, n_examples),) = everything.stored(
            "SELECT name, n_examples FROM datasets WHERE origin = 'edited' AND deleted_at IS NULL"
        )
        assert (name, n_examples) == ("a+10.jsonl", 40)
        await admin.presses("Кто что правил", report)
        told = await admin.sees("Кто что правил", after=report["message_id"], timeout=60)
        assert words(told).count("Мария") == 10


async def test_a_report_mends_by_one_press(tmp_path):
    """Bad lines and addresses go; an answer is put better; each makes a version."""
    async with world(tmp_path) as everything:
        admin = everything.admin
        report = await sent(admin, "a.jsonl", with_findings())
        await admin.presses("Убрать плохие строки: 10", report)
        report = await changed(admin, report, "Датасет готов: 40")
        await admin.presses("Скрыть контакты и ссылки", report)

        def is_clean(message: Json) -> bool:
            is_it = message["message_id"] == report["message_id"]
            return is_it and button_data(message, "Скрыть контакты и ссылки") is None

        report = await admin.sees(is_clean, timeout=60)
        await admin.presses("Перечитать десятую часть", report)
        card = await admin.sees("осталось:", after=report["message_id"], timeout=60)
        await admin.presses(SAY, card)
        prompt = await admin.sees("Как сказать иначе?", after=card["message_id"], timeout=60)
        said = await admin.says("Дыши. Что ты чувствуешь?", reply_to=prompt["message_id"])
        await admin.sees("версия №", after=said["message_id"], timeout=60)
        ((path, name),) = everything.stored(
            "SELECT path, name FROM datasets WHERE origin = 'edited' AND deleted_at IS NULL"
        )
        content = Path(path).read_text(encoding="utf-8")
        assert name == "a+3.jsonl"
        assert "oleg@example.com" not in content
        assert "Дыши. Что ты чувствуешь?" in content
