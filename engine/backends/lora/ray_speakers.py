"""Speakers as jobs of a Ray cluster. Each connects to the server, and ends with its connection.

The server listens while it waits for a speaker. Who connects has to show the random secret of a
file in the server's folder, which the nodes see at the same path.
"""

import asyncio
import contextlib
import hmac
import logging
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from engine.backends.lora import machine
from engine.backends.lora.base_folder import check_folder
from engine.backends.lora.environment import OFFLINE
from engine.backends.lora.fit import LIBRARY_BYTES
from engine.backends.lora.ray_api import NOT_STARTED, UNREACHABLE, RayApi, sentences
from engine.backends.lora.speaker_process import MODULE, SpeakerGone, SpeakerProcess
from engine.backends.lora.speech_socket import SECRET_BYTES, watch

ROOM_S = 300.0
"""How long a chat waits for room in the cluster."""
_POLL_S = 1.0
_HELLO_S = 10.0
"""How long a stranger may stay connected."""
_STOP_POLLS = 5
"""A job that still runs when it was asked for so often is stopped by Ray."""
_LINE_BYTES = 1024 * 1024
_NO_ROOM = "there is no room for it in the Ray cluster"
_NO_ANSWER = "the Ray cluster does not answer"
_MEMORY_SHARE = 1.5
"""Of a base's weights: its adapters, and what is being computed."""
_log = logging.getLogger(__name__)
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class RayCarrier:
    """The `Carrier` of a job's connection."""

    def __init__(self, streams: _Streams, ray: RayApi, job_id: str) -> None:
        self.reader, self.writer = streams
        self._ray = ray
        self._job_id = job_id
        watch(self.writer.get_extra_info("socket"))

    async def ended(self, *, is_expected: bool) -> str:
        """See `Carrier.ended`; Ray has what the job has printed."""
        if not is_expected:
            _log.error("the connection to %s is lost; its output is in Ray's log", self._job_id)
        return "the process that answers has ended or can't be reached any more"

    async def stop(self) -> None:
        """See `Carrier.stop`."""
        self.writer.transport.abort()
        try:
            for _ in range(_STOP_POLLS):
                if not await _runs(self._ray, self._job_id):
                    return
                await asyncio.sleep(_POLL_S)
            await self._ray.stop(self._job_id)
        except UNREACHABLE as error:
            _log.warning("%s was not seen ending: %r", self._job_id, error)


class RaySpeakers:
    """The `Launcher` of a cluster's jobs."""

    def __init__(
        self, ray: RayApi, folder: Path, *, own_address: str = "", room_s: float = ROOM_S
    ) -> None:
        """Nothing is started yet.

        Args:
            ray: The cluster.
            folder: For secrets; nobody else uses it, and the nodes see it at the same path.
            own_address: Where the nodes reach this machine; empty: where it reaches Ray from.
            room_s: How long a job waits for room.
        """
        self._ray = ray
        self._folder = folder.resolve()
        self._own_address = own_address
        self._room_s = room_s
        for left in self._folder.glob("*"):  # of a server that was killed
            left.unlink()

    async def __call__(
        self, folder: Path, *, device: str, threads: int, chat_batch: int
    ) -> SpeakerProcess:
        """See `Launcher`; returns when the job runs."""
        job_id, secret = f"speaker-{secrets.token_hex(8)}", secrets.token_bytes(SECRET_BYTES)
        host = self._own_address or await _local_address(self._ray.address)
        weights = check_folder(folder).parameters * machine.weight_bytes(device)
        file = self._written(job_id, secret)
        try:
            async with _door(host, secret) as (port, met):
                await self._ray.submit(
                    job_id,
                    (
                        *(sys.executable, "-m", MODULE, str(folder.resolve()), "--device", device),
                        *("--threads", str(threads), "--chat-batch", str(chat_batch)),
                        *("--server", host, str(port), str(file)),
                    ),
                    device=device,
                    threads=threads,
                    memory_bytes=round(_MEMORY_SHARE * weights) + LIBRARY_BYTES,
                    environment=OFFLINE,
                )
                streams = await self._meet(job_id, met)
        except BaseException as error:
            with contextlib.suppress(*UNREACHABLE):
                await self._ray.stop(job_id)
            if isinstance(error, UNREACHABLE):
                raise SpeakerGone(_NO_ANSWER) from error
            raise
        finally:
            file.unlink(missing_ok=True)
        return SpeakerProcess(RayCarrier(streams, self._ray, job_id))

    def _written(self, name: str, secret: bytes) -> Path:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = self._folder / name
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(secret)
        return file

    async def _meet(self, job_id: str, met: asyncio.Future[_Streams]) -> _Streams:
        try:
            async with asyncio.timeout(self._room_s):
                while not (await asyncio.wait([met], timeout=_POLL_S))[0]:
                    if not await _runs(self._ray, job_id):
                        raise SpeakerGone("its process has ended in the Ray cluster")
        except TimeoutError:
            raise SpeakerGone(_NO_ROOM) from None
        return met.result()


@asynccontextmanager
async def _door(host: str, secret: bytes) -> AsyncIterator[tuple[int, asyncio.Future[_Streams]]]:
    """Listen on any free port for the first one who shows the *secret*."""
    met: asyncio.Future[_Streams] = asyncio.Future()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = b""
        with contextlib.suppress(TimeoutError, asyncio.IncompleteReadError, OSError):
            async with asyncio.timeout(_HELLO_S):
                said = await reader.readexactly(len(secret))
        if hmac.compare_digest(said, secret) and not met.done():
            met.set_result((reader, writer))
        else:
            writer.transport.abort()

    server = await asyncio.start_server(hear, host, 0, limit=_LINE_BYTES)
    try:
        yield server.sockets[0].getsockname()[1], met
    except BaseException:
        if met.done():
            met.result()[1].transport.abort()
        raise
    finally:
        met.cancel()
        server.close()


async def _runs(ray: RayApi, job_id: str) -> bool:
    """Whether a job runs or waits. Raises `SpeakerGone`: Ray does not let it wait any longer."""
    job = await ray.find(job_id)
    if job is None or job["status"] in {"PENDING", "RUNNING"}:
        return job is not None
    if job["error_type"] == NOT_STARTED:
        raise SpeakerGone(_NO_ROOM)
    _log.info("%s is over: %s", job_id, sentences(job["message"] or ""))
    return False


async def _local_address(address: str) -> str:
    """The address of this machine that packets to *address* come from. Raises `OSError`."""
    url = urlsplit(address)
    found = await asyncio.get_running_loop().getaddrinfo(
        url.hostname, url.port or 80, type=socket.SOCK_DGRAM
    )
    family, kind, _, _, target = found[0]
    with socket.socket(family, kind) as probe:
        probe.connect(target)  # sends nothing
        return str(probe.getsockname()[0])
