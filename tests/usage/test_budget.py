"""What all answers of a day may cost: above it nobody is answered, except people in danger."""

import zoneinfo

import pytest

from bot import errors
from bot.domain.models import Topic
from bot.domain.people import Access, Spent
from bot.edge.dispatch import refusal
from bot.texts import Texts
from tests.composition import ADMIN, MODEL, TESTER, TUNED, BotParts, person
from tests.usage.test_accounts import today

MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")
AT_HOME = "https://api.openai.com/v1"


async def costs(parts: BotParts, *, n_tokens: int, model: str = TUNED, day: str = "") -> None:
    spent = Spent(
        model=model, n_answers=1, n_estimated=0, prompt_tokens=n_tokens, completion_tokens=0
    )
    await parts.database.write(
        lambda tx: parts.accounts.store.add(tx, spent, person_id=99, day=day or today())
    )


async def spent(parts: BotParts, **settings: object) -> None:
    """A day on which the answers of somebody else have cost 0.80 USD; a model serves."""
    parts.begin(chat_base_url=AT_HOME, **settings)
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    price = parts.core.catalogue.priced(MODEL, AT_HOME)
    assert price is not None
    assert price.input_usd is not None
    await costs(parts, n_tokens=round(800_000 / price.input_usd))


async def test_nobody_is_answered_above_the_budget(parts: BotParts):
    """Whoever used it up. Admins read the sum, testers when to come again."""
    await spent(parts, daily_budget_usd=0.79)

    with pytest.raises(errors.DailyBudgetSpent) as told:
        await parts.chat.question("Как дела?", person=person(), topic=Topic(TESTER))
    with pytest.raises(errors.DailyBudgetReached) as sum_told:
        await parts.chat.question(
            "Как дела?", person=person(ADMIN, Access.ADMIN), topic=Topic(ADMIN)
        )

    assert "Спросите завтра" in refusal(Texts("ru", MOSCOW), told.value).text
    assert "стоили $0,80, а бюджет на день — $0,79" in (
        refusal(Texts("ru", MOSCOW), sum_told.value).text
    )
    assert "midnight, Moscow time" in refusal(Texts("en", MOSCOW), told.value).text


async def test_whoever_may_be_in_danger_is_answered_above_it(parts: BotParts):
    await spent(parts, daily_budget_usd=0.01, daily_messages_per_tester=1)

    asked = await parts.chat.question(
        "Как дела?", person=person(), topic=Topic(TESTER), is_limited=False
    )

    assert asked.model.name == TUNED


@pytest.mark.parametrize("budget", [0, 0.81])
async def test_below_it_and_without_one_people_are_answered(parts: BotParts, budget: float):
    await spent(parts, daily_budget_usd=budget)

    await parts.accounts.check(person())


@pytest.mark.parametrize(
    "other", [{"model": "ft:nobody-knows-it:x"}, {"day": today(days=-1)}], ids=["model", "day"]
)
async def test_unknown_prices_and_yesterday_count_nothing(parts: BotParts, other: dict[str, str]):
    parts.begin(chat_base_url=AT_HOME, daily_budget_usd=0.01)
    await costs(parts, n_tokens=9_000_000, **other)

    await parts.accounts.check(person())


@pytest.mark.parametrize(("words", "is_counted"), [("Представь лес. " * 900, True), ("", False)])
async def test_answer_that_broke_off_counts_by_its_words(
    parts: BotParts, words: str, is_counted: bool
):
    """The server tells no usage of it. It is no answer, so nobody's daily limit counts it."""
    parts.begin(chat_base_url=AT_HOME, daily_budget_usd=0.001)
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    asked = await parts.chat.question("Как дела?", person=person(), topic=Topic(TESTER))

    await parts.database.write(
        lambda tx: parts.chat.count_lost(tx, asked, person(), words=words, usage=None)
    )

    today_bill, _ = await parts.accounts.bills_of(TESTER)
    assert (today_bill.n_answers, today_bill.n_estimated) == (0, int(is_counted))
    if is_counted:
        with pytest.raises(errors.DailyBudgetSpent):
            await parts.accounts.check(person())
    else:
        await parts.accounts.check(person())
