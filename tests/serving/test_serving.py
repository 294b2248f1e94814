"""Which model answers, and what it is told first."""

import pytest

from bot import errors
from bot.domain.models import Serving
from bot.serving.serving import PAGE
from tests.composition import ADMIN, PROMPT, TUNED, House, write_dataset


async def test_nobody_serves_at_first(house: House):
    assert await house.serving.current() is None
    with pytest.raises(errors.NoModel):
        await house.serving.model(None)
    assert (await house.serving.others(0)).models == []


async def test_model_of_the_settings_serves_until_one_is_chosen(house: House):
    house.begin(chat_model="gpt-4.1-mini")
    serving = await house.serving.current()
    assert serving is not None
    assert (serving.model.name, serving.since, serving.chosen_by) == ("gpt-4.1-mini", 0, None)
    assert await house.serving.model(None) == serving.model

    chosen = await house.serving.use(await house.serving.model(TUNED), by=ADMIN)

    now = await house.serving.current()
    assert now is not None
    assert (now.model, now.chosen_by) == (chosen, ADMIN)


async def test_any_name_will_do(house: House):
    """At some providers models are served elsewhere, under names of their own."""
    model = await house.serving.use(await house.serving.model("мой/сервер:7b"), by=ADMIN)

    assert model.name == "мой/сервер:7b"
    assert model.system_prompt == PROMPT  # the current dataset's, for its own is not known
    assert (await house.serving.model(None)) == model
    assert await house.serving.by_id(model.id) == model


async def test_prompt_that_was_chosen_stays(house: House):
    """Also when the model is put to use again without one, and when the dataset changes."""
    model = await house.serving.model(TUNED)
    await house.serving.use(model, by=ADMIN, system_prompt="Говори кратко.")
    write_dataset(house.path, prompt="Совсем другая.")

    again = await house.serving.use(await house.serving.model(TUNED), by=ADMIN)

    assert again.system_prompt == "Говори кратко."
    assert (await house.serving.use(again, by=ADMIN, system_prompt="")).system_prompt == ""


async def test_using_what_is_used_is_no_new_choice(house: House):
    """A replay, or a second tap: the day since when it serves stays."""
    model = await house.serving.model(TUNED)
    await house.serving.use(model, by=ADMIN)
    await house.serving.use(model, by=99)

    rows = await house.database.rows("SELECT chosen_by FROM servings")
    assert [row[0] for row in rows] == [ADMIN]


async def test_way_back_leads_to_who_answered_before(house: House):
    """There and back again, by names, so that a second tap changes nothing."""
    house.begin(chat_model="gpt-4.1-mini")
    assert await house.serving.previous() is None
    first = await house.serving.use(await house.serving.model("первая"), by=ADMIN)
    settings = await house.serving.previous()
    assert settings is not None
    assert settings.name == "gpt-4.1-mini"
    second = await house.serving.use(await house.serving.model("вторая"), by=ADMIN)

    assert await house.serving.previous() == first
    await house.serving.use(first, by=ADMIN)
    await house.serving.use(first, by=ADMIN)
    assert await house.serving.model(None) == first
    assert await house.serving.previous() == second


async def test_way_back_passes_over_retired_models(house: House):
    """Also over the one that the settings name."""
    house.begin(chat_model="из настроек")
    models = [await house.serving.model(name) for name in ("первая", "вторая", "третья")]
    for model in models:
        await house.serving.use(model, by=ADMIN)

    await house.serving.retire(models[1].id)
    assert await house.serving.previous() == models[0]
    await house.serving.retire(models[0].id)
    of_settings = await house.serving.previous()
    assert of_settings is not None
    assert of_settings.name == "из настроек"
    await house.serving.retire(of_settings.id)
    assert await house.serving.previous() is None


async def test_who_answers_is_not_retired(house: House):
    """Neither the model that was chosen nor the one that the settings name."""
    house.begin(chat_model="из настроек")
    serving = await house.serving.current()
    assert serving is not None
    with pytest.raises(errors.ModelServes) as caught:
        await house.serving.retire(serving.model.id)
    assert caught.value.params == {"model": "из настроек"}

    chosen = await house.serving.use(await house.serving.model(TUNED), by=ADMIN)
    with pytest.raises(errors.ModelServes):
        await house.serving.retire(chosen.id)
    with pytest.raises(errors.ModelListGone):
        await house.serving.retire(404)

    assert (await house.serving.retire(serving.model.id)).retired_at is not None


async def test_retired_model_comes_back(house: House):
    """By a button, or by being put to use; twice changes nothing."""
    model = await house.serving.model(TUNED)
    for _ in range(2):
        assert (await house.serving.retire(model.id)).retired_at is not None
    assert (await house.serving.retired(0)).models[0].id == model.id
    for _ in range(2):
        assert await house.serving.restore(model.id) == model

    await house.serving.retire(model.id)
    assert await house.serving.use(await house.serving.model(TUNED), by=ADMIN) == model
    assert (await house.serving.retired(0)).models == []


async def test_list_has_pages(house: House):
    """Who answers and who did before stand apart; a page that is gone meanwhile is the first."""
    models = [await house.serving.model(f"m{n}") for n in range(PAGE + 4)]
    for model in models[:2]:
        await house.serving.use(model, by=ADMIN)

    first, second = await house.serving.others(0), await house.serving.others(1)

    newest_first = list(reversed(models[2:]))
    assert (first.models, first.has_more) == (newest_first[:PAGE], True)
    assert (second.models, second.number, second.has_more) == (newest_first[PAGE:], 1, False)
    assert await house.serving.others(7) == first
    for model in models[2:]:
        await house.serving.retire(model.id)
    assert (await house.serving.others(1)).models == []
    assert [(await house.serving.retired(n)).number for n in (0, 1, 9)] == [0, 1, 0]


async def test_choice_survives_a_restart(house: House):
    model = await house.serving.use(await house.serving.model(TUNED), by=ADMIN)
    await house.restart(chat_model="gpt-4.1-mini")

    serving = await house.serving.current()
    assert isinstance(serving, Serving)
    assert serving.model == model


async def test_button_of_a_model_that_is_gone(house: House):
    with pytest.raises(errors.ModelListGone):
        await house.serving.by_id(404)


async def test_unreadable_dataset_does_not_keep_a_model_from_serving(house: House):
    """The last version that was seen tells the prompt; else there is none."""
    house.path.write_text("")
    empty = await house.serving.model("a")
    house.path.unlink()
    gone = await house.serving.model("b")
    assert (empty.system_prompt, gone.system_prompt) == ("", "")

    write_dataset(house.path)
    await house.datasets.current()
    house.path.unlink()

    assert (await house.serving.model("c")).system_prompt == PROMPT
