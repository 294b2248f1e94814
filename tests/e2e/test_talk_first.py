"""An admin talks with a model before it answers everybody, and hears what others switch."""

from tests.e2e.chats import answered, press
from tests.e2e.models import offered, pressed, served, taps
from tests.e2e.test_compare import begun, pair_of
from tests.e2e.training import MODEL, TWO_ADMINS, second, tuned
from tests.telegram_people import Json, Person, words
from tests.world import STRANGER, World, eventually, world

FOREST, RIVER = "Лес шумит, и ты слышишь его.", "Река течёт, и ты идёшь вдоль неё."
TRIES = "Вы пробуете"


async def two_models(everything: World) -> tuple[str, str]:
    """A model that speaks of the forest, which serves, and one that speaks of the river."""
    forest = await tuned(everything, FOREST, "natasha-v1")
    river = await tuned(everything, RIVER, "natasha-v2")
    await everything.admin.says(f"/use {river}")
    await everything.admin.sees("Теперь отвечает natasha-v2")
    await everything.admin.says(f"/use {forest}")
    await everything.admin.sees("Теперь отвечает natasha-v1")
    return forest, river


async def detail(admin: Person, name: str) -> Json:
    asked = await admin.says(f"/models {name}")
    return await admin.sees("Полное имя", after=asked["message_id"])


async def says_to(person: Person, everything: World, model: str, said: str) -> list[Json]:
    """The person asks; who answers, and what was asked of the model."""
    assert words(await answered(person, "Как дела?")).startswith(said)
    asked = everything.proxy.sent("POST", "/v1/chat/completions")[-1].json
    assert asked["model"] == model
    messages: list[Json] = asked["messages"]
    return messages


async def test_admin_talks_with_a_model_alone(tmp_path):
    """From its details, across `kill -9`, until [Закончить]; voices never mix."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, tester, anna = everything.admin, everything.tester, await second(everything)
        forest, river = await two_models(everything)
        await says_to(admin, everything, forest, FOREST)
        shown = await detail(admin, river)
        await admin.presses("Поговорить с ней", shown)
        tries = await admin.sees(TRIES, after=shown["message_id"])
        assert "Отвечает она только вам." in words(tries)
        assert offered(tries) == ["Включить всем", "Закончить"]
        n_before = len(await admin.chat())
        await admin.presses("Поговорить с ней", shown)
        await everything.restart_bot()
        for n_turns in (0, 1):
            messages = await says_to(admin, everything, river, RIVER)
            assert len(messages) == 2 + 2 * n_turns
        assert len(await admin.chat()) == n_before + 4  # the second press added nothing
        n_asked = len(everything.asked())
        await admin.says("/retry")
        await eventually(lambda: len(everything.asked()) == n_asked + 1)
        last = everything.proxy.sent("POST", "/v1/chat/completions")[-1].json
        assert last["model"] == river
        await says_to(anna, everything, forest, FOREST)
        await says_to(tester, everything, forest, FOREST)

        await begun(everything, forest, river)  # testers get pairs, this admin does not
        await pair_of(tester, "Как дела?")
        await says_to(admin, everything, river, RIVER)

        await admin.says("/start")
        start = await admin.sees("Вы администратор")
        assert TRIES in words(start)
        await admin.says("/models")
        listed = await admin.sees("Сейчас отвечает: ")
        assert TRIES in words(listed)
        assert "Закончить" in offered(start)
        ended = await pressed(admin, listed, "Закончить", "Вы снова говорите с")
        assert offered(ended) == ["Модели"]
        assert len(await says_to(admin, everything, forest, FOREST)) == 2
        await pressed(admin, start, "Закончить", "Вы снова говорите с")  # an old button
        data = f"models:talk:{(await ids(everything))[forest]}"
        await everything.people.raw_update(press(admin, data))
        await admin.sees("natasha-v1 и так отвечает всем")
        assert served(everything) == [river, forest]


async def test_tried_model_is_put_to_use_and_taken_back(tmp_path):
    """One press for all; the other admin hears who did it and goes back, in English too."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna = everything.admin, await second(everything)
        await anna.says("/language")
        await anna.presses("English")
        forest, river = await two_models(everything)
        shown = await detail(admin, river)
        await admin.presses("Поговорить с ней", shown)
        tries = await admin.sees(TRIES, after=shown["message_id"])
        await pressed(admin, tries, "Включить всем", "Теперь отвечает")
        heard = await anna.sees("natasha-v2 (before it: natasha-v1)")
        assert "Мария activated" in words(heard)
        assert everything.stored("SELECT 1 FROM tried_models") == []
        await says_to(everything.tester, everything, river, RIVER)
        await everything.settled(6)
        told = [m for m in await anna.chat() if "natasha-v2 (before it: natasha-v1)" in words(m)]
        assert len(told) == 1

        (back,) = offered(heard)
        assert back.startswith("↩ Back to ")
        await everything.restart_bot()
        await pressed(anna, heard, back, "natasha-v1 answers from now on")
        assert served(everything)[-3:] == [forest, river, forest]
        heard = await admin.sees("Кто включил: Анна")

        # After another switch the old button asks.
        await admin.says(f"/use {MODEL}")
        await admin.sees(f"Теперь отвечает {MODEL}")
        (back,) = offered(heard)
        asked = await pressed(admin, heard, back, "модель переключали ещё раз")
        assert served(everything)[-1] == MODEL
        await pressed(admin, asked, back, "Теперь отвечает natasha-v2")
        assert served(everything)[-1] == river


async def test_model_that_is_gone_ends_the_try(tmp_path):
    """Off the list, or off the server: the admin is told and answered by the usual one."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna = everything.admin, await second(everything)
        forest, river = await two_models(everything)
        for person in (admin, anna):
            shown = await detail(person, river)
            await person.presses("Поговорить с ней", shown)
            await person.sees(TRIES, after=shown["message_id"])
        shown = await detail(anna, river)
        await anna.presses("Убрать", shown)
        for person in (admin, anna):
            told = await person.sees("больше не отвечает. Вы снова говорите с")
            assert offered(told) == ["Модели"]
        await says_to(admin, everything, forest, FOREST)
        await taps(everything, admin, told | {"chat": {"id": admin.id, "type": "private"}},
                   f"models:talk:{(await ids(everything))[river]}", n=1)  # fmt: skip
        await admin.sees("убрана из списка")

        lost = "ft:gpt-4.1-2025-04-14:org:lost:1"
        everything.stored(
            "INSERT INTO models (name, system_prompt, added_at) VALUES (:name, '', 1)", name=lost
        )
        shown = await detail(admin, lost)
        await admin.presses("Поговорить с ней", shown)
        await admin.sees(TRIES, after=shown["message_id"])
        await says_to(admin, everything, forest, FOREST)
        await admin.sees("lost больше не отвечает. Вы снова говорите с")


async def ids(everything: World) -> dict[str, int]:
    return dict(everything.stored("SELECT name, id FROM models"))


async def test_only_admins_try_models(tmp_path):
    """A first model too, which serves nobody yet; testers and strangers get their usual no."""
    async with world(tmp_path) as everything:
        admin, tester = everything.admin, everything.tester
        stranger = await everything.people.person(STRANGER, "Чужой")
        name = await tuned(everything, RIVER)
        everything.stored(
            "INSERT INTO models (name, system_prompt, added_at) VALUES (:name, '', 1)", name=name
        )
        number = (await ids(everything))[name]
        for person in (tester, stranger):
            await person.says("/start")
            for data in (f"models:talk:{number}", f"models:talk_end:{number}"):
                await everything.people.raw_update(press(person, data))
        await tester.sees("только администраторы")
        await stranger.sees("закрытый бот")
        assert everything.stored("SELECT 1 FROM tried_models") == []

        shown = await detail(admin, name)
        await admin.presses("Поговорить с ней", shown)
        await admin.sees(TRIES)
        await says_to(admin, everything, name, RIVER)
        await admin.presses("👎")
        await eventually(lambda: everything.stored("SELECT model FROM ratings") == [(name,)])
        asked = await tester.says("Привет")
        await tester.sees(lambda message: True, after=asked["message_id"])
        assert len(everything.asked()) == 1
        await everything.kill_bot()
        await everything.start_bot(ADMIN_IDS="9", TESTER_IDS=str(admin.id))
        await admin.says("А теперь?")
        await everything.settled(12)
        assert len(everything.asked()) == 1  # no admin any more, so nobody answers


async def test_worse_ratings_offer_the_way_back(tmp_path):
    """20 ratings each: every admin hears it once, and one press goes back."""
    async with world(tmp_path, ADMIN_IDS=TWO_ADMINS) as everything:
        admin, anna, tester = everything.admin, await second(everything), everything.tester
        await anna.says("/start")
        forest, river = await two_models(everything)
        await admin.says(f"/use {river}")
        await eventually(lambda: served(everything)[-1] == river)
        for name, is_good, n in ((forest, 1, 20), (river, 0, 19)):
            for k in range(n):
                everything.stored(
                    "INSERT INTO ratings (request_id, person_id, model, is_good, rated_at) "
                    "VALUES (:id, 7, :model, :is_good, unixepoch())",
                    id=-1000 * (is_good + 1) - k, model=name, is_good=is_good,
                )  # fmt: skip
        answer = await answered(tester, "Как дела?")
        await tester.presses("👎", answer)
        for person in (admin, anna):
            told = await person.sees("нравится людям меньше, чем")
            assert "оценок 20" in words(told)
        await tester.presses("👎", await answered(tester, "А сейчас?"))
        await everything.settled(3)
        for person in (admin, anna):
            said = [m for m in await person.chat() if "нравится людям меньше" in words(m)]
            assert len(said) == 1
        (back,) = offered(told)
        await pressed(anna, told, back, "Теперь отвечает")
        assert served(everything)[-1] == forest
