"""Admins who want it read about their week on Mondays, and whenever they ask."""

import datetime as dtm
import zoneinfo

from bot.week.mondays import next_monday
from tests.e2e.chats import answered, press, said_by_bot
from tests.e2e.dangers import SERIOUS, helped
from tests.e2e.training import MODEL
from tests.telegram_people import Json, Person, button_data, words
from tests.world import ADMIN, SECOND_ADMIN, World, eventually, world

LOVE, WORK = "Мой муж всё время ревнует меня", "Как найти клиентов для бизнеса?"
MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")


async def test_a_week_on_monday_and_on_demand(tmp_path):
    """One opts in, another reads it when they ask; nothing about danger is in it.

    A bot that was killed before Monday tells when it is back, once and without a sound.
    """
    admins: Json = {"ADMIN_IDS": f"{ADMIN},{SECOND_ADMIN}"}
    async with world(tmp_path, CHAT_MODEL=MODEL, **admins) as everything:
        admin, tester = everything.admin, everything.tester
        second = await everything.people.person(SECOND_ADMIN, "Anna", language_code="en")
        await second.says("/settings")
        await second.sees("Weekly report: off")
        await admin.says("/settings")
        shown = await admin.sees("Итоги недели: не приходят")
        await admin.taps_twice("Итоги недели: присылать", shown)
        await admin.sees("Итоги недели: по понедельникам в 9:00")
        wanted = "SELECT id FROM people WHERE week_at > strftime('%s', 'now')"
        assert everything.stored(wanted) == [(ADMIN,)]

        await asks_and_rates(everything)
        turn = everything.stored("SELECT request_id FROM turns WHERE user_text = :t", t=LOVE)
        lines = await reads(admin, "Неделя")
        assert lines[:5] == [
            "Вопросов: 2, людей: 1",
            "Темы на глаз: отношения 1, бизнес 1",
            "Оценки за неделю: рано судить: 1 оценка, нужно около 20",
            "Неделей раньше: рано судить: 0 оценок, нужно около 20",
            f"👎 1. {LOVE} · Слишком общо",
        ]
        assert "Questions: 2, people: 1" in await reads(second, "Week")
        in_week = await admin.sees("Вопросов: 2")
        ((edit,), (back,)) = in_week["reply_markup"]["inline_keyboard"]
        assert edit["callback_data"] == f"editing:answer:{turn[0][0]}"
        assert back["callback_data"] == "ratings:list:"
        await everything.people.raw_update(press(tester, "week:show:"))
        await tester.sees("Это могут только администраторы")

        await everything.kill_bot()
        friday = next_monday(dtm.datetime.now(MOSCOW)) - 10 * 86_400
        everything.stored("UPDATE turns SET created_at = :friday", friday=friday)
        everything.stored("UPDATE ratings SET rated_at = :friday", friday=friday)
        everything.stored("UPDATE people SET week_at = 1 WHERE week_at IS NOT NULL")
        floor = in_week["message_id"]
        for _ in range(2):
            await everything.start_bot()
            await eventually(lambda: everything.stored(wanted) == [(ADMIN,)])
            told = await admin.sees("Вопросов: 2", after=floor)
            await everything.kill_bot()
        assert LOVE in words(told)
        assert button_data(told, "✍️ 1") == edit["callback_data"]
        for person, n in ((admin, 2), (second, 1)):
            said = said_by_bot(await person.chat())
            assert sum(each.startswith(("Неделя ", "Week ")) for each in said) == n
            assert SERIOUS not in "".join(said)
        calls = [call["params"] for call in await everything.people.calls("sendMessage")]
        (sent,) = (call for call in calls if "Вопросов: 2" in str(call.get("text")))
        assert sent["disable_notification"]


async def asks_and_rates(everything: World) -> None:
    """Two questions, one bad answer, and then words about danger."""
    tester = everything.tester
    answer = await answered(tester, LOVE)
    await tester.presses("👎", answer)
    await tester.presses("Слишком общо")
    await tester.sees(lambda message: button_data(message, "Слишком общо ✓"))
    await answered(tester, WORK)
    await helped(tester, SERIOUS)


async def reads(admin: Person, label: str) -> list[str]:
    """The lines below the title of the week, opened from /quality."""
    await admin.says("/quality")
    await admin.presses(label)
    week = await admin.sees(lambda message: button_data(message, "✍️ 1"))
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in words(week).splitlines()]
    assert lines[0].startswith(f"{label} ")
    return [line for line in lines[1:] if line]
