"""Answers as they stream in, from servers with manners of their own."""

import asyncio

import httpx2
import openai
import pytest

from bot import errors
from bot.domain.models import ChatMessage, Ending, Usage
from bot.gateways.chat import ChatApi
from tests.gateways.provider_double import (
    KEY,
    Provider,
    Stream,
    ends,
    html,
    piece,
    refuses,
    says,
    streams,
)

MODEL = "ft:gpt-4.1-mini:org:natasha-v1:1"
MESSAGES = [ChatMessage(role="system", content="Ты Наташа."), ChatMessage(role="user", content="?")]
WHOLE, CUT, FILTERED, BROKEN_OFF = (
    Ending.WHOLE, Ending.CUT_BY_LENGTH, Ending.FILTERED, Ending.BROKEN_OFF
)  # fmt: skip
HELLO = (piece(""), piece("При"), piece("вет"), "[DONE]")
USAGE = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}


def ask(chat: ChatApi, model: str = MODEL):
    return chat.stream(model, MESSAGES, temperature=0.7, max_tokens=500)


async def answer(chat: ChatApi, model: str = MODEL):
    return [part async for part in ask(chat, model)]


async def test_answer_comes_in_pieces_then_its_costs(chat: ChatApi, provider: Provider):
    """The request is what the gpt-4 families take; the last chunk has no choices."""
    provider.will(streams(*HELLO[:-1], ends("stop"), USAGE, "[DONE]"))

    cost = Usage(prompt_tokens=9, completion_tokens=2)
    assert await answer(chat) == ["При", "вет", cost, WHOLE]
    assert provider.sent == {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Ты Наташа."},
            {"role": "user", "content": "?"},
        ],
        "temperature": 0.7,
        "max_tokens": 500,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (HELLO, ["При", "вет", WHOLE]),
        (HELLO[:-1], ["При", "вет", BROKEN_OFF]),
        ([piece(None, role="assistant"), piece(None, refusal="Не могу."), "[DONE]"],
         ["Не могу.", WHOLE]),
        ([{"choices": None}, {"choices": [], "prompt_filter_results": []}, *HELLO],
         ["При", "вет", WHOLE]),
        ([{"choices": [{"index": 0, "finish_reason": "stop"}]}, *HELLO], ["При", "вет", WHOLE]),
        ([{"choices": [{"delta": None}]}, {"choices": ["x"]}, {"choices": "x"}, *HELLO],
         ["При", "вет", WHOLE]),
        (["null", "3", '"x"', "[]", *HELLO], ["При", "вет", WHOLE]),
        ([piece([{"type": "text"}]), *HELLO], ["При", "вет", WHOLE]),  # type: ignore[arg-type]
        ([piece(None, reasoning_content="hm"), *HELLO], ["При", "вет", WHOLE]),
        ([piece("у") | {"usage": USAGE["usage"]}, piece("х") | {"usage": None}, "[DONE]"],
         ["у", "х", Usage(prompt_tokens=9, completion_tokens=2), WHOLE]),
        ([*HELLO[:-1], {"choices": [], "usage": {"total_tokens": 3}}, "[DONE]"],
         ["При", "вет", WHOLE]),
        ([ends("content_filter"), "[DONE]"], [FILTERED]),
    ],
)  # fmt: skip
async def test_chunks_of_any_server_are_read(chat, provider: Provider, chunks, expected):
    """Whatever else a chunk holds or lacks, the person gets the text."""
    provider.will(streams(*chunks))

    assert await answer(chat) == expected


@pytest.mark.parametrize(
    "end",
    [
        httpx2.ReadError(""),
        httpx2.ReadTimeout(""),
        httpx2.RemoteProtocolError("incomplete chunked read"),
        {"error": {"message": "The server had an error", "code": "server_error"}},
        {"error": "out of memory"},
        "{broken",
    ],
)
async def test_answer_that_breaks_off(chat: ChatApi, provider: Provider, end):
    """The pieces are given; then it is said that the answer is not whole. Nothing is repeated."""
    provider.will(streams(*HELLO[:-1], end))
    stream = ask(chat)

    assert [await anext(stream), await anext(stream)] == ["При", "вет"]
    with pytest.raises(errors.ProviderUncertain):
        await anext(stream)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("silence", [html(200), streams(), streams("[DONE]"), says({"id": "x"})])
async def test_no_answer_is_not_an_empty_one(chat: ChatApi, provider: Provider, silence):
    """A gateway's page with status 200 is no answer of Natasha's."""
    provider.will(silence)

    with pytest.raises(errors.ProviderUncertain):
        await answer(chat)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (refuses(404, "model_not_found"), errors.ModelUnknown(model=MODEL)),
        (refuses(404, "DeploymentNotFound"), errors.ModelUnknown(model=MODEL)),
        (refuses(404, None, "The model does not exist"), errors.ModelUnknown(model=MODEL)),
        (html(404), errors.NotTheApi(code="", message="404 Not Found", status=404)),
        (refuses(400, "context_length_exceeded"), errors.ContextTooLong()),
        (refuses(400, "string_above_max_length", "No."),
         errors.ProviderRefused(code="string_above_max_length", message="No.", status=400)),
        (refuses(400, None, "This model's maximum context length is 8"),
         errors.ProviderRefused(
             code="", message="This model's maximum context length is 8", status=400)),
        (refuses(400, "content_filter", "No."),
         errors.QuestionRefused(code="content_filter", message="No.", status=400)),
        (refuses(401, None, f"Bad key {KEY}"), errors.KeyRefused(message="Bad key ***")),
        (refuses(429, "insufficient_quota"), errors.QuotaExceeded()),
        (refuses(429), errors.ProviderBusy()),
        (refuses(503), errors.ProviderFailed(message="503: No.")),
        (httpx2.ConnectError(""), errors.ProviderUnreachable()),
        (httpx2.ReadTimeout(""), errors.ProviderUncertain()),
    ],
)  # fmt: skip
async def test_refusals(chat: ChatApi, provider: Provider, refusal, expected):
    """Each says what it is; only the one code means that the conversation is too long."""
    provider.will(refusal)

    with pytest.raises(type(expected)) as caught:
        await answer(chat)

    assert caught.value.params == expected.params


async def test_refusal_whose_body_breaks_off(chat: ChatApi, provider: Provider):
    """The library lets the HTTP library's own error through here."""
    provider.will(lambda _: httpx2.Response(500, stream=Stream([httpx2.ReadError("")])))

    with pytest.raises(errors.ProviderUncertain):
        await answer(chat)


def breaks_off_early(request: httpx2.Request) -> httpx2.Response:
    return streams(httpx2.ReadError(""))


def later(seconds: str, status: int = 429) -> httpx2.Response:
    refusal = refuses(status, "rate_limit_exceeded")
    refusal.headers["retry-after"] = seconds
    return refusal


@pytest.mark.parametrize(
    "stumble",
    [
        httpx2.ConnectError("refused"),
        httpx2.RemoteProtocolError("closed"),
        refuses(429, "rate_limit_exceeded"),
        later("0.01"),
        refuses(500),
        html(502),
        refuses(503),
        breaks_off_early,
    ],
)
async def test_what_may_pass_is_asked_once_more(chat, provider: Provider, stumble):
    """As long as nothing was said, and then no more."""
    provider.will(stumble, streams(*HELLO))
    assert await answer(chat) == ["При", "вет", WHOLE]
    assert len(provider.requests) == 2

    provider.will(stumble)
    with pytest.raises(errors.ProviderError):
        await answer(chat)
    assert len(provider.requests) == 4


@pytest.mark.parametrize(
    "refusal",
    [
        httpx2.ReadTimeout(""),
        httpx2.ConnectTimeout(""),
        later("60"),
        later("Wed, 21 Oct 2026 07:28:00 GMT"),
        refuses(429, "insufficient_quota"),
        refuses(400, "invalid_value"),
        refuses(401),
        html(200),
    ],
)
async def test_what_will_not_pass_is_asked_once(chat, provider: Provider, refusal):
    """Nor what took so long already that nobody would wait for it twice."""
    provider.will(refusal)

    with pytest.raises(errors.ProviderError):
        await answer(chat)

    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (refuses(400, "weird", f"Bad {KEY}"), "400 Bad Request: Bad ***"),
        (refuses(404, "model_not_found", "No such model"), "404 Not Found: No such model"),
        (html(502), "502 Bad Gateway"),
        (html(200), "200 OK, but no stream of chat completions"),
        (httpx2.ConnectError("All attempts failed"), "ConnectError All attempts failed"),
    ],
)
async def test_the_providers_words_are_kept(chat: ChatApi, provider: Provider, refusal, said):
    """For the log and for admins, without keys."""
    provider.will(refusal)

    with pytest.raises(errors.UserError) as caught:
        await answer(chat)

    assert caught.value.said == said


def unsupported(param: str | None, code: str = "unsupported_parameter") -> httpx2.Response:
    message = f"Unsupported parameter: '{param or 'max_tokens'}' is not supported. Use 'x'."
    return refuses(400, code, message, param=param)


async def test_newer_models_are_asked_their_way(chat: ChatApi, provider: Provider):
    """What a model does not take is left out, at once and for its next answers, not for others."""
    provider.will(
        unsupported("max_tokens"),
        unsupported("temperature", "unsupported_value"),
        unsupported("stream_options.include_usage"),
        streams(*HELLO),
    )
    assert await answer(chat) == ["При", "вет", WHOLE]
    assert len(provider.requests) == 4

    provider.will(streams(*HELLO))
    await answer(chat)
    assert provider.sent.keys() == {"model", "messages", "stream", "max_completion_tokens"}
    assert provider.sent["max_completion_tokens"] == 500
    assert len(provider.requests) == 5

    provider.will(streams(*HELLO))
    await answer(chat, "another")
    assert provider.sent.keys() >= {"max_tokens", "temperature", "stream_options"}


async def test_refused_parameter_is_found_in_words_too(chat: ChatApi, provider: Provider):
    """Some servers name it only in the sentence, others as FastAPI does."""
    forbidden = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]}
    provider.will(unsupported(None), says(forbidden, 422), streams(*HELLO))

    assert await answer(chat) == ["При", "вет", WHOLE]
    assert provider.sent.keys() == {
        "model", "messages", "stream", "max_completion_tokens", "temperature",
    }  # fmt: skip


async def test_wrong_value_is_not_taken_for_an_unknown_parameter(chat, provider: Provider):
    """A temperature out of range is told, not quietly dropped."""
    provider.will(refuses(400, "decimal_above_max_value", "Invalid 'temperature'"))

    with pytest.raises(errors.ProviderRefused):
        await answer(chat)

    assert len(provider.requests) == 1


@pytest.mark.parametrize("refusal", [unsupported("max_tokens"), unsupported("messages")])
async def test_stubborn_refusal_ends(chat: ChatApi, provider: Provider, refusal):
    """A server that goes on refusing is not asked for ever."""
    provider.will(refusal)

    with pytest.raises(errors.ProviderRefused):
        await answer(chat)

    assert len(provider.requests) <= 2


async def test_two_chats_learn_together(chat: ChatApi, provider: Provider):
    """Chats that learn different things at the same time end up knowing both."""

    def server(request: httpx2.Request) -> httpx2.Response:
        words = request.content.decode()
        if '"temperature"' in words:
            return unsupported("temperature")
        return unsupported("max_tokens") if '"max_tokens"' in words else streams(*HELLO)

    provider.will(server)

    answers = await asyncio.gather(*(answer(chat) for _ in range(5)))

    assert answers == [["При", "вет", WHOLE]] * 5


async def test_closing_hangs_up(chat: ChatApi, provider: Provider):
    """Stop costs no more tokens: the connection is closed in the middle of the answer."""
    response = streams(*HELLO)
    provider.will(response)
    stream = ask(chat)

    assert await anext(stream) == "При"
    await stream.aclose()

    assert response.is_closed


async def test_cancelling_hangs_up(chat: ChatApi, provider: Provider):
    """A cancelled task leaves no connection open."""
    started = asyncio.Event()

    class Waiting(Stream):
        async def __aiter__(self):
            yield b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'
            started.set()
            await asyncio.Event().wait()

    body = Waiting([])
    provider.will(httpx2.Response(200, stream=body))
    task = asyncio.create_task(answer(chat))
    await started.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert body.is_closed


async def test_close_ends_the_client(provider: Provider):
    """After close nothing is open."""
    client = provider.client()
    api = ChatApi(lambda: client, secrets=())
    provider.will(says({"id": "m"}))
    await api.has_model("m")

    await api.aclose()

    assert client.is_closed()
    assert isinstance(client, openai.AsyncOpenAI)


async def test_close_makes_no_client():
    """Where nobody has asked for anything."""
    await ChatApi(lambda: pytest.fail("made"), secrets=()).aclose()
