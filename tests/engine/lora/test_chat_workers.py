"""Chats over HTTP with two real speakers of a base: adapters, deaths, deleted models."""

import asyncio
from contextlib import asynccontextmanager

import openai
import psutil
import pytest

from tests.engine.conftest import engine
from tests.engine.lora.marked import add_model, folder_of, make_marked_adapters
from tests.engine.lora.running import MODEL, options, until
from tests.engine.lora.test_chat_speaker import LONG, speakers, talker
from tests.engine.test_watch import numbers

# PEFT 0.21 asks transformers 5.24 for a name that it has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated")
MARKS = ("one", "two", "six")
BATCH = 2
WORKERS = 2
AT_ONCE = WORKERS * BATCH
ROUNDS = 5
"""Of long answers, so that what waits behind them waits for long enough."""
OPTIONS = (f"--chat-workers={WORKERS}", f"--chat-batch={BATCH}", "--chat-queue=60")


@asynccontextmanager
async def marked_engine(folder, base, *more):
    """An engine with a model for each mark; none is loaded yet."""
    data = folder / "engine"
    async with engine(folder, *options(base), *OPTIONS, *more) as child:
        folders = {mark: folder_of(data, mark) for mark in MARKS}
        await asyncio.to_thread(make_marked_adapters, base, folders)
        folder_of(data, "unused").mkdir(parents=True)
        for mark in (*MARKS, "unused"):
            add_model(data, MODEL, mark)
        yield child


@pytest.fixture
async def server(extra, lora_base, tmp_path):
    async with marked_engine(tmp_path, lora_base) as child:
        yield child


def model_of(mark):
    return f"ft:{MODEL}:lora::{mark}"


async def begun(api, model, **more):
    """A streamed answer that waits for its turn or is being computed."""
    chat = {"model": model, "messages": [{"role": "user", "content": "Question 1?"}]}
    stream = await api.chat.completions.create(**chat, temperature=0, stream=True, **more)
    first = await anext(stream)
    assert first.choices[0].delta.role == "assistant"
    return stream


async def rest(stream):
    """The text of the rest of an answer; None: it breaks."""
    try:
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    except openai.APIError:
        return None


async def long_answers(api):
    """Answers of the base, of which the first ones have begun and keep both workers busy."""
    streams = [await begun(api, MODEL, max_tokens=LONG) for _ in range(ROUNDS * AT_ONCE)]
    for stream in streams[:AT_ONCE]:
        await anext(stream)
    return streams


async def closed(streams):
    for stream in streams:
        await stream.close()


async def test_two_speakers_answer_as_one(server):
    """Each adapter with its own mark, also those that wait for a worker that dies."""
    async with talker(server.ready) as api:
        await _killed_again_and_again_is_told(server, api)
        await _each_answers_with_its_own_mark(server, api)
        await _chats_of_a_worker_that_hangs_are_taken_over(server, api)
        await who_only_waits_does_not_see_a_death(api, speakers(server)[0])
        await _deleted_model_is_forgotten_by_both(api)


async def _killed_again_and_again_is_told(server, api):
    """Each worker is started once, then the chat is told; no process is started after that."""
    chat = asyncio.create_task(begun(api, MODEL))
    killed: set[psutil.Process] = set()
    while not chat.done():
        for speaker in set(speakers(server)) - killed:
            speaker.kill()
            killed.add(speaker)
        await asyncio.sleep(0.05)

    with pytest.raises(openai.InternalServerError, match="was killed") as caught:
        await chat
    assert caught.value.status_code == 503
    assert len(killed) == WORKERS
    assert speakers(server) == []

    async def is_tried_again():
        try:
            return await rest(await begun(api, MODEL, max_tokens=1)) is not None
        except openai.InternalServerError:
            return False

    await until(is_tried_again)


async def _each_answers_with_its_own_mark(server, api):
    """The first chat of a model waits for its adapter; a crowd has both workers."""
    assert await rest(await begun(api, model_of("one"))) == "one"
    marks = MARKS * 8

    async def answer(mark):
        return await rest(await begun(api, model_of(mark)))

    assert await asyncio.gather(*(answer(mark) for mark in marks)) == list(marks)
    n_loaded = (await numbers(server.ready))["engine_adapters_loaded"]
    assert len(MARKS) <= n_loaded <= WORKERS * len(MARKS)
    assert len(speakers(server)) == WORKERS


async def _chats_of_a_worker_that_hangs_are_taken_over(server, api):
    """Those that it has not begun, and with their own marks; new ones and a DELETE avoid it."""
    running = await long_answers(api)
    waiting = [await begun(api, model_of(mark)) for mark in MARKS * 4]

    speakers(server)[0].suspend()

    await closed(running[AT_ONCE:])
    assert await asyncio.gather(*map(rest, waiting)) == list(MARKS * 4)
    await closed(running)
    for mark in MARKS * 2:  # it answers nobody now; the other one is idle as well
        assert await rest(await begun(api, model_of(mark))) == mark
    await api.models.delete(model_of("unused"), timeout=60)
    speakers(server)[0].resume()


async def who_only_waits_does_not_see_a_death(api, speaker):
    """What the speaker computes breaks."""
    running = await long_answers(api)
    waiting = [await begun(api, model_of(mark)) for mark in MARKS * 2]

    speaker.kill()

    readers = [asyncio.create_task(rest(stream)) for stream in running[:AT_ONCE]]
    await until(lambda: _are_broken(readers, BATCH))
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    await closed(running)
    assert [await rest(stream) for stream in waiting] == list(MARKS * 2)


async def _are_broken(readers, count):
    return sum(reader.done() and reader.result() is None for reader in readers) == count


async def _deleted_model_is_forgotten_by_both(api):
    running = await long_answers(api)
    lost = [await begun(api, model_of("six")) for _ in range(3 * BATCH)]
    kept = await begun(api, model_of("two"))

    await api.models.delete(model_of("six"))

    assert [await rest(stream) for stream in lost] == [None] * len(lost)
    await closed(running)
    assert await rest(kept) == "two"
