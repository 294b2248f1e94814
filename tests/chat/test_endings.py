"""How answers end: stored with the turn, continued once per press, and known for what they are."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import errors
from bot.chat import failure_views, views
from bot.chat.continuing import Continuing
from bot.chat.generations import Generation
from bot.chat.incoming_answer import IncomingAnswer
from bot.domain.models import AnswerPart, Ending, PastTurn, TakenBack, Turn, Usage
from bot.storage.database import Database, Transaction
from bot.storage.migrations import scripts
from tests.chat.talks import CHAT, heard, question, roles, said, stored
from tests.composition import ADMIN, PROMPT, TESTER, TUNED, BotParts, person
from tests.screens import EN, RU, buttons_of, shown

WISH = "Продолжи."
CUT = "Ты стоишь в лесу на рас"


@pytest.fixture
async def talking(parts: BotParts) -> BotParts:
    """A model serves, and its last answer was cut."""
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    await said(parts, 1)
    await ended(
        parts, 2, CUT, Ending.CUT_BY_LENGTH, usage=Usage(prompt_tokens=9, completion_tokens=5)
    )
    return parts


async def ended(
    parts: BotParts, n: int, text: str, ending: Ending | None, *, usage: Usage | None = None
) -> None:
    """Turn number *n* ended like that."""
    turn = Turn(user_text=f"вопрос {n}", assistant_text=text, question_id=70 + n, ending=ending)
    await parts.database.write(
        lambda tx: parts.conversations.add_turn(
            tx,
            turn,
            topic=CHAT,
            person_id=TESTER,
            request_id=n,
            model=TUNED,
            usage=usage,
            now=1,
        )
    )


async def last(parts: BotParts) -> PastTurn:
    return await parts.chat.last_turn(CHAT)


async def asked_on(parts: BotParts, *, part: int = 1):
    """The question that a press on «Дальше» below that part asks; None: it asks nothing."""
    continuing = Continuing(chat=parts.chat)
    past = await continuing.cut(CHAT, 2, part)
    if past is None:
        return None
    return await continuing.question(past, WISH, person=person(), topic=CHAT)


async def went_on(parts: BotParts, text: str, ending: Ending = Ending.WHOLE, **options) -> None:
    """The rest came and was stored, as request number 3."""
    asked = await asked_on(parts, **options)
    assert asked is not None
    await parts.database.write(
        lambda tx: parts.chat.store(
            tx,
            asked,
            text,
            person=person(),
            topic=CHAT,
            request_id=3,
            usage=Usage(prompt_tokens=20, completion_tokens=7),
            ending=ending,
        )
    )


async def test_model_sees_its_answer_and_is_asked_to_go_on(talking: BotParts):
    """Behind the history as it was then; the last word, which may be half one, it says again."""
    asked = await asked_on(talking)

    assert asked is not None
    assert roles(asked) == [
        ("system", PROMPT),
        ("user", "вопрос 1"),
        ("assistant", "ответ 1"),
        ("user", "вопрос 2"),
        ("assistant", "Ты стоишь в лесу на"),
        ("user", WISH),
    ]


async def test_one_turn_holds_the_whole_answer(talking: BotParts):
    """With the ending of the last part and the cost of both; nobody has asked the wish."""
    await went_on(talking, "рассвете и", Ending.CUT_BY_LENGTH)
    assert (await last(talking)).turn.ending is Ending.CUT_BY_LENGTH
    await went_on(talking, "и дышишь.", part=2)

    past = await last(talking)
    assert past.turn == Turn(
        user_text="вопрос 2",
        assistant_text="Ты стоишь в лесу на рассвете и дышишь.",
        question_id=72,
        ending=Ending.WHOLE,
    )
    assert (past.request_id, past.n_parts) == (2, 3)
    ((n_turns, prompt, completion),) = await talking.database.rows(
        "SELECT count(*), max(prompt_tokens), max(completion_tokens) FROM turns"
    )
    assert (n_turns, prompt, completion) == (2, 49, 19)
    assert WISH not in str(roles(await question(talking)))


async def test_every_press_that_asks_is_an_answer_for_the_limit(talking: BotParts):
    talking.begin(daily_messages_per_tester=1)
    await went_on(talking, "рассвете и", Ending.CUT_BY_LENGTH)

    with pytest.raises(errors.DailyLimitReached):
        await asked_on(talking, part=2)
    today, _ = await talking.accounts.bills_of(TESTER)
    assert (today.n_answers, today.n_tokens, today.n_estimated) == (1, 27, 0)


async def test_press_on_an_earlier_part_asks_nothing(talking: BotParts):
    """A double tap, or an old button: the answer has gone on already."""
    await went_on(talking, "рассвете и", Ending.CUT_BY_LENGTH)

    assert await asked_on(talking) is None
    await went_on(talking, "и дышишь.", part=2)
    assert await asked_on(talking) is None
    assert await asked_on(talking, part=2) is None


@pytest.mark.parametrize(
    "later", ["/new", "a turn", "another answer", "a forged part", "forgotten"]
)
async def test_only_the_last_answer_goes_on(talking: BotParts, later: str):
    part = 1
    match later:
        case "/new":
            await talking.database.write(lambda tx: talking.chat.start_new(tx, CHAT))
        case "a turn":
            await said(talking, 3)
        case "another answer":
            past = await last(talking)
            again = await talking.chat.question("?", person=person(), topic=CHAT, replaces=past)
            await stored(talking, again, 3)
        case "a forged part":
            part = 2
        case _:
            await talking.database.write(lambda tx: tx.execute("DELETE FROM turns"))

    with pytest.raises(errors.NotTheLastToContinue):
        await asked_on(talking, part=part)


@pytest.mark.parametrize(
    "ending", [Ending.WHOLE, Ending.STOPPED, Ending.FILTERED, Ending.BROKEN_OFF, None]
)
async def test_only_an_answer_that_was_cut_goes_on(parts: BotParts, ending: Ending | None):
    """A forged button changes nothing."""
    await ended(parts, 2, "Лес.", ending)

    with pytest.raises(errors.NotTheLastToContinue):
        await asked_on(parts)
    assert await parts.conversations.part_to_continue(2) is None


async def test_late_rest_does_not_overwrite_another(talking: BotParts):
    """Two of them at once can't be, but if they were, the first would stay."""
    first, second = await asked_on(talking), await asked_on(talking)
    for asked, text in ((first, "рассвете."), (second, "закате.")):
        assert asked is not None
        await stored(talking, asked, 3, text)

    assert (await last(talking)).turn.assistant_text == "Ты стоишь в лесу на рассвете."


async def test_an_answer_has_one_author(talking: BotParts):
    """A model that serves since then, or in place of one that is gone, does not finish it."""
    asked = await asked_on(talking)
    assert asked is not None
    await talking.serving.use(await talking.serving.model("other"), by=ADMIN)
    with pytest.raises(errors.OtherModelServes):
        await asked_on(talking)

    await talking.serving.use(await talking.serving.model(TUNED), by=ADMIN)
    await talking.database.write(
        lambda tx: tx.execute("UPDATE servings SET since_at = since_at - 9999")
    )
    talking.begin(chat_pause_s=0.0)
    talking.server.lacks.add(TUNED)
    with pytest.raises(errors.OtherModelServes):
        await heard(talking, asked)
    assert {model for model, _ in talking.server.asked} == {TUNED}
    assert (await last(talking)).turn.assistant_text == CUT


async def test_answer_longer_than_the_model_reads_says_so(talking: BotParts):
    """After the history was left out."""
    talking.server.longest = 3
    asked = await asked_on(talking)
    assert asked is not None

    with pytest.raises(errors.TooLongToContinue):
        await heard(talking, asked)
    assert [len(messages) for _, messages in talking.server.asked] == [6, 4]


async def test_opinion_of_a_part_is_no_opinion_of_the_whole(talking: BotParts):
    """👍 is taken back, or an answer that nobody has judged would be learnt; a correction stays."""
    await talking.database.write(
        lambda tx: talking.feedback.rate(tx, 2, person_id=TESTER, is_good=True)
    )
    await went_on(talking, "рассвете и", Ending.CUT_BY_LENGTH)
    assert await talking.ratings.rated() == []

    await talking.database.write(
        lambda tx: talking.feedback.correct(tx, 2, "Дыши.", person_id=TESTER, message_id=5)
    )
    await went_on(talking, "и дышишь.", part=2)
    (rated,) = await talking.ratings.rated()
    assert (rated.rating.is_good, rated.rating.correction) == (None, "Дыши.")
    assert rated.assistant_text == "Ты стоишь в лесу на рассвете и дышишь."
    assert rated.ending is Ending.WHOLE


async def test_answers_that_reached_the_limit_are_counted(
    talking: BotParts, monkeypatch: pytest.MonkeyPatch
):
    """Also those that were continued to their end; by an index."""
    await ended(talking, 4, "Лес.", Ending.WHOLE)
    await ended(talking, 5, "Лес", Ending.STOPPED)
    await ended(talking, 6, "Лес", Ending.CUT_BY_LENGTH)
    conversations, rows = talking.conversations, talking.database.rows
    assert (await conversations.n_cut(since=1), await conversations.n_cut(since=2)) == (2, 0)
    await talking.database.write(
        lambda tx: tx.execute("UPDATE turns SET ending = 'whole', n_parts = 2 WHERE request_id = 6")
    )
    assert await conversations.n_cut(since=1) == 2

    plans: list[str] = []

    async def explained(sql: str, parameters: Any = None) -> Any:
        plans.extend(row["detail"] for row in await rows(f"EXPLAIN QUERY PLAN {sql}", parameters))
        return await rows(sql, parameters)

    monkeypatch.setattr(talking.database, "rows", explained)
    await conversations.n_cut(since=1)
    assert plans == ["SEARCH turns USING INDEX turns_cut (created_at>?)"]


# What came of an answer


def answer_of(parts: Sequence[AnswerPart], *, is_stopped: bool = False, continues=None):
    """An answer with those parts; its question does not matter."""
    asked = type("Asked", (), {"continues": continues})()
    answer = IncomingAnswer(question=asked, generation=Generation(is_stopped=is_stopped))
    for part in parts:
        answer.take(part)
    return answer


@pytest.mark.parametrize(
    ("parts", "is_stopped", "ending", "is_whole"),
    [
        (["Лес.", Ending.WHOLE], False, Ending.WHOLE, True),
        (["Лес.", Ending.WHOLE], True, Ending.WHOLE, True),  # the press came too late
        (["Лес и"], True, Ending.STOPPED, False),
        (["Лес и", Ending.CUT_BY_LENGTH], False, Ending.CUT_BY_LENGTH, False),
        (["Лес", Ending.FILTERED], False, Ending.FILTERED, False),
        (["Лес", Ending.BROKEN_OFF], False, Ending.BROKEN_OFF, False),
        (["Лес"], False, Ending.BROKEN_OFF, False),
        ([" ", Ending.WHOLE], False, Ending.WHOLE, False),
        (["Я думаю", TakenBack(), Ending.CUT_BY_LENGTH], False, Ending.CUT_BY_LENGTH, False),
    ],
)
def test_ending_of_an_answer(parts, is_stopped, ending, is_whole):
    answer = answer_of(parts, is_stopped=is_stopped)

    assert (answer.ending, answer.is_whole) == (ending, is_whole)
    assert (answer.failure is not None) == (Ending.BROKEN_OFF in parts)


@pytest.mark.parametrize(
    ("first", "rest", "text", "spans"),
    [
        (
            "Вот:\n```python\nprint(1)\npri",
            "print(2)\n```\nГотово.",
            "print(2)\nГотово.",
            [("pre", 8)],
        ),
        ("Вот:\n```\nprint(1)\n", "```", "```", []),  # nothing else comes
        ("Ты **в лесу на рас", "рассвете** и ждёшь", "рассвете и ждёшь", [("bold", 8)]),
        ("Ты **в лесу на рас", "рассвете и ждёшь", "рассвете и ждёшь", []),  # never closed
        ("- раз\n- дв", "* два", "* два", []),
        ("Это 2*2 и 3*", "3*3 = 9", "3*3 = 9", []),
    ],
)
def test_rest_is_formatted_like_the_whole(first, rest, text, spans):
    """Its message begins in the middle of a block, or of bold words."""
    past = PastTurn(
        id=1,
        request_id=2,
        created_at=1,
        model=TUNED,
        n_parts=1,
        turn=Turn(user_text="?", assistant_text=first),
    )
    answer = answer_of([rest], continues=past)
    (screen,) = views.whole(RU, answer.whole, start=answer.start)

    assert screen.text == text
    assert [(e["type"], e["length"]) for e in screen.entities or []] == spans
    for end in range(1, len(rest) + 1):
        answer = answer_of([rest[:end]], continues=past)
        frame = views.growing(RU, answer.whole, 7, start=answer.start)
        assert first.split()[0] not in shown(frame)


@pytest.mark.parametrize("texts", [RU, EN])
def test_marks_and_buttons(texts):
    """A part says why it is one; only what was cut can go on, and that button comes first."""
    marks = {ending: views.mark_of(texts, ending) for ending in (*Ending, None)}
    assert [ending for ending, mark in marks.items() if not mark] == [
        Ending.WHOLE, Ending.BROKEN_OFF, None,
    ]  # fmt: skip
    assert len({*marks.values()}) == 4
    buttons = views.answer_buttons(texts, 12, part=3, is_after_silence=True)
    (screen,) = views.whole(texts, "Лес и", buttons=buttons, mark=marks[Ending.CUT_BY_LENGTH])
    assert shown(screen).endswith(f" … ({marks[Ending.CUT_BY_LENGTH]})")
    assert buttons_of(screen) == [
        "chat:more:12-3", "ratings:up:12", "ratings:down:12", "chat:again:12", "chat:anew:12",
    ]  # fmt: skip


@pytest.mark.parametrize("texts", [RU, EN])
def test_silence_has_a_reason(texts):
    """Admins read the name of the setting that helps, testers what they can do."""
    screens = {
        is_admin: failure_views.unanswered(
            texts, errors.NoRoomToAnswer(limit=500), incident="abc", is_admin=is_admin
        )
        for is_admin in (True, False)
    }
    assert "CHAT_MAX_TOKENS" in shown(screens[True])
    assert "500" in shown(screens[True])
    assert "CHAT_MAX_TOKENS" not in shown(screens[False])
    again = failure_views.ask_again(texts, 7, is_below=False)
    hidden = failure_views.unanswered(
        texts, errors.AnswerFiltered(), incident="abc", is_admin=False, buttons=again
    )
    assert buttons_of(hidden) == ["chat:repeat:7"]


# What is older


async def test_old_rows_say_what_was_known_of_them(tmp_path: Path):
    """Who was stopped is known; of all others nothing, and the column that said so is gone."""
    path = tmp_path / "bot.sqlite3"
    n_before = next(n for n, script in enumerate(scripts()) if "turns_cut" in script)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "".join(scripts()[:n_before])
            + f"""
            PRAGMA user_version = {n_before};
            INSERT INTO conversations (id, chat_id, started_at) VALUES (1, 7, 1);
            INSERT INTO turns (conversation_id, person_id, request_id, model, user_text,
                assistant_text, created_at, is_stopped)
            VALUES (1, 7, 1, 'm', '?', 'Лес', 1, 1), (1, 7, 2, 'm', '?', 'Лес.', 1, 0);
            """
        )
    database = await Database.open(path)
    rows = await database.rows("SELECT ending, n_parts FROM turns ORDER BY id")
    columns = await database.rows("SELECT name FROM pragma_table_info('turns')")
    await database.close()

    assert [tuple(row) for row in rows] == [("stopped", 1), (None, 1)]
    assert "is_stopped" not in [row["name"] for row in columns]


THOUGHT = "<think>Он устал. Спрошу про сон.</think>\n\nКак ты спишь?"


async def test_reasoning_in_old_answers_is_no_history_and_teaches_nobody(talking: BotParts):
    """Nor is an answer that was nothing else; newer answers may speak of such tags."""
    await ended(talking, 3, THOUGHT, None)
    await ended(talking, 4, "<think>Он устал. Спрошу", None)
    await ended(talking, 5, THOUGHT, Ending.WHOLE)

    async def rate(tx: Transaction) -> None:
        for n in (3, 5):
            await talking.feedback.rate(tx, n, person_id=TESTER, is_good=True)

    await talking.database.write(rate)

    assert roles(await question(talking))[5:-1] == [
        ("user", "вопрос 3"), ("assistant", "Как ты спишь?"),
        ("user", "вопрос 5"), ("assistant", THOUGHT),
    ]  # fmt: skip
    old, new = await talking.ratings.rated()
    assert (old.assistant_text, new.assistant_text) == ("Как ты спишь?", THOUGHT)
    assert "Он устал" not in str([turn.assistant_text for turn in new.window])
