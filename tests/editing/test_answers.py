"""Bad answers one by one: what is offered, what one decision changes, and for whom."""

import datetime as dtm
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.editing.feature import EditingFeature
from bot.export import ExportFormat
from bot.ratings.entities import Decision, Verdict
from bot.wiring import build_features
from tests.composition import ADMIN, SECOND_ADMIN, TESTER, BotParts, person, privacy_of
from tests.export.test_export import LONG_AGO, MODEL, answered, made, rated

BAD = "Никак."


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[BotParts]:
    parts = await BotParts.open(tmp_path)
    yield parts
    await parts.close()


def editing_of(parts: BotParts) -> EditingFeature:
    return next(each for each in build_features(parts.core) if isinstance(each, EditingFeature))


async def bad(parts: BotParts, question: str, by: int = TESTER) -> int:
    """A bad answer; the request id of its turn."""
    await rated(parts, question, BAD, is_good=False, by=by)
    return parts.n_requests


async def in_danger(parts: BotParts, turn_id: int) -> None:
    """The person was perhaps in danger when they asked that."""
    await parts.database.write(
        lambda tx: tx.execute(
            """
            INSERT INTO danger_messages (
                request_id, person_id, chat_id, message_id, kind, grade, created_at, called_at
            ) VALUES (:id, :by, :by, 1, 'suicide', 2, 1, 1)
            """,
            {"id": turn_id, "by": TESTER},
        )
    )


async def decided(
    parts: BotParts, turn_id: int, verdict: Verdict, text: str | None = None, by: int = ADMIN
) -> Decision:
    return await editing_of(parts).answers.decide(turn_id, verdict, by=by, text=text)


async def offered(parts: BotParts) -> list[int]:
    """What is offered until nothing is left; each is skipped."""
    found, answers = [], editing_of(parts).answers
    while (answer := (await answers.next())[0]) is not None:
        found.append(answer.request_id)
        await decided(parts, answer.request_id, Verdict.SKIPPED)
    return found


async def test_newest_first_and_nothing_twice(parts: BotParts):
    first, second = await bad(parts, "Раз?"), await bad(parts, "Два?")
    await rated(parts, "Хорошо?", "Да.")
    await decided(parts, await bad(parts, "Три?"), Verdict.FINE)

    assert await offered(parts) == [second, first]
    assert await offered(parts) == []

    await parts.database.write(
        lambda tx: tx.execute("UPDATE answer_decisions SET decided_at = :at", {"at": LONG_AGO})
    )
    assert await offered(parts) == [second, first]


async def test_danger_is_never_offered(parts: BotParts):
    """Neither the message itself, nor what comes after it in that conversation."""
    before, turn_id, after = [await bad(parts, each) for each in ("Раз?", "Два?", "Три?")]
    await in_danger(parts, turn_id)
    assert await offered(parts) == [before]
    for each in (turn_id, after):
        with pytest.raises(errors.AnswerNotRated):
            await decided(parts, each, Verdict.FINE)


async def test_one_decision_stands(parts: BotParts):
    """The first one, unless it was to skip; only who wrote may write anew."""
    turn_id = await bad(parts, "Раз?")
    await decided(parts, turn_id, Verdict.SKIPPED, by=SECOND_ADMIN)
    assert (await decided(parts, turn_id, Verdict.REWRITTEN, "Дыши.")).text == "Дыши."
    standing = await decided(parts, turn_id, Verdict.FINE, by=SECOND_ADMIN)
    assert (standing.verdict, standing.decided_by) == (Verdict.REWRITTEN, ADMIN)
    standing = await decided(parts, turn_id, Verdict.REWRITTEN, "Нет.", by=SECOND_ADMIN)
    assert standing.text == "Дыши."
    assert (await decided(parts, turn_id, Verdict.FINE)).text == "Дыши."
    assert (await decided(parts, turn_id, Verdict.REWRITTEN, "Вдох.")).text == "Вдох."


async def test_an_admins_word_is_learnt_and_counts_nothing(parts: BotParts):
    """Her words replace the tester's, a fine answer is learnt as it is; shares stay people's."""
    await rated(parts, "Раз?", BAD, is_good=False, correction="Тестер.")
    await decided(parts, parts.n_requests, Verdict.REWRITTEN, "Хозяйка.")
    await decided(parts, await bad(parts, "Два?"), Verdict.FINE)
    await bad(parts, "Три?")

    dataset = await made(parts, ExportFormat.EXAMPLES)
    content = Path(dataset.path).read_text()
    assert dataset.n_examples == 2
    assert ("Хозяйка." in content, "Тестер." in content, BAD in content) == (True, False, True)
    assert (await parts.export.survey(0)).pairs.n == 1
    counted = await parts.database.write(lambda tx: parts.ratings.n_rated(tx, MODEL))
    assert counted == (0, 3)


async def test_what_is_deleted_is_gone(parts: BotParts):
    """With the answers go the decisions on them; who comes late reads why."""
    turn_id, other = await bad(parts, "Раз?"), await bad(parts, "Два?", by=SECOND_ADMIN)
    await decided(parts, turn_id, Verdict.REWRITTEN, "Дыши.")
    await decided(parts, other, Verdict.REWRITTEN, "Дыши.", by=SECOND_ADMIN)
    privacy = privacy_of(parts.database)

    await parts.database.write(lambda tx: privacy.forget(tx, person(TESTER)))

    kept = await parts.database.all(int, "SELECT turn_id FROM answer_decisions")
    assert kept == [other]
    with pytest.raises(errors.AnswerGone):
        await decided(parts, turn_id, Verdict.FINE)
    with pytest.raises(errors.AnswerGone):
        await decided(parts, await answered(parts, "Не оценён?"), Verdict.FINE)


async def test_the_daily_card_comes_once_a_day_to_who_wants_it(parts: BotParts):
    """At ten, if there is something; a restart posts nothing twice."""
    daily = editing_of(parts).daily

    async def looked(day: int, hour: int) -> int:
        at = dtm.datetime(2026, 11, day, hour, tzinfo=parts.core.settings.zone).timestamp()
        again = replace(daily, clock=lambda: at)
        await again.look()
        return len(await parts.told("screen"))

    store = daily.people.store
    await parts.database.write(lambda tx: daily.people.saw(tx, person(ADMIN)))
    await parts.database.write(lambda tx: store.choose(tx, ADMIN, daily_at=1))
    assert await looked(22, 10) == 0
    await bad(parts, "Раз?")
    assert [await looked(22, hour) for hour in (9, 14, 10, 11, 10)] == [0, 0, 1, 1, 1]
    assert await looked(23, 12) == 2
    assert {person_id for person_id, _, _ in await parts.told("screen")} == {ADMIN}
    await parts.database.write(lambda tx: store.choose(tx, ADMIN, daily_at=None))
    assert await looked(24, 10) == 2
