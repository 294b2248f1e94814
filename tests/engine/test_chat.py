"""Chat: nearest answers that follow the conversation, plain and streamed, with real counts."""

import asyncio
import time

import openai
import pytest
import splintr

from tests.engine.conftest import (
    BASE,
    KEY,
    client,
    engine_and_api,
    job_in,
    new_job,
    tuned,
)
from tests.engine.pairs import PAIRS, SYSTEM, answer_to


@pytest.fixture(scope="module")
def shelf():
    return {}


@pytest.fixture
async def model(api, shelf):
    """A tuned model of the shared engine."""
    if "model" not in shelf:
        shelf["model"] = (await tuned(api, suffix="natasha-v1")).fine_tuned_model
    return shelf["model"]


def said(*texts):
    """A conversation: system, then user and assistant in turn."""
    roles = ("user", "assistant")
    turns = [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
    return [{"role": "system", "content": SYSTEM}, *turns]


async def answer(api, model, *texts, **options):
    got = await api.chat.completions.create(model=model, messages=said(*texts), **options)
    return got.choices[0].message.content


async def streamed(api, model, *texts, **options):
    """The text, the finish reason and the usage of a streamed answer."""
    text, reason, usage = "", None, None
    stream = await api.chat.completions.create(
        model=model, messages=said(*texts), stream=True, **options
    )
    async for chunk in stream:
        usage = chunk.usage or usage
        if chunk.choices:
            assert usage is None
            text += chunk.choices[0].delta.content or ""
            reason = chunk.choices[0].finish_reason or reason
    return text, reason, usage


@pytest.mark.parametrize(("question", "expected"), PAIRS)
async def test_training_question_gets_its_answer(api, model, question, expected):
    """A question of the file gets the file's answer, however it is written."""
    assert await answer(api, model, question) == expected
    assert await answer(api, model, question.upper() + "!!") == expected


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("как мне начать бизнес", "Как начать свой бизнес?"),
        ("как мне пережить смерть матери", "Как пережить смерть мамы?"),
        ("муж совсем не слышит меня", "Муж меня не слышит"),
        ("кто я был в прошлых жизнях", "Кем я был в прошлой жизни?"),
    ],
)
async def test_similar_question_gets_the_nearest_answer(api, model, question, nearest):
    """Other words for the same thing find the same answer."""
    assert await answer(api, model, question) == answer_to(nearest)


async def test_short_question_means_what_was_spoken_of(api, model):
    """ "А с чего начать?" after business is another question than after grief."""
    business, grief = "Боюсь открыть своё дело и прогореть", "После похорон не могу плакать"

    after_business = await answer(api, model, business, answer_to(business), "А с чего начать?")
    after_grief = await answer(
        api, model, "Папа умер, смерть папы, не знаю, как жить", "Я рядом.", "А с чего начать?"
    )
    after_other_grief = await answer(api, model, grief, answer_to(grief), "А дальше?")

    assert after_business == answer_to("С чего начать бизнес, если нет денег?")
    assert after_grief == answer_to("Не знаю, с чего начать жить после смерти папы")
    assert after_other_grief != await answer(api, model, business, answer_to(business), "А дальше?")


async def test_clear_question_is_not_drowned_by_history(api, model):
    """A whole question gets its own answer, whatever was spoken of before."""
    history = [t for pair in PAIRS[5:9] for t in pair]

    assert await answer(api, model, *history, "Начальник кричит на меня") == PAIRS[19][1]


async def test_answer_already_given_is_passed_over(api, model):
    """The same question again gets the next nearest answer; after all of them, one more time."""
    question = "Муж меня не слышит"
    first = await answer(api, model, question)
    second = await answer(api, model, question, first, question)
    third = await answer(api, model, question, first, question, second, question)
    all_given = [t for pair in PAIRS for t in pair]

    assert len({first, second, third}) == 3
    assert await answer(api, model, *all_given, question) == first


@pytest.mark.parametrize("question", ["", "???", "zzz qqq", "😊", "с" * 100_000])
async def test_odd_messages_get_an_answer_always_the_same(api, model, question):
    """Nothing that a person may send goes unanswered, and chance has no part in it."""
    answers = {await answer(api, model, question) for _ in range(3)}

    assert len(answers) == 1
    assert answers.pop() in {a for _, a in PAIRS}


@pytest.mark.parametrize("options", [{}, {"max_tokens": 7}, {"stop": ["?", ":"]}])
async def test_streamed_and_plain_answers_are_equal(api, model, options):
    """Text, finish reason and usage are the same, streamed or not."""
    plain = await api.chat.completions.create(
        model=model, messages=said("Как начать свой бизнес?"), **options
    )
    stream = await streamed(
        api, model, "Как начать свой бизнес?", stream_options={"include_usage": True}, **options
    )

    choice = plain.choices[0]
    assert stream == (choice.message.content, choice.finish_reason, plain.usage)


async def test_paced_stream_says_the_same(tmp_path):
    """At a pace the answer comes in many pieces and after its delay, and is the same in the end."""
    pace = ("--tokens-per-second=200", "--first-token-seconds=0.1")
    async with engine_and_api(tmp_path, *pace) as api:
        model = (await tuned(api)).fine_tuned_model
        plain = await answer(api, model, "Мне снится чужой город")
        begin = time.monotonic()
        text, reason, _ = await streamed(api, model, "Мне снится чужой город")

        n_tokens = len(splintr.Tokenizer.from_pretrained("o200k_base").encode_ordinary(plain))
        assert (text, reason) == (plain, "stop")
        assert 0.1 + (n_tokens - 2) / 200 < time.monotonic() - begin


async def test_without_include_usage_the_stream_has_none(api, model):
    """Usage comes only to whom asks for it."""
    assert (await streamed(api, model, "Привет"))[2] is None


async def test_usage_counts_real_tokens(api, model):
    """Counts are those of o200k_base: 3 for the chat, 3 + role + content for a message."""
    golden = (
        "Привет! Как дела? Это тестовое предложение на русском языке, чтобы посчитать токены"
        " — «ёлка», 2026 год, 😊."
    )
    got = await api.chat.completions.create(
        model=model, messages=[{"role": "user", "content": golden}]
    )

    count = splintr.Tokenizer.from_pretrained("o200k_base").encode_ordinary
    assert got.usage.prompt_tokens == 3 + 3 + 1 + 31
    assert got.usage.completion_tokens == len(count(got.choices[0].message.content))
    assert got.usage.total_tokens == got.usage.prompt_tokens + got.usage.completion_tokens


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_limit_cuts_the_answer(api, model, name):
    """A limit is kept to the token, and the finish reason says so."""
    got = await api.chat.completions.create(
        model=model, messages=said("Как начать свой бизнес?"), **{name: 5}
    )

    assert got.choices[0].finish_reason == "length"
    assert got.usage.completion_tokens == 5
    assert answer_to("Как начать свой бизнес?").startswith(got.choices[0].message.content)


@pytest.mark.parametrize(
    ("question", "words"), [("Как дела?", "репетиция базовой модели"), ("Hi!", "rehearsal of the")]
)
async def test_base_model_says_that_it_is_a_rehearsal(api, question, words):
    """A base model speaks plainly, in the person's language, and hides nothing."""
    text = await answer(api, BASE, question)

    assert words in text
    assert BASE in text


async def test_context_limit_is_told_as_openai_does(api):
    """A conversation beyond the limit is a 400 with its own code, plain and streamed."""
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError, match="128000 tokens") as refusal:
            await api.chat.completions.create(
                model="gpt-4o-mini-2024-07-18",
                messages=[{"role": "user", "content": "слово " * 130_000}],
                stream=stream,
            )
        assert refusal.value.code == "context_length_exceeded"


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 40_000}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"n": 2}, "n"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "coach", "content": "a"}]}, "messages.0.role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "http://a"}}],
                    }
                ]
            },
            "messages[0].content",
        ),
    ],
)
async def test_impossible_requests_are_refused_by_name(api, options, param):
    """A 400 names the parameter."""
    options = {"model": BASE, "messages": said("Привет"), **options}
    with pytest.raises(openai.BadRequestError) as refusal:
        await api.chat.completions.create(**options)

    assert refusal.value.param == param


async def test_unknown_model_is_404(api):
    """A model that does not exist is told so before the stream begins."""
    for stream in (False, True):
        with pytest.raises(openai.NotFoundError) as refusal:
            await api.chat.completions.create(
                model="ft:none", messages=said("Привет"), stream=stream
            )
        assert refusal.value.code == "model_not_found"


async def test_new_model_is_not_found_until_deployed(tmp_path):
    """With --deploy-seconds a fresh model answers 404 at first, as real ones may for minutes."""
    async with engine_and_api(tmp_path, "--deploy-seconds=600") as api:
        job = await job_in(api, await new_job(api), "succeeded")
        for call in (
            api.models.retrieve(job.fine_tuned_model),
            answer(api, job.fine_tuned_model, "Привет"),
        ):
            with pytest.raises(openai.NotFoundError):
                await call
        assert job.fine_tuned_model not in [m.id for m in (await api.models.list()).data]


async def test_models_are_listed_shown_and_deleted(api):
    """Base models have their last day; tuned ones share it, and only they can be deleted."""
    name = (await tuned(api)).fine_tuned_model

    listed = {model.id: model for model in (await api.models.list()).data}
    assert {BASE, name, "gpt-4.1-2025-04-14", "gpt-4o-2024-08-06"} <= listed.keys()
    assert (await api.models.retrieve(BASE)).shutdown_date == "2027-01-14"
    assert (await api.models.retrieve(name)).shutdown_date == "2027-01-14"
    assert (await api.models.delete(name)).deleted is True
    for call in (api.models.retrieve(name), api.models.delete(name), answer(api, name, "Привет")):
        with pytest.raises(openai.NotFoundError):
            await call
    with pytest.raises(openai.PermissionDeniedError):
        await api.models.delete(BASE)


async def test_two_hundred_chats_at_once(url, api, model):
    """Two hundred people at once are answered, each with their own answer."""
    async with client(url, KEY) as crowd:
        answers = await asyncio.gather(
            *(answer(crowd, model, PAIRS[n % 20][0]) for n in range(200))
        )

    assert answers == [PAIRS[n % 20][1] for n in range(200)]
