"""Which model answers, and what it is told first."""

import pytest

from bot import errors
from bot.domain.models import CurrentModel
from bot.serving.serving import PAGE
from tests.composition import ADMIN, PROMPT, TUNED, BotParts, write_dataset


async def test_nobody_serves_at_first(parts: BotParts):
    assert await parts.serving.current() is None
    with pytest.raises(errors.NoModel):
        await parts.serving.model(None)
    assert (await parts.serving.others(0)).models == []


async def test_model_of_the_settings_serves_until_one_is_chosen(parts: BotParts):
    parts.begin(chat_model="gpt-4.1-mini")
    serving = await parts.serving.current()
    assert serving is not None
    assert (serving.model.name, serving.since, serving.chosen_by) == ("gpt-4.1-mini", 0, None)
    assert await parts.serving.model(None) == serving.model

    chosen = await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)

    now = await parts.serving.current()
    assert now is not None
    assert (now.model, now.chosen_by) == (chosen, ADMIN)


async def test_any_name_will_do(parts: BotParts):
    """At some providers models are served elsewhere, under names of their own."""
    model = await parts.serving.use(await parts.serving.model("мой/сервер:7b"), by=ADMIN)

    assert model.name == "мой/сервер:7b"
    assert model.system_prompt == PROMPT  # the current dataset's, for its own is not known
    assert (await parts.serving.model(None)) == model
    assert await parts.serving.by_id(model.id) == model


async def test_prompt_that_was_chosen_stays(parts: BotParts):
    """Also when the model is put to use again without one, and when the dataset changes."""
    model = await parts.serving.model(TUNED)
    await parts.serving.use(model, by=ADMIN, system_prompt="Говори кратко.")
    write_dataset(parts.path, prompt="Совсем другая.")

    again = await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)

    assert again.system_prompt == "Говори кратко."
    assert (await parts.serving.use(again, by=ADMIN, system_prompt="")).system_prompt == ""


async def test_using_what_is_used_is_no_new_choice(parts: BotParts):
    """A replay, or a second tap: the day since when it serves stays."""
    model = await parts.serving.model(TUNED)
    await parts.serving.use(model, by=ADMIN)
    await parts.serving.use(model, by=99)

    rows = await parts.database.rows("SELECT chosen_by FROM servings")
    assert [row[0] for row in rows] == [ADMIN]


async def test_way_back_leads_to_who_answered_before(parts: BotParts):
    """There and back again, by names, so that a second tap changes nothing."""
    parts.begin(chat_model="gpt-4.1-mini")
    assert await parts.serving.previous() is None
    first = await parts.serving.use(await parts.serving.model("первая"), by=ADMIN)
    settings = await parts.serving.previous()
    assert settings is not None
    assert settings.name == "gpt-4.1-mini"
    second = await parts.serving.use(await parts.serving.model("вторая"), by=ADMIN)

    assert await parts.serving.previous() == first
    await parts.serving.use(first, by=ADMIN)
    await parts.serving.use(first, by=ADMIN)
    assert await parts.serving.model(None) == first
    assert await parts.serving.previous() == second


async def test_way_back_passes_over_retired_models(parts: BotParts):
    """Also over the one that the settings name."""
    parts.begin(chat_model="из настроек")
    models = [await parts.serving.model(name) for name in ("первая", "вторая", "третья")]
    for model in models:
        await parts.serving.use(model, by=ADMIN)

    await parts.serving.retire(models[1].id)
    assert await parts.serving.previous() == models[0]
    await parts.serving.retire(models[0].id)
    of_settings = await parts.serving.previous()
    assert of_settings is not None
    assert of_settings.name == "из настроек"
    await parts.serving.retire(of_settings.id)
    assert await parts.serving.previous() is None


async def test_who_answers_is_not_retired(parts: BotParts):
    """Neither the model that was chosen nor the one that the settings name."""
    parts.begin(chat_model="из настроек")
    serving = await parts.serving.current()
    assert serving is not None
    with pytest.raises(errors.ModelServes) as caught:
        await parts.serving.retire(serving.model.id)
    assert caught.value.params == {"model": "из настроек"}

    chosen = await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    with pytest.raises(errors.ModelServes):
        await parts.serving.retire(chosen.id)
    with pytest.raises(errors.ModelListGone):
        await parts.serving.retire(404)

    assert (await parts.serving.retire(serving.model.id)).retired_at is not None


async def test_retired_model_comes_back(parts: BotParts):
    """By a button, or by being put to use; twice changes nothing."""
    model = await parts.serving.model(TUNED)
    for _ in range(2):
        assert (await parts.serving.retire(model.id)).retired_at is not None
    assert (await parts.serving.retired(0)).models[0].id == model.id
    for _ in range(2):
        assert await parts.serving.restore(model.id) == model

    await parts.serving.retire(model.id)
    assert await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN) == model
    assert (await parts.serving.retired(0)).models == []


async def test_list_has_pages(parts: BotParts):
    """Who answers and who did before stand apart; a page that is gone meanwhile is the first."""
    models = [await parts.serving.model(f"m{n}") for n in range(PAGE + 4)]
    for model in models[:2]:
        await parts.serving.use(model, by=ADMIN)

    first, second = await parts.serving.others(0), await parts.serving.others(1)

    newest_first = list(reversed(models[2:]))
    assert (first.models, first.has_more) == (newest_first[:PAGE], True)
    assert (second.models, second.number, second.has_more) == (newest_first[PAGE:], 1, False)
    assert await parts.serving.others(7) == first
    for model in models[2:]:
        await parts.serving.retire(model.id)
    assert (await parts.serving.others(1)).models == []
    assert [(await parts.serving.retired(n)).number for n in (0, 1, 9)] == [0, 1, 0]


async def test_choice_survives_a_restart(parts: BotParts):
    model = await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    await parts.restart(chat_model="gpt-4.1-mini")

    serving = await parts.serving.current()
    assert isinstance(serving, CurrentModel)
    assert serving.model == model


async def test_button_of_a_model_that_is_gone(parts: BotParts):
    with pytest.raises(errors.ModelListGone):
        await parts.serving.by_id(404)


async def test_unreadable_dataset_does_not_keep_a_model_from_serving(parts: BotParts):
    """The last version that was seen tells the prompt; else there is none."""
    parts.path.write_text("")
    empty = await parts.serving.model("a")
    parts.path.unlink()
    gone = await parts.serving.model("b")
    assert (empty.system_prompt, gone.system_prompt) == ("", "")

    write_dataset(parts.path)
    await parts.datasets.current()
    parts.path.unlink()

    assert (await parts.serving.model("c")).system_prompt == PROMPT
