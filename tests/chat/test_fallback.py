"""When the serving model is gone, whoever served before takes over, once, and admins decide."""

import datetime as dtm
import time
from contextlib import aclosing

import pytest

from bot.chat.chat import TRIES_OF_UNKNOWN, Question
from bot.domain.models import Usage
from bot.errors import ModelGone, ModelUnknown
from tests.composition import ADMIN, SECOND_ADMIN, TESTER, House, person

BASE = "gpt-4.1-mini-2025-04-14"
OLD, NEW, OTHER = (f"ft:{BASE}:org:{name}:1" for name in ("old", "new", "other"))


async def serves(house: House, name: str, *, has_answered: bool = True) -> None:
    """An admin puts the model to use, and it has answered somebody."""
    await house.serving.use(
        await house.serving.model(name), by=ADMIN, system_prompt=f"Ты Наташа {name}."
    )
    if has_answered:
        usage = Usage(prompt_tokens=1, completion_tokens=1)
        answered = house.accounts.answered(TESTER, model=name, messages=[], answer="", usage=usage)
        await house.database.write(answered)


async def ask(house: House) -> list[str]:
    """Who is asked for one answer, in order; the last one gives it."""
    n_asked = len(house.server.asked)
    question = await house.chat.question("Как дела?", person=person(), chat_id=TESTER)
    async with aclosing(house.chat.answer(question)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Question):
                question = piece
    models = [model for model, _ in house.server.asked[n_asked:]]
    assert question.model.name == models[-1]
    return models


async def serving(house: House) -> str:
    found = await house.serving.current()
    assert found is not None
    return found.model.name


async def told(house: House) -> list[tuple[int, str, str | None]]:
    """(admin, who is gone, who answers instead)."""
    names = {model.id: model.name for model in await house.models.listed(limit=9)}
    return [
        (chat, names[payload["gone_id"]], names.get(payload["successor_id"]))
        for chat, _, payload in await house.told("model_gone")
    ]


async def test_the_model_before_takes_over(house: House):
    """With its own system prompt, in the same answer; both admins hear of it once."""
    await serves(house, OLD)
    await serves(house, NEW)
    house.server.lacks.add(NEW)

    assert await ask(house) == [NEW] * TRIES_OF_UNKNOWN + [OLD]
    assert await ask(house) == [OLD]

    assert house.server.asked[-1][1][0].content == f"Ты Наташа {OLD}."
    assert await told(house) == [(ADMIN, NEW, OLD), (SECOND_ADMIN, NEW, OLD)]
    now = await house.serving.current()
    assert now is not None
    assert (now.chosen_by, now.instead_of) == (None, NEW)


async def test_a_moment_of_ignorance_is_no_end(house: House):
    """A server that knows the model again at the second or third question changes nothing."""
    await serves(house, OLD)
    await serves(house, NEW)
    unknown = [ModelUnknown(model=NEW)] * (TRIES_OF_UNKNOWN - 1)
    house.server.fails("stream", *unknown)

    assert await ask(house) == [NEW] * TRIES_OF_UNKNOWN
    assert await told(house) == []


async def test_nothing_flaps(house: House):
    """Who was gone does not come back by itself; who was chosen again since may."""
    for name in (OTHER, OLD, NEW):
        await serves(house, name)
    house.server.lacks = {NEW}
    await ask(house)
    house.server.lacks = {OLD}

    assert await ask(house) == [OLD] * TRIES_OF_UNKNOWN + [OTHER]
    house.server.lacks = set()
    assert await ask(house) == [OTHER]
    house.server.lacks = {OTHER}
    with pytest.raises(ModelGone):
        await ask(house)

    house.server.lacks = set()
    await serves(house, OLD)
    await serves(house, NEW)
    house.server.lacks = {NEW}
    assert (await ask(house))[-1] == OLD


async def test_retired_and_ended_models_are_passed_over(house: House):
    """The next one in history, and then the one that the settings name."""
    house.begin(chat_model=BASE)
    gone = await house.serving.model(OTHER)
    for name in (OTHER, OLD, NEW):
        await serves(house, name)
    await house.serving.retire(gone.id)
    house.provider.last_days[OLD] = dtm.date(2026, 11, 1)
    house.server.lacks = {NEW}

    assert await ask(house) == [NEW] * TRIES_OF_UNKNOWN + [BASE]


async def test_nobody_is_left(house: House):
    """The admins hear of it once, however many ask; when the model is back it just answers."""
    await serves(house, NEW)
    house.server.lacks.add(NEW)

    for _ in range(3):
        with pytest.raises(ModelGone):
            await ask(house)
    assert await told(house) == [(ADMIN, NEW, None), (SECOND_ADMIN, NEW, None)]
    assert await serving(house) == NEW

    house.server.lacks.clear()
    assert await ask(house) == [NEW]


async def test_a_young_model_may_just_not_be_ready(house: House):
    """What never answered is waited for; after ten minutes it counts as gone."""
    await serves(house, OLD)
    await serves(house, NEW, has_answered=False)
    house.server.lacks.add(NEW)

    with pytest.raises(ModelUnknown):
        await ask(house)
    assert await told(house) == []

    since = int(time.time()) - 601
    await house.database.write(
        lambda tx: tx.execute("UPDATE servings SET since_at = :since", {"since": since})
    )
    assert (await ask(house))[-1] == OLD


async def test_an_admin_who_is_quicker_wins(house: House):
    """Whoever they choose while the model is asked again stays, and nobody is told anything."""
    await serves(house, OLD)
    await serves(house, NEW)
    question = await house.chat.question("Как дела?", person=person(), chat_id=TESTER)
    await serves(house, OTHER)
    house.server.lacks.add(NEW)

    with pytest.raises(ModelUnknown):
        async with aclosing(house.chat.answer(question)) as pieces:
            _ = [piece async for piece in pieces]

    assert await serving(house) == OTHER
    assert await told(house) == []


async def test_two_chats_notice_at_once(house: House):
    """Both are answered by the successor, and it is told once."""
    await serves(house, OLD)
    await serves(house, NEW)
    house.server.lacks.add(NEW)
    first, second = [
        await house.chat.question("Как дела?", person=person(), chat_id=chat) for chat in (7, 8)
    ]

    for question in (first, second):
        async with aclosing(house.chat.answer(question)) as pieces:
            _ = [piece async for piece in pieces]

    assert house.server.asked[-1][0] == OLD
    assert len(await told(house)) == 2


async def test_without_a_choice_the_settings_model_may_be_gone(house: House):
    """A name in CHAT_MODEL that no server knows is told, too."""
    house.begin(chat_model=BASE)
    house.server.lacks.add(BASE)

    with pytest.raises(ModelGone):
        await ask(house)

    assert await told(house) == [(ADMIN, BASE, None), (SECOND_ADMIN, BASE, None)]
