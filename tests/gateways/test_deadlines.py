"""Whatever a server does, each call ends in time and brings no more than it may."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from bot import errors
from bot.domain.models import ChatMessage, Ending
from bot.gateways.chat import ChatApi
from bot.gateways.deadlines import (
    ANSWER_S,
    CREATE_S,
    MOST_ANSWER_CHARACTERS,
    MOST_BODY_BYTES,
    MOST_LINE_BYTES,
    MOST_MODEL_CHARACTERS,
    PIECE_S,
    QUEUE_S,
    READ_S,
)
from bot.gateways.provider import TrainingApi
from tests.clocks import VirtualLoop, now
from tests.composition import PARAMETERS
from tests.gateways.provider_double import KEY, Provider, job, piece

LOOP = VirtualLoop
MESSAGES = [ChatMessage(role="user", content="?")]
DONE = b"data: [DONE]\n\n"


def event(*fields: dict[str, Any]) -> bytes:
    return b"".join(f"data: {json.dumps(each)}\n\n".encode() for each in fields)


class Slow(httpx2.AsyncByteStream):
    """A body whose parts come after pauses: (seconds, bytes)."""

    def __init__(self, parts: Any) -> None:
        self._parts = parts
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause_s, part in self._parts:
            await asyncio.sleep(pause_s)
            yield part

    async def aclose(self) -> None:
        self.is_closed = True


def endless(pause_s: float, part: bytes, *first: tuple[float, bytes]) -> Any:
    yield from first
    while True:
        yield pause_s, part


async def answer(provider: Provider, body: Slow, **options: Any) -> list[Any]:
    """What comes of it, with the error at the end."""
    provider.will(lambda _: httpx2.Response(200, stream=body))
    chat = ChatApi(provider.client, secrets={KEY}, pause_s=0, **options)
    found: list[Any] = []
    try:
        async for part in chat.stream("m", MESSAGES, temperature=0.7, max_tokens=500):
            found.append(part)
    except errors.UserError as exc:
        found.append(type(exc))
    await chat.aclose()
    assert body.is_closed
    return found


@pytest.mark.parametrize(
    ("part", "first", "said", "after_s"),
    [
        (b": keep-alive\n\n", [], [], PIECE_S),
        (b" ", [], [], PIECE_S),
        (b": queue 3\n\n", [], [], QUEUE_S),
        (b": queue 3\n\n", [(5, event(piece("Да")))], ["Да"], 5 + PIECE_S),
        (b": keep-alive\n\n", [(5, event(piece("Да")))], ["Да"], 5 + PIECE_S),
        (b"d", [(5, event(piece("Да")))], ["Да"], 5 + PIECE_S),
        (b": keep-alive\n\n", [(250, b": queue 1\n\n")], [], 250 + 50),
    ],
)
async def test_answer_that_does_not_come_ends(
    provider: Provider, part: bytes, first: list[Any], said: list[str], after_s: float
):
    """Comments keep nobody waiting, unless they tell of a queue. Nothing is asked twice."""
    if first and first[0][0] == 250:
        first = [(50, b": queue 2\n\n")] * 4 + [(50, b": queue 1\n\n")]

    found = await answer(provider, Slow(endless(1.5, part, *first)))

    assert found == [*said, errors.ProviderUncertain]
    assert now() == pytest.approx(after_s, abs=2)
    assert len(provider.requests) == 1


async def test_slow_answer_is_read_to_its_bound(provider: Provider):
    body = Slow(endless(50, event(piece("да "))))

    found = await answer(provider, body)

    assert found == ["да "] * 6 + [errors.ProviderUncertain]
    assert now() == pytest.approx(50 + ANSWER_S, abs=1)


async def test_the_first_piece_is_a_setting(provider: Provider):
    parts = [(90, event(piece("Да"))), (1, DONE)]

    assert await answer(provider, Slow(parts), first_s=120) == ["Да", Ending.WHOLE]
    assert await answer(provider, Slow(parts)) == [errors.ProviderUncertain]


async def test_headers_have_to_come_too(provider: Provider):
    async def never(request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(10_000)
        raise AssertionError

    provider.will(never)
    chat = ChatApi(provider.client, secrets={KEY}, pause_s=0)
    with pytest.raises(errors.ProviderUncertain):
        await anext(chat.stream("m", MESSAGES, temperature=0.7, max_tokens=500))

    assert now() == pytest.approx(PIECE_S, abs=1)
    await chat.aclose()


async def test_endless_answer_is_cut(provider: Provider):
    """The person gets what fits, marked as cut; the rest is not read."""
    body = Slow(endless(0, event(piece("да " * 1000))))

    found = await answer(provider, body)

    assert found[-1] is Ending.CUT_BY_LENGTH
    assert len("".join(found[:-1])) == MOST_ANSWER_CHARACTERS


def said_as(key: str, words: str, *, of: str = "delta") -> bytes:
    return event({"choices": [{"index": 0, of: {key: words}}]})


@pytest.mark.parametrize("words", ["\n" * 500, "м" * 20_000], ids=["blanks", "words"])
@pytest.mark.parametrize(
    ("first", "key", "of"),
    [
        ("<think>", "content", "delta"),
        ("<|channel|>analysis<|message|>", "content", "delta"),
        ("<think>", "content", "message"),
        ("", "reasoning_content", "delta"),
        ("", "reasoning", "delta"),
    ],
)
async def test_endless_thought_is_cut(
    provider: Provider, first: str, key: str, of: str, words: str
):
    """It has no word, and still it ends as an answer that its limit has cut."""
    n_characters = 0

    def thoughts() -> Any:
        nonlocal n_characters
        yield 0, said_as(key, first or "?", of=of)
        while True:
            n_characters += len(words)
            yield 0, said_as(key, words, of=of)

    assert await answer(provider, Slow(thoughts())) == [Ending.CUT_BY_LENGTH]
    assert n_characters <= MOST_MODEL_CHARACTERS + len(words)


async def test_endless_blanks_are_cut(provider: Provider):
    """Those before the first word count too."""
    n_pieces = 0

    def blanks() -> Any:
        nonlocal n_pieces
        while True:
            n_pieces += 1
            yield 0, said_as("content", "\n" * 100)

    assert await answer(provider, Slow(blanks())) == [Ending.CUT_BY_LENGTH]
    assert n_pieces * 100 <= MOST_MODEL_CHARACTERS + 100


async def test_flood_of_pieces_lets_others_have_their_turn(provider: Provider):
    """A server may send thousands at once; who writes to the bot meanwhile does not wait."""
    n_turns = 0

    async def other() -> None:
        nonlocal n_turns
        while True:
            await asyncio.sleep(0)
            n_turns += 1

    turns = asyncio.create_task(other())
    found = await answer(provider, Slow([(0, said_as("content", "я") * 5000 + DONE)]))
    turns.cancel()

    assert found == ["я"] * 5000 + [Ending.WHOLE]
    assert n_turns >= 5000


async def test_answer_that_was_held_back_is_cut_too(provider: Provider):
    """All of it was taken for reasoning, and it comes at once, at its end."""
    thought = event(piece("Hm.</think>Да")) + DONE
    long = event(piece("да " * 10_000), piece("", finish_reason="stop")) + DONE
    chat = ChatApi(provider.client, secrets={KEY}, pause_s=0)
    said: list[Any] = []
    for body in (thought, long):
        provider.will(httpx2.Response(200, content=body))
        asked = chat.stream("m", MESSAGES, temperature=0.7, max_tokens=500)
        said = [part async for part in asked]
    await chat.aclose()

    assert said == [("да " * 10_000)[:MOST_ANSWER_CHARACTERS], Ending.CUT_BY_LENGTH]


@pytest.mark.parametrize(
    "part",
    [
        b"a" * 64_000,
        b"data: {" + b" " * 64_000,
        b"data: {\n" * 9_000,
        b": comment\n" * 9_000,
    ],
)
async def test_endless_rubbish_is_not_read(provider: Provider, part: bytes):
    """Neither a line, nor an event, nor a body without an end fills the memory."""
    n = [0]

    def counted() -> Any:
        for each in endless(0, part):
            n[0] += len(part)
            yield each

    found = await answer(provider, Slow(counted()))

    assert found in ([errors.ProviderUncertain], [errors.ProviderFailed])
    assert n[0] <= MOST_BODY_BYTES + MOST_LINE_BYTES


@pytest.mark.parametrize("pause_s", [5, 1e6])
@pytest.mark.parametrize("read", [lambda api: api.job("ftjob-1"), TrainingApi.recent_jobs])
async def test_reads_end_in_time(provider: Provider, read: Any, pause_s: float):
    """With all tries of the library, and however slowly something comes."""
    provider.will(lambda _: httpx2.Response(200, stream=Slow(endless(pause_s, b" "))))
    api = TrainingApi(lambda: provider.client(max_retries=2), secrets={KEY})

    with pytest.raises(errors.ProviderUncertain):
        await read(api)

    assert now() == pytest.approx(READ_S, abs=1)
    await api.aclose()


async def test_creating_takes_longer_and_is_tried_once(provider: Provider):
    provider.will(lambda _: httpx2.Response(200, stream=Slow(endless(5, b" "))))
    api = TrainingApi(lambda: provider.client(max_retries=2), secrets={KEY})
    api._once._platform = "Linux"  # a copy of the client

    with pytest.raises(errors.ProviderUncertain):
        await api.create_job(PARAMETERS, training_file="file-1", seed=7, metadata={})

    assert now() == pytest.approx(CREATE_S, abs=1)
    assert len(provider.requests) == 1
    await api.aclose()


async def test_huge_body_is_not_read(provider: Provider):
    provider.will(lambda _: httpx2.Response(200, stream=Slow(endless(0, b" " * 1_000_000))))
    api = TrainingApi(provider.client, secrets={KEY})

    with pytest.raises(errors.ProviderUncertain):
        await api.recent_jobs()

    await api.aclose()


async def test_what_is_in_time_is_read(provider: Provider):
    body = json.dumps(job("ftjob-1")).encode()
    provider.will(lambda _: httpx2.Response(200, stream=Slow([(9, body[:9]), (40, body[9:])])))
    api = TrainingApi(provider.client, secrets={KEY})

    assert (await api.job("ftjob-1")).id == "ftjob-1"
    await api.aclose()
