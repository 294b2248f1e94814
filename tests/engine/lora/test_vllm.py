"""Chats that a vLLM server answers: adapters loaded there, streams, and its errors in our words."""

import asyncio
import logging
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.backends import (
    Busy,
    ChatRefused,
    ChatRequest,
    ModelSource,
    ModelUnavailable,
    PromptTooLong,
)
from engine.backends.lora.base_chats import BaseChats
from engine.backends.lora.bases import Bases
from engine.backends.lora.chats import Chats
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.place import AnswerBroken
from engine.backends.lora.vllm import VllmChats
from engine.catalogue import BaseModel
from tests.engine.lora.vllm_server import running_vllm

BASE = BaseModel(
    name="owner/Tiny-Base",
    created_at=0,
    shutdown_date=None,
    context_tokens=64,
    answer_tokens=32,
    example_tokens=64,
)
NOBODY = "http://127.0.0.1:9"
KEY = "vllm-key"
QUESTION = {"role": "user", "content": "good day"}


@pytest.fixture
def vllm():
    with running_vllm() as server:
        yield server


@asynccontextmanager
async def chats_at(*urls):
    """The chats of the base at servers with the same key."""
    servers = [VllmChats(url, KEY) for url in urls]
    yield BaseChats(servers, batch=8, queue=None)
    for server in servers:
        await server.close()


@pytest.fixture
async def chats(vllm):
    async with chats_at(vllm.url + "/v1/") as it:
        yield it


@pytest.fixture
def adapter(tmp_path):
    folder = tmp_path / "jobs" / "ftjob-1" / "models" / "step-12"
    folder.mkdir(parents=True)
    return folder


def request(*messages, **options):
    model = ModelSource(name="m", base_model=BASE, folder=None, step=0)
    return ChatRequest(model=model, messages=messages or (QUESTION,), **options)


async def said(answer):
    """Text, tokens and finish reason of an answer."""
    pieces = [piece async for piece in answer.pieces]
    await answer.pieces.aclose()
    text = "".join(piece.text for piece in pieces)
    return text, sum(piece.n_tokens for piece in pieces), pieces[-1].finish_reason


async def test_base_answers_under_the_servers_own_name(chats, vllm):
    """Thoughts are cut out, and the usage is exact."""
    answer = await chats.answer(request(temperature=0.5, stop=["x"], seed=3), None)

    assert answer.prompt_tokens == 3
    assert await said(answer) == ("Good day!", 7, "stop")
    (body,) = vllm.bodies("/v1/chat/completions")
    sent = {name: body[name] for name in ("model", "temperature", "top_p", "stop", "seed")}
    assert sent == {
        "model": "/models/Tiny-Base",
        "temperature": 0.5,
        "top_p": 1.0,
        "stop": ["x"],
        "seed": 3,
    }
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert body["max_tokens"] == BASE.answer_tokens


async def test_adapter_is_loaded_once_and_again_after_a_restart(chats, vllm, adapter):
    """Also when an earlier run of ours has loaded it."""
    for _ in range(2):
        assert await said(await chats.answer(request(max_tokens=5), adapter)) == (
            "Good day",
            5,
            "length",
        )
    loads = vllm.bodies("/v1/load_lora_adapter")
    vllm.restart()
    after_restart = await said(await chats.answer(request(), adapter))
    async with chats_at(vllm.url) as ours:
        again = await said(await ours.answer(request(), adapter))

    assert loads == [{"lora_name": "ftjob-1-models-step-12", "lora_path": str(adapter)}]
    assert after_restart == again == ("Good day!", 7, "stop")
    assert vllm.bodies("/v1/chat/completions")[-1]["model"] == "ftjob-1-models-step-12"


async def test_deleted_models_are_unloaded(vllm, adapter, tmp_path):
    """Those below the folder, whoever has loaded them; and no others."""
    server = VllmChats(vllm.url, KEY)
    await said(await server.answer(request(), adapter, 0))
    vllm.adapters |= {"old": str(adapter.with_name("step-6")), "foreign": str(tmp_path / "other")}

    await server.forget(adapter.parent.parent)
    await server.close()

    assert list(vllm.adapters) == ["foreign"]


async def test_messages_and_limits_are_checked(chats):
    """The role developer is known; too long is told with the count; other refusals in words."""
    developer = {"role": "developer", "content": [{"type": "text", "text": "be kind"}]}

    assert (await chats.answer(request(developer, QUESTION), None)).prompt_tokens == 6
    with pytest.raises(PromptTooLong) as caught:
        await chats.answer(request(max_tokens=62), None)
    assert caught.value.prompt_tokens == 3
    with pytest.raises(ChatRefused, match=r"Unexpected message role\."):
        await chats.answer(request({"role": "tool", "content": "x"}), None)


@pytest.mark.parametrize("status", [429, 503])
async def test_busy_server_is_busy(chats, vllm, status):
    """With its own word on when to try again."""
    vllm.status, vllm.retry_after = status, "17"

    with pytest.raises(Busy) as caught:
        await chats.answer(request(), None)
    assert caught.value.retry_after_s == 17


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": 500}, "HTTP status 500"),
        ({"status": 307, "location": "http://127.0.0.1:9/"}, "HTTP status 307"),
        ({"key": "another"}, "does not accept our key"),
        ({"base": "/models/Other"}, "serves another base model than owner/Tiny-Base"),
        ({"may_load": False}, "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True"),
    ],
)
async def test_servers_faults_are_told_in_words(vllm, adapter, caplog, change, words):
    """Without the path and the key."""
    for name, value in change.items():
        setattr(vllm, name, value)

    async with chats_at(vllm.url) as chats:
        with caplog.at_level(logging.DEBUG), pytest.raises(ModelUnavailable, match=words) as caught:
            await chats.answer(request(), adapter)

    assert str(adapter) not in str(caught.value)
    assert KEY not in caplog.text


async def test_missing_adapter_is_told_without_its_path(chats, adapter):
    """The server that reads other folders than we do."""
    adapter.rmdir()

    with pytest.raises(ModelUnavailable, match="at the same path") as caught:
        await chats.answer(request(), adapter)
    assert str(adapter) not in str(caught.value)


async def test_server_that_is_not_there_is_told():
    """In words."""
    async with chats_at(NOBODY) as chats:
        with pytest.raises(ModelUnavailable, match="can't be reached"):
            await chats.answer(request(), None)
    server = VllmChats(NOBODY, KEY)
    await server.forget(Path("/nowhere"))  # is logged, and stops nothing
    await server.close()


async def test_one_server_that_answers_is_enough_for_health(vllm, tmp_path):
    """Without servers nobody is asked."""
    alive = []
    for urls in ((), (NOBODY, vllm.url), (NOBODY,)):
        chats = Chats(Bases((), tmp_path), LoraOptions(bases=(), vllm_urls=urls, vllm_key=KEY), ())
        alive.append(await chats.is_alive())
        await chats.close()
    assert alive == [True, True, False]


@pytest.mark.parametrize("breaks_after", [0, 4])
async def test_answer_that_breaks_off_is_an_error(chats, vllm, breaks_after):
    """Half an answer is never taken for a whole one."""
    vllm.breaks_after = breaks_after

    with pytest.raises(AnswerBroken):
        await said(await chats.answer(request(), None))


async def test_closing_ends_the_answer_at_the_server(chats, vllm):
    """Amid the answer, and before anybody has read a piece of it."""
    vllm.is_slow = True
    answer = await chats.answer(request(), None)
    await anext(answer.pieces)
    await answer.pieces.aclose()
    assert await asyncio.to_thread(vllm.hung_up.wait, 20)

    vllm.hung_up.clear()
    unread = await chats.answer(request(), None)
    await unread.pieces.aclose()
    await unread.pieces.aclose()
    assert await asyncio.to_thread(vllm.hung_up.wait, 20)


async def test_adapters_are_shared_out_among_servers(vllm, tmp_path):
    """Each is loaded by one server; all answer."""
    with running_vllm() as second:
        async with chats_at(vllm.url, second.url) as chats:
            folders = [tmp_path / str(number) / "models" / "step-1" for number in range(4)]
            for folder in folders:
                folder.mkdir(parents=True)
            for folder in folders * 2:
                await said(await chats.answer(request(), folder))

        loads = [len(server.bodies("/v1/load_lora_adapter")) for server in (vllm, second)]
    assert loads == [2, 2]


@pytest.mark.parametrize("change", [{"key": "another"}, {"base": "/models/Other"}])
async def test_server_that_cannot_answer_is_passed_over(vllm, change):
    """For some seconds it is asked nothing; another server answers."""
    for name, value in change.items():
        setattr(vllm, name, value)
    with running_vllm() as second:
        async with chats_at(NOBODY, vllm.url, second.url) as chats:
            first = await said(await chats.answer(request(), None))
            n_asked = len(vllm.asked)
            again = await said(await chats.answer(request(), None))

    assert first == again == ("Good day!", 7, "stop")
    assert n_asked == len(vllm.asked) == 1


async def test_break_before_the_first_word_is_not_seen(vllm):
    """Thoughts are no words: another server answers the whole question."""
    vllm.breaks_after = 3
    with running_vllm() as second:
        async with chats_at(vllm.url, second.url) as chats:
            assert await said(await chats.answer(request(), None)) == ("Good day!", 7, "stop")
    assert len(vllm.bodies("/v1/chat/completions")) == 1
    assert len(second.bodies("/v1/chat/completions")) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_busy_or_failing_server_leaves_the_chat_to_another(vllm, status):
    """Nobody reads of it."""
    vllm.status = status
    with running_vllm() as second:
        async with chats_at(vllm.url, second.url) as chats:
            assert await said(await chats.answer(request(), None)) == ("Good day!", 7, "stop")
