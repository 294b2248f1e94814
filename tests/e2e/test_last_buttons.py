"""🔁 and 👍👎 stand below the last two answers; each answer costs one call more for that."""

from tests.e2e.chats import answered, marked, press
from tests.e2e.training import MODEL
from tests.telegram_people import Json, Person, button_data
from tests.world import World, world


async def standing(person: Person) -> list[int]:
    """The messages that have 👎."""
    return [m["message_id"] for m in await person.chat() if button_data(m, "👎")]


async def calls_of(everything: World) -> list[str]:
    calls = await everything.people.calls()
    return [call["method"] for call in calls if call["params"].get("chat_id")]


async def test_only_the_last_two_answers_have_buttons(tmp_path):
    """The answer before them loses its own in one call; its old 👍 counts, its old 🔁 asks nothing.

    Also over `kill -9`.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        answers: list[Json] = []
        for n in range(4):  # measured: two calls before there was anything to take away, then three
            n_before = len(await calls_of(everything))
            answers.append(await answered(tester, f"Вопрос {n}"))
            await everything.settled(n + 1)
            made = (await calls_of(everything))[n_before:]
            usual = ["sendChatAction", "sendMessage"]
            assert sorted(made) == sorted(usual + ["editMessageReplyMarkup"] * (n > 1))
            assert await standing(tester) == [each["message_id"] for each in answers[-2:]]

        for label in ("👍", "🔁"):
            stale = press(tester, str(button_data(answers[0], label)))
            stale["callback_query"]["message"]["message_id"] = answers[0]["message_id"]
            await everything.people.raw_update(stale)
        await everything.settled(6)
        assert everything.stored("SELECT is_good FROM ratings") == [(1,)]
        assert len(everything.asked()) == 4
        assert len(await standing(tester)) == 2
        await tester.presses("👍", answers[2])
        await marked(tester, answers[2], "👍 ✓")

        # Killed while the buttons are being taken away.
        await everything.people.fault("editMessageReplyMarkup", "hold", seconds=60)
        await answered(tester, "Вопрос 4")
        await everything.restart_bot()
        await everything.people.no_faults()
        await everything.settled(8)
        assert len(await standing(tester)) == 2
        assert (await standing(tester))[0] == answers[3]["message_id"]


async def test_old_buttons_rate_once_more(tmp_path):
    """The version before kept buttons under all answers: the first press there takes them away.

    Its rating counts and is said above the chat; no message is added, also after `kill -9`.
    """
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        answers = [await answered(tester, f"Вопрос {n}") for n in range(4)]
        await everything.settled(4)
        await everything.kill_bot()
        everything.stored("UPDATE outbox SET buttons_of = NULL")  # as if these two were older
        await everything.start_bot()
        n_messages = len(await tester.chat())

        for n, (answer, label, is_good) in enumerate(
            [(answers[2], "👎", 0), (answers[3], "👍", 1)], start=1
        ):
            query = await tester.presses(label, answer)
            await tester.is_told(f"Записано: {label}", query)
            await everything.settled(4 + n)
            assert answer["message_id"] not in await standing(tester)
            assert everything.stored("SELECT is_good FROM ratings ORDER BY id")[-1] == (is_good,)
        # A second tap, and one on buttons that were taken long ago: nothing but a toast.
        for n, (answer, label) in enumerate([(answers[2], "👎"), (answers[0], "👎")], start=1):
            data = str(button_data(answer, label))
            query = await tester.presses_gone(data, answer)
            await tester.is_told("Записано: 👎", query)
            await everything.settled(6 + n)
        assert everything.stored("SELECT is_good FROM ratings ORDER BY id") == [(0,), (1,), (0,)]
        assert await standing(tester) == []
        assert len(await tester.chat()) == n_messages
