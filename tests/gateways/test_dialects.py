"""A table of dialects: what a server sends, what comes out, and how many requests it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import openai
import pytest

from bot import errors
from bot.domain.models import ChatMessage, Ending, TakenBack, Usage
from bot.gateways.chat import ChatApi
from tests.gateways.dialect_server import (
    STREAM,
    Json,
    Play,
    Reply,
    choice,
    delta,
    dialect_server,
    events,
    message,
    plain,
    refusal,
)

WHOLE, CUT = Ending.WHOLE, Ending.CUT_BY_LENGTH
FILTERED, BROKEN_OFF = Ending.FILTERED, Ending.BROKEN_OFF
DONE = "data: [DONE]"
HELLO = events(delta("", role="assistant"), delta("При"), delta("вет"), delta("", "stop"), DONE)
COST = {"prompt_tokens": 9, "completion_tokens": 2}
ANSWER = message("Привет", "stop") | {"usage": COST}
PAID = Usage(prompt_tokens=9, completion_tokens=2)
MAX_TOKENS = 500


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came of a question."""

    words: str = ""
    n_taken_back: int = 0
    usage: Usage | None = None
    endings: Sequence[Ending] = ()


async def hear(chat: ChatApi) -> Heard:
    words, n_taken_back, usage = "", 0, None
    endings: list[Ending] = []
    asked = [ChatMessage(role="user", content="?")]
    async for part in chat.stream("m", asked, temperature=0.7, max_tokens=MAX_TOKENS):
        assert not endings, "the ending is the last part"
        match part:
            case Ending():
                endings.append(part)
            case Usage():
                usage = part
            case TakenBack():
                words, n_taken_back = "", n_taken_back + 1
            case str():
                words += part
    return Heard(words=words, n_taken_back=n_taken_back, usage=usage, endings=tuple(endings))


def chat_at(url: str) -> ChatApi:
    transport = openai.DefaultAsyncHttpxClient(trust_env=False)
    client = openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=0, http_client=transport)
    return ChatApi(lambda: client, secrets=(), pause_s=0)


def unless(field: str, refused: Reply, answer: Reply) -> Play:
    """Refuse requests with *field*, answer others."""
    return lambda asked: refused if field in asked else answer


def always(reply: Reply) -> Play:
    return lambda asked: reply


def fastapi(kind: str, place: Sequence[str], words: str, status: int = 422) -> Reply:
    return plain({"detail": [{"type": kind, "loc": place, "msg": words}]}, status=status)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """A server's manner."""

    name: str
    plays: Play
    words: str = "Привет"
    ending: Ending = WHOLE
    usage: Usage | None = None
    n_asked: int = 1
    """Requests for the first answer; each later one costs one."""
    n_taken_back: int = 0


def streamed(name: str, *data: Json | str, words: str = "Привет", **more: Any) -> Dialect:
    return Dialect(name=name, plays=always(events(*data)), words=words, **more)


def learnt(name: str, refused: Reply, **more: Any) -> Dialect:
    plays = unless("stream", refused, plain(ANSWER))
    return Dialect(name=name, plays=plays, n_asked=2, usage=PAID, **more)


NO_STREAMS = (
    learnt("stream, by its name", refusal(400, "Unsupported parameter", param="stream")),
    learnt("stream, without verification", refusal(
        400, "Your organization must be verified to stream this model.", param="stream",
        code="unsupported_value")),
    learnt("stream, in words", refusal(400, "Streaming is not supported for this model.")),
    learnt("stream, in other words", refusal(400, "This model doesn't support streaming")),
    learnt("stream, only without", refusal(405, "Only non-streaming requests are allowed")),
    learnt("stream, what can't be", refusal(400, "Cannot use stream with this model")),
    learnt("stream, an invalid value", refusal(400, "Invalid value for 'stream': true")),
    learnt("stream, as a flag", refusal(422, "`stream` must be false")),
    learnt("stream, an extra field", fastapi("extra_forbidden", ["body", "stream"], "Extra")),
    learnt("stream, a wrong value",
           fastapi("literal_error", ["body", "stream"], "Input should be False", 400)),
    learnt("stream, not implemented", plain({"error": "streaming is not implemented"}, status=501)),
    learnt("stream, without JSON",
           Reply(body=b"Streaming is not supported", content_type="text/plain", status=400)),
    learnt("stream, unknown", refusal(400, "Unrecognized request argument supplied: stream")),
    Dialect(
        name="events although it was asked for a whole answer",
        plays=unless("stream", refusal(400, "No.", param="stream"), HELLO),
        n_asked=2,
    ),
    Dialect(
        name="each parameter refused in turn",
        plays=lambda asked: (
            refusal(400, "property 'stream_options' is unsupported")
            if "stream_options" in asked
            else refusal(400, "No.", param="stream")
            if "stream" in asked
            else refusal(400, "temperature is not supported with this model")
            if "temperature" in asked
            else plain(ANSWER)
        ),
        n_asked=4,
        usage=PAID,
    ),
)  # fmt: skip
FORMS = (
    Dialect(name="OpenAI's", plays=always(HELLO)),
    Dialect(name="plain JSON", plays=always(plain(ANSWER)), usage=PAID),
    Dialect(name="plain JSON as a stream", plays=always(plain(ANSWER, content_type=STREAM)),
            usage=PAID),
    Dialect(
        name="plain JSON on many lines",
        plays=always(Reply(body=b'{"choices": [{\r\n "message":\n\n {"content": "Da"}\n}\n]\n}')),
        words="Da",
    ),
    Dialect(name="plain JSON without an ending", plays=always(plain(message("Привет")))),
    Dialect(
        name="JSON lines",
        plays=always(Reply(body=b'{"choices":[{"delta":{"content":"D"}}]}\n'
                           b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n')),
        words="Da",
    ),
    Dialect(
        name="events with comments, names, ids, blanks and other line ends",
        plays=always(events(
            ": ping", "", "event: message", "id: 7", "retry: 10", "ping", "data:", "data",
            delta("При"), ": ping", delta("вет", "stop"), "data:  [DONE] ", between="\r\n",
        )),
    ),
    Dialect(name="old line ends",
            plays=always(events(delta("Привет", "stop"), DONE, between="\r\r"))),
    Dialect(name="no line between events",
            plays=always(events(delta("При"), delta("вет", "stop"), DONE, between="\n"))),
    streamed("an event on two lines", 'data: {"choices": [{\ndata: "delta": {"content": "Da"}}]}',
             DONE, words="Da"),
    streamed("message for delta", message("При"), message("вет"), message("", "stop"), DONE),
    streamed("message for delta, with a word twice", message("ха"), message("ха"), message("!"),
             DONE, words="хаха!"),
    streamed("message with all words so far", message("При"), message("Привет"),
             message("Привет", "stop"), DONE),
    streamed("message with all words at the end", delta("При"), delta("вет"),
             message("Привет", "stop"), DONE),
    streamed("message with all words at the end, trimmed", delta(" При"), delta("вет "),
             message("Привет", "stop"), DONE, words=" Привет "),
    streamed("text", choice(text="При"), choice("stop", text="вет"), DONE),
    Dialect(name="text, whole", plays=always(plain(choice("stop", text="Привет")))),
    streamed("parts", delta([{"type": "text", "text": "При"}]),
             delta([{"type": "text", "text": {"value": "ве"}}, "т"]), DONE),
    streamed("one part", delta({"type": "output_text", "text": "Привет"}), DONE),
    streamed("no content", delta(None), delta("Привет"), delta(None, "stop"), DONE),
    streamed("a refusal", delta(None, refusal="Не"), delta(None, "stop", refusal="т"), DONE,
             words="Нет"),
    streamed("a refusal as a part", delta([{"type": "refusal", "refusal": "Нет"}], "stop"),
             words="Нет"),
    streamed("several choices",
             {"choices": [{"index": 1, "delta": {"content": "Да"}}, {"index": 0}]},
             {"choices": [{"index": 0, "delta": {"content": "Нет"}}]},
             {"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]}, words="Да"),
    streamed("calls of tools", delta("Привет", tool_calls=[{}]), delta(None, "tool_calls")),
    streamed("the ending with the last words", delta("При"), delta("вет", "stop")),
    streamed("empty chunks", {}, {"choices": []}, {"choices": None}, delta("Привет", "stop")),
    Dialect(name="JSON after signs of life",
            plays=always(Reply(body=b" \n\n: processing\n\n" + plain(ANSWER).body)), usage=PAID),
    Dialect(name="JSON lines and [DONE]",
            plays=always(Reply(body=plain(delta("Привет")).body + b"\n[DONE]\n"))),
    Dialect(name="a list of chunks", plays=always(plain([delta("При"), delta("вет", "stop")]))),
    streamed("U+2028 in a word", delta("При\u2028вет", "stop"), words="При\u2028вет"),
)  # fmt: skip
COSTS = (
    streamed("usage last", delta("Привет", "stop"), {"choices": [], "usage": COST}, DONE,
             usage=PAID),
    streamed("usage before the ending", delta("Привет"), {"usage": COST}, delta("", "stop"),
             usage=PAID),
    streamed("usage in each chunk", delta("При") | {"usage": COST | {"completion_tokens": 1}},
             delta("вет", "stop") | {"usage": COST}, DONE, usage=PAID),
    streamed("usage in the choice", delta("Привет"), choice("stop", usage=COST), usage=PAID),
    streamed("usage of Groq", delta("Привет", "stop") | {"x_groq": {"usage": COST}}, usage=PAID),
    streamed("usage in other words", delta("Привет", "stop"),
             {"usage": {"input_tokens": 9, "output_tokens": 2}}, usage=PAID),
    streamed("no usage", delta("Привет", "stop") | {"usage": {}}, DONE),
)  # fmt: skip
_LONG = {"prompt_tokens": 9, "completion_tokens": MAX_TOKENS}
ENDS = (
    streamed("no reason, but [DONE]", delta("Привет"), DONE),
    streamed("no reason, the limit is used up", delta("Привет"), {"usage": _LONG}, DONE,
             ending=CUT, usage=Usage(**_LONG)),
    streamed("neither", delta("Привет"), ending=BROKEN_OFF),
    Dialect(name="cut in an event", plays=always(Reply(body=b'data: {"choices":[{"delta":'
            b'{"content":"Da"}}]}\n\ndata: {"cho')), words="Da", ending=BROKEN_OFF),
    streamed("nothing but empty reasons", delta("Привет", "null"), delta("", "none"),
             ending=BROKEN_OFF),
    streamed("empty reasons", delta("При", ""), delta("вет", "null"), DONE),
    Dialect(name="cut after the ending",
            plays=always(events(delta("Привет", "stop")).cut)),
    streamed("an error after the ending", delta("Привет", "length"), {"error": "bye"}, ending=CUT),
    streamed("nothing but a filter", delta(None, "content_filter"), words="", ending=FILTERED),
)  # fmt: skip
THINKS = (
    streamed("reasoning in a field", delta(None, reasoning_content="hm"), delta("", reasoning="hm"),
             delta("Привет", "stop", reasoning_details=[{"text": "hm"}])),
    streamed("reasoning in parts", delta([{"type": "thinking", "thinking": [
        {"type": "text", "text": "hm"}]}, {"type": "text", "text": "Привет"}], "stop")),
    streamed("reasoning in a part with text", delta([{"type": "reasoning", "text": "hm"}]),
             delta([{"type": "text", "text": "Привет"}], "stop")),
    streamed("reasoning in the text", delta("<th"), delta("ink>hm</thi"), delta("nk>При"),
             delta("вет", "stop")),
    Dialect(name="reasoning in a whole answer",
            plays=always(plain(message("<think>hm</think>\n\nПривет", "stop")))),
    streamed("reasoning without a beginning", delta("Он рад."), delta("\n</think>\n\n"),
             delta("Привет", "stop"), n_taken_back=1),
    Dialect(name="reasoning without a beginning, whole",
            plays=always(plain(message("Он рад.</think>Привет", "stop")))),
    streamed("reasoning that eats the limit", delta("<think>hm"), delta("hm", "length"), words="",
             ending=CUT),
    streamed("reasoning in a field that eats the limit", delta(None, reasoning="hm"),
             delta(None, "length"), words="", ending=CUT),
)  # fmt: skip
UNSOUND = (
    streamed("control characters", delta("При\0ве\x1bт"), delta("\x07\r"),
             delta("\nда\u200d\u200f"), DONE, words="Привет\nда\u200d\u200f"),
    streamed("half a character", r'data: {"choices":[{"delta":{"content":"\ud83d"}}]}',
             r'data: {"choices":[{"delta":{"content":"\ude00\ud83d!"}}]}', DONE, words="😀!"),
    streamed("a raw control character", 'data: {"choices":[{"delta":{"content":"При\0вет"}}]}',
             DONE),
    streamed("bytes that are no letters", delta("Привет\ufffe\uffff", "stop")),
)  # fmt: skip
TABLE = (*NO_STREAMS, *FORMS, *COSTS, *ENDS, *THINKS, *UNSOUND)


@pytest.mark.parametrize("dialect", TABLE, ids=[dialect.name for dialect in TABLE])
async def test_every_dialect_is_understood_and_learnt(dialect: Dialect):
    """The first question may cost more requests; the second, and each after it, costs one."""
    expected = Heard(words=dialect.words, usage=dialect.usage, endings=(dialect.ending,))
    async with dialect_server(dialect.plays) as server:
        chat = chat_at(server.url)

        first = await hear(chat)
        n_asked = len(server.asked)
        later = [await hear(chat), await hear(chat)]
        await chat.aclose()

    assert first == Heard(
        words=dialect.words,
        usage=dialect.usage,
        endings=(dialect.ending,),
        n_taken_back=dialect.n_taken_back,
    )
    assert n_asked == dialect.n_asked
    assert later == [expected] * 2
    assert len(server.asked) == n_asked + 2
    assert all("stream" in asked for asked in server.asked if "stream_options" in asked)


@pytest.mark.parametrize(
    ("reasons", "ending"),
    [
        ("stop STOP eos eos_token end_turn stop_sequence tool_calls function_call COMPLETE odd",
         WHOLE),
        ("length max_tokens FinishReason.MAX_TOKENS model_context_window_exceeded", CUT),
        ("content_filter SAFETY sensitive refusal RECITATION PROHIBITED_CONTENT", FILTERED),
        ("abort error network_error insufficient_system_resource", BROKEN_OFF),
    ],
)  # fmt: skip
async def test_reasons_of_any_server(reasons: str, ending: Ending):
    """Each server has its own words for them; one that nobody knows is the model's own end."""
    for reason in reasons.split():
        for reply in (events(delta("Да", reason), DONE), plain(message("Да", reason))):
            async with dialect_server(always(reply)) as server:
                chat = chat_at(server.url)
                assert (await hear(chat)).endings == (ending,), reason
                await chat.aclose()


@pytest.mark.parametrize(
    ("reply", "expected", "said"),
    [
        (plain({"error": {"message": "Busy", "code": 429}}), errors.ProviderBusy, "Busy"),
        (plain({"error": {"message": "Oops", "code": 502}}), errors.ProviderFailed, "Oops"),
        (plain({"error": "Oops"}), errors.ProviderFailed, "Oops"),
        (plain({"object": "error", "message": "Oops", "code": 400}), errors.ProviderFailed, "Oops"),
        (events('event: error\ndata: {"message": "Oops"}'), errors.ProviderFailed, "Oops"),
        (events(delta("Да"), {"error": {"message": "Oops"}}), errors.ProviderFailed, "Oops"),
        (events(delta("Да"), "data: {broken"), errors.ProviderFailed, "200 OK"),
        (events(delta("Да")).cut, errors.ProviderUncertain, "RemoteProtocolError"),
        (events(delta(""), delta(None)), errors.ProviderFailed, "200 OK"),
        (events(delta("<think>hm")), errors.ProviderFailed, "200 OK"),
        (events(delta("", "error"), DONE), errors.ProviderFailed, "200 OK"),
        (plain([]), errors.ProviderFailed, "200 OK"),
        (plain("Да"), errors.ProviderFailed, "200 OK"),
        (Reply(body=b"<html>Hello</html>", content_type="text/html"), errors.ProviderFailed,
         "200 OK"),
        (Reply(body=b""), errors.ProviderFailed, "200 OK"),
        (Reply(body=b"\xff\xfe{", content_type="application/json"), errors.ProviderFailed,
         "200 OK"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_told_by_its_cause(reply, expected, said):
    """With status 200 too: the provider's words where there are any, else what came."""
    async with dialect_server(always(reply)) as server:
        chat = chat_at(server.url)
        with pytest.raises(errors.ProviderError) as caught:
            await hear(chat)
        await chat.aclose()

    assert type(caught.value) is expected
    assert said in caught.value.said


@pytest.mark.parametrize(
    "reply",
    [
        refusal(400, "The upstream was reset", code="bad_request"),
        refusal(400, "Invalid 'temperature': 3 is above 2", param="temperature"),
        refusal(400, "max_tokens is too large: 500"),
        refusal(400, "Invalid value", param="messages"),
        refusal(500, "streaming failed, worker not available"),
        refusal(429, "streaming is not available now"),
        refusal(403, "streaming is not allowed for this key"),
    ],
)
async def test_other_refusals_teach_nothing(reply):
    """A wrong value, an overload or a failure is no reason to leave a parameter out for ever."""
    async with dialect_server(always(reply)) as server:
        chat = chat_at(server.url)
        with pytest.raises(errors.ProviderError):
            await hear(chat)
        await chat.aclose()

    assert all(asked["stream"] and "temperature" in asked for asked in server.asked)


async def test_a_whole_answer_is_waited_for_longer():
    """Without a stream nothing comes until the end, so silence means nothing."""
    reads: list[float] = []

    async def note(request: Any) -> None:
        reads.append(request.extensions["timeout"]["read"])

    refused = refusal(400, "No.", param="stream")
    async with dialect_server(unless("stream", refused, plain(ANSWER))) as server:
        transport = openai.DefaultAsyncHttpxClient(trust_env=False, event_hooks={"request": [note]})
        client = openai.AsyncOpenAI(
            base_url=server.url, api_key="k", max_retries=0, http_client=transport, timeout=60
        )
        chat = ChatApi(lambda: client, secrets=(), pause_s=0)
        await hear(chat)
        await chat.aclose()

    assert reads == [60, 300]
