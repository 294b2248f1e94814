"""Before a model answers in chats, the bot looks whether it will; if not, every admin hears it."""

import datetime as dtm
import time
from contextlib import aclosing

import pytest

from bot.domain.models import ServedModel, Topic, Usage
from bot.errors import ModelUnknown
from bot.models.asked_store import KEPT_S, AskedStore
from bot.models.doubts import Doubt, DoubtKind
from tests.composition import ADMIN, MODEL, SECOND_ADMIN, TESTER, TUNED, BotParts, person

OLD = f"ft:{MODEL}:org:old:1"


async def answered(parts: BotParts, name: str) -> None:
    """The model has answered a tester."""
    usage = Usage(prompt_tokens=1, completion_tokens=1)
    await parts.database.write(
        lambda tx: parts.accounts.add(tx, TESTER, model=name, messages=[], answer="", usage=usage)
    )


async def doubt(parts: BotParts, model: ServedModel) -> DoubtKind | None:
    found = await parts.doubts.about(model)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("models", "expected"),
    [({TUNED}, None), ({"other"}, DoubtKind.UNKNOWN), (None, DoubtKind.UNSURE)],
)
async def test_model_that_never_answered_is_looked_up(parts: BotParts, models, expected):
    """Also one that was trained here: it may not be deployed yet."""
    parts.server.models = models

    assert await doubt(parts, await parts.serving.model(TUNED)) == expected


async def test_model_that_has_answered_is_not_doubted(parts: BotParts):
    """A deployment has a name that no list of models has."""
    parts.server.models = {"other"}
    await answered(parts, TUNED)

    assert await doubt(parts, await parts.serving.model(TUNED)) is None
    assert parts.server.calls == []


async def test_trial_is_an_answer(parts: BotParts):
    """The button below a good verdict does not ask again."""
    model = await parts.serving.model(TUNED)
    await parts.trials.ask(model, request_id=1, by=ADMIN)
    await parts.trials.idle(1)

    assert await doubt(parts, model) is None


async def test_trial_without_an_answer_is_none(parts: BotParts):
    """Trained, not yet served."""
    parts.server.lacks.add(TUNED)
    parts.server.models = set()
    model = await parts.serving.model(TUNED)
    await parts.trials.ask(model, request_id=1, by=ADMIN)
    await parts.trials.idle(1)

    assert await doubt(parts, model) is DoubtKind.UNKNOWN


async def test_model_that_was_switched_off_is_doubted(parts: BotParts):
    """Whatever it answered before."""
    parts.provider.last_days[TUNED] = day = dtm.date(2026, 11, 1)
    await answered(parts, TUNED)

    found = await parts.doubts.about(await parts.serving.model(TUNED))

    assert found == Doubt(kind=DoubtKind.OVER, day=day)
    assert await parts.doubts.about_name(TUNED, is_known=None) == found


async def test_retired_model_is_asked_about_and_does_not_ring(parts: BotParts):
    await answered(parts, TUNED)
    model = await parts.serving.retire((await parts.serving.model(TUNED)).id)

    found = await parts.doubts.about(model)

    assert found is not None
    assert (found.kind, found.is_silence) == (DoubtKind.RETIRED, False)


async def test_model_that_answers_now_is_not_asked_about(parts: BotParts):
    """A new system prompt for it needs no question."""
    parts.server.models = set()
    model = await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)

    assert await doubt(parts, model) is None


async def test_server_that_hangs_is_not_waited_for(parts: BotParts):
    """It can't say, which is all that the admin needs to know."""
    parts.server.hangs("has_model")
    names = parts.names

    assert await names.is_known("x") is None


# A switch that leaves the chats without answers


async def ask(parts: BotParts) -> None:
    question = await parts.chat.question("Как дела?", person=person(), topic=Topic(TESTER))
    with pytest.raises(ModelUnknown):
        async with aclosing(parts.chat.answer(question)) as pieces:
            _ = [piece async for piece in pieces]


async def rung(parts: BotParts) -> list[int]:
    return [admin for admin, _, _ in await parts.told("model_silent")]


async def test_others_hear_of_a_switch_that_leaves_chats_silent(parts: BotParts):
    """At once and once, instead of the usual news of a switch; who chose it reads it there."""
    await parts.serving.use(await parts.serving.model(OLD), by=ADMIN)
    phantom = await parts.serving.model("natasha-v1")
    parts.server.lacks.add("natasha-v1")

    switched = await parts.told("model_switched")
    for _ in range(2):
        await parts.serving.use(phantom, by=ADMIN, is_silent=True)

    assert await rung(parts) == [SECOND_ADMIN]
    assert await parts.told("model_switched") == switched


async def test_first_question_without_an_answer_rings_once(parts: BotParts):
    """Nothing spoke against the model, and yet the server does not have it: no ten minutes."""
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    parts.server.lacks.add(TUNED)

    await ask(parts)
    await parts.restart()
    await ask(parts)

    assert await rung(parts) == [ADMIN, SECOND_ADMIN]


async def test_each_choice_may_ring(parts: BotParts):
    """Away and back to a model that still does not answer is another choice."""
    silent, other = await parts.serving.model("a"), await parts.serving.model("b")
    for model in (silent, other, silent):
        await parts.serving.use(model, by=ADMIN, is_silent=model is silent)

    assert await rung(parts) == [SECOND_ADMIN] * 2


# What a question is about


async def test_question_keeps_its_prompt_and_is_stored_once(parts: BotParts):
    """A replayed command finds its question; after a week it is gone."""
    store = AskedStore(parts.database)
    now = int(time.time())
    [first] = await store.ask(["a" * 300], system_prompt="Коротко.", request_id=7, now=now)
    [again] = await store.ask(["a" * 300], system_prompt="Коротко.", request_id=7, now=now)

    assert first == again == await store.get(first.id)
    assert (first.name, first.system_prompt) == ("a" * 300, "Коротко.")
    two = await store.ask(["b", "c"], system_prompt=None, request_id=8, now=now + KEPT_S + 1)
    assert [each.name for each in two] == ["b", "c"]
    assert await store.get(first.id) is None
