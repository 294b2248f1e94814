"""Chats over HTTP with a real speaker: usage, queue, hung-up clients, processes that die."""

import asyncio
import contextlib
import io
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import openai
import psutil
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from engine.backends import ChatRequest, ModelSource
from engine.backends.lora import speaker_process
from engine.backends.lora.chat_worker import WorkerGone
from engine.backends.lora.speaker import __main__ as speaker_main
from engine.backends.lora.speaker_child import start_child
from engine.backends.lora.speaker_process import SpeakerGone, SpeakerProcess, Spoken
from engine.backends.lora.speech_lines import Ready, Works, decode, encode
from tests.engine.conftest import KEY, PLAIN_HTTP, client, engine
from tests.engine.lora.running import options, until
from tests.engine.lora.talking import Talk, make_lively_base
from tests.engine.lora.test_vllm import BASE

MODEL = "lively"
QUESTION = [{"role": "user", "content": "Привет"}]
BATCH, QUEUE = 2, 1
LONG = 900
"""Tokens of an answer that takes seconds."""


@pytest.fixture(scope="module")
def base(extra, tmp_path_factory):
    return make_lively_base(tmp_path_factory.mktemp("chats") / MODEL)


@pytest.fixture
async def server(base, tmp_path):
    """An engine whose base is loaded."""
    limits = (f"--chat-batch={BATCH}", f"--chat-queue={QUEUE}")
    async with engine(tmp_path, *options(base), *limits) as child:
        yield child


def speakers(child):
    """The speakers of an engine."""
    found = psutil.Process(child.process.pid).children(recursive=True)
    return [process for process in found if is_speaker(process)]


def is_speaker(process):
    with contextlib.suppress(psutil.NoSuchProcess):  # or a zombie: it has just ended
        return "engine.backends.lora.speaker" in process.cmdline()
    return False


async def say(api, **options):
    options = {"max_tokens": 12, "temperature": 0} | options
    options.setdefault("messages", QUESTION)
    return await api.chat.completions.create(model=MODEL, **options)


async def streamed(api, **options):
    """The text, the finish reason and the usage of a streamed answer."""
    text, reason, usage = "", None, None
    chunks = await say(api, stream=True, stream_options={"include_usage": True}, **options)
    async for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
    return text, reason, usage


@asynccontextmanager
async def talker(url):
    """The real client; unlike that of the other tests it does not read streams ahead."""
    http = DefaultAsyncHttpxClient(**PLAIN_HTTP)
    async with AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0, http_client=http) as api:
        yield api


async def is_full(api):
    """Whether the next chat is refused."""
    try:
        stream = await say(api, stream=True)
    except openai.RateLimitError:
        return True
    await stream.close()
    return False


async def is_empty(api):
    """Whether as many chats as there are places find one at once."""
    streams = []
    try:
        for _ in range(BATCH + QUEUE):
            streams.append(await say(api, stream=True, max_tokens=LONG))
    except openai.RateLimitError:
        return False
    finally:
        for stream in streams:
            await stream.close()
    return True


async def test_answers_over_http(server, base):
    """Plain, streamed and many at once; a full queue is a 429; hanging up frees the place."""
    async with client(server.ready) as api, talker(server.ready) as hasty:
        assert speakers(server) == []
        await _usage_is_exact(api, base)
        await _bad_requests_are_explained(api)
        await _full_queue_is_told(api, hasty)
        await _who_hangs_up_frees_the_place(hasty)
        assert len(speakers(server)) == 1


async def _usage_is_exact(api, base):
    answers = await asyncio.gather(*(say(api) for _ in range(BATCH + QUEUE)))
    text, reason, usage = await streamed(api)
    shown = Talk(base).prompt("Привет")

    assert len({a.choices[0].message.content for a in answers}) == 1
    for answer in answers:
        assert answer.choices[0].message.content == text
        assert answer.usage == usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (len(shown), 12)
    assert reason == "length"
    assert "\ufffd" not in text[-1:]
    drawn = {"temperature": 1.3, "top_p": 0.9}
    one, same, other = [(await streamed(api, seed=n, **drawn))[0] for n in (5, 5, 6)]
    assert one == same != other


async def _bad_requests_are_explained(api):
    with pytest.raises(openai.BadRequestError, match="maximum context length") as caught:
        await say(api, messages=[{"role": "user", "content": "x" * 2000}])
    assert caught.value.code == "context_length_exceeded"


async def _full_queue_is_told(api, hasty):
    streams = [await say(hasty, stream=True, max_tokens=LONG) for _ in range(BATCH + QUEUE)]

    for is_streamed in (False, True):
        with pytest.raises(openai.RateLimitError) as caught:
            await say(api, stream=is_streamed)
        assert int(caught.value.response.headers["retry-after"]) >= 1
    for stream in streams:
        await stream.close()
    await until(lambda: is_empty(hasty))


async def _who_hangs_up_frees_the_place(hasty):
    """A plain request whose client leaves, amid its answer or while it waits."""
    for n_before in (0, BATCH):
        streams = [await say(hasty, stream=True, max_tokens=LONG) for _ in range(n_before)]
        plain: list[asyncio.Task[Any]] = []
        while n_before + len(plain) < BATCH + QUEUE or not await is_full(hasty):
            # Looking may have taken the place of a request, which was refused then.
            plain = [task for task in plain if not task.done()]
            if n_before + len(plain) < BATCH + QUEUE:
                plain.append(asyncio.create_task(say(hasty, max_tokens=LONG)))
            await asyncio.sleep(0)

        for task in plain:
            task.cancel()
        await asyncio.gather(*plain, return_exceptions=True)
        for stream in streams:
            await stream.close()
        await until(lambda: is_empty(hasty))


async def test_speaker_that_dies_breaks_its_answers_alone(server, tmp_path):
    """After the first word the stream ends with an error; the next chat starts a new one."""
    async with talker(server.ready) as api:
        before = await streamed(api)
        chunks = await say(api, max_tokens=LONG, stream=True)
        async for chunk in chunks:
            if chunk.choices[0].delta.content:
                break
        [speaker] = speakers(server)

        speaker.kill()

        with pytest.raises(openai.APIError, match="error while answering"):
            async for _ in chunks:
                pass
        assert await streamed(api) == before
        assert [process.pid for process in speakers(server)] != [speaker.pid]
    log = (tmp_path / "engine.log").read_text()
    assert f"speaker {speaker.pid} ended with code -9" in log
    assert KEY not in log


async def test_speaker_ends_when_idle_and_with_the_server(base, tmp_path):
    """A base nobody talks with leaves the memory; kill -9 of the server leaves no orphan."""
    own = engine(tmp_path, *options(base), "--idle-seconds=0.2")
    async with own as child, talker(child.ready) as api:
        first = await streamed(api)

        async def none_left():
            return not speakers(child)

        await until(none_left)
        assert await streamed(api) == first
        held = asyncio.create_task(say(api, max_tokens=LONG))

        async def one_runs():
            return speakers(child)

        [speaker] = await until(one_runs)
        child.process.send_signal(signal.SIGKILL)
        with pytest.raises(openai.APIConnectionError):
            await held

        async def is_gone():
            return not speaker.is_running() or speaker.status() == psutil.STATUS_ZOMBIE

        await until(is_gone)


async def test_base_that_cannot_be_loaded_is_a_503(base, tmp_path):
    """It is told in words, without the path; and not tried again at once."""
    broken = make_lively_base(tmp_path / MODEL)
    async with engine(tmp_path, *options(broken)) as child, client(child.ready) as api:
        config = broken / "config.json"
        config.write_text(config.read_text().replace('"llama"', '"unheard_of"'))

        for _ in range(2):
            with pytest.raises(openai.APIStatusError, match="can't be loaded") as caught:
                await say(api)
            assert caught.value.status_code == 503
            assert str(tmp_path) not in str(caught.value)
    log = (tmp_path / "engine.log").read_text()
    assert log.count("can't be loaded") == 1


def request(**options):
    known = replace(BASE, context_tokens=1024)
    model = ModelSource(name=MODEL, base_model=known, folder=None, step=0)
    return ChatRequest(model=model, messages=QUESTION, **options)


@asynccontextmanager
async def own_speaker(base):
    """A speaker of the test's own, which loads, and its process."""
    speaker = await start_child(base, device="cpu", threads=1, chat_batch=BATCH)
    try:
        own = psutil.Process().children()
        yield speaker, next(process for process in own if is_speaker(process))
    finally:
        await speaker.stop()


@pytest.fixture
def quick_looks(monkeypatch):
    """A speaker counts as silent between two signs of life, and is ended after some of them."""
    monkeypatch.setattr(speaker_process, "LOOK_S", 0.1)


async def test_speaker_that_hangs_is_ended(base, monkeypatch, quick_looks):
    """Who waits for it hears what happened, and its memory is free."""
    async with own_speaker(base) as (speaker, child):
        await speaker.ready()
        spoken = Spoken(speaker, lambda: None)
        await spoken.begin(request(max_tokens=LONG), None, 1)
        await anext(spoken)

        child.suspend()
        monkeypatch.setattr(speaker_process, "HUNG_LOOKS", 20)

        with pytest.raises(WorkerGone, match="has hung"):
            async for _ in spoken:
                pass
        assert not speaker.is_running
    assert not child.is_running()


async def test_speaker_that_hangs_while_it_loads_is_ended(base, monkeypatch, quick_looks):
    """Who waits for its start hears it."""
    async with own_speaker(base) as (speaker, child):
        child.suspend()
        monkeypatch.setattr(speaker_process, "HUNG_LOOKS", 20)

        with pytest.raises(SpeakerGone, match="has hung"):
            await speaker.ready()
    assert not child.is_running()


async def test_idle_speaker_is_watched_too(base, monkeypatch, quick_looks):
    """It gives signs of life, also while nobody reads its answer; a frozen one gives none."""
    async with own_speaker(base) as (speaker, child):
        await speaker.ready()
        unread = Spoken(speaker, lambda: None)
        await unread.begin(request(max_tokens=1), None, 1)
        for is_silent in (True, False) * 3:
            await until(partial(_silent, speaker, is_silent))
        await unread.aclose()

        child.suspend()
        monkeypatch.setattr(speaker_process, "HUNG_LOOKS", 20)

        await until(partial(_ended, speaker))
        assert speaker.is_silent


async def _silent(speaker, wanted):
    return speaker.is_silent is wanted


async def _ended(speaker):
    return not speaker.is_running


class Script:
    """A `Carrier` whose lines the test writes."""

    writer: asyncio.StreamWriter
    """Is not used: the speaker gets no orders."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader()

    def say(self, line):
        self.reader.feed_data(encode(line))

    async def ended(self, *, is_expected):
        return "it has ended"

    async def stop(self):
        self.reader.feed_eof()


async def test_speaker_is_silent_while_one_step_takes_long(monkeypatch):
    """Although it lives; chats that it has not begun go elsewhere."""
    monkeypatch.setattr(speaker_process, "LOOK_S", 1000)
    script = Script()
    speaker = SpeakerProcess(script)
    for line, is_silent in (
        (Works(n_beats=5), True),
        (Works(n_beats=4), False),
        (Works(n_beats=3599), True),
        (Ready(), False),
    ):
        script.say(line)
        await until(partial(_silent, speaker, is_silent))
    await speaker.stop()


async def test_slow_step_is_not_a_hung_one(monkeypatch):
    """While it tells that it lives, a speaker is not ended before an hour."""
    monkeypatch.setattr(speaker_process, "LOOK_S", 0.001)
    script = Script()
    speaker = SpeakerProcess(script)
    for _ in range(1000):
        script.say(Works(n_beats=3599))
        await asyncio.sleep(0.001)
    assert speaker.is_running

    script.say(Works(n_beats=3600))

    await until(partial(_ended, speaker))
    await speaker.stop()


def test_signs_of_life_tell_how_long_a_step_takes():
    """Every word of the main thread begins a new one, as does what needs no word."""
    told = io.BytesIO()
    tell = speaker_main._Teller(told)
    for act in (tell.beat, tell.beat, tell.goes_on, tell.beat, lambda: tell(Ready()), tell.beat):
        act()

    lines = [decode(raw) for raw in told.getvalue().splitlines()]
    assert lines == [Works(n_beats=n) for n in (1, 2, 1)] + [Ready(), Works(n_beats=1)]
