"""Questions to begin with, under a tester's welcome."""

from bot.access.outside_views import STARTERS
from tests.e2e.chats import CURSOR, PATIENT, TALKS, press, said_by_bot
from tests.e2e.models import offered
from tests.e2e.training import MODEL
from tests.telegram_people import Json, button_data, words
from tests.world import World, eventually, world

FIRST, SECOND = "Почему мы так часто ссоримся?", "Как решиться на своё дело?"


async def test_a_question_of_the_welcome_is_asked_once(tmp_path):
    """A double tap asks once, and so does `kill -9`; the chat shows question, then answer."""
    async with world(tmp_path, engine=TALKS, CHAT_MODEL=MODEL) as everything:
        tester = everything.tester
        await tester.says("/start")
        welcome = await tester.sees("Здравствуйте, Олег")
        assert len(offered(welcome)) == len(STARTERS)
        await tester.taps_twice(FIRST, welcome)
        asked = await tester.sees(f"Вы спросили: «{FIRST}»")
        await tester.sees(lambda m: button_data(m, "🔁"), after=asked["message_id"])
        await everything.settled(3)
        assert len(said_by_bot(await tester.chat())) == 3
        await tester.presses(FIRST, welcome)
        await eventually(lambda: _toasts(everything, "Наташа только что ответила на этот вопрос."))

        await tester.presses(SECOND, welcome)
        growing = await tester.sees(CURSOR)
        await everything.kill_bot()
        await everything.start_bot()
        await tester.sees(
            lambda m: button_data(m, "🔁"), after=growing["message_id"] - 1, timeout=PATIENT
        )
        await everything.settled(5)
        said = said_by_bot(await tester.chat())
        assert said[1] == f"Вы спросили: «{FIRST}»"
        assert said[3] == f"Вы спросили: «{SECOND}»"
        assert len(said) == 5
        stored = everything.stored("SELECT user_text, question_id FROM turns ORDER BY id")
        shown = [m["message_id"] for m in await tester.chat() if "Вы спросили" in words(m)]
        assert stored == list(zip([FIRST, SECOND], shown, strict=True))

        await everything.people.raw_update(press(tester, "chat:starter:weather"))
        await everything.settled(6)
        assert len(everything.stored("SELECT 1 FROM turns")) == 2


async def _toasts(everything: World, text: str) -> list[Json]:
    calls = await everything.people.calls("answerCallbackQuery")
    return [call for call in calls if call["params"].get("text") == text]


async def test_an_unanswered_question_of_the_welcome_can_be_asked_again(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, proxy = everything.tester, everything.proxy
        await tester.says("/start")
        welcome = await tester.sees("Здравствуйте, Олег")
        async with proxy.away():
            await tester.presses(FIRST, welcome)
            failed = await tester.sees(lambda m: button_data(m, "🔁 Спросить ещё раз"))
        await tester.presses("🔁 Спросить ещё раз", failed)
        await tester.sees(lambda m: button_data(m, "👍"))
        ((text,),) = everything.stored("SELECT user_text FROM turns")
        assert text == FIRST
