"""Each topic of a private chat is a conversation of its own."""

from tests.e2e.chats import PATIENT, answered, marked
from tests.e2e.training import MODEL
from tests.telegram_people import Json, Person, button_data, words
from tests.world import World, eventually, world


async def shown(everything: World, n: int) -> list[str]:
    """What the *n*-th request showed the model of what the person has said, oldest first."""
    await eventually(lambda: len(everything.asked()) >= n)
    said = everything.asked()[n - 1]
    return [str(message["content"]) for message in said if message["role"] == "user"]


async def says(person: Person, text: str, topic: int = 0) -> Json:
    """Say it there, and wait for the answer's buttons."""
    asked = await person.says(text, **({"message_thread_id": topic} if topic else {}))
    return await person.sees(lambda m: button_data(m, "🔁"), after=asked["message_id"])


async def test_each_topic_remembers_its_own(tmp_path):
    """Also after `kill -9`; /new, 🔁 and the last two buttons are a matter of the topic."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says("/start")
        await tester.sees("Здравствуйте")
        dreams, work = await tester.opens_topic("Сны"), await tester.opens_topic("Работа")

        for n, (text, topic) in enumerate(
            [("лес", dreams), ("отчёт", work), ("дом", 0), ("река", dreams)], start=1
        ):
            answer = await says(tester, text, topic)
            assert answer.get("message_thread_id", 0) == topic, (n, words(answer))
        assert [await shown(everything, n) for n in range(1, 5)] == [
            ["лес"], ["отчёт"], ["дом"], ["лес", "река"],
        ]  # fmt: skip

        await everything.restart_bot()
        await says(tester, "срок", work)
        assert await shown(everything, 5) == ["отчёт", "срок"]
        new = await tester.says("/new", message_thread_id=dreams)
        told = await tester.sees("чистого листа", after=new["message_id"])
        assert told["message_thread_id"] == dreams
        await says(tester, "море", dreams)
        assert await shown(everything, 6) == ["море"]
        await everything.restart_bot()
        third = await says(tester, "начальник", work)
        assert await shown(everything, 7) == ["отчёт", "срок", "начальник"]

        # Elsewhere there are newer answers, but in these topics none.
        home = await tester.sees(lambda m: button_data(m, "🔁") and "message_thread_id" not in m)
        for place, asked in ((third, ["отчёт", "срок", "начальник"]), (home, ["дом"])):
            n_before = len(everything.asked())
            await tester.presses("🔁", place)
            assert await shown(everything, n_before + 1) == asked
            await everything.settled(0)
        with_buttons = [m for m in await tester.chat() if button_data(m, "👎")]
        topics = [message.get("message_thread_id", 0) for message in with_buttons]
        assert {each: topics.count(each) for each in topics} == {dreams: 2, work: 2, 0: 1}


async def test_correction_is_awaited_in_its_topic(tmp_path):
    """What is written elsewhere meanwhile is a question."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says("/start")
        await tester.sees("Здравствуйте")
        dreams = await tester.opens_topic("Сны")
        answer = await says(tester, "Мне снился лес.", dreams)
        await tester.presses("👎", answer)
        await tester.presses("✍️ Написать за Наташу", await tester.sees("Что не так?"))
        prompt = await tester.sees("Как сказала бы Наташа?")
        assert prompt["message_thread_id"] == dreams

        await answered(tester, "Сегодня мне грустно.")
        assert await shown(everything, 2) == ["Сегодня мне грустно."]
        await tester.says("Лес — это про тишину.", message_thread_id=dreams)
        await tester.sees("Записано")
        assert everything.stored("SELECT correction FROM ratings") == [("Лес — это про тишину.",)]
        assert len(everything.asked()) == 2


async def test_answer_to_a_topic_that_is_gone(tmp_path):
    """It stands in the chat; a press on its buttons is answered, too."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        first = await answered(tester, "Как дела?")
        asked = await tester.says("А если нет?")
        await tester.sees(lambda m: button_data(m, "🔁"), after=asked["message_id"])
        gone = {"message_thread_id": 777, "is_topic_message": True, "message_id": 900}
        await everything.people.raw_update({"message": asked | gone | {"text": "Где я?"}})

        answer = await tester.sees(
            lambda m: button_data(m, "🔁"), after=asked["message_id"] + 1, timeout=PATIENT
        )
        assert "message_thread_id" not in answer
        assert await shown(everything, 3) == ["Где я?"]
        query = await tester.presses("🔁", answer)
        await tester.is_told("/retry", query)
        await tester.presses("👍", answer)
        await marked(tester, answer, "👍 ✓")
        assert len(everything.asked()) == 3
        assert button_data(first, "🔁")
