"""What answers cost, whose account they are on, and how many a tester may have."""

import datetime as dtm
import zoneinfo
from contextlib import aclosing

import psutil
import pytest

from bot import errors
from bot.domain.models import ChatMessage, Ending, Topic, Usage
from bot.domain.people import Access, Person, Spent
from bot.gateways.tokenizer import count_example_tokens, count_tokens, forget_unused
from bot.usage.accounts import Accounts
from tests.composition import ADMIN, MODEL, TESTER, TUNED, BotParts, person

ZONES = ["Europe/Moscow", "Asia/Kathmandu", "America/St_Johns"]


def today(zone: str = "Europe/Moscow", *, days: int = 0) -> str:
    moment = dtm.datetime.now(zoneinfo.ZoneInfo(zone)) + dtm.timedelta(days=days)
    return moment.date().isoformat()


async def used(parts: BotParts, n: int = 1, *, by: int = TESTER, day: str = "", model: str = TUNED):
    spent = Spent(
        model=model, n_answers=n, n_estimated=0, prompt_tokens=900_000, completion_tokens=100_000
    )
    await parts.database.write(
        lambda tx: parts.accounts.store.add(tx, spent, person_id=by, day=day or today())
    )


def limited(limit: int | None, access: Access = Access.TESTER) -> Person:
    return Person(id=TESTER, name="Анна", access=access, daily_limit=limit)


@pytest.mark.parametrize("zone", ZONES)
async def test_limit_begins_anew_at_midnight_of_the_zone(parts: BotParts, zone: str):
    """Yesterday's answers do not count."""
    parts.begin(daily_messages_per_tester=2, timezone=zone)
    await used(parts, 9, day=today(zone, days=-1))
    await used(parts, 1, day=today(zone))
    await parts.accounts.check(person())

    await used(parts, 1, day=today(zone))

    with pytest.raises(errors.DailyLimitReached) as caught:
        await parts.accounts.check(person())
    assert caught.value.params == {"limit": 2, "zone": zoneinfo.ZoneInfo(zone)}


async def test_limit_is_each_testers_own(parts: BotParts):
    parts.begin(daily_messages_per_tester=1)
    await used(parts, by=99)

    await parts.accounts.check(person())


@pytest.mark.parametrize(
    ("default", "who", "expected"),
    [
        (200, limited(None), 200),
        (200, limited(20), 20),
        (200, limited(0), 0),
        (0, limited(None), 0),
        (0, limited(50), 50),
        (200, limited(20, Access.ADMIN), 0),
    ],
)
async def test_own_limit_goes_before_that_of_all(parts: BotParts, default, who, expected):
    """0 is any number, and admins have no limit."""
    parts.begin(daily_messages_per_tester=default)
    await used(parts, 20)

    assert await parts.accounts.limit_of(who) == expected
    if expected == 20:
        with pytest.raises(errors.DailyLimitReached):
            await parts.accounts.check(who)
    else:
        await parts.accounts.check(who)


@pytest.mark.parametrize("chosen", [0, 50])
async def test_what_admins_choose_goes_before_the_settings(parts: BotParts, chosen: int):
    """And a person's own limit before that, also after a restart."""
    stored = parts.accounts.chosen_limit
    await parts.database.write(lambda tx: stored.set(tx, chosen))
    parts.begin(daily_messages_per_tester=1)

    assert await parts.accounts.limit_of(limited(None)) == chosen
    assert await parts.accounts.limit_of(limited(20)) == 20
    await used(parts, 5)
    await parts.accounts.check(person())


async def test_every_stored_answer_is_on_the_account(parts: BotParts):
    """Also stopped ones, whose tokens we count; /new and deletion of the words change nothing."""
    parts.begin(daily_messages_per_tester=2)
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    for usage in (Usage(prompt_tokens=30, completion_tokens=7), None):
        question = await parts.chat.question("Как дела?", person=person(), topic=Topic(TESTER))
        async with aclosing(parts.chat.answer(question)) as pieces:
            text = "".join([piece async for piece in pieces if isinstance(piece, str)])
        await parts.database.write(
            lambda tx, asked=question, said=text, cost=usage: parts.chat.store(  # type: ignore[misc]
                tx,
                asked,
                said,
                person=person(),
                topic=Topic(TESTER),
                request_id=parts.request(),
                usage=cost,
                ending=Ending.STOPPED if cost is None else Ending.WHOLE,
            )
        )
        await parts.database.write(lambda tx: parts.chat.start_new(tx, Topic(TESTER)))

    (spent,) = await parts.accounts.store.of(TESTER)
    assert (spent.model, spent.n_answers, spent.n_estimated) == (TUNED, 2, 1)
    assert spent.prompt_tokens > 30
    assert spent.completion_tokens > 7
    with pytest.raises(errors.DailyLimitReached):
        await parts.chat.question("И ещё", person=person(), topic=Topic(TESTER))


async def test_untold_tokens_are_counted_here(parts: BotParts):
    messages = [
        ChatMessage(role="system", content="Ты Наташа."),
        ChatMessage(role="user", content="Как быть?"),
    ]
    await parts.database.write(
        lambda tx: parts.accounts.add(
            tx, TESTER, model=TUNED, messages=messages, answer="Представь лес.", usage=None
        )
    )

    prompt = [{"role": each.role, "content": each.content} for each in messages]
    assert await parts.accounts.store.of(TESTER) == [
        Spent(
            model=TUNED,
            n_answers=1,
            n_estimated=1,
            prompt_tokens=count_example_tokens(prompt, "o200k_base"),
            completion_tokens=count_tokens("Представь лес.", "o200k_base"),
        )
    ]


async def test_bills_follow_the_catalogue(parts: BotParts):
    """Today and in all; what has no price is told apart and adds nothing."""
    parts.begin(openai_base_url="https://api.openai.com/v1")
    model = parts.accounts.catalogue.model(MODEL)
    assert model is not None
    assert model.input_usd is not None
    assert model.output_usd is not None
    price = 0.9 * model.input_usd + 0.1 * model.output_usd
    await used(parts, 3)
    await used(parts, 4, day=today(days=-1))
    await used(parts, 2, model="natasha-local")

    now, in_all = await parts.accounts.bills_of(TESTER)

    assert (now.n_answers, now.n_unpriced, now.n_tokens) == (5, 2, 2_000_000)
    assert now.usd == pytest.approx(price)
    assert (in_all.n_answers, in_all.n_unpriced) == (9, 2)
    assert in_all.usd == pytest.approx(2 * price)
    assert (await parts.accounts.bills_of(404))[1].n_answers == 0


async def test_every_model_has_its_bill(parts: BotParts):
    accounts: Accounts = parts.accounts
    await used(parts, 2, by=8)
    await used(parts, 3, by=9, day=today(days=-5))
    await used(parts, 4, model="natasha-local")

    models, now, in_all = await accounts.by_model()

    assert [(name, bill.n_answers) for name, bill in models] == [(TUNED, 5), ("natasha-local", 4)]
    assert (now.n_answers, in_all.n_answers) == (6, 9)
    assert [name for name, _ in await accounts.models_of(8)] == [TUNED]


async def test_the_tokenizer_leaves_while_nobody_chats(parts: BotParts):
    """It is 40 MB of the bot, and comes back at the next count."""
    ticks = {tick.name: tick for tick in parts.usage.ticks}

    async def freed_by_tick() -> int:
        count_tokens("лес", "o200k_base")
        before = psutil.Process().memory_full_info().uss
        await ticks["tokenizer"].run()
        return int(before - psutil.Process().memory_full_info().uss)

    forget_unused(0)  # what other tests have left
    assert await freed_by_tick() < 10_000_000
    parts.begin(tokenizer_s=0)
    ticks = {tick.name: tick for tick in parts.usage.ticks}
    assert await freed_by_tick() > 20_000_000
    assert count_tokens("лес", "o200k_base") == 1
