"""Which model people mean: by the title that screens show, the number, the name, its beginning."""

import pytest

from bot import errors
from bot.domain.models import ServedModel
from tests.composition import ADMIN, MODEL, BotParts

FIRST, SECOND, TENTH, TWIN = (
    f"ft:{MODEL}:org:{suffix}:{code}"
    for suffix, code in (
        ("natasha-v1", "AbC"), ("natasha-v2", "DeF"), ("natasha-v10", "GhI"), ("natasha-v2", "JkL"),
    )
)  # fmt: skip
NAMED = "Наташа Вторая"


@pytest.fixture
async def known(parts: BotParts) -> dict[str, ServedModel]:
    names = (FIRST, SECOND, TENTH, f"ft:{MODEL}:org:{NAMED}:1", "llama:8b", f"{FIRST}:ckpt-step-33")
    return {name: await parts.serving.model(name) for name in names}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (FIRST, FIRST),
        (FIRST.upper(), FIRST),
        ("natasha-v1", FIRST),
        ("Natasha-V1", FIRST),
        ("natasha v1", FIRST),
        ("natasha_v1", FIRST),
        ("natasha-v1 · AbC", FIRST),
        ("natasha-v10", TENTH),
        ("natasha-v1:step-33", f"{FIRST}:ckpt-step-33"),
        ("наташа вторая", f"ft:{MODEL}:org:{NAMED}:1"),
        ("Llama:8B", "llama:8b"),
        # Beginnings that only one model has
        ("llama", "llama:8b"),
        ("наташа", f"ft:{MODEL}:org:{NAMED}:1"),
        ("natasha-v2", SECOND),
    ],
)
async def test_model_is_understood(parts: BotParts, known, said: str, meant: str):
    assert await parts.names.one(said) == known[meant]


async def test_numbers_of_the_list_are_understood(parts: BotParts, known):
    model = known[SECOND]

    for said in (f"{model.id}", f"№{model.id}", f"# {model.id}", f"0{model.id}"):
        assert await parts.names.one(said) == model
    with pytest.raises(errors.ModelNotListed):
        await parts.names.one("404")


async def test_name_that_is_a_number_comes_before_the_number(parts: BotParts, known):
    two = await parts.serving.model("2")

    assert await parts.names.one("2") == two


@pytest.mark.parametrize(
    "said", ["natasha-v3", "natasha-v", "na", "x", "", "ft:", "<b>", "natasha"]
)
async def test_what_means_no_single_model_is_not_guessed(parts: BotParts, known, said: str):
    """Neither a name that nobody has nor the beginning of several."""
    with pytest.raises((errors.ModelNotListed, errors.ModelAmbiguous)):
        await parts.names.one(said)


async def test_number_at_the_end_is_not_the_beginning_of_a_longer_one(parts: BotParts):
    """Somebody who means v1 must not get v10."""
    await parts.serving.model(TENTH)

    with pytest.raises(errors.ModelNotListed):
        await parts.names.one("natasha-v1")


async def test_several_of_one_title_are_named_by_their_numbers(parts: BotParts, known):
    twin = await parts.serving.model(TWIN)

    with pytest.raises(errors.ModelAmbiguous) as caught:
        await parts.names.one("natasha-v2")

    numbers = str(caught.value.params["numbers"]).split(", ")
    assert numbers == [str(twin.id), str(known[SECOND].id)]
    assert (await parts.names.meant("NATASHA-V2")).models == [twin, known[SECOND]]


async def test_retired_twin_is_not_meant(parts: BotParts, known):
    """But a retired model alone is."""
    await parts.serving.model(TWIN)
    await parts.serving.retire(known[SECOND].id)

    assert (await parts.names.one("natasha-v2")).name == TWIN
    await parts.serving.retire(known[TENTH].id)
    assert (await parts.names.one("natasha-v10")).name == TENTH


async def test_name_that_the_server_has_comes_before_a_beginning(parts: BotParts):
    """ "gpt-4.1" is a model of its own, and not the mini one that the bot knows."""
    await parts.serving.model("gpt-4.1-mini-2025-04-14")
    parts.server.models = {"gpt-4.1"}

    assert (await parts.names.one("gpt-4.1")).name == "gpt-4.1"
    assert (await parts.names.one("gpt-4.1-mini")).name == "gpt-4.1-mini-2025-04-14"


async def test_server_is_asked_only_about_names_that_the_bot_does_not_know(parts: BotParts, known):
    for said in ("natasha-v1", str(known[FIRST].id), FIRST):
        await parts.names.one(said)

    assert parts.server.calls == []


async def test_unknown_name_is_told_with_what_the_server_says(parts: BotParts):
    for models, expected in ((None, None), ({"other"}, False)):
        parts.server.models = models
        found = await parts.names.meant("natasha-v1")
        assert (found.models, found.is_known) == ([], expected)
    assert await parts.models.everything() == []


async def test_model_of_the_settings_has_its_names_too(parts: BotParts):
    parts.begin(chat_model=FIRST)

    assert (await parts.names.one("natasha-v1")).name == FIRST


async def test_base_model_of_a_plan_may_be_a_title(parts: BotParts, known):
    """Training can begin at a tuned model; a number is no title there."""
    assert await parts.names.full_name("Natasha-v1") == FIRST
    assert await parts.names.full_name(str(known[FIRST].id)) is None
    assert await parts.names.full_name("natasha") is None


async def test_test_of_a_new_name_is_allowed(parts: BotParts, known):
    """A trial tells whether a deployment answers that no list has."""
    assert await parts.names.one_or_new("natasha-v1") == known[FIRST]
    assert (await parts.names.one_or_new("deployment-7")).name == "deployment-7"
    assert await parts.serving.current() is None
    await parts.serving.use(known[FIRST], by=ADMIN)


@pytest.mark.parametrize("said", ["404", "№404", "# 9", "natasha v3", "модель natasha-v1"])
async def test_no_model_elsewhere_is_called_so(parts: BotParts, known, said: str):
    """A number beyond the list or several words make no new model, which the list would show."""
    with pytest.raises(errors.ModelNotListed):
        await parts.names.one_or_new(said)

    assert await parts.models.named(said) is None


async def test_number_that_the_server_knows_is_a_model(parts: BotParts):
    parts.server.models = {"404"}

    assert (await parts.names.one_or_new("404")).name == "404"
