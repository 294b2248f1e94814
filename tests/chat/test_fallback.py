"""When the serving model is gone, whoever served before takes over, once, and admins decide."""

import datetime as dtm
import time
from contextlib import aclosing

import pytest

from bot.chat.chat import TRIES_OF_UNKNOWN
from bot.chat.question import Question
from bot.domain.models import Topic, Usage
from bot.errors import ModelGone, ModelUnknown
from tests.composition import ADMIN, SECOND_ADMIN, TESTER, BotParts, person

BASE = "gpt-4.1-mini-2025-04-14"
OLD, NEW, OTHER = (f"ft:{BASE}:org:{name}:1" for name in ("old", "new", "other"))


async def serves(parts: BotParts, name: str, *, has_answered: bool = True) -> None:
    """An admin puts the model to use, and it has answered somebody."""
    await parts.serving.use(
        await parts.serving.model(name), by=ADMIN, system_prompt=f"Ты Наташа {name}."
    )
    if has_answered:
        usage = Usage(prompt_tokens=1, completion_tokens=1)
        await parts.database.write(
            lambda tx: parts.accounts.add(
                tx, TESTER, model=name, messages=[], answer="", usage=usage
            )
        )


async def ask(parts: BotParts) -> list[str]:
    """Who is asked for one answer, in order; the last one gives it."""
    n_asked = len(parts.server.asked)
    question = await parts.chat.question("Как дела?", person=person(), topic=Topic(TESTER))
    async with aclosing(parts.chat.answer(question)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Question):
                question = piece
    models = [model for model, _ in parts.server.asked[n_asked:]]
    assert question.model.name == models[-1]
    return models


async def serving(parts: BotParts) -> str:
    found = await parts.serving.current()
    assert found is not None
    return found.model.name


async def told(parts: BotParts) -> list[tuple[int, str, str | None]]:
    """(admin, who is gone, who answers instead)."""
    names = {model.id: model.name for model in await parts.models.listed(limit=9)}
    return [
        (chat, names[payload["gone_id"]], names.get(payload["successor_id"]))
        for chat, _, payload in await parts.told("model_gone")
    ]


async def test_the_model_before_takes_over(parts: BotParts):
    """With its own system prompt, in the same answer; both admins hear of it once."""
    await serves(parts, OLD)
    await serves(parts, NEW)
    parts.server.lacks.add(NEW)

    assert await ask(parts) == [NEW] * TRIES_OF_UNKNOWN + [OLD]
    assert await ask(parts) == [OLD]

    assert parts.server.asked[-1][1][0].content == f"Ты Наташа {OLD}."
    assert await told(parts) == [(ADMIN, NEW, OLD), (SECOND_ADMIN, NEW, OLD)]
    now = await parts.serving.current()
    assert now is not None
    assert (now.chosen_by, now.instead_of) == (None, NEW)


async def test_a_moment_of_ignorance_is_no_end(parts: BotParts):
    """A server that knows the model again at the second or third question changes nothing."""
    await serves(parts, OLD)
    await serves(parts, NEW)
    unknown = [ModelUnknown(model=NEW)] * (TRIES_OF_UNKNOWN - 1)
    parts.server.fails("stream", *unknown)

    assert await ask(parts) == [NEW] * TRIES_OF_UNKNOWN
    assert await told(parts) == []


async def test_nothing_flaps(parts: BotParts):
    """Who was gone does not come back by itself; who was chosen again since may."""
    for name in (OTHER, OLD, NEW):
        await serves(parts, name)
    parts.server.lacks = {NEW}
    await ask(parts)
    parts.server.lacks = {OLD}

    assert await ask(parts) == [OLD] * TRIES_OF_UNKNOWN + [OTHER]
    parts.server.lacks = set()
    assert await ask(parts) == [OTHER]
    parts.server.lacks = {OTHER}
    with pytest.raises(ModelGone):
        await ask(parts)

    parts.server.lacks = set()
    await serves(parts, OLD)
    await serves(parts, NEW)
    parts.server.lacks = {NEW}
    assert (await ask(parts))[-1] == OLD


async def test_retired_and_ended_models_are_passed_over(parts: BotParts):
    """The next one in history, and then the one that the settings name."""
    parts.begin(chat_model=BASE)
    gone = await parts.serving.model(OTHER)
    for name in (OTHER, OLD, NEW):
        await serves(parts, name)
    await parts.serving.retire(gone.id)
    parts.provider.last_days[OLD] = dtm.date(2026, 11, 1)
    parts.server.lacks = {NEW}

    assert await ask(parts) == [NEW] * TRIES_OF_UNKNOWN + [BASE]


async def test_nobody_is_left(parts: BotParts):
    """The admins hear of it once, however many ask; when the model is back it just answers."""
    await serves(parts, NEW)
    parts.server.lacks.add(NEW)

    for _ in range(3):
        with pytest.raises(ModelGone):
            await ask(parts)
    assert await told(parts) == [(ADMIN, NEW, None), (SECOND_ADMIN, NEW, None)]
    assert await serving(parts) == NEW

    parts.server.lacks.clear()
    assert await ask(parts) == [NEW]


async def test_a_young_model_may_just_not_be_ready(parts: BotParts):
    """What never answered is waited for; after ten minutes it counts as gone."""
    await serves(parts, OLD)
    await serves(parts, NEW, has_answered=False)
    parts.server.lacks.add(NEW)

    with pytest.raises(ModelUnknown):
        await ask(parts)
    assert await told(parts) == []

    since = int(time.time()) - 601
    await parts.database.write(
        lambda tx: tx.execute("UPDATE servings SET since_at = :since", {"since": since})
    )
    assert (await ask(parts))[-1] == OLD


async def test_an_admin_who_is_quicker_wins(parts: BotParts):
    """Whoever they choose while the model is asked again stays, and nobody is told anything."""
    await serves(parts, OLD)
    await serves(parts, NEW)
    question = await parts.chat.question("Как дела?", person=person(), topic=Topic(TESTER))
    await serves(parts, OTHER)
    parts.server.lacks.add(NEW)

    with pytest.raises(ModelUnknown):
        async with aclosing(parts.chat.answer(question)) as pieces:
            _ = [piece async for piece in pieces]

    assert await serving(parts) == OTHER
    assert await told(parts) == []


async def test_two_chats_notice_at_once(parts: BotParts):
    """Both are answered by the successor, and it is told once."""
    await serves(parts, OLD)
    await serves(parts, NEW)
    parts.server.lacks.add(NEW)
    first, second = [
        await parts.chat.question("Как дела?", person=person(), topic=Topic(chat))
        for chat in (7, 8)
    ]

    for question in (first, second):
        async with aclosing(parts.chat.answer(question)) as pieces:
            _ = [piece async for piece in pieces]

    assert parts.server.asked[-1][0] == OLD
    assert len(await told(parts)) == 2


async def test_without_a_choice_the_settings_model_may_be_gone(parts: BotParts):
    """A name in CHAT_MODEL that no server knows is told, too."""
    parts.begin(chat_model=BASE)
    parts.server.lacks.add(BASE)

    with pytest.raises(ModelGone):
        await ask(parts)

    assert await told(parts) == [(ADMIN, BASE, None), (SECOND_ADMIN, BASE, None)]
