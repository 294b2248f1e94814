"""When Telegram stumbles: every message is answered, once, and no news is lost."""

import asyncio

from tests.e2e.chats import QUESTION, TALKS, said_by_bot
from tests.e2e.training import ENDLESS, MODEL, card, job_of, started
from tests.telegram_people import Person, words
from tests.world import ADMIN, SECOND_ADMIN, world

Fault = tuple[str, str, dict[str, float]]

FAULTS_OF_ANSWERS: tuple[Fault, ...] = (
    ("sendMessage", "retry_after", {"seconds": 1}),
    ("sendMessage", "status", {"status": 500}),
    ("sendMessage", "bad_gateway_html", {}),
    ("sendMessage", "drop_before", {}),
    ("sendMessage", "drop_after", {}),
    ("editMessageText", "retry_after", {"seconds": 2}),
    ("editMessageText", "status", {"status": 502}),
    ("editMessageText", "drop_before", {"times": 2}),
    ("editMessageText", "drop_after", {"times": 2}),
)


async def test_each_message_is_answered_exactly_once(tmp_path):
    """429, 5xx and dropped connections at sending, editing and fetching: one whole answer each.

    What a tester reads is the engine's answer, in one message, and no half of it stays behind.
    """
    ids = range(1101, 1101 + 2 * len(FAULTS_OF_ANSWERS))
    testers = ",".join(map(str, ids))
    async with world(tmp_path, engine=TALKS, TESTER_IDS=testers, CHAT_MODEL=MODEL) as everything:
        people = everything.people
        everyone = [await people.person(number, "Олег") for number in ids]
        talkers, askers = everyone[: len(ids) // 2], everyone[len(ids) // 2 :]
        for group in (talkers, askers):
            for person, (method, kind, details) in zip(group, FAULTS_OF_ANSWERS, strict=True):
                await people.fault(method, kind, chat_id=person.chat_id, **details)
        for kind in ("drop_after", "drop_before", "bad_gateway_html"):
            await people.fault("getUpdates", kind)
        for kind in ("retry_after", "hold"):
            await people.fault("getUpdates", kind, seconds=1)

        await asyncio.gather(*(person.says(QUESTION) for person in talkers))
        await asyncio.gather(*(person.says("/id") for person in askers))

        asked = everything.account.chat.completions
        request = {"role": "user", "content": QUESTION}
        answer = await asked.create(model=MODEL, messages=[request])  # type: ignore[list-item]
        whole = str(answer.choices[0].message.content)
        for person in talkers:
            await person.sees(lambda message: words(message) == whole, timeout=40)
        for person in askers:
            await person.sees(f"Ваш номер: {person.id}")
        await everything.settled(len(everyone))
        for person in talkers:
            assert said_by_bot(await person.chat()) == [whole]
        for person in askers:
            assert said_by_bot(await person.chat()) == [f"Ваш номер: {person.id}"]
        assert len(everything.asked()) == len(talkers)


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
        finished = await admin.sees("обучилась за")
        job_id = await job_of(everything, 1)
        await admin.sees("ответов 5 из 5")
        assert "обучилась за" not in str(await blocker.chat())
        await everything.restart_bot()

        newcomer = await people.person(third, "Вера")
        await newcomer.says("/start")
        await blocker.unblocks()
        await blocker.says("/start")
        for late in (newcomer, blocker):
            told = await late.sees("обучилась за")
            assert words(told) == words(finished)
            await late.sees("ответов 5 из 5")
            await card(late, job_id)
            assert sum("обучилась за" in text for text in said_by_bot(await late.chat())) == 1


async def test_a_card_survives_what_telegram_does_to_it(tmp_path):
    """A job has one card, whatever breaks at sending it, and that shows the newest state."""
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin, people = everything.admin, everything.people
        await admin.says("/id")
        await admin.sees("Ваш номер")
        await people.fault("sendMessage", "drop_after", after=1, chat_id=ADMIN)
        await people.fault("editMessageText", "status", status=500, after=1, chat_id=ADMIN)
        job_id = await job_of(everything, await started(admin))
        await admin.sees(lambda message: job_id in words(message) and "в очереди" in words(message))
        await everything.account.fine_tuning.jobs.cancel(job_id)
        await admin.sees(
            lambda message: job_id in words(message) and "остановлена через" in words(message)
        )
        await _card_shows(admin, job_id, "· остановлена")
        cards = [text for text in said_by_bot(await admin.chat()) if f"\n{job_id}" in text]
        assert len(cards) == 2  # the card, and the message of the end


async def _card_shows(admin: Person, job_id: str, status: str) -> None:
    await admin.sees(lambda message: job_id in words(message) and status in words(message))
