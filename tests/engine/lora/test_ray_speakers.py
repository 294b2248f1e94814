"""Chats that jobs of a real Ray cluster answer: marks, deaths, strangers, and what is left."""

import asyncio
import re
from contextlib import closing

import psutil
import pytest

from engine.backends.lora.ray_api import RayApi
from engine.backends.lora.ray_speakers import RaySpeakers
from engine.backends.lora.speaker_process import MODULE, SpeakerGone
from tests.engine.conftest import engine
from tests.engine.lora.ray_cluster import on_ray
from tests.engine.lora.running import MODEL, no_workers, options, until, workers
from tests.engine.lora.test_chat_speaker import LONG, speakers, talker
from tests.engine.lora.test_chat_workers import (
    MARKS,
    WORKERS,
    begun,
    marked_engine,
    model_of,
    rest,
    who_only_waits_does_not_see_a_death,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("extra"),
    # PEFT 0.21 asks transformers 5.24 for a name that it has renamed.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated"),
]


async def test_jobs_answer_as_processes_do(cluster, tmp_path, lora_base):
    """Each adapter with its own mark; who only waits for one that is killed sees nothing."""
    async with (
        marked_engine(tmp_path, lora_base, *on_ray(cluster)) as server,
        talker(server.ready) as api,
    ):
        for mark in MARKS:
            assert await answered(api, mark) == mark
        assert len(workers(tmp_path, MODULE)) == 1
        crowd = [answered(api, mark) for mark in MARKS * 8]
        assert await asyncio.gather(*crowd) == list(MARKS * 8)
        await until(lambda: _count(tmp_path, WORKERS))
        assert speakers(server) == []

        victim = psutil.Process(workers(tmp_path, MODULE)[0])
        await who_only_waits_does_not_see_a_death(api, victim)
        assert list((tmp_path / "engine" / "speakers").iterdir()) == []
    await no_workers(tmp_path, MODULE)
    log = (tmp_path / "engine.log").read_text()
    assert len(re.findall("the connection to speaker-.* is lost", log)) == 1


async def answered(api, mark):
    return await rest(await begun(api, model_of(mark)))


async def _count(folder, n):
    return len(workers(folder, MODULE)) == n


async def test_speakers_end_when_idle_and_with_the_server(cluster, tmp_path, lora_base):
    """Their places in the cluster are free again; kill -9 of the server leaves none."""
    own = engine(tmp_path, *options(lora_base), *on_ray(cluster), "--idle-seconds=0.5")
    async with own as server, talker(server.ready) as api:
        assert await rest(await begun(api, MODEL, max_tokens=3)) is not None
        await no_workers(tmp_path, MODULE)
        stream = await begun(api, MODEL, max_tokens=LONG)
        await anext(stream)
        assert len(workers(tmp_path, MODULE)) == 1
        await server.kill()
    await no_workers(tmp_path, MODULE)


async def test_who_has_no_secret_gets_nothing(cluster, tmp_path, lora_base):
    """A cluster without room is told after a while; then nobody listens and no job is left."""
    ray = RayApi(cluster.address)
    launch = RaySpeakers(ray, tmp_path / "speakers", room_s=6)
    asked = launch(lora_base, device="cpu", threads=99, chat_batch=1)
    start = asyncio.create_task(asked)

    async def submitted():
        files = list((tmp_path / "speakers").glob("*"))
        return await ray.find(files[0].name) if files else None

    job = await until(submitted)
    words = job["entrypoint"].split()
    host, port = words[words.index("--server") + 1 :][:2]
    for said in (b"", b"x" * 32, b"{}\n" * 99):
        reader, writer = await asyncio.open_connection(host, port)
        with closing(writer):
            writer.write(said)
            if said:
                assert await _heard(reader) == b""
    assert host == "127.0.0.1"
    with pytest.raises(SpeakerGone, match="no room"):
        await start

    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection(host, port)
    assert list((tmp_path / "speakers").iterdir()) == []

    async def is_over():
        found = await ray.find(job["submission_id"])
        return found is not None and found["status"] in {"STOPPED", "FAILED"}

    await until(is_over)
    await ray.close()


async def _heard(reader):
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
