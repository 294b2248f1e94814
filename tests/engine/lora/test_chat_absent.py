"""What chats need is not there: a base that is still on its hub, a vLLM server that is down."""

import asyncio
import math
import struct

import httpx2
import openai
import pytest

from engine.backends.lora.bases import Bases
from engine.backends.lora.chats import Chats
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.published import BadAdapter
from tests.engine.conftest import PLAIN_HTTP, client, engine
from tests.engine.lora.hub_server import running_hub
from tests.engine.lora.running import ended, lora_engine, messages, start, supervised, until
from tests.engine.lora.talking import make_adapter

pytestmark = [
    pytest.mark.usefixtures("extra"),
    # PEFT 0.21 asks transformers 5.24 for a name that it has renamed.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated"),
]
ID = "owner/Tiny-Base"
WEIGHTS = "model.safetensors"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def hub(monkeypatch, tmp_path, tiny_base):
    with running_hub() as it:
        files = {path.name: path.read_bytes() for path in tiny_base.iterdir() if path.is_file()}
        it.publish(ID, files)
        monkeypatch.setenv("HF_ENDPOINT", it.url)
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield it


async def refusal(api):
    """What a chat is told; None: it was answered."""
    chat = {"model": ID, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    try:
        await api.chat.completions.create(**chat)
    except openai.InternalServerError as refused:
        return f"{refused.status_code} {refused.code}: {refused.message}"
    return None


async def test_chats_do_not_wait_for_a_download(hub, tmp_path):
    """The first one starts it; those of the meantime are told; it goes on without them."""
    hub.held.add(WEIGHTS)
    options = ("--backend=lora", f"--base={ID}", "--devices=cpu", "--threads=1")
    async with engine(tmp_path, *options) as child, client(child.ready) as api:
        first = await refusal(api)
        assert await asyncio.to_thread(hub.reached.wait, 120)
        second = await refusal(api)
        hub.release.set()

        async def answered():
            return await refusal(api) is None

        await until(answered)

    assert first.startswith("503 model_unavailable: ")
    assert "its base is being downloaded" in first
    assert second == first
    assert hub.downloads(WEIGHTS) == 1


async def test_download_that_fails_is_told_to_the_next_chat(hub, tmp_path):
    """Also while it is tried again."""
    hub.fails = 500
    options = ("--backend=lora", f"--base={ID}", "--devices=cpu", "--threads=1")
    async with engine(tmp_path, *options) as child, client(child.ready) as api:

        async def told():
            return "can't be downloaded" in (await refusal(api) or "")

        await until(told)
        hub.fails = 0
        await until(lambda: _is_answered(api))


async def _is_answered(api):
    return await refusal(api) is None


async def test_training_succeeds_while_the_vllm_server_is_down(lora_base, tmp_path):
    """Its weights are whole, so the model is there; an event tells that nobody has tried it."""
    async with lora_engine(tmp_path, lora_base, f"--vllm-url={NOBODY}") as (child, api):
        job_id = await start(api, method=supervised(n_epochs=1))
        job = await ended(api, job_id)

        assert (job.status, job.error) == ("succeeded", None)
        async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
            health = await http.get(child.ready.removesuffix("/v1") + "/healthz")
        assert health.json()["checks"] == {"database": True, "disk": True, "backend": False}
        said = [text for text in await messages(api, job_id) if "can't be tried now" in text]
        assert len(said) == 1
        assert "the vLLM server can't be reached" in said[0]
        assert (await api.models.retrieve(job.fine_tuned_model)).id == job.fine_tuned_model


async def test_weights_are_checked_without_the_vllm_server(lora_base, tmp_path):
    """A value that is not a number is a fault of the training, wherever chats are answered."""
    options = LoraOptions(bases=(str(lora_base),), vllm_urls=(NOBODY,))
    bases = Bases(options.bases, tmp_path / "data")
    [base] = bases.models.values()
    chats = Chats(bases, options, ("cpu",))
    adapter = make_adapter(lora_base, tmp_path / "adapter", seed=1)
    path = adapter / "adapter_model.safetensors"
    whole = path.read_bytes()

    assert "can't be reached" in await chats.check(base, adapter)
    for value in (math.nan, math.inf):
        path.write_bytes(whole[:-4] + struct.pack("<f", value))
        with pytest.raises(BadAdapter, match="not a finite number"):
            await chats.check(base, adapter)
    path.write_bytes(whole[:-4])
    with pytest.raises(BadAdapter):
        await chats.check(base, adapter)
    await chats.close()
