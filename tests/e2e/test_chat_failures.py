"""When the model's server fails a tester: plain words, a code, a way on, and nothing false."""

import re
from collections.abc import Sequence

from tests.e2e.chats import CURSOR, QUESTION, TALKS, press, said_by_bot
from tests.e2e.faults import CHAT, check_kind, people, refusal
from tests.e2e.models import pressed, put_to_use
from tests.e2e.providers import bot_at
from tests.e2e.training import MODEL
from tests.telegram_people import Json, Person, button_data, words
from tests.world import ADMIN, API_KEY, SECOND_ADMIN, World, eventually, world

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
KEY = f"Incorrect API key provided: {API_KEY}."
LATER, BUSY = "Наташа сейчас не отвечает", "слишком много вопросов"
ADMIN_NEEDED, ASK_OTHERWISE = "Без администратора ответить", "Ответить не получилось"
CODE = re.compile(r"Код для администратора: ([0-9a-f]{6})$")
OLD, NEW = "gpt-4o-2024-08-06", "gpt-4.1-2025-04-14"

FAILURES: Sequence[tuple[Json, str, str]] = (
    (refusal(401, "invalid_api_key", KEY), ADMIN_NEEDED, "Incorrect API key provided: ***"),
    (refusal(403, "unsupported_country", "No here"), ADMIN_NEEDED, "403 Forbidden: No here"),
    (refusal(429, "insufficient_quota", "Pay up"), ADMIN_NEEDED, "429 Too Many Requests: Pay up"),
    ({"status": 404, "body": PAGE}, ADMIN_NEEDED, "404 Not Found"),
    (refusal(404, "model_not_found", "No such model") | {"times": 3}, "ещё не готова", "No such"),
    (refusal(429, "rate_limit_exceeded", "Slow") | {"times": 2}, BUSY, "Requests: Slow"),
    (refusal(500, "", "Oops") | {"times": 2}, LATER, "500 Internal Server Error: Oops"),
    ({"status": 502, "body": PAGE, "times": 2}, LATER, "502 Bad Gateway"),
    ({"status": 200, "body": PAGE}, LATER, "200 OK, but no stream"),
    (refusal(400, "invalid_value", f"Bad seed {API_KEY}"), ASK_OTHERWISE, "400 Bad Request: Bad"),
)
"""What goes wrong, what a tester reads, and what the log says of it."""


def log_of(everything: World) -> str:
    return (everything.folder / "logs" / "bot.log").read_text(encoding="utf-8")


def code_of(message: Json) -> str:
    found = CODE.search(words(message))
    assert found, words(message)
    return found[1]


async def choose(everything: World, *names: str, until: str = "Теперь отвечает") -> None:
    """The admin puts models to use, one after the other."""
    for name in names:
        await put_to_use(everything.admin, name, until)


async def answered(tester: Person, text: str, model: str) -> Json:
    """The tester asks, and that model answers."""
    asked = await tester.says(text)
    return await tester.sees(lambda m: f"модели {model}:" in words(m), after=asked["message_id"])


async def test_no_failure_speaks_the_providers_language(tmp_path):
    """One kind sentence with what to do and a code; under it the log has the provider's words.

    The question got no answer, so no history knows it.
    """
    ids = range(1101, 1101 + len(FAILURES))
    tester_ids = ",".join(map(str, ids))
    async with world(tmp_path, TESTER_IDS=tester_ids, POLL_INTERVAL_S="0.05") as everything:
        await choose(everything, MODEL)
        testers = await people(everything, ids)
        for tester, (order, said, logged) in zip(testers, FAILURES, strict=True):
            n_asked = len(everything.asked())
            fault = everything.proxy.fault("POST", CHAT, "answer", **order)
            await tester.says("Как дела?")
            told = await tester.sees(said)

            check_kind(words(told))
            assert len(everything.asked()) == n_asked + order.get("times", 1)
            assert fault.times == 0
            (line,) = [row for row in log_of(everything).splitlines() if code_of(told) in row]
            assert logged in line
            assert API_KEY not in line
            for raw in ("seed", "Oops", "Slow", "Pay", "40", "50"):
                assert raw not in words(told).replace(code_of(told), "")
            assert len(said_by_bot(await tester.chat())) == 1
        assert everything.stored("SELECT 1 FROM turns") == []


async def test_connections_that_fail(tmp_path):
    """No connection, or one that is dropped, is tried once more; then it is said, with a button."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        proxy.fault("POST", CHAT, "drop_before")
        await answered(tester, "Раз", MODEL)
        proxy.fault("POST", CHAT, "answer", **refusal(503, "", "Overloaded"))
        await answered(tester, "Два", MODEL)

        async with proxy.away():
            await tester.says("Три")
            told = await tester.sees(LATER)
        assert button_data(told, "🔁 Спросить ещё раз")
        await tester.taps_twice("🔁 Спросить ещё раз", told)
        answer = await tester.sees(
            lambda m: m["message_id"] == told["message_id"] and f"модели {MODEL}:" in words(m)
        )
        await everything.settled(5)

        assert button_data(answer, "🔁 Спросить ещё раз") is None
        turns = [text for (text,) in everything.stored("SELECT user_text FROM turns ORDER BY id")]
        assert turns == ["Раз", "Два", "Три"]
        assert len(said_by_bot(await tester.chat())) == 3


async def test_an_answer_that_breaks_off(tmp_path):
    """The part stays, marked; it is no turn. 🔁 or /retry asks again, also after a restart."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        await tester.says(QUESTION)
        growing = await tester.sees(CURSOR)
        async with proxy.away():
            broken = await tester.sees("ответ оборвался, код ")

        assert broken["message_id"] == growing["message_id"]
        assert words(broken).startswith(words(growing).removesuffix(CURSOR).strip()[:10])
        (code,) = re.findall(r"код ([0-9a-f]{6})\)$", words(broken))
        assert f"Incident {code}: " in log_of(everything)
        assert everything.stored("SELECT 1 FROM turns") == []
        assert len(everything.asked()) == 1

        await everything.restart_bot()
        await tester.presses("🔁 Спросить ещё раз", broken)
        answer = await tester.sees(lambda m: button_data(m, "🔁") and CURSOR not in words(m))
        await everything.settled(2)
        assert answer["message_id"] == broken["message_id"]
        assert len(said_by_bot(await tester.chat())) == 1

        await tester.says("А дальше?")
        await tester.sees(CURSOR)
        async with proxy.away():
            old = await tester.sees("ответ оборвался, код ")
        await tester.says("/retry")
        await everything.settled(4)
        asked = [messages[-1]["content"] for messages in everything.asked()]
        assert asked == [QUESTION, QUESTION, "А дальше?", "А дальше?"]
        ((n,),) = everything.stored("SELECT count(*) FROM turns")
        assert n == 2

        # The conversation has gone on: the old button says so, and asks nothing.
        await answered(tester, "И ещё?", MODEL)
        await tester.presses("🔁 Спросить ещё раз", old)
        await tester.is_told("только на последний вопрос")
        assert len(everything.asked()) == 5


async def test_an_admin_reads_the_providers_words(tmp_path):
    """Without keys; a tester does not."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        for person in (everything.admin, everything.tester):
            order = refusal(400, "invalid_value", f"Bad seed {API_KEY}")
            everything.proxy.fault("POST", CHAT, "answer", **order)
            await person.says("Как дела?")
        told = await everything.admin.sees("Провайдер отказал")
        assert "Ответ провайдера: 400 Bad Request: Bad seed ***" in words(told)
        assert "seed" not in words(await everything.tester.sees(ASK_OTHERWISE))


async def test_what_a_model_refuses_is_learnt(tmp_path):
    """One that takes neither `max_tokens` nor `temperature` is asked its way from then on."""
    async with bot_at(tmp_path, "odd", {"CHAT_MODEL": MODEL}) as everything:
        await answered(everything.tester, "Привет", MODEL)
        await answered(everything.tester, "Как дела?", MODEL)

        sent = [set(seen.json) for seen in everything.proxy.sent("POST", CHAT)]
        assert len(sent) == 4
        for refused in ("max_tokens", "temperature"):
            assert refused in sent[0]
            assert refused not in sent[-1] | sent[-2]
        assert "max_completion_tokens" in sent[-1]


async def test_a_model_that_is_gone_is_replaced(tmp_path):
    """The tester gets an answer as if nothing had happened, and the conversation goes on.

    The admins hear of it once, and one press decides otherwise.
    """
    two = f"{ADMIN},{SECOND_ADMIN}"
    async with world(tmp_path, ADMIN_IDS=two, POLL_INTERVAL_S="0.05") as everything:
        admin, tester = everything.admin, everything.tester
        second = await everything.people.person(SECOND_ADMIN, "Анна")
        await second.says("/id")
        await choose(everything, f"{OLD}\nТы Наташа первая.", f"{NEW}\nТы Наташа вторая.")
        await answered(tester, "Меня зовут Олег", NEW)

        gone = everything.proxy.fault(
            "POST", CHAT, "answer", times=3, **refusal(404, "model_not_found", "Gone")
        )
        await answered(tester, "Как меня зовут?", OLD)
        assert gone.times == 0
        asked = everything.asked()[-1]
        assert asked[0]["content"] == "Ты Наташа первая."
        assert [part["content"] for part in asked[1::2]] == ["Меня зовут Олег", "Как меня зовут?"]
        await answered(tester, "Точно?", OLD)
        for person in (admin, second):
            await person.sees(f"{NEW} больше не отвечает")
        models = [name for (name,) in everything.stored("SELECT model FROM turns ORDER BY id")]
        assert models == [NEW, OLD, OLD]
        assert all("не отвечает" not in said for said in said_by_bot(await tester.chat()))

        await admin.says("/use")
        await admin.sees(f"потому что {NEW} больше не отвечает")
        await everything.restart_bot()
        await answered(tester, "А после перезапуска?", OLD)
        told = await admin.sees(f"{NEW} больше не отвечает\nПровайдер")
        news = [said for said in said_by_bot(await admin.chat()) if "Провайдер её не знает" in said]
        assert len(news) == 1
        await pressed(admin, told, f"↩ Снова {NEW}", f"Теперь отвечает {NEW}")
        await answered(tester, "И теперь?", NEW)


async def test_nobody_is_left_to_answer(tmp_path):
    """The tester reads that the admins know, which is true: they hear of it once."""
    async with world(tmp_path, CHAT_MODEL=MODEL, POLL_INTERVAL_S="0.05") as everything:
        await everything.admin.says("/id")
        gone = refusal(404, "model_not_found", "Gone")
        fault = everything.proxy.fault("POST", CHAT, "answer", times=99, **gone)
        for _ in range(2):
            asked = await everything.tester.says("Как дела?")
            told = await everything.tester.sees("сейчас не отвечает", after=asked["message_id"])
            assert "администраторы уже знают" in words(told)
            check_kind(words(told))
        alarm = await everything.admin.sees("заменить её некем")
        assert button_data(alarm, "Модели")
        assert len(said_by_bot(await everything.admin.chat())) == 2

        everything.proxy.faults.remove(fault)
        await answered(everything.tester, "А сейчас?", MODEL)


async def test_words_that_are_deleted_stay_deleted(tmp_path):
    """An answer that grows meanwhile ends, and neither it nor its question is kept."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says("/id")
        held = everything.proxy.fault("POST", CHAT, "hold_midway", n_events=20)
        await tester.says(QUESTION)
        await tester.sees(CURSOR)
        await everything.people.raw_update(press(tester, "privacy:forgotten:"))
        ended = await tester.sees("(остановлено)")
        held.released.set()
        await everything.settled(3)

        assert "reply_markup" not in ended
        assert everything.stored("SELECT 1 FROM turns") == []
        await tester.says("Ты меня помнишь?")
        await tester.sees(CURSOR)
        await everything.settled(4)
        assert [part["content"] for part in everything.asked()[-1][1:]] == ["Ты меня помнишь?"]


async def test_a_stopped_answer_is_paid_for(tmp_path):
    """The server tells no usage then, so we count, and say that it is an estimate."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        held = everything.proxy.fault("POST", CHAT, "hold_midway", n_events=20)
        await everything.tester.says(QUESTION)
        growing = await everything.tester.sees(CURSOR)
        await everything.tester.presses("⏹ Хватит", growing)
        await eventually(lambda: everything.stored("SELECT 1 FROM usage"))
        held.released.set()

        ((n, estimated, prompt, completion),) = everything.stored(
            "SELECT n_answers, n_estimated, prompt_tokens, completion_tokens FROM usage"
        )
        assert (n, estimated) == (1, 1)
        assert prompt > 3
        assert completion > 0
        await everything.admin.says("/people")
        listed = await everything.admin.sees("Олег")
        await everything.admin.presses("Олег", listed)
        await everything.admin.sees("токены — ~")


async def test_an_answer_that_breaks_off_is_paid_for(tmp_path):
    """It is no answer that a limit counts, but a budget sees what it has probably cost."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        everything.proxy.fault("POST", CHAT, "cut", times=1000)
        await everything.tester.says(QUESTION)
        await everything.tester.sees("ответ оборвался")
        await everything.settled(1)

        ((n, estimated, prompt, completion),) = everything.stored(
            "SELECT n_answers, n_estimated, prompt_tokens, completion_tokens FROM usage"
        )
        assert (n, estimated) == (0, 1)
        assert prompt > 3
        assert completion > 0
