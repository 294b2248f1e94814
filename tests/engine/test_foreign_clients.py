"""What clients of all kinds send in chats and as models: honoured, harmless or refused by name."""

import openai
import pytest

from engine.catalogue import Bases, base_models
from tests.engine.conftest import BASE, engine_and_api, new_job, tuned

QUESTION = [{"role": "user", "content": "Hi!"}]
FUNCTION = {"name": "weather", "parameters": {"type": "object", "properties": {}}}
TOOL = {"type": "function", "function": FUNCTION}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
ALIASES = {
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1": "gpt-4.1-2025-04-14",
}


async def ask(api, **options):
    given = {"model": BASE, "messages": QUESTION, **options}
    return await api.chat.completions.create(**given)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tools", [TOOL]),
        ("tool_choice", "required"),
        ("tool_choice", {"type": "function", "function": {"name": "weather"}}),
        ("functions", [FUNCTION]),
        ("function_call", {"name": "weather"}),
        ("response_format", {"type": "json_object"}),
        ("response_format", SCHEMA),
        ("logprobs", True),
        ("top_logprobs", 3),
        ("audio", {"voice": "alloy", "format": "mp3"}),
        ("modalities", ["text", "audio"]),
        ("modalities", ["audio"]),
        ("prediction", {"type": "content", "content": "a"}),
        ("web_search_options", {}),
        ("moderation", {"model": "omni-moderation-latest"}),
        ("frequency_penalty", 0.5),
        ("presence_penalty", -2),
        ("logit_bias", {"50256": -100}),
        ("reasoning_effort", "high"),
        ("verbosity", "low"),
        ("store", True),
    ],
)
async def test_what_would_change_an_answer_is_refused_by_name(api, name, value, stream):
    """A client that relies on it learns that at once, and which parameter it was."""
    with pytest.raises(openai.BadRequestError) as refusal:
        await ask(api, stream=stream, **{name: value})

    assert (refusal.value.code, refusal.value.param) == ("unsupported_parameter", name)
    assert f"'{name}'" in refusal.value.message


NEUTRAL = {
    "frequency_penalty": 0.0,
    "presence_penalty": 0,
    "logit_bias": {},
    "logprobs": False,
    "modalities": ["text"],
    "reasoning_effort": "none",
    "response_format": {"type": "text"},
    "store": False,
    "tool_choice": "none",
    "tools": [],
    "top_p": 1,
    "verbosity": "medium",
}
HARMLESS = {
    "metadata": {"trace": "1"},
    "parallel_tool_calls": True,
    "prompt_cache_key": "a",
    "safety_identifier": "b",
    "service_tier": "auto",
    "user": "c",
}
NULLS = dict.fromkeys(["audio", "frequency_penalty", "logit_bias", "modalities", "seed", "stop"])


@pytest.mark.parametrize("options", [NEUTRAL, HARMLESS, NULLS], ids=["neutral", "harmless", "null"])
async def test_values_that_change_nothing_are_accepted(api, options):
    """What clients send by default changes no answer, and nothing is refused for it."""
    assert (await ask(api, extra_body=options)).choices == (await ask(api)).choices


@pytest.mark.parametrize("name", ["top_k", "repetition_penalty", "guided_json", "max_token"])
@pytest.mark.parametrize("value", [1, None])
async def test_unknown_parameters_are_refused(api, name, value):
    """A misspelt or foreign parameter is named, as at OpenAI, whatever its value."""
    with pytest.raises(openai.BadRequestError) as refusal:
        await ask(api, extra_body={name: value})

    assert refusal.value.param == name
    assert f"Unrecognized request argument supplied: {name}" in refusal.value.message


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"top_p": 1.1}, "top_p"),
        ({"top_p": -0.1}, "top_p"),
        ({"top_p": "much"}, "top_p"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"messages": [{"role": "user", "content": "a", "name": 5}]}, "messages.0.name"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": 5}]}]},
            "messages[0].content",
        ),
    ],
)
async def test_values_out_of_range_are_refused(api, options, param):
    """A value that means nothing is a 400, not something else in silence."""
    with pytest.raises(openai.BadRequestError) as refusal:
        await ask(api, **options)

    assert refusal.value.param == param


@pytest.mark.parametrize("top_p", [0, 0.5, 1])
async def test_top_p_is_taken(api, top_p):
    """The whole range of the provider is allowed."""
    assert (await ask(api, top_p=top_p)).choices[0].message.content


@pytest.mark.parametrize("stop", ["", ["", "rehearsal"]])
async def test_empty_stops_end_nothing(api, stop):
    """An empty text is found everywhere; it must not swallow the answer."""
    assert (await ask(api, stop=stop)).choices[0].message.content


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
async def test_names_without_a_date(api, alias, name):
    """Chats and jobs by an alias show the model with its date; a model is shown as asked."""
    answer = await ask(api, model=alias)
    stream = await ask(api, model=alias, stream=True)
    chunks = {chunk.model async for chunk in stream}
    job = await tuned(api, model=alias)
    shown = await api.models.retrieve(alias)

    assert answer.model == name
    assert chunks == {name}
    assert job.model == name
    assert job.fine_tuned_model.startswith(f"ft:{name}:")
    assert (shown.id, shown.created) == (alias, (await api.models.retrieve(name)).created)


async def test_aliases_are_second_names_only(api):
    """They are not listed, cannot be deleted, and no longer name makes another one."""
    listed = [model.id for model in (await api.models.list()).data]

    assert not ALIASES.keys() & set(listed)
    assert set(ALIASES.values()) <= set(listed)
    with pytest.raises(openai.PermissionDeniedError):
        await api.models.delete("gpt-4o")
    for wrong in ("gpt-4", "gpt-4o-", "gpt-4O", "gpt-4o-mini-2024"):
        with pytest.raises(openai.NotFoundError):
            await ask(api, model=wrong)
        with pytest.raises(openai.NotFoundError):
            await new_job(api, model=wrong)


def test_catalogue_finds_by_alias():
    """Each model of the catalogue has an alias that finds it, and counts once."""
    bases = Bases(base_models())

    assert {alias: bases[alias].name for alias in ALIASES} == ALIASES
    assert list(bases) == list(base_models())
    assert "gpt-5" not in bases


async def test_page_of_no_jobs(api):
    """The schema sets no least limit for jobs: 0 is a page that only tells if there is more."""
    job = await tuned(api)
    pages = [
        await api.fine_tuning.jobs.list(limit=0),
        await api.fine_tuning.jobs.list_events(job.id, limit=0),
        await api.fine_tuning.jobs.checkpoints.list(job.id, limit=0),
    ]

    assert [(page.data, page.has_more) for page in pages] == [([], True)] * 3
    for wrong in (-1, 1_001):
        with pytest.raises(openai.BadRequestError):
            await api.fine_tuning.jobs.list(limit=wrong)


async def test_healthy_jobs_have_no_error(tmp_path):
    """`error` is null, unless a provider with empty objects is played."""
    async with engine_and_api(tmp_path, "--running-seconds=600") as api:
        raw = await api.fine_tuning.jobs.with_raw_response.retrieve(await new_job(api))

    assert raw.http_response.json()["error"] is None
