"""A model whose verdict is "don't use": where it is stopped, and who overruled that."""

from collections import deque

import pytest

from bot.domain.models import CurrentModel, ServedModel
from bot.errors import ComparedModelUnfit, ModelGone, ModelUnknown
from bot.models import views
from bot.models.doubt_views import ask
from bot.models.doubts import Doubt, DoubtKind
from bot.trials.entities import Trial
from tests.chat.test_fallback import ask as asked_in_a_chat
from tests.chat.test_fallback import serves
from tests.comparison.test_comparison import duel
from tests.composition import ADMIN, MODEL, TUNED, BotParts
from tests.screens import EN, RU, buttons_of, shown
from tests.trials.test_probe_views import tried as tried_with_probes

SAFE = f"ft:{MODEL}:org:safe:1"
SILENCE = ("", "")
"""A trial that ends so advises against the model, like one with a poem for people in danger."""


async def tried(parts: BotParts, name: str, *replies: str) -> ServedModel:
    """The model after a trial; without *replies* a good one."""
    model = await parts.serving.model(name)
    if replies:
        parts.server.replies_of[name] = deque(replies)
    await parts.trials.ask(model, request_id=parts.request(), by=ADMIN)
    for (trial_id,) in await parts.database.rows("SELECT max(id) FROM trials"):
        await parts.trials.idle(trial_id)
    return model


async def newest(parts: BotParts, model: ServedModel) -> Trial:
    found = await parts.trial_store.newest_of(model.id)
    assert found is not None
    return found


async def overruled(parts: BotParts, model: ServedModel) -> CurrentModel:
    """An admin has pressed twice."""
    against = await newest(parts, model)
    await parts.serving.use(model, by=ADMIN, despite=against.id)
    now = await parts.serving.current()
    assert now is not None
    return now


async def test_it_is_asked_about_before_it_answers_in_chats(parts: BotParts):
    """The newest verdict counts."""
    model = await tried(parts, TUNED, *SILENCE)
    doubt = await parts.doubts.about(model)

    assert doubt is not None
    assert (doubt.kind, doubt.is_silence) == (DoubtKind.UNFIT, False)
    assert doubt.against == await newest(parts, model)
    await tried(parts, TUNED, "Лес. Кто там?", "Да? Зачем?")
    assert await parts.doubts.about(model) is None


async def test_another_doubt_is_told_with_it(parts: BotParts):
    model = await tried(parts, TUNED, *SILENCE)
    parts.provider.last_days[TUNED] = parts.today
    doubt = await parts.doubts.about(model)

    assert doubt is not None
    assert (doubt.kind, doubt.against is not None) == (DoubtKind.OVER, True)
    text = shown(ask(RU, TUNED, doubt, "models:anyway:1"))
    assert "лучше не включать" in text
    assert "отключена" in text


async def test_who_overruled_it_is_kept_and_shown(parts: BotParts):
    """In the list, in its details and at /use."""
    model = await tried(parts, TUNED, *SILENCE)
    now = await overruled(parts, model)

    assert (now.chosen_by, now.despite) == (ADMIN, (await newest(parts, model)).id)
    assert "вопреки вердикту" in views.since(RU, now, "Мария").html
    assert "Мария" in views.since(RU, now, "Мария").html
    assert "against the verdict" in views.since(EN, now, "Maria").html
    good = await parts.serving.model(SAFE)
    await parts.serving.use(good, by=ADMIN)
    after = await parts.serving.current()
    assert after is not None
    assert after.despite is None


async def test_list_of_models_says_that_it_is_not_for_people(parts: BotParts):
    now = await overruled(parts, await tried(parts, TUNED, *SILENCE))
    page = await parts.serving.others(0)
    overview = views.Overview(
        serving=now,
        previous=None,
        others=page,
        verdicts={},
        shares={},
        has_retired=False,
        chooser="Мария",
    )

    assert "⚠️ Вердикт этой модели — «лучше не включать»; она включена" in shown(
        views.listing(RU, overview)
    )
    assert "Мария" in shown(views.listing(RU, overview))


async def test_what_is_said_when_it_answers_from_now_on(parts: BotParts):
    """An untried one is told from one that failed, and both from a good one."""
    model = await tried(parts, TUNED, *SILENCE)
    against = await newest(parts, model)

    assert "не для людей" in shown(views.used(RU, model, trial=against))
    assert "ещё не проверено" in shown(views.used(RU, model))
    assert "not been tested" in shown(views.used(EN, model))


async def test_question_leads_to_the_answers_of_the_probes():
    """Of a trial that had some."""
    for trial, first in ((tried_with_probes(), "trials:probes:12.0"), (None, "models:anyway:1")):
        screen = ask(RU, TUNED, Doubt(kind=DoubtKind.RETIRED, against=trial), "models:anyway:1")
        assert buttons_of(screen)[0] == first


async def test_it_never_takes_over_by_itself(parts: BotParts):
    """When the serving model is gone, chats rather get a sentence."""
    await tried(parts, TUNED, *SILENCE)
    await serves(parts, TUNED)
    await serves(parts, SAFE)
    parts.server.lacks.add(SAFE)

    with pytest.raises((ModelGone, ModelUnknown)):
        await asked_in_a_chat(parts)
    assert all(name == SAFE for name, _ in parts.server.asked[-3:])


async def test_testers_do_not_compare_it(parts: BotParts):
    """Unless it answers them anyway, because an admin said so."""
    unfit, good = await tried(parts, TUNED, *SILENCE), await parts.serving.model(SAFE)

    async def started() -> None:
        await parts.comparisons.start(
            good, unfit, n_wanted=10, by=ADMIN, request_id=parts.request()
        )

    with pytest.raises(ComparedModelUnfit):
        await started()
    await overruled(parts, unfit)
    await started()
    running = await parts.comparisons.standing()
    assert running is not None
    await parts.serving.use(good, by=ADMIN)
    with pytest.raises(ComparedModelUnfit):
        await parts.comparisons.prolong(running.comparison.id)


async def test_comparison_stops_showing_a_model_that_fails_meanwhile(parts: BotParts):
    """The serving model goes on to answer alone."""
    good, other = await parts.serving.model(SAFE), await parts.serving.model(TUNED)
    await parts.serving.use(good, by=ADMIN)
    standing = await parts.comparisons.start(
        good, other, n_wanted=10, by=ADMIN, request_id=parts.request()
    )
    await parts.comparisons.set_every(standing.comparison.id, 1)
    assert await duel(parts) is not None

    await tried(parts, TUNED, *SILENCE)
    assert await duel(parts) is None
