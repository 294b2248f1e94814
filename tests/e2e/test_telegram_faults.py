"""When Telegram stumbles: every message is answered, once, and no news is lost."""

import asyncio

from tests.e2e.chats import QUESTION, TALKS, answered, said_by_bot
from tests.e2e.training import ENDLESS, MODEL, card, is_judged, job_of, started
from tests.telegram_people import Json, Person, words
from tests.world import ADMIN, SECOND_ADMIN, world

LOGIN_PAGE = "<html><title>Sign in to Wi-Fi</title></html>"


async def test_all_answers_come_through_a_bad_network(tmp_path):
    """Calls cut before and after their work, late ones, and a hole: every answer is there, whole.

    A message may come twice where its receipt was lost, but hardly ever; the model is asked once.
    """
    ids, n_questions = range(1101, 1109), 2
    testers = ",".join(map(str, ids))
    async with world(tmp_path, engine=TALKS, TESTER_IDS=testers, CHAT_MODEL=MODEL) as everything:
        people = everything.people
        everyone = [await people.person(number, "Олег") for number in ids]
        weather = {"seed": 7, "cut_before": 0.12, "cut_after": 0.12, "delayed": 0.6, "delay_s": 0.4}
        hole = {"after_s": 3, "for_s": 4}
        await people.request("PUT", "/sandbox/network", json={**weather, "hole": hole})

        for _ in range(n_questions):
            await asyncio.gather(*(person.says(QUESTION) for person in everyone))
        await everything.settled(n_questions * len(everyone))
        await people.request("DELETE", "/sandbox/network")

        asked = everything.account.chat.completions
        request = {"role": "user", "content": QUESTION}
        answer = await asked.create(model=MODEL, messages=[request])  # type: ignore[list-item]
        whole = str(answer.choices[0].message.content)
        said = [said_by_bot(await person.chat()) for person in everyone]
        assert {text for texts in said for text in texts} == {whole}
        assert min(map(len, said)) >= n_questions
        assert sum(map(len, said)) <= n_questions * len(everyone) + 1
        assert len(everything.asked()) == n_questions * len(everyone)


async def test_acknowledgement_of_a_press_holds_up_nothing(tmp_path):
    """Telegram takes its time with it; the effect of the press is there long before."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        tester, people = everything.tester, everything.people
        answer = await answered(tester, QUESTION)
        await people.fault("answerCallbackQuery", "hold", seconds=60)

        await tester.presses("👎", answer)

        await tester.sees("Что не так?", after=answer["message_id"])
        assert await people.calls("answerCallbackQuery") == []


async def test_bot_starts_once_telegram_itself_answers(tmp_path):
    """A login page, a proxy's 404 and nonsense are no word about the token: it asks again."""
    async with world(tmp_path, start_bot=False) as everything:
        odds: tuple[Json, ...] = (
            {"body": LOGIN_PAGE},
            {"body": "<html>nginx</html>", "status": 404},
            {"result": {}},
            {"result": True},
        )
        for odd in odds:
            await everything.people.fault("getMe", "odd_result", **odd)

        await everything.start_bot()

        await everything.tester.says("/id")
        await everything.tester.sees(f"Ваш ID в Telegram: {everything.tester.id}")


async def test_news_wait_for_who_cannot_be_reached(tmp_path):
    """Who blocked the bot, and an admin who never pressed /start, hear everything afterwards.

    Nobody else waits for them, and a restart in between loses nothing.
    """
    third = 1005
    async with world(tmp_path, ADMIN_IDS=f"{ADMIN},{SECOND_ADMIN},{third}") as everything:
        admin, people = everything.admin, everything.people
        blocker = await people.person(SECOND_ADMIN, "Анна")
        await blocker.says("/start")
        await blocker.sees("Вы администратор")
        await blocker.blocks()

        await started(admin)
        await admin.sees(is_judged)
        job_id = await job_of(everything, 1)
        assert "готова ·" not in str(await blocker.chat())
        await everything.restart_bot()

        newcomer = await people.person(third, "Вера")
        await newcomer.says("/start")
        await blocker.unblocks()
        await blocker.says("/start")
        for late in (newcomer, blocker):
            told = await late.sees(is_judged)
            assert "запуск: Мария" in words(told)
            await card(late, job_id)
            assert sum("готова ·" in text for text in said_by_bot(await late.chat())) == 1


async def test_a_card_survives_what_telegram_does_to_it(tmp_path):
    """A job has one card, whatever breaks at sending it, and that shows the newest state."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, people = everything.admin, everything.people
        await admin.says("/id")
        await admin.sees("Ваш ID в Telegram")
        await people.fault("sendMessage", "drop_after", after=1, chat_id=ADMIN)
        await people.fault("editMessageText", "status", status=500, after=1, chat_id=ADMIN)
        job_id = await job_of(everything, await started(admin))
        await admin.sees(lambda message: job_id in words(message) and "в очереди" in words(message))
        await everything.account.fine_tuning.jobs.cancel(job_id)
        await admin.sees(
            lambda message: job_id in words(message) and "остановлена ·" in words(message)
        )
        await _card_shows(admin, job_id, "· остановлена")
        cards = [text for text in said_by_bot(await admin.chat()) if f"\n{job_id}" in text]
        assert len(cards) == 2  # the card, and the message of the end


async def _card_shows(admin: Person, job_id: str, status: str) -> None:
    await admin.sees(lambda message: job_id in words(message) and status in words(message))
