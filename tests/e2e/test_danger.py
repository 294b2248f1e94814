"""A person in danger is told where help is, whatever the model, limits and provider do."""

from pathlib import Path

from bot.delivery.lanes import MOST_WAITING
from tests.e2e.chats import FIRST, PATIENT, QUESTION, TALKS, answered, corrects, press, streamed
from tests.e2e.dangers import (
    ACUTE,
    CALL,
    ENGLISH,
    FIGURE,
    LINE,
    SERIOUS,
    answer_to,
    card,
    cards,
    has_no_ratings,
    helped,
    is_card,
    said,
)
from tests.e2e.faults import CHAT, refusal
from tests.e2e.models import offered
from tests.e2e.test_compare import begun, pair_of, two_models
from tests.e2e.training import MODEL
from tests.telegram_people import button_data, words
from tests.world import STRANGER, eventually, world

SILENT = "Наташа сейчас ответить не может"
MARKS = "SELECT kind, grade, card_id IS NOT NULL FROM danger_messages ORDER BY request_id"
HELD = "hold_before"


async def test_card_comes_at_once_and_moves_below_the_answer(tmp_path):
    """Before the model says a word; then the answer, the card below it, and of the first a line.

    The model is told to speak plainly, which is stored with the turn. Nobody is asked to rate.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        held = everything.proxy.fault("POST", CHAT, HELD)
        asked = await tester.says(SERIOUS)
        first = await card(tester)
        assert words(first).startswith("Не оставайтесь с этим в одиночку.")
        assert "103 — скорая\n124 — детский телефон доверия" in words(first)
        assert "Наташа — программа и приехать не может" in words(first)
        assert offered(first) == [CALL]

        held.released.set()
        answer = await answer_to(tester, asked)
        assert has_no_ratings(answer)
        assert await said(tester) == [LINE, words(answer), "card"]
        (below,) = await cards(tester)
        assert words(below) == words(first)
        (prompt,) = everything.stored(
            "SELECT p.text FROM turns JOIN prompts p ON p.id = turns.prompt_id"
        )
        system = everything.asked()[0][0]
        assert prompt == (system["content"],)
        assert "спроси прямо, в безопасности ли он сейчас" in system["content"]
        assert "112 — экстренная помощь" in system["content"]

        figure = await answered(tester, FIGURE)
        assert button_data(figure, "👍")
        assert len(await cards(tester)) == 1
        assert "в безопасности ли" not in str(everything.asked()[-1][0])


async def test_one_card_an_hour_but_always_a_graver_one(tmp_path):
    """In the text, a caption, a reply, an edited message and formatted text: marked each time."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await helped(tester, SERIOUS)
        await tester.sends("photo", caption=SERIOUS)
        await tester.sees("Прочитала только слова", timeout=PATIENT)
        await tester.says_rich(SERIOUS)
        question = await tester.says(QUESTION)
        edited = await tester.sees(
            lambda m: button_data(m, "🔁"), after=question["message_id"], timeout=PATIENT
        )
        await tester.edits(question["message_id"], SERIOUS)
        await eventually(lambda: len(everything.stored(MARKS)) == 4)
        await everything.settled(5)
        assert len(await cards(tester)) == 1
        assert len(everything.asked()) == 5
        assert all("в безопасности ли" in str(asked[0]) for asked in everything.asked()[-1:])

        await tester.says("Спасибо", reply_to=edited["message_id"])
        await everything.settled(6)
        assert len(await cards(tester)) == 1
        await helped(tester, ACUTE)
        assert len(await cards(tester)) == 2
        marks = everything.stored(MARKS)
        assert [mark[1:] for mark in marks] == [(1, 1), (1, 0), (1, 0), (1, 0), (2, 1)]

        everything.stored("UPDATE danger_messages SET created_at = created_at - 3601")
        await helped(tester, SERIOUS)
        assert len(await cards(tester)) == 3


async def test_stranger_gets_the_card_alone(tmp_path):
    """In their language; no model is asked, no door is shown. A second cry gets the numbers."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        people = everything.people
        stranger = await people.person(STRANGER, "Пётр")
        await stranger.says(SERIOUS)
        shown = await card(stranger)
        assert offered(shown) == []
        await stranger.says(SERIOUS)
        await stranger.sees("Звоните людям, они могут приехать: 112", timeout=PATIENT)
        john = await people.person(STRANGER + 1, "John", language_code="en")
        await john.says(ENGLISH)
        english = await card(john)
        assert words(english).startswith("Please don't stay alone with this.")
        assert "112 — emergency services" in words(english)
        await everything.settled(3)
        assert await said(john) == ["card"]
        assert len(await said(stranger)) == 2
        assert everything.asked_for_people() == []


async def test_no_limit_no_model_and_no_failure_stands_in_the_way(tmp_path):
    """Past the limit an answer comes. Where none can come, numbers stand in its place."""
    async with world(tmp_path, DAILY_MESSAGES_PER_TESTER="1") as everything:
        tester = everything.tester
        await tester.says(SERIOUS)
        await tester.sees(f"{SILENT}. Не ждите её: по номерам выше", timeout=PATIENT)
        assert await said(tester) == ["card", words((await tester.chat())[-1])]

        await everything.stop_bot()
        await everything.start_bot(CHAT_MODEL=MODEL)
        everything.stored("DELETE FROM danger_messages")
        await answered(tester, QUESTION)
        limited = await tester.says(FIRST)
        await tester.sees("На сегодня", after=limited["message_id"], timeout=PATIENT)
        await helped(tester, SERIOUS)
        # What follows within the hour is not turned away either.
        await answered(tester, QUESTION)


async def test_failing_model_is_replaced_by_numbers(tmp_path):
    """Dropped, 500, empty, filtered, refused: never "try again in a minute", never a code."""
    troubles = [
        ("drop_before", {"times": 2}),
        ("answer", refusal(500, "", "Oops") | {"times": 2}),
        ("answer", refusal(400, "content_filter", "No")),
        ("answer", {"status": 200, "body": streamed()}),
        ("answer", {"status": 200, "body": streamed(end="content_filter")}),
        ("answer", {"status": 200, "body": streamed("Как языковая модель, я не могу помочь.")}),
    ]
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        for n, (kind, order) in enumerate(troubles):
            everything.stored("UPDATE danger_messages SET created_at = created_at - 3601")
            everything.proxy.fault("POST", CHAT, kind, **order)
            asked = await tester.says(SERIOUS)
            silent = await tester.sees(SILENT, after=asked["message_id"], timeout=PATIENT)
            await everything.settled(n + 1)
            new = (await tester.chat())[-2:]
            assert [is_card(each) for each in new] == [True, False], (kind, order)
            assert words(new[1]) == words(silent)
            assert offered(silent) == []
        everything.proxy.faults.clear()

        # With a card of the last hour above, the words come with a card of their own.
        everything.proxy.fault("POST", CHAT, "answer", **refusal(500, "", "Oops") | {"times": 2})
        asked = await tester.says(SERIOUS)
        shown = await tester.sees(SILENT, after=asked["message_id"], timeout=PATIENT)
        assert is_card(shown)
        log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
        assert SERIOUS not in log


async def test_nobody_is_asked_to_compare(tmp_path):
    """In the middle of a comparison of every question, one model answers, and no vote is asked."""
    async with world(tmp_path) as everything:
        forest, river = await two_models(everything)
        await begun(everything, forest, river)
        tester = everything.tester
        await pair_of(tester, QUESTION)
        answer = await helped(tester, SERIOUS)
        assert offered(answer) == []
        n_asked = len(everything.asked())
        assert n_asked == 3


async def test_card_does_not_wait_for_the_answer_before(tmp_path):
    """It comes while an earlier answer still grows, and survives `kill -9` there exactly once."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        held = everything.proxy.fault("POST", CHAT, "hold_midway", n_events=20)
        question = await tester.says(QUESTION)
        growing = await tester.sees("▌", after=question["message_id"], timeout=PATIENT)
        asked = await tester.says(SERIOUS)
        first = await card(tester, after=asked)
        assert "▌" in words(
            next(
                each for each in await tester.chat() if each["message_id"] == growing["message_id"]
            )
        )
        await everything.restart_bot()
        held.released.set()
        answer = await answer_to(tester, asked)
        await everything.settled(2)
        assert words(answer)
        assert len(await cards(tester)) == 1
        assert (await said(tester)).count(LINE) == 1
        assert words((await cards(tester))[0]) == words(first)


async def test_card_is_sent_once_over_a_kill(tmp_path):
    """`kill -9` between the message and the answer, before the model has said anything."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        everything.proxy.fault("POST", CHAT, HELD, times=2)
        asked = await tester.says(SERIOUS)
        await eventually(lambda: everything.stored(MARKS))
        await everything.restart_bot()
        await card(tester, after=asked)
        await eventually(lambda: len(everything.proxy.sent("POST", CHAT)) >= 1)
        await everything.restart_bot()
        everything.proxy.faults.clear()
        assert await said(tester) == ["card"]


async def test_other_answers_stay_marked_and_unrated(tmp_path):
    """/retry, an old button and «Дальше»: the turn stays one that nobody rates or learns from."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        everything.proxy.fault(
            "POST", CHAT, "answer", status=200, body=streamed("Ты одна? ", end="length")
        )
        answer = await helped(tester, SERIOUS)
        assert offered(answer) == ["Дальше ▸"]
        await tester.presses("Дальше ▸", answer)
        await everything.settled(2)
        asked = await tester.says("/retry")
        again = await tester.sees(
            lambda m: not is_card(m) and not button_data(m, "⏹ Хватит"),
            after=asked["message_id"],
            timeout=PATIENT,
        )
        await everything.settled(3)
        assert has_no_ratings(again)
        assert all("в безопасности ли" in str(each[0]) for each in everything.asked())
        turns = everything.stored("SELECT request_id FROM turns")
        marked_ones = everything.stored("SELECT request_id FROM danger_messages")
        assert set(turns) <= set(marked_ones)

        for (turn,) in turns:
            for action in ("up", "down", "why_other", "correction_write"):
                await everything.people.raw_update(press(tester, f"ratings:{action}:{turn}"))
        await tester.sees("его не оценивают и на нём не учат", timeout=PATIENT)
        await everything.settled(3 + 4 * len(turns))
        assert everything.stored("SELECT 1 FROM ratings") == []
        assert everything.stored("SELECT 1 FROM awaited_corrections") == []


async def test_correction_of_a_tester_in_danger_is_answered(tmp_path):
    """It is no correction: the model answers with care, and the next message is a question."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        answer = await answered(tester, QUESTION)
        await tester.presses("👎", answer)
        await tester.presses("✍️ Написать за Наташу")
        await tester.sees("Жду до", timeout=PATIENT)
        await helped(tester, SERIOUS)
        await tester.sees("Ответа за Наташу больше не жду", timeout=PATIENT)
        await answered(tester, "Расскажи про реку")
        assert everything.stored("SELECT correction FROM ratings") == [(None,)]

        # An admin writes for the training, and is no case for a card.
        admin = everything.admin
        his = await answered(admin, QUESTION)
        await admin.presses("👎", his)
        why = await admin.sees("Что не так?", timeout=PATIENT)
        await corrects(admin, f"«{SERIOUS}» — это серьёзно. Кто рядом?", why)
        assert await cards(admin) == []

        # But what may be a question of their own is looked at, also while a correction is awaited.
        await admin.presses("✍️ Переписать")
        await admin.sees("Жду до", timeout=PATIENT)
        asked = await admin.says(f"{SERIOUS}. Что мне делать?")
        await card(admin, after=asked)


async def test_card_comes_when_too_much_waits(tmp_path):
    """The message itself is turned away, without a word about waiting; the numbers are there."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        everything.proxy.fault("POST", CHAT, HELD)
        await tester.says(QUESTION)
        await eventually(everything.asked)
        for n in range(MOST_WAITING):
            await tester.says(f"Вопрос {n}")
        asked = await tester.says(SERIOUS)
        await card(tester, after=asked)
        await eventually(
            lambda: everything.stored("SELECT 1 FROM inbox WHERE lane = 'busy' AND done_at > 0")
        )
        assert await said(tester) == ["card"]


async def test_long_message_is_one_message(tmp_path):
    """Telegram's app cuts it; the sign is in its second part: one answer, the card below it."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        first = await tester.says("Расскажу всё с самого начала. " * 136)
        await tester.says(SERIOUS)
        answer = await answer_to(tester, first)
        assert has_no_ratings(answer)
        await everything.settled(2)
        assert len(await cards(tester)) == 1
        assert len(everything.asked()) == 1
        turn = everything.stored("SELECT request_id FROM turns")
        assert everything.stored("SELECT request_id FROM danger_messages") == turn
