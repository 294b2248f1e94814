"""What was pressed before, or was sent again: no message is added, and old screens go away."""

import pytest

from tests.e2e.chats import press, said_by_bot
from tests.e2e.training import ENDLESS, card, job_of, number_of, planned, started
from tests.telegram_people import Json, Person, words
from tests.world import STRANGER, world


async def n_said(person: Person) -> int:
    return len(said_by_bot(await person.chat()))


def is_line(plan: Json, text: str):
    """Whether a message became that line, without buttons."""

    def is_it(message: Json) -> bool:
        is_same = message["message_id"] == plan["message_id"]
        return is_same and words(message) == text and "reply_markup" not in message

    return is_it


@pytest.mark.parametrize(
    ("language", "start", "taken", "gone", "outside"),
    [
        ("ru", "План №1 запущен", "План №1 уже запущен", "больше не работает", "нет доступа"),
        (
            "en",
            "Plan 1 has started",
            "Plan 1 has already been started",
            "no longer works",
            "no access",
        ),
    ],
)
async def test_second_press_adds_no_message(tmp_path, language, start, taken, gone, outside):
    """A double tap and a button that no bot of today has are answered above the chat."""
    async with world(tmp_path, engine=ENDLESS, LANGUAGE=language) as everything:
        admin = await everything.people.person(everything.admin.id, language_code=language)
        await admin.says("/train")
        plan = await admin.sees(lambda message: "reply_markup" in message)
        first, second = await admin.taps_twice("training:start:1", plan)
        await admin.sees(start)
        told = await admin.is_told(taken)
        assert told["callback_query_id"] in (first, second)
        await card(admin, await job_of(everything, 1))
        before = await n_said(admin)

        again = await admin.presses_gone("training:start:1", plan)
        await admin.is_told(taken, again)
        await admin.presses_gone("no:such", plan)
        await admin.is_told(gone)
        stranger = await everything.people.person(STRANGER, "Чужой", language_code=language)
        await stranger.says("/start")
        door = await stranger.sees(str(STRANGER))
        await stranger.presses_gone("training:start:1", door)
        await stranger.is_told(outside)
        await everything.settled(7)

        assert await n_said(admin) == before
        assert await n_said(stranger) == 1
        assert start in words((await admin.chat())[1])
        assert len(await everything.engine_jobs()) == 1


async def test_press_that_waited_is_answered_by_a_message(tmp_path):
    """Telegram takes no answer to the press any more."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        await everything.admin.says("/id")
        await everything.people.raw_update(press(everything.admin, "no:such"))

        await everything.admin.sees("больше не работает")


async def test_newer_plan_puts_the_older_away(tmp_path):
    """The older plan is a line without buttons, once, whenever the bot dies; a started one stays.

    A plan that was started meanwhile is no plan to put away.
    """
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin = everything.admin
        first = await planned(admin)
        await admin.says("/train epochs=4")
        await everything.kill_bot()
        await everything.start_bot()
        await admin.sees(is_line(first, "План №1 заменён: смотрите план ниже."))
        second = await admin.sees("План №2")
        await admin.presses("training:start:2", second)
        await admin.sees("План №2 запущен")
        old = await admin.presses_gone("training:start:1", first)
        await admin.is_told("Этот экран устарел", old)
        third = await planned(admin, "/train epochs=5")
        await everything.settled(5)

        shown = [words(message) for message in await admin.chat()]
        assert number_of(third) == 3
        assert sum("План №2 запущен" in text for text in shown) == 1
        assert sum("смотрите план ниже" in text for text in shown) == 1
        assert len(everything.jobs_created()) == 1


async def test_plan_is_put_away_whatever_it_shows(tmp_path):
    """An admin has opened its details meanwhile."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin = everything.admin
        first = await planned(admin)
        await admin.presses("training:details:1", first)
        await admin.sees("План №1, подробно")
        await admin.says("/train epochs=4")

        await admin.sees(is_line(first, "План №1 заменён: смотрите план ниже."))


async def test_deleted_plan_is_not_sent_again(tmp_path):
    """The person has deleted the older plan: no line of it comes."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin = everything.admin
        first = await planned(admin)
        await admin.deletes(first["message_id"])
        await planned(admin, "/train epochs=4")
        await everything.settled(2)

        assert "смотрите план ниже" not in str(await admin.chat())


async def test_card_models_people_and_start_are_there_once(tmp_path):
    """Of each of these screens a chat has one with buttons: the newest."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin = everything.admin
        job_id = await job_of(everything, await started(admin))
        old = await card(admin, job_id)
        for command, line in (
            ("/models", "Список моделей теперь ниже."),
            ("/people", "Список людей теперь ниже."),
            ("/start", "Приветствие теперь ниже."),
        ):
            asked = await admin.says(command)
            first = await admin.sees(lambda _: True, after=asked["message_id"])
            await admin.says(command)
            await admin.sees(is_line(first, line))
        await admin.says("/status")
        gone = await admin.sees(is_line(old, "natasha-v1: карточка теперь ниже."))
        new = await admin.sees(lambda message: job_id in words(message), after=old["message_id"])
        await everything.restart_bot()
        await everything.account.fine_tuning.jobs.cancel(job_id)
        await admin.sees(
            lambda message: (
                message["message_id"] == new["message_id"] and "остановлена" in words(message)
            )
        )

        chat = await admin.chat()
        assert words(next(m for m in chat if m["message_id"] == gone["message_id"])) == words(gone)
