"""What an admin reads about a week, put together by the bot's own features."""

import datetime as dtm
import zoneinfo

from bot.delivery.screen import Screen
from bot.domain.datasets import TrainingMethod
from bot.domain.models import Topic, Turn
from bot.domain.people import Spent
from bot.ratings.entities import Complaint
from bot.safety.entities import Danger, DangerKind, Grade, Mark
from bot.safety.store import DangerStore
from bot.storage.database import Transaction
from bot.week.mondays import WeekKind
from bot.week.report import seconds_of
from bot.wiring import build_features
from tests.composition import ADMIN, MODEL, TESTER, TUNED, BotParts, person, privacy_of
from tests.fakes import job_of
from tests.screens import buttons_of, shown

OTHER = 8
FIRST = dtm.date(2026, 11, 23)
SINCE, UNTIL = seconds_of(FIRST, zoneinfo.ZoneInfo("Europe/Moscow"))
NOON = SINCE + 12 * 3600
OPENAI = "https://api.openai.com/v1"
NBSP = "\N{NO-BREAK SPACE}"


async def told(parts: BotParts, language: str = "ru") -> Screen | None:
    """What the notification says when it is sent."""
    (week,) = (each for each in build_features(parts.core) if each.name == "week")
    payload = {"first": f"{FIRST}"}
    return await week.notifications[WeekKind.WEEK](parts.core.texts(language), payload, ADMIN)


async def words(parts: BotParts, language: str = "ru") -> str:
    screen = await told(parts, language)
    assert screen is not None
    return shown(screen)


async def asked(
    parts: BotParts, question: str, answer: str = "Лес.", *, by: int = TESTER, at: int = NOON
) -> int:
    """A question with its answer; its request id."""
    turn, request_id = Turn(user_text=question, assistant_text=answer), parts.request()
    await parts.database.write(
        lambda tx: parts.conversations.add_turn(
            tx, turn, topic=Topic(by), person_id=by, request_id=request_id, model=TUNED, usage=None,
            now=at,
        )
    )  # fmt: skip
    return request_id


async def rated(
    parts: BotParts, request_id: int, *, is_good: bool = False, by: int = TESTER, at: int = NOON
) -> int:
    await parts.database.write(
        lambda tx: parts.ratings.rate(tx, request_id, person_id=by, is_good=is_good, now=at)
    )
    return request_id


async def is_in_danger(parts: BotParts, request_id: int, *, by: int = TESTER) -> None:
    mark = Mark(
        request_id=request_id, person_id=by, chat_id=by, message_id=1,
        danger=Danger(kind=next(iter(DangerKind)), grade=next(iter(Grade))),
        card_id=None, created_at=NOON,
    )  # fmt: skip
    await parts.database.write(lambda tx: DangerStore(parts.database).add(tx, mark))


async def test_questions_and_their_themes(parts: BotParts):
    """Only those of the week, and one that was answered twice is one question."""
    await asked(parts, "Муж ушёл, а я люблю его. Как пережить развод?")
    first = await asked(parts, "Муж меня ревнует")
    again = await asked(parts, "Муж меня ревнует")
    await parts.database.write(lambda tx: parts.conversations.replace(tx, first, by=again))
    await asked(parts, "How do I get clients for my business?", by=OTHER)
    await asked(parts, "Что?", by=OTHER, at=UNTIL)
    for at in (SINCE - 1, UNTIL + 1):
        await asked(parts, "Кем я был в прошлой жизни?", at=at)

    text = await words(parts)

    assert text.startswith("Неделя 23–29 ноября\nВопросов: 4, людей: 2\n")
    assert f"Темы на глаз: отношения{NBSP}2, бизнес{NBSP}1, другое{NBSP}1\n" in text


async def test_what_was_said_of_danger_is_left_out(parts: BotParts):
    """Also what was said in that conversation later, as in /export."""
    await asked(parts, "Как вырастить розу?", by=OTHER)
    bad = [await asked(parts, text, f"Ответ {text}") for text in ("Не хочу", "Что дальше")]
    await is_in_danger(parts, bad[0])
    for request_id in bad:
        await rated(parts, request_id)

    screen = await told(parts)

    assert screen is not None
    text = shown(screen)
    assert "Вопросов: 1, людей: 1" in text
    assert "Не хочу" not in text
    assert "Что дальше" not in text
    assert buttons_of(screen) == []


async def test_the_worst_answers_can_be_said_differently(parts: BotParts):
    """Those with a complaint, then the newest; not those that somebody corrected."""
    ids = [
        await rated(parts, await asked(parts, f"Вопрос {n}", f"Ответ {n}"), at=NOON + n)
        for n in range(6)
    ]
    await rated(parts, await asked(parts, "Вопрос хороший"), is_good=True)

    async def work(tx: Transaction) -> None:
        await parts.ratings.complain(tx, ids[0], Complaint.TOO_GENERAL, now=NOON)
        await parts.ratings.correct(
            tx, ids[5], person_id=TESTER, text="Иначе", message_id=9, now=NOON + 9
        )

    await parts.database.write(work)
    screen = await told(parts)

    assert screen is not None
    text = shown(screen)
    assert "👎 1. Вопрос 0 · Слишком общо\nОтвет 0\n👎 2. Вопрос 4\nОтвет 4\n" in text
    assert "👎 3. Вопрос 3\nОтвет 3\n" in text
    assert "хороший" not in text
    assert buttons_of(screen) == [f"editing:answer:{ids[n]}" for n in (0, 4, 3)]
    assert [each.text for each in screen.buttons[0]] == ["✍️ 1", "✍️ 2", "✍️ 3"]


async def test_ratings_stand_beside_those_of_the_week_before(parts: BotParts):
    """With the interval; fewer than twenty are too few to judge."""
    for n in range(24):
        await rated(parts, await asked(parts, f"В {n}"), is_good=n < 18)
    assert "Оценки за неделю: 👍 75\N{NO-BREAK SPACE}% (55–88, оценок 24)\n" in await words(parts)
    assert "Неделей раньше: рано судить: 0 оценок" in await words(parts)

    for n in range(2):
        await rated(parts, await asked(parts, f"В {n}", at=1), is_good=True, at=SINCE - 9)
    assert "Неделей раньше: рано судить: 2 оценки, нужно около 20" in await words(parts)


async def test_spending_of_the_week(parts: BotParts):
    """At the provider whose prices are known; no other price is made up."""
    parts.begin(openai_base_url=OPENAI)
    await asked(parts, "Вопрос")
    assert "Расходы: обучение $0,00, ответы $0,00" in await words(parts)

    await has_spent(parts)
    assert "Расходы: обучение $5,00, ответы $0,80" in await words(parts)
    assert "Spent: training $5.00, answers $0.80" in await words(parts, "en")

    parts.begin(openai_base_url="https://models.example/v1")
    assert "Расходы: обучение —, ответы —" in await words(parts)


async def has_spent(parts: BotParts) -> None:
    """A job of a million tokens and a million of answers; the same on the days around."""
    for name, at in (("before", SINCE - 1), ("in", NOON), ("after", UNTIL + 1)):
        job = job_of(
            name, status="succeeded", method=TrainingMethod.SUPERVISED,
            trained_tokens=1_000_000, finished_at=at,
        )  # fmt: skip

        async def work(tx: Transaction) -> None:
            await parts.jobs.save(tx, job, followed_by=ADMIN)  # noqa: B023
            await parts.jobs.close(tx, job.id)  # noqa: B023

        await parts.database.write(work)
    for days in (-1, 0, 6, 7):
        day = FIRST + dtm.timedelta(days=days)
        spent = Spent(
            model=MODEL, n_answers=1, n_estimated=0, prompt_tokens=500_000, completion_tokens=0
        )
        await parts.database.write(
            lambda tx, d=day, s=spent: parts.accounts.store.add(tx, s, person_id=TESTER, day=f"{d}")  # type: ignore[misc]
        )


async def test_days_left_of_the_model(parts: BotParts):
    parts.today = dtm.date(2027, 1, 4)
    parts.begin(openai_base_url=OPENAI)
    await parts.serving.use(await parts.serving.model(MODEL), by=ADMIN)
    await asked(parts, "Вопрос")

    assert (await words(parts)).endswith(f"До отключения {MODEL} дней: 10")


async def test_a_model_without_a_last_day_has_no_line(parts: BotParts):
    await parts.serving.use(await parts.serving.model(MODEL), by=ADMIN)
    await asked(parts, "Вопрос")

    assert MODEL not in await words(parts)


async def test_of_a_week_in_which_nothing_happened_nothing_is_told(parts: BotParts):
    await asked(parts, "Вопрос", at=UNTIL + 1)

    assert await told(parts) is None


async def test_what_was_deleted_by_then_is_left_out(parts: BotParts):
    """It is put into words when it is sent, and the outbox holds none."""
    await rated(parts, await asked(parts, "Моя тайна"))
    await asked(parts, "Вопрос", by=OTHER)
    assert "Моя тайна" in await words(parts)

    privacy = privacy_of(parts.database)
    await parts.database.write(lambda tx: privacy.forget(tx, person()))
    text = await words(parts)
    assert "Вопросов: 1, людей: 1" in text
    assert "Моя тайна" not in text


async def test_in_english(parts: BotParts):
    await rated(parts, await asked(parts, "My husband left me", "Breathe."))

    text = await words(parts, "en")

    assert text.startswith("Week November 23–29\nQuestions: 1, people: 1\n")
    assert f"Themes, roughly: relationships{NBSP}1\n" in text
    assert "1. My husband left me\nBreathe." in text
