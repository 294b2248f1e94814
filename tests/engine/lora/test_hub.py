"""Downloads of bases, from a small server that plays the hub; the child process is the real one."""

import asyncio
import json
import logging
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.backends.lora.bases import BaseMissing, Bases, BaseUnknown
from tests.engine.base_files import base_files, safetensors
from tests.engine.conftest import all_events, engine_and_api, new_job, until
from tests.engine.lora.hub_server import Hub, running_hub

ID = "owner/model"
OTHERS = {
    "README.md": b"# words",
    "LICENSE": b"free",
    "license.py": b"import os",
    "adapter_model.safetensors": b"somebody's",
    "generation_config.json": b"{}",
    "pytorch_model.bin": b"pickle",
    "modeling_model.py": b"import os",
    "consolidated.safetensors": b"twice",
    "onnx/model.safetensors": b"other",
    ".gitattributes": b"",
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with running_hub() as it:
        it.publish(ID, base_files() | OTHERS)
        monkeypatch.setenv("HF_ENDPOINT", it.url)
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield it


class Told(list[str]):
    """What the job's events say."""

    async def __call__(self, message: str) -> None:
        self.append(message)


async def fetch(tmp_path: Path, word: str = ID, told: Told | None = None) -> Path:
    """Download as a server does that has just started."""
    bases = Bases([word], tmp_path / "data")
    return await bases.fetch(ID, told if told is not None else Told())


def notes(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "data" / "bases.json").read_bytes())


def processes() -> list[psutil.Process]:
    """Downloads that run."""
    found = psutil.Process().children(recursive=True)
    return [it for it in found if "engine.backends.lora.hub" in _cmdline(it)]


def _cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has just ended
        return []


async def half_sent(hub: Hub) -> None:
    assert await asyncio.to_thread(hub.reached.wait, 60)


async def test_a_base_is_downloaded_without_code_and_told(hub: Hub, tmp_path: Path):
    told = Told()
    bases = Bases([ID], tmp_path / "data")
    folder = await bases.fetch(ID, told)

    assert {path.name for path in folder.iterdir()} == {
        *base_files(),
        "LICENSE",
        "generation_config.json",
    }
    assert (folder / "model.safetensors").read_bytes() == safetensors()
    assert notes(tmp_path) == {ID: {"asked": None, "revision": hub.main[ID]}}
    assert told[0].startswith(f"Downloading {ID}, 0.0 MB")
    assert told[-1] == f"Downloaded {ID}"
    assert len(told) == 2
    for private in (folder, folder.parent):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert bases.models[ID].context_tokens == 512
    assert bases.facts(ID) is not None
    assert not processes()


async def test_a_base_that_changed_at_the_hub_changes_nothing_here(hub: Hub, tmp_path: Path):
    """Adapters belong to the weights they were trained on; later starts ask nobody."""
    first = hub.main[ID]
    folder = await fetch(tmp_path)
    hub.publish(ID, base_files(max_position_embeddings=64))
    hub.asked.clear()

    bases = Bases([ID], tmp_path / "data")
    assert bases.folder(ID) == folder
    assert await bases.fetch(ID, Told()) == folder
    assert bases.models[ID].context_tokens == 512
    assert notes(tmp_path)[ID]["revision"] == first
    assert hub.asked == []


async def test_the_revision_asked_for_is_downloaded(hub: Hub, tmp_path: Path):
    first = hub.main[ID]
    second = hub.publish(ID, base_files(max_position_embeddings=64))
    await fetch(tmp_path, f"{ID}@{first}")
    assert notes(tmp_path) == {ID: {"asked": first, "revision": first}}
    assert Bases([ID], tmp_path / "data").models[ID].context_tokens == 512
    with pytest.raises(BaseUnknown, match="another one needs another data folder"):
        Bases([f"{ID}@{second}"], tmp_path / "data")


async def test_a_cancelled_download_stops_and_goes_on_at_its_revision(hub: Hub, tmp_path: Path):
    hub.held = {"model.safetensors"}
    bases = Bases([ID], tmp_path / "data")
    job = asyncio.create_task(bases.fetch(ID, Told()))
    await half_sent(hub)
    part = tmp_path / "data/bases/owner--model.part"
    noted = part / ".cache/huggingface/download/config.json.metadata"
    await asyncio.to_thread(wait_for_words, noted)
    assert bases.folder(ID) is None
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert not processes()
    assert hub.downloads("model.safetensors") == 1  # a child that lives would try again
    assert bases.folder(ID) is None

    first = hub.main[ID]
    hub.publish(ID, base_files(max_position_embeddings=64))
    hub.release.set()
    folder = await fetch(tmp_path)
    assert json.loads((folder / "config.json").read_bytes())["max_position_embeddings"] == 512
    assert notes(tmp_path)[ID]["revision"] == first
    assert hub.downloads("config.json") == 1
    assert {path.name for path in folder.parent.iterdir()} == {"owner--model"}


def wait_for_words(path: Path) -> None:
    """Until the file is there and written: it is created first."""
    deadline = time.monotonic() + 60
    while not path.is_file() or not path.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_two_who_need_a_base_download_it_once(hub: Hub, tmp_path: Path):
    bases = Bases([ID], tmp_path / "data")
    told, second = Told(), Told()
    folders = await asyncio.gather(bases.fetch(ID, told), bases.fetch(ID, second))
    assert folders[0] == folders[1]
    assert hub.downloads("model.safetensors") == 1
    assert second == [f"Waiting for the download of {ID}, which another request has started"]


async def test_who_waits_goes_on_when_the_first_is_cancelled(hub: Hub, tmp_path: Path):
    hub.held = {"model.safetensors"}
    bases = Bases([ID], tmp_path / "data")
    first = asyncio.create_task(bases.fetch(ID, Told()))
    await half_sent(hub)
    second = asyncio.create_task(bases.fetch(ID, Told()))
    await asyncio.sleep(0)
    hub.release.set()
    first.cancel()
    assert (await second).is_dir()


async def test_progress_is_told_by_quarters(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.backends.lora.download._POLL_S", 0.05)
    files = base_files()
    del files["model.safetensors"]
    files["model.safetensors.index.json"] = (
        b'{"weight_map": {"a": "a.safetensors", "b": "b.safetensors"}}'
    )
    files["a.safetensors"] = safetensors({"a": [300_000]})
    files["b.safetensors"] = safetensors({"b": [200_000]})
    hub.publish(ID, files)
    hub.held = {"b.safetensors"}
    told = Told()
    job = asyncio.create_task(fetch(tmp_path, told=told))
    while not any("50 %" in message for message in told):
        assert not job.done()
        await asyncio.sleep(0.01)
    hub.release.set()
    await job
    assert told[0] == f"Downloading {ID}, 2.0 MB"
    assert f"Downloading {ID}: 50 % of 2.0 MB" in told
    assert len(told) == len(set(told)) <= 5


async def refused(tmp_path: Path, word: str = ID) -> str:
    with pytest.raises(BaseMissing) as missing:
        await fetch(tmp_path, word)
    said = str(missing.value)
    assert str(tmp_path) not in said
    assert not processes()
    assert Bases([word], tmp_path / "data").folder(ID) is None
    return said


async def test_an_unreachable_hub_is_told(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    said = await refused(tmp_path)
    assert said == f"The base model {ID} can't be downloaded: the hub could not be reached."


async def test_switched_off_downloads_are_told(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE forbids downloads" in await refused(tmp_path)


async def test_an_unknown_model_and_revision_are_told(hub: Hub, tmp_path: Path):
    assert "no such revision" in await refused(tmp_path, f"{ID}@v9")
    del hub.commits[ID]
    assert "the hub knows no such model" in await refused(tmp_path)


async def test_an_error_of_the_hub_is_told(hub: Hub, tmp_path: Path):
    hub.fails = 503
    assert "the hub answered with error 503" in await refused(tmp_path)


async def test_a_gated_base_needs_the_token_which_no_log_shows(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    hub.gated, hub.token = {ID}, "hf_right"
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert "accept its terms at the hub and set HF_TOKEN" in await refused(tmp_path)
    assert "GatedRepoError" in caplog.text
    assert "hf_wrong" not in caplog.text

    monkeypatch.setenv("HF_TOKEN", "hf_right")
    assert (await fetch(tmp_path)).is_dir()
    assert hub.tokens == {"Bearer hf_wrong", "Bearer hf_right"}


async def test_a_full_disk_is_told_before_the_download(hub: Hub, tmp_path: Path):
    hub.claimed_size = 10**15
    said = await refused(tmp_path)
    assert "GB and the disk has" in said
    assert hub.downloads("model.safetensors") == 0


async def test_weights_that_differ_from_their_checksum_are_refused(hub: Hub, tmp_path: Path):
    hub.wrong_hash = True
    assert "model.safetensors arrived damaged" in await refused(tmp_path)
    hub.wrong_hash = False
    assert (await fetch(tmp_path)).is_dir()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model.safetensors": safetensors()[:-4]}, "cut off or damaged"),
        ({"chat_template.jinja": None}, "it has no chat template"),
        ({"model.safetensors": None}, "it has no weights in safetensors"),
    ],
)
async def test_a_base_that_cannot_be_used_leaves_nothing(
    hub: Hub, tmp_path: Path, change: dict[str, bytes | None], words: str
):
    files = base_files() | OTHERS | change
    del files["consolidated.safetensors"]
    hub.publish(ID, {name: content for name, content in files.items() if content is not None})
    assert words in await refused(tmp_path)
    assert not list((tmp_path / "data/bases").rglob("*.safetensors"))


def test_a_download_ends_with_its_server(hub: Hub, tmp_path: Path):
    """The kernel closes the child's standard input, however the server ends."""
    hub.held = {"model.safetensors"}
    command = [sys.executable, "-m", "engine.backends.lora.hub", ID, "main", str(tmp_path)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert hub.reached.wait(60)
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(60) == 1


async def test_a_job_with_a_base_of_the_hub_becomes_a_model(
    hub: Hub, tmp_path: Path, tiny_base: Path
):
    """Downloads in its first job, and answers without the hub after a restart."""
    files = {path.name: path.read_bytes() for path in tiny_base.iterdir()}
    hub.publish(ID, files)
    options = ("--backend=lora", f"--base={ID}", "--devices=cpu", "--threads=1")
    async with engine_and_api(tmp_path, *options) as api:
        job_id = await new_job(api, model=ID, hyperparameters={"n_epochs": 1})
        job = await until(lambda: ended(api, job_id), 400)
        assert job.status == "succeeded", job.error
        events = [event.message for event in await all_events(api, job_id)]
        assert any(event.startswith(f"Downloading {ID}, ") for event in events)
        assert f"Downloaded {ID}" in events
    hub.asked.clear()
    async with engine_and_api(tmp_path, *options) as api:
        answer = await api.chat.completions.create(
            model=job.fine_tuned_model, messages=[{"role": "user", "content": "Hi"}], max_tokens=3
        )
        assert answer.usage is not None
        assert answer.usage.completion_tokens <= 3
    assert hub.asked == []


async def ended(api: Any, job_id: str) -> Any:
    job = await api.fine_tuning.jobs.retrieve(job_id)
    return job if job.status in ("succeeded", "failed") else None
