"""Answers that are only a part: marked, continued once per press, and never learnt as they are."""

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.chats import CURSOR, PATIENT, QUESTION, TALKS, marked, press, said_by_bot, streamed
from tests.e2e.faults import CHAT, check_kind
from tests.e2e.training import MODEL
from tests.proxy import Exchange
from tests.telegram_people import Json, Person, button_data, words
from tests.world import World, eventually, world

FIRST, REST = "Ты стоишь в лесу на рас", "рассвете и дышишь. Что ты слышишь?"
WHOLE = f"Ты стоишь в лесу на {REST}"
MARK = "… (достигнут предел длины)"
ON = "Дальше ▸"
TURNS = "SELECT user_text, assistant_text, ending, n_parts FROM turns ORDER BY id"


SPENT = "SELECT sum(n_answers), sum(completion_tokens) FROM usage"


def answers(everything: World, *bodies: bytes) -> None:
    """The server's next answers."""
    for body in bodies:
        everything.proxy.fault("POST", CHAT, "answer", status=200, body=body)


async def asks(person: Person, text: str, answer: str) -> Json:
    """Ask, and wait for a message that has these words, with nothing growing any more."""
    asked = await person.says(text)
    return await ended(person, answer, asked)


async def ended(person: Person, answer: str, before: Json) -> Json:
    return await person.sees(
        lambda m: answer in words(m) and CURSOR not in words(m),
        after=before["message_id"],
        timeout=PATIENT,
    )


async def buttons_under(person: Person, message: Json) -> list[str]:
    """The labels that the message has now."""
    (now,) = [m for m in await person.chat() if m["message_id"] == message["message_id"]]
    rows = now.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def limited(n: int) -> Callable[[Exchange], None]:
    """Later answers have that limit. The engine begins each of them with the same words."""

    def rewrite(exchange: Exchange) -> None:
        if exchange.path.endswith("/chat/completions"):
            exchange.body = json.dumps(exchange.json | {"max_tokens": n}).encode()

    return rewrite


def turns(everything: World) -> list[tuple[Any, ...]]:
    return everything.stored(TURNS)


async def test_cut_answer_goes_on_and_is_one_answer(tmp_path):
    """Marked; a double tap asks once; history, rating and export see one whole answer."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        answers(everything, streamed("Ты стоишь ", "в лесу на рас", end="length"))
        cut = await asks(tester, QUESTION, MARK)
        assert words(cut) == f"{FIRST} {MARK}"
        assert await buttons_under(tester, cut) == [ON, "👍", "👎", "🔁"]
        assert turns(everything) == [(QUESTION, FIRST, "cut_by_length", 1)]

        await tester.presses("👍", cut)
        await marked(tester, cut, "👍 ✓")
        assert await buttons_under(tester, cut) == [ON, "👍 ✓", "👎", "🔁"]
        await admin.says("/export")
        left = await admin.sees(
            "ответ упёрся в предел длины (CHAT_MAX_TOKENS) — 1", timeout=PATIENT
        )
        assert "Примеры: 0" in words(left)
        assert button_data(left, "Файлом") is None

        answers(everything, streamed(REST))
        await tester.taps_twice(ON, cut)
        rest = await ended(tester, REST, cut)
        await everything.settled(5)
        assert words(rest) == REST
        assert turns(everything) == [(QUESTION, WHOLE, "whole", 2)]
        assert len(everything.asked()) == 2
        *_, asked, begun, wish = everything.asked()[1]
        assert (asked["content"], begun["content"]) == (QUESTION, "Ты стоишь в лесу на")
        assert wish == {
            "role": "user",
            "content": "Продолжи с того места, где остановилась, без повторов.",
        }
        assert await buttons_under(tester, cut) == []
        assert await buttons_under(tester, rest) == ["👍", "👎", "🔁"]
        assert len(said_by_bot(await tester.chat())) == 2

        await everything.people.raw_update(press(tester, str(button_data(cut, ON))))
        answers(everything, streamed("Да."))
        await asks(tester, "А дальше?", "Да.")
        assert [m["content"] for m in everything.asked()[-1]][1:] == [QUESTION, WHOLE, "А дальше?"]
        assert len(everything.asked()) == 3

        assert everything.stored("SELECT 1 FROM ratings") == []  # it was of a part
        await tester.presses("👍", rest)
        await marked(tester, rest, "👍 ✓")
        await admin.says("/export")
        shown = await admin.sees("Примеры: 1", timeout=PATIENT)
        await admin.presses("Файлом", shown)
        file = await admin.downloads(await admin.sees_document("natasha-sft-", timeout=PATIENT))
        assert json.loads(file)["messages"][-1] == {"role": "assistant", "content": WHOLE}

        await admin.says("/quality")
        await admin.sees("предел длины, за 7 дней: 1. Поможет предел побольше", timeout=PATIENT)


async def test_kill_while_the_rest_grows(tmp_path):
    """The engine itself cuts. After the restart the rest comes, once, in the same message."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL, CHAT_MAX_TOKENS="15") as everything:
        tester = everything.tester
        cut = await asks(tester, QUESTION, MARK)
        everything.proxy.rewrite = limited(45)
        await tester.presses(ON, cut)
        growing = await tester.sees(CURSOR, after=cut["message_id"])
        assert turns(everything)[0][3] == 1
        await everything.restart_bot()
        rest = await ended(tester, MARK, cut)
        await everything.settled(2)

        assert rest["message_id"] == growing["message_id"]
        ((_, text, ending, n_parts),) = turns(everything)
        assert (ending, n_parts) == ("cut_by_length", 2)
        assert text.startswith(words(cut).removesuffix(MARK).strip().rpartition(" ")[0])
        assert text.endswith(words(rest).removesuffix(MARK).strip())
        assert len(said_by_bot(await tester.chat())) == 2

        # The second part goes on like the first, and ⏹ ends it there.
        everything.proxy.rewrite = limited(500)
        held = everything.proxy.fault("POST", CHAT, "hold_midway", n_events=20)
        await tester.presses(ON, rest)
        third = await tester.sees(CURSOR, after=rest["message_id"])
        await eventually(held.happened.is_set)
        await tester.presses("⏹ Хватит", third)
        await tester.sees("… (остановлено)", after=rest["message_id"])
        held.released.set()
        await everything.settled(4)
        ((_, text, *how),) = turns(everything)
        assert how == ["stopped", 3]
        assert text.count("Здравствуйте") == text.count("репетиция") == 1
        assert await buttons_under(tester, third) == ["👍", "👎", "🔁"]

        # A button of an earlier part asks nothing, one of an earlier conversation says why not.
        n_asked = len(everything.asked())
        await everything.people.raw_update(press(tester, str(button_data(cut, ON))))
        await everything.settled(5)
        assert len(said_by_bot(await tester.chat())) == 3
        await tester.says("/new")
        await everything.people.raw_update(press(tester, str(button_data(cut, ON))))
        await tester.sees("Продолжить можно только последний ответ")
        await everything.admin.says("/id")
        await everything.people.raw_update(press(everything.admin, str(button_data(cut, ON))))
        await everything.admin.sees("Продолжить можно только последний ответ")
        await everything.people.raw_update(press(tester, "chat:more:nonsense"))
        await tester.sees("Эта кнопка больше не работает")
        assert len(everything.asked()) == n_asked


async def test_rest_that_fails_leaves_the_answer_as_it_was(tmp_path):
    """Broken off, refused, or nothing new: the same button asks again."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        answers(everything, streamed(FIRST, end="length"))
        cut = await asks(tester, QUESTION, MARK)
        before = turns(everything)

        answers(everything, streamed("рассвете и", end=None))
        await tester.presses(ON, cut)
        broken = await ended(tester, "ответ оборвался", cut)
        assert words(broken).startswith("рассвете и … (ответ оборвался")
        assert await buttons_under(tester, broken) == [ON]
        assert turns(everything) == before

        proxy.fault("POST", CHAT, "drop_before", times=2)
        await tester.presses(ON, broken)
        failed = await ended(tester, "Наташа сейчас не отвечает", broken)
        assert await buttons_under(tester, failed) == [ON]
        answers(everything, streamed("Ты стоишь в лесу на"))  # only what it has said already
        await tester.presses(ON, failed)
        silent = await ended(tester, "Наташа промолчала", failed)
        assert turns(everything) == before

        answers(everything, streamed(REST))
        await tester.presses(ON, failed)
        await ended(tester, REST, silent)
        await everything.settled(5)
        assert turns(everything) == [(QUESTION, WHOLE, "whole", 2)]
        assert everything.stored("SELECT 1 FROM open_questions") == []

        # Another answer to that question comes below: the old one takes two messages.
        answers(everything, streamed("Иначе."))
        await tester.says("/retry")
        await tester.sees("Иначе.")
        await everything.settled(6)
        assert [row[1] for row in turns(everything)] == [WHOLE, "Иначе."]


async def test_no_other_model_finishes_it(tmp_path):
    """An admin switched meanwhile: it is said, and nobody is asked."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        answers(everything, streamed(FIRST, end="length"))
        cut = await asks(tester, QUESTION, MARK)
        await admin.says("/use gpt-4o-2024-08-06")
        await admin.sees("Теперь отвечает")

        n_asked = len(everything.asked())
        await tester.presses(ON, cut)
        check_kind((await tester.is_told("Теперь отвечает другая модель"))["text"])
        assert len(everything.asked()) == n_asked
        assert turns(everything) == [(QUESTION, FIRST, "cut_by_length", 1)]


async def test_filtered_answers(tmp_path):
    """A part is shown as a part and not learnt; of nothing it is said why. Each is asked again."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        answers(everything, streamed("Возьми ", end="content_filter"))
        part = await asks(tester, QUESTION, "скрыл фильтр")
        assert words(part) == "Возьми … (остальное скрыл фильтр провайдера)"
        assert await buttons_under(tester, part) == ["👍", "👎", "🔁"]
        await tester.presses("👍", part)
        await marked(tester, part, "👍 ✓")
        await admin.says("/export")
        await admin.sees("ответ урезал фильтр провайдера — 1", timeout=PATIENT)

        answers(everything, streamed(end="content_filter"))
        hidden = await asks(tester, "А так?", "не пропустил фильтр провайдера")
        check_kind(words(hidden).partition("Код")[0])
        assert len(turns(everything)) == 1
        answers(everything, streamed("Дыши."))
        await tester.presses("🔁 Спросить ещё раз", hidden)
        await tester.sees("Дыши.")
        await everything.settled(5)
        assert [row[:3] for row in turns(everything)] == [
            (QUESTION, "Возьми ", "filtered"), ("А так?", "Дыши.", "whole"),
        ]  # fmt: skip


async def test_reasoning_that_takes_the_whole_limit(tmp_path):
    """Testers read what they can do, admins which setting helps; its tokens are counted."""
    thinks = streamed(end="length", thought="Он спрашивает о деле. Что же ему")
    async with world(tmp_path, CHAT_MODEL=MODEL, CHAT_MAX_TOKENS="77") as everything:
        tester, admin = everything.tester, everything.admin
        answers(everything, thinks)
        told = await asks(tester, QUESTION, "не хватило места")
        assert "CHAT_MAX_TOKENS" not in words(told)
        assert turns(everything) == []
        assert everything.stored(SPENT) == [(0, 7)]
        answers(everything, streamed("Дыши.", thought="Коротко."))
        await tester.presses("🔁 Спросить ещё раз", told)
        answer = await tester.sees("Дыши.")
        assert words(answer) == "Дыши."
        await everything.settled(2)
        assert everything.stored(SPENT) == [(1, 14)]

        answers(everything, thinks)
        told = await asks(admin, QUESTION, "предел длины ответа побольше (CHAT_MAX_TOKENS)")
        assert "токенов: 77" in words(told)
        assert "Он спрашивает" not in words(told)


async def test_cut_answer_is_no_half_of_a_pair(tmp_path):
    """Nobody votes against a limit: the whole one of both is the usual answer, without a vote."""
    old, new = "gpt-4.1-2025-04-14", "gpt-4o-2024-08-06"
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        for name in (old, new):
            asked = await admin.says(f"/use {name}")
            await admin.sees("Теперь отвечает", after=asked["message_id"])
        await admin.says(f"/compare {old} {new} 10")
        running = await admin.sees("Голосов: 0")
        await admin.presses("comparison:every:1-1", running)
        await eventually(lambda: everything.stored("SELECT every FROM comparisons") == [(1,)])

        answers(everything, streamed(FIRST, end="length"), streamed("Дыши."))
        answer = await asks(tester, QUESTION, "Дыши.")
        await everything.settled(1)
        assert len(everything.asked()) == 2
        assert await buttons_under(tester, answer) == ["👍", "👎", "🔁"]
        assert everything.stored("SELECT 1 FROM pairs") == []
        assert [row[1:3] for row in turns(everything)] == [("Дыши.", "whole")]
        assert everything.stored(SPENT) == [(1, 14)]  # the other one has cost something, too


async def test_trial_of_answers_without_an_end(tmp_path):
    """The verdict names the setting, once."""
    async with world(tmp_path, CHAT_MODEL=MODEL, CHAT_MAX_TOKENS="8") as everything:
        admin = everything.admin
        await admin.says("/test")
        answers_ = await admin.sees("— обрывается: предел длины ответа —", timeout=PATIENT)
        await admin.presses("Почему так?", answers_)
        verdict = await admin.sees("и ни один не закончен")
        assert "(CHAT_MAX_TOKENS)" in words(verdict)


async def test_reasoning_is_no_part_of_an_answer(tmp_path):
    """Not of a new one, nor of one that is stored from before: neither history nor learnt."""
    thought = "<think>Он устал, спрошу про сон.</think>\n\n"
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, admin = everything.tester, everything.admin
        answers(everything, streamed(thought[:9], thought[9:], "Как ты спишь?"))
        first = await asks(tester, QUESTION, "Как ты спишь?")
        assert words(first) == "Как ты спишь?"
        await tester.presses("👍", first)
        await marked(tester, first, "👍 ✓")
        assert turns(everything) == [(QUESTION, "Как ты спишь?", "whole", 1)]

        everything.stored(
            "UPDATE turns SET ending = NULL, assistant_text = :old || assistant_text", old=thought
        )
        answers(everything, streamed("Дыши."))
        await asks(tester, "Плохо", "Дыши.")
        assert [m["content"] for m in everything.asked()[1]][1:] == [
            QUESTION, "Как ты спишь?", "Плохо",
        ]  # fmt: skip
        await admin.says("/export")
        shown = await admin.sees("Примеры: 1", timeout=PATIENT)
        await admin.presses("Файлом", shown)
        file = await admin.downloads(await admin.sees_document("natasha-sft-", timeout=PATIENT))
        assert json.loads(file)["messages"][-1]["content"] == "Как ты спишь?"
