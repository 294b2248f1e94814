"""The conversation: stopped, answered anew, edited, in order, and at few calls to Telegram."""

import asyncio
import json
from collections.abc import Callable

from tests.e2e.chats import CURSOR, QUESTION, TALKS, press, said_by_bot
from tests.e2e.faults import CHAT, refusal
from tests.e2e.training import MODEL
from tests.proxy import Exchange
from tests.telegram_people import Json, Person, button_data, words
from tests.world import TESTER, World, eventually, world

OTHERS = ("gpt-4.1-2025-04-14", "gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18")
"""Models that stand in for another mood of the same: each names itself in its answer."""
CALM = {"tokens-per-second": "0"}


def moody(*models: str) -> Callable[[Exchange], None]:
    """Each further request is answered by another model, the last one by the last."""
    left = list(models)

    def rewrite(exchange: Exchange) -> None:
        if exchange.path.endswith("/chat/completions"):
            model = left.pop(0) if len(left) > 1 else left[0]
            exchange.body = json.dumps(exchange.json | {"model": model}).encode()

    return rewrite


def answer_of(model: str, *, until: str = "вместо") -> Callable[[Json], bool]:
    """A whole answer of that model, nothing growing any more."""
    return lambda message: (
        f"модели {model}:" in words(message)
        and until in words(message)
        and CURSOR not in words(message)
    )


def live(everything: World) -> list[tuple[str, str]]:
    """History as it stands: questions, and the models that answered."""
    rows = everything.stored(
        "SELECT user_text, assistant_text FROM turns WHERE replaced_by IS NULL ORDER BY id"
    )
    return [(question, _model_in(answer)) for question, answer in rows]


def _model_in(answer: str) -> str:
    return next((model for model in (MODEL, *OTHERS) if f"модели {model}:" in answer), answer)


async def spoken(tester: Person, text: str, model: str = MODEL) -> Json:
    """Ask, and wait for the whole answer."""
    asked = await tester.says(text)
    return await tester.sees(answer_of(model), after=asked["message_id"])


async def test_stop_keeps_what_came(tmp_path):
    """One press ends the answer at once; the part is stored, marked, and heard by the model.

    Nobody else's press does it, a double tap is one, and one that comes too late is no harm.
    """
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, people, proxy = everything.tester, everything.people, everything.proxy
        await people.fault("answerCallbackQuery", "hold", seconds=4)
        held = proxy.fault("POST", CHAT, "hold_midway", n_events=20)
        await tester.says(QUESTION)
        growing = await tester.sees(CURSOR)
        await eventually(held.happened.is_set)
        await tester.taps_twice("⏹ Хватит", growing)
        stopped = await tester.sees("… (остановлено)")
        held.released.set()
        await everything.settled(3)

        assert stopped["message_id"] == growing["message_id"]
        assert button_data(stopped, "⏹ Хватит") is None
        ((part, ending),) = everything.stored("SELECT assistant_text, ending FROM turns")
        assert ending == "stopped"
        assert words(stopped) == f"{part.strip()} … (остановлено)"
        assert not part.endswith("ответ.")
        (exchange,) = proxy.sent("POST", CHAT)
        assert b"[DONE]" not in exchange.answer

        await people.raw_update(press(tester, str(button_data(growing, "⏹ Хватит"))))
        await eventually(lambda: _toasts(everything, "Ответ уже закончен."))
        assert len(said_by_bot(await tester.chat())) == 1

        asked = await tester.says("А дальше?")
        growing = await tester.sees(CURSOR)
        await people.raw_update(press(everything.admin, str(button_data(growing, "⏹ Хватит"))))
        await tester.sees(answer_of(MODEL), after=asked["message_id"])
        assert [part["content"] for part in everything.asked()[-1]][1:] == [
            QUESTION, part, "А дальше?",
        ]  # fmt: skip


async def test_answer_that_does_not_begin_can_be_stopped(tmp_path):
    """The button comes before the first word, and a new conversation is not stuck behind it."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        held = proxy.fault("POST", CHAT, "hold_before")
        await tester.says(QUESTION)
        waiting = await tester.sees(CURSOR)
        assert held.happened.is_set()
        assert words(waiting).strip() == CURSOR
        anew = await tester.says("/new")

        await tester.presses("⏹ Хватит", waiting)
        stopped = await tester.sees("Наташа не успела ничего сказать")
        held.released.set()

        assert stopped["message_id"] == waiting["message_id"]
        await tester.sees("Начинаем с чистого листа", after=anew["message_id"])
        assert everything.stored("SELECT id FROM turns") == []


async def _toasts(everything: World, text: str) -> list[Json]:
    calls = await everything.people.calls("answerCallbackQuery")
    return [call for call in calls if call["params"].get("text") == text]


async def test_stop_and_kills(tmp_path):
    """The bot dies in the middle of an answer, and the person presses while it is away.

    After the restart the answer ends with that press; nothing is left growing, nothing is doubled.
    """
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        for n, delay_s in enumerate((0.0, 0.05, None), start=1):
            asked = await tester.says(f"{QUESTION} {n}")
            growing = await tester.sees(CURSOR, after=asked["message_id"])
            if delay_s is None:
                await everything.kill_bot()
                await tester.presses("⏹ Хватит", growing)
            else:
                await tester.presses("⏹ Хватит", growing)
                await asyncio.sleep(delay_s)
                await everything.kill_bot()
            await everything.start_bot()
            await everything.settled(2 * n)
            ended = [m for m in await tester.chat() if m["message_id"] > asked["message_id"]]
            assert [m["message_id"] for m in ended] == [growing["message_id"]]
            assert CURSOR not in words(ended[0])
            assert button_data(ended[0], "⏹ Хватит") is None
        assert "останов" in words(ended[0]).lower()


async def test_another_answer(tmp_path):
    """🔁 puts another answer into the same message, /retry below; each replaces the last turn."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, people, proxy = everything.tester, everything.people, everything.proxy
        await spoken(tester, "Привет")
        first = await spoken(tester, QUESTION)
        proxy.rewrite = moody(*OTHERS)

        await tester.taps_twice("🔁", first)
        await tester.sees(lambda message: button_data(message, "⏹ Хватит"))
        second = await tester.sees(answer_of(OTHERS[0]))
        await everything.settled(4)
        assert second["message_id"] == first["message_id"]
        assert len(everything.asked()) == 3
        assert everything.asked()[2] == everything.asked()[1]
        assert live(everything) == [("Привет", MODEL), (QUESTION, OTHERS[0])]

        asked = await tester.says("/retry")
        third = await tester.sees(answer_of(OTHERS[1]), after=asked["message_id"])
        await everything.settled(5)
        assert live(everything) == [("Привет", MODEL), (QUESTION, OTHERS[1])]
        assert answer_of(OTHERS[0])(await tester.sees(answer_of(OTHERS[0])))

        await tester.presses("🔁", second)
        await tester.is_told("только на последний вопрос")
        assert len(everything.asked()) == 4

        # Killed while the new answer grows: the restart brings it, in the same message.
        await tester.presses("🔁", third)
        await tester.sees(CURSOR)
        await everything.restart_bot()
        fourth = await tester.sees(answer_of(OTHERS[2]))
        await everything.settled(7)
        assert fourth["message_id"] == third["message_id"]
        assert live(everything) == [("Привет", MODEL), (QUESTION, OTHERS[2])]
        ((n,),) = everything.stored("SELECT count(*) FROM turns")
        assert n == 5

        await people.raw_update(press(everything.admin, str(button_data(fourth, "🔁"))))
        await everything.admin.says("/retry")
        await everything.admin.sees("пока нет ответов")
        await everything.admin.sees("только на последний вопрос")


async def test_answer_that_fails_leaves_the_old_one(tmp_path):
    """Refused at once, broken off in the middle, stopped before the first word, or swallowed."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        first = await spoken(tester, QUESTION)
        again = button_data(first, "🔁")

        async def stands() -> None:
            """As it was, with its button."""
            await everything.settled(0)
            message = await tester.sees(lambda message: button_data(message, str(again)))
            assert message["message_id"] == first["message_id"]
            assert words(message) == words(first)
            assert live(everything) == [(QUESTION, MODEL)]

        proxy.fault("POST", CHAT, "answer", **refusal(401, "invalid_api_key", "No"))
        await tester.presses("🔁", first)
        await tester.sees("Без администратора")
        await stands()

        proxy.rewrite = moody(OTHERS[0])
        await tester.presses("🔁", first)
        await tester.sees(CURSOR)
        async with proxy.away():
            await tester.sees("Наташа сейчас не отвечает")
        await stands()

        held = proxy.fault("POST", CHAT, "hold_before")
        await tester.presses("🔁", first)
        await asyncio.wait_for(held.happened.wait(), 20)
        await tester.presses("⏹ Хватит", first)
        await stands()

        proxy.rewrite = silent
        await tester.presses("🔁", first)
        await tester.sees("промолчала")
        await stands()
        assert len(said_by_bot(await tester.chat())) == 4


def silent(exchange: Exchange) -> None:
    """A filter swallows the answer."""
    if exchange.path.endswith("/chat/completions"):
        exchange.body = json.dumps(exchange.json | {"stop": ["Здравствуйте"]}).encode()


async def test_edited_question_is_asked_again(tmp_path):
    """The last one; its answer is edited, and the conversation knows only the new words.

    Older ones, the same words again, and groups bring nothing about.
    """
    async with world(tmp_path, engine=CALM, CHAT_MODEL=MODEL) as everything:
        tester, people, proxy = everything.tester, everything.people, everything.proxy
        older = await tester.says("Привет")
        await tester.sees(answer_of(MODEL))
        asked = await tester.says(QUESTION)
        first = await tester.sees(answer_of(MODEL), after=asked["message_id"])
        proxy.rewrite = moody(*OTHERS)

        await tester.edits(asked["message_id"], "Как закрыть свой бизнес?")
        second = await tester.sees(answer_of(OTHERS[0]))
        assert second["message_id"] == first["message_id"]
        history = [("Привет", MODEL), ("Как закрыть свой бизнес?", OTHERS[0])]
        await eventually(lambda: live(everything) == history)

        group = await people.group(-500, tester)
        said = await group.says("Привет всем")
        await group.edits(said["message_id"], "Привет, все")
        await tester.edits(older["message_id"], "Добрый день")
        await tester.edits(asked["message_id"], "Как закрыть свой бизнес?")
        await tester.says("/id")
        await everything.settled(7)
        assert live(everything) == history
        assert len(everything.asked()) == 3

        # One that got no answer is asked when it is edited.
        proxy.fault("POST", CHAT, "answer", **refusal(401, "invalid_api_key", "No"))
        failed = await tester.says("А так?")
        await tester.sees("Без администратора")
        await tester.edits(failed["message_id"], "А вот так?")
        await tester.sees(answer_of(OTHERS[1]))
        await eventually(lambda: live(everything) == [*history, ("А вот так?", OTHERS[1])])


async def test_quick_messages_are_answered_in_order(tmp_path):
    """Each sees the answers before it; what failed or was swallowed is in nobody's history.

    Whether the next message comes while the first is asked, or while its answer grows.
    """
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        held = proxy.fault("POST", CHAT, "hold_before")
        await tester.says("раз")
        await asyncio.wait_for(held.happened.wait(), 20)
        await tester.says("два")
        held.released.set()
        await tester.sees(CURSOR)
        await tester.says("три")
        await everything.settled(3)

        proxy.rewrite = silent
        await tester.says("в пустоту")
        await tester.sees("промолчала")
        proxy.rewrite = lambda exchange: None
        proxy.fault("POST", CHAT, "answer", **refusal(401, "invalid_api_key", "No"))
        await tester.says("в стену")
        await tester.sees("Без администратора")
        await tester.says("четыре")
        await everything.settled(6)

        roles = [[part["role"] for part in messages][1:] for messages in everything.asked()]
        pair = ["user", "assistant"]
        assert roles == [[*pair * n, "user"] for n in (0, 1, 2, 3, 3, 3)]
        assert [question for question, _ in live(everything)] == ["раз", "два", "три", "четыре"]


async def test_new_conversation_is_offered_after_a_silence(tmp_path):
    """A button under the first answer after it, once; who does not press it goes on as before."""
    async with world(tmp_path, engine=CALM, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await spoken(tester, "Привет")
        everything.stored("UPDATE turns SET created_at = created_at - 13 * 3600")

        offered = await spoken(tester, "Я снова здесь")
        assert button_data(offered, "Новый разговор")
        assert len(everything.asked()[-1]) == 4
        assert button_data(await spoken(tester, "Ты помнишь?"), "Новый разговор") is None

        await tester.taps_twice("Новый разговор", offered)
        await tester.sees("чистого листа")
        await spoken(tester, "Привет")
        await everything.settled(6)
        assert len(everything.asked()[-1]) == 2
        assert "".join(said_by_bot(await tester.chat())).count("чистого листа") == 1


async def test_short_answer_costs_one_message(tmp_path):
    """Besides the sign that somebody types, for which nobody waits."""
    async with world(tmp_path, engine=CALM, CHAT_MODEL=MODEL) as everything:
        tester, people = everything.tester, everything.people
        await people.fault("sendChatAction", "hold", seconds=60, chat_id=TESTER)
        await spoken(tester, QUESTION)
        await everything.settled(1)
        calls = [
            call["method"].lower()
            for call in await people.calls()
            if call["params"].get("chat_id") in (TESTER, str(TESTER))
        ]
        assert [method for method in calls if method != "sendchataction"] == ["sendmessage"]


async def test_model_does_not_wait_for_telegram(tmp_path):
    """Its stream is read to its end while Telegram holds an edit, and then the answer is whole."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, people, proxy = everything.tester, everything.people, everything.proxy
        await people.fault("editMessageText", "hold", seconds=5, chat_id=TESTER)
        await tester.says(QUESTION)
        await tester.sees(CURSOR)
        await eventually(lambda: b"[DONE]" in proxy.sent("POST", CHAT)[0].answer)
        ((n_turns,),) = everything.stored("SELECT count(*) FROM turns")
        assert n_turns == 0
        await tester.sees(answer_of(MODEL))
