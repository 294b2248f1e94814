"""Testers see two answers and say which is better, without knowing whose they are."""

from tests.e2e.faults import CHAT
from tests.e2e.models import offered, pressed, served, taps
from tests.e2e.training import tuned
from tests.telegram_people import Json, Person, button_data, words
from tests.world import ADMIN, SECOND_ADMIN, STRANGER, World, eventually, world

FOREST, RIVER = "Лес шумит, и ты слышишь его.", "Река течёт, и ты идёшь вдоль неё."
BALLOT = ["1 лучше", "2 лучше", "Одинаково"]


def names(message: Json) -> list[str]:
    """Who is put to use by which button."""
    return [text for text in offered(message) if text.startswith("Включить")]


async def two_models(everything: World) -> tuple[str, str]:
    """A model that speaks of the forest, which serves, and one that speaks of the river."""
    forest, river = await tuned(everything, FOREST), await tuned(everything, RIVER)
    await everything.admin.says(f"/use {river}")
    await everything.admin.sees("Теперь отвечает")
    asked = await everything.admin.says(f"/use {forest}")
    await everything.admin.sees("Теперь отвечает", after=asked["message_id"])
    return forest, river


async def begun(everything: World, a: str, b: str, n: int = 10) -> Json:
    """A comparison in which every question gets two answers."""
    asked = await everything.admin.says(f"/compare {a} {b} {n}")
    shown = await everything.admin.sees("Идёт.", after=asked["message_id"])
    return await pressed(everything.admin, shown, "Каждый вопрос", "на каждый вопрос")


async def pair_of(tester: Person, text: str) -> Json:
    """The tester asks and gets two answers."""
    asked = await tester.says(text)
    return await tester.sees(
        lambda seen: offered(seen) == BALLOT, after=asked["message_id"], what="two answers"
    )


def side(message: Json, answer: str) -> str:
    """The button by which that answer is better."""
    return "1 лучше" if words(message).index(answer) < words(message).index("\n2\n") else "2 лучше"


async def votes_for(tester: Person, message: Json, answer: str) -> Json:
    chosen = side(message, answer)
    await tester.presses(chosen, message)
    return await tester.sees(lambda seen: f"{chosen} ✓" in offered(seen), what="the vote")


def history(everything: World) -> list[str]:
    """What the answers are that the conversation goes on from."""
    query = "SELECT assistant_text FROM turns WHERE replaced_by IS NULL ORDER BY id"
    return [text for (text,) in everything.stored(query)]


async def test_conversation_goes_on_from_the_better_answer(tmp_path):
    """Two answers, blind; the vote for either is what the models are shown next."""
    async with world(tmp_path, DAILY_MESSAGES_PER_TESTER="5") as everything:
        forest, river = await two_models(everything)
        await begun(everything, forest, river)
        tester = everything.tester

        shown = await pair_of(tester, "Первый вопрос")
        for name in (forest, river, "long", "forest"):
            assert name not in words(shown)
        assert words(shown).startswith("1\n")
        assert "\n\n2\n" in words(shown)
        assert history(everything) == [FOREST]  # who serves, until there is a vote
        shown = await votes_for(tester, shown, RIVER)
        assert history(everything) == [RIVER]
        shown = await votes_for(tester, shown, FOREST)
        assert history(everything) == [FOREST]
        await votes_for(tester, shown, RIVER)

        n_asked = len(everything.asked())
        second = await pair_of(tester, "Второй вопрос")
        requests = everything.proxy.sent("POST", CHAT)[n_asked:]
        assert sorted(each.json["model"] for each in requests) == sorted([forest, river])
        for each in requests:
            said = [part["content"] for part in each.json["messages"] if part["role"] != "system"]
            assert said == ["Первый вопрос", RIVER, "Второй вопрос"]

        await tester.presses("Одинаково", second)
        await tester.sees(lambda seen: "Одинаково ✓" in offered(seen))
        assert history(everything) == [RIVER, FOREST]

        # The conversation has gone on: what was said of the first pair stands.
        answer = button_data(shown, side(shown, FOREST)) or button_data(
            shown, f"{side(shown, FOREST)} ✓"
        )
        assert answer is not None
        await taps(everything, tester, shown, answer, n=1)
        await tester.sees("выбор уже не изменить")
        assert history(everything) == [RIVER, FOREST]
        ((n_answers,),) = everything.stored(
            "SELECT sum(n_answers) FROM usage WHERE person_id = :id", id=tester.id
        )
        assert n_answers == 2

        asked = await tester.says("/retry")
        await tester.sees(lambda seen: words(seen) == FOREST, after=asked["message_id"])
        assert history(everything) == [RIVER, FOREST]
        said = [part["content"] for part in everything.asked()[-1] if part["role"] != "system"]
        assert said == ["Первый вопрос", RIVER, "Второй вопрос"]


async def test_comparison_ends_by_itself_and_its_result_is_put_to_use(tmp_path):
    """Eight of eight are enough of ten; both admins are told once, over kills; one button."""
    async with world(tmp_path, ADMIN_IDS=f"{ADMIN},{SECOND_ADMIN}") as everything:
        admin, tester = everything.admin, everything.tester
        other = await everything.people.person(SECOND_ADMIN, "Пётр")
        await other.says("/start")
        await other.sees("Вы администратор")
        forest, river = await two_models(everything)
        await begun(everything, forest, river)

        for n in range(8):
            shown = await pair_of(tester, f"Вопрос {n}")
            if n == 3:
                await everything.restart_bot()
            await votes_for(tester, shown, RIVER)
            if n == 6:
                assert not everything.stored("SELECT 1 FROM outbox WHERE kind = 'comparison_over'")
        await everything.restart_bot()

        for person in (admin, other):
            told = await person.sees("лучше: 8 из 8")
            assert "реже чем в 5\N{NO-BREAK SPACE}%" in words(told)
            assert "голосовали: 1" in words(told)
            assert len([each for each in await person.chat() if "лучше: 8" in words(each)]) == 1
        assert history(everything) == [RIVER] * 8

        asked = await tester.says("И ещё вопрос")
        answer = await tester.sees(FOREST, after=asked["message_id"])
        assert "1 лучше" not in offered(answer)
        (use,) = names(told)
        await other.presses(use, told)
        await other.sees("Теперь отвечает")
        assert served(everything)[-1] == river

        # Late votes, on a pair that has one and as somebody else.
        late = button_data(shown, "Одинаково")
        assert late is not None
        await taps(everything, tester, shown, late, n=1)
        await tester.sees("уже закончилось")
        ((n_votes,),) = everything.stored("SELECT count(*) FROM pairs WHERE vote = 'same'")
        assert n_votes == 0


async def test_a_pair_survives_a_kill_and_counts_once(tmp_path):
    """Killed while both models speak: the pair comes once; a double tap is one vote."""
    async with world(tmp_path) as everything:
        tester = everything.tester
        forest, river = await two_models(everything)
        await begun(everything, forest, river)
        held = everything.proxy.fault("POST", CHAT, "hold_before", times=2)

        await tester.says("Где я?")
        await eventually(held.happened.is_set)
        await everything.kill_bot()
        held.released.set()
        await everything.start_bot()
        shown = await tester.sees(lambda seen: offered(seen) == BALLOT)
        ballot = button_data(shown, side(shown, RIVER))
        assert ballot is not None
        await taps(everything, tester, shown, ballot, n=3)

        await eventually(lambda: history(everything) == [RIVER])
        await everything.settled(0)
        assert len([each for each in await tester.chat() if FOREST in words(each)]) == 1
        ((n_pairs, n_turns),) = everything.stored(
            "SELECT (SELECT count(*) FROM pairs WHERE vote IS NOT NULL), count(*) FROM turns"
        )
        assert (n_pairs, n_turns) == (1, 2)


async def test_only_one_answer_is_a_usual_answer(tmp_path):
    """One model fails: the other's answer comes as ever, and there is nothing to vote on."""
    async with world(tmp_path) as everything:
        tester = everything.tester
        forest, river = await two_models(everything)
        await begun(everything, forest, river)
        body = {"error": {"message": "Oops", "type": "server_error", "param": None, "code": None}}
        everything.proxy.fault("POST", CHAT, "answer", status=400, body=body)

        asked = await tester.says("Кто здесь?")
        answer = await tester.sees(
            lambda seen: words(seen) in (FOREST, RIVER), after=asked["message_id"]
        )

        assert "1 лучше" not in offered(answer)
        assert history(everything) == [words(answer)]
        assert not everything.stored("SELECT 1 FROM pairs")
        await pair_of(tester, "А теперь?")


async def test_model_that_is_gone_ends_it(tmp_path):
    """The server has one of them no more: the tester gets an answer, the admins a word."""
    async with world(tmp_path) as everything:
        forest, river = await two_models(everything)
        await begun(everything, forest, river)
        await everything.account.models.delete(river)

        asked = await everything.tester.says("Кто здесь?")
        answer = await everything.tester.sees(FOREST, after=asked["message_id"], timeout=40)

        assert "1 лучше" not in offered(answer)
        await everything.admin.sees("Сравнение прервано")


async def test_one_comparison_at_a_time_by_admins_alone(tmp_path):
    """By buttons, by words, by two admins at once; testers and strangers start none."""
    async with world(tmp_path, ADMIN_IDS=f"{ADMIN},{SECOND_ADMIN}") as everything:
        admin, tester = everything.admin, everything.tester
        other = await everything.people.person(SECOND_ADMIN, "Пётр")
        await admin.says("/compare")
        await admin.sees("Сравнивать пока нечего")
        forest, river = await two_models(everything)

        for person in (tester, await everything.people.person(STRANGER, "Кто-то")):
            asked = await person.says(f"/compare {forest} {river}")
            await person.sees(lambda seen: True, after=asked["message_id"])
        assert not everything.stored("SELECT 1 FROM comparisons")
        await admin.says(f"/compare {forest} ёлка")
        await admin.sees("Модели ёлка в списке нет")
        await admin.says(f"/compare {forest} {forest}")
        await admin.sees("одна и та же модель")
        await admin.says("/compare long 1")
        await admin.sees("называются несколько моделей")

        asked = await admin.says("/compare")
        shown = await admin.sees("Слепое сравнение", after=asked["message_id"])
        shown = await pressed(admin, shown, offered(shown)[0], "с какой моделью")
        shown = await pressed(admin, shown, offered(shown)[0], "Сколько собрать голосов")
        starts = button_data(shown, "20 голосов")
        assert starts is not None
        await taps(everything, admin, shown, starts, n=2)
        await other.says(f"/compare {forest} {river} 30")
        await admin.sees("Идёт. Голосов: 0 из")
        await other.sees("Идёт. Голосов: 0 из")
        await everything.settled(0)
        assert len(everything.stored("SELECT 1 FROM comparisons")) == 1

        asked = await other.says("/compare")
        shown = await other.sees("Идёт. Голосов: 0 из", after=asked["message_id"])
        await other.presses("Результат", shown)
        await other.sees("Пока ничего не ясно", after=asked["message_id"])
        shown = await pressed(other, shown, "Остановить", "Остановлено")
        shown = await pressed(other, shown, offered(shown)[0], "Идёт.")
        await pressed(other, shown, "Остановить", "Остановлено")
        question = await tester.says("Привет")
        answer = await tester.sees(lambda seen: True, after=question["message_id"])
        assert words(answer) in (FOREST, RIVER)
