"""An admin is answered by a model alone, and everybody else as before."""

from contextlib import aclosing

import pytest

from bot.chat.question import Question
from bot.domain.models import ServedModel, Topic, Turn
from bot.domain.people import Access, Person
from bot.errors import ModelUnknown
from tests.composition import ADMIN, MODEL, SECOND_ADMIN, BotParts, person

V1, V2, V3 = (f"ft:{MODEL}:org:natasha-{name}:1" for name in ("v1", "v2", "v3"))
MARIA, ANNA = person(ADMIN, Access.ADMIN), person(SECOND_ADMIN, Access.ADMIN)


async def model(parts: BotParts, name: str) -> ServedModel:
    return await parts.serving.model(name)


async def serve(parts: BotParts, name: str, by: int = ADMIN) -> ServedModel:
    return await parts.serving.use(await model(parts, name), by=by, system_prompt=f"Ты {name}.")


async def tries(parts: BotParts, who: Person, name: str) -> ServedModel:
    tried = await model(parts, name)
    await parts.database.write(lambda tx: parts.tried.begin(tx, who, tried))
    return tried


async def answering(parts: BotParts, who: Person) -> str | None:
    found = await parts.tried.answering(who)
    return found.name if found else None


async def talk(parts: BotParts, who: Person, text: str = "Как дела?") -> Question:
    """Ask and store the answer; the question that got it."""
    question, answer = await parts.chat.question(text, person=who, topic=Topic(who.id)), ""
    async with aclosing(parts.chat.answer(question, who)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Question):
                question = piece
            elif isinstance(piece, str):
                answer += piece
    turn = Turn(user_text=text, assistant_text=answer)
    await parts.database.write(
        lambda tx: parts.conversations.add_turn(
            tx,
            turn,
            topic=Topic(who.id),
            person_id=who.id,
            request_id=parts.request(),
            model=question.model.name,
            usage=None,
            now=1,
        )
    )
    return question


async def test_only_the_admin_who_tries_is_answered_by_the_model(parts: BotParts):
    """With its own system prompt, and in a conversation of its own, before and after."""
    await serve(parts, V1)
    await model(parts, V2)
    await talk(parts, MARIA)
    tried = await tries(parts, MARIA, V2)

    assert [await answering(parts, who) for who in (MARIA, ANNA, person())] == [V2, V1, V1]
    first, second = await talk(parts, MARIA), await talk(parts, MARIA)
    assert (first.model.name, first.window) == (V2, [])
    assert first.system_prompt == tried.system_prompt
    assert len(second.window) == 1
    await tries(parts, MARIA, V2)  # a double tap does not begin again
    assert len((await talk(parts, MARIA)).window) == 2

    await parts.restart()
    assert await answering(parts, MARIA) == V2
    await parts.database.write(lambda tx: parts.tried.end(tx, MARIA, tried.id))
    after = await talk(parts, MARIA)
    assert (after.model.name, after.window) == (V1, [])


async def test_first_model_can_be_tried_while_none_serves(parts: BotParts):
    await tries(parts, MARIA, V1)
    assert await answering(parts, MARIA) == V1
    assert await answering(parts, person()) is None


async def test_another_model_replaces_the_tried_one(parts: BotParts):
    """An old button ends only the try that it names."""
    await serve(parts, V1)
    old = await tries(parts, MARIA, V2)
    await tries(parts, MARIA, V3)
    await parts.database.write(lambda tx: parts.tried.end(tx, MARIA, old.id))
    assert await answering(parts, MARIA) == V3


async def test_try_ends_when_the_model_answers_everybody(parts: BotParts):
    """By whomever; after the next switch the admin is answered like everybody."""
    await serve(parts, V1)
    await tries(parts, MARIA, V2)
    await talk(parts, MARIA)
    await serve(parts, V2, by=SECOND_ADMIN)
    assert len((await talk(parts, MARIA)).window) == 1  # the same voice goes on
    await tries(parts, MARIA, V2)  # a press that came too late
    await serve(parts, V1)
    assert await answering(parts, MARIA) == V1


async def test_successor_of_a_lost_model_is_tried_no_longer(parts: BotParts):
    await serve(parts, V2)
    await serve(parts, V1)
    tried = await tries(parts, MARIA, V2)
    gone = await model(parts, V1)
    await parts.database.write(lambda tx: parts.models.replace(tx, gone.id, by=tried.id, now=1))
    assert await parts.tried.of(MARIA) is None


async def test_who_is_no_admin_any_more_is_answered_like_everybody(parts: BotParts):
    await serve(parts, V1)
    await tries(parts, MARIA, V2)
    assert await answering(parts, person(ADMIN, Access.TESTER)) == V1


async def test_retired_model_is_lost_to_all_who_try_it(parts: BotParts):
    await serve(parts, V1)
    tried = await tries(parts, MARIA, V2)
    await tries(parts, ANNA, V2)
    await talk(parts, MARIA)

    for _ in range(2):
        await parts.serving.retire(tried.id)

    lost = [
        (chat, payload["model_id"]) for chat, _, payload in await parts.told("tried_model_lost")
    ]
    assert lost == [(ADMIN, tried.id), (SECOND_ADMIN, tried.id)]
    after = await talk(parts, MARIA)
    assert (after.model.name, after.window) == (V1, [])


async def test_model_that_the_server_lacks_is_lost(parts: BotParts):
    """The same question is answered by the model that serves, without words of the lost one."""
    await serve(parts, V1)
    await tries(parts, MARIA, V2)
    await talk(parts, MARIA, "Ты здесь?")
    parts.server.lacks.add(V2)

    after = await talk(parts, MARIA)

    assert (after.model.name, after.window) == (V1, ())
    assert [chat for chat, _, _ in await parts.told("tried_model_lost")] == [ADMIN]
    assert await parts.tried.of(MARIA) is None
    assert await parts.told("model_gone") == []


async def test_lost_model_with_none_behind_it(parts: BotParts):
    await tries(parts, MARIA, V1)
    parts.server.lacks.add(V1)
    with pytest.raises(ModelUnknown):
        await talk(parts, MARIA)
    assert [chat for chat, _, _ in await parts.told("tried_model_lost")] == [ADMIN]


async def test_other_admins_hear_of_a_switch_once(parts: BotParts):
    """Not who made it; each switch is told, and using what is used is none."""
    v1 = await serve(parts, V1)
    v2 = await serve(parts, V2)
    await serve(parts, V2, by=SECOND_ADMIN)
    await serve(parts, V1, by=SECOND_ADMIN)

    told = [
        (chat, payload["by"], payload["model_id"], payload["before_id"])
        for chat, _, payload in await parts.told("model_switched")
    ]
    assert told == [
        (SECOND_ADMIN, ADMIN, v1.id, None),
        (SECOND_ADMIN, ADMIN, v2.id, v1.id),
        (ADMIN, SECOND_ADMIN, v1.id, v2.id),
    ]


async def test_switch_from_the_model_of_the_settings_names_it(parts: BotParts):
    """Choosing that very model is no switch."""
    parts.begin(chat_model=MODEL)
    await serve(parts, MODEL)
    assert await parts.told("model_switched") == []
    await serve(parts, V1)
    ((_, _, payload),) = await parts.told("model_switched")
    assert payload["before_id"] == (await model(parts, MODEL)).id
