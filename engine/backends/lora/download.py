"""Downloads of base models, each once and at one revision; the server's side.

`bases.json` in the data folder keeps the revision of each base from its first download on. A base
is first put together in `bases/{owner}--{name}.part`, checked, and then renamed as a whole.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from engine.backends import Tell
from engine.backends.lora.base_folder import BaseMissing, check_folder
from engine.backends.lora.environment import environment

_log = logging.getLogger(__name__)
NOTES = "bases.json"
_POLL_S = 2.0
"""How often the progress of a download is looked at."""
_LINE_LIMIT = 1_000_000


class Downloads:
    """The downloaded bases of a data folder."""

    def __init__(self, data: Path) -> None:
        """Nothing is read or written yet."""
        self._folder = data / "bases"
        self._notes_file = data / NOTES
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def folder(self, hub_id: str) -> Path | None:
        """The base's folder; None: it isn't here."""
        folder = self._folder / hub_id.replace("/", "--")
        return folder if folder.is_dir() else None

    def conflict(self, hub_id: str, revision: str | None) -> str | None:
        """Why a base can't be offered at *revision*; None: it can."""
        noted = self._notes().get(hub_id)
        if noted is None or revision in (None, noted["asked"], noted["revision"]):
            return None
        return (
            f"this data folder has kept revision {noted['revision']} since the first download; "
            "another one needs another data folder"
        )

    async def fetch(self, hub_id: str, revision: str | None, tell: Tell) -> None:
        """Download a base unless it is here; who comes second waits for the first.

        Raises:
            BaseMissing: it can't be downloaded, or what was downloaded can't be used.
        """
        lock = self._locks[hub_id]
        if lock.locked():
            await tell(f"Waiting for the download of {hub_id}, which another request has started")
        async with lock:
            if self.folder(hub_id) is None:
                await self._download(hub_id, revision, tell)

    async def _download(self, hub_id: str, revision: str | None, tell: Tell) -> None:
        final = self._folder / hub_id.replace("/", "--")
        part = final.with_name(final.name + ".part")
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        noted = self._notes().get(hub_id)
        if noted:
            revision = noted["revision"]
        async with _child(hub_id, revision or "main", part) as process:
            size = 0
            while (line := await self._next_line(process, part, size, hub_id, tell)) != {}:
                if problem := line.get("problem"):
                    raise BaseMissing(f"The base model {hub_id} can't be downloaded: {problem}.")
                if "size" in line:
                    size = line["size"]
                    self._note(hub_id, asked=revision, revision=line["revision"])
                    await tell(f"Downloading {hub_id}, {_shown(size)}")
                if line.get("done"):
                    # Not in a thread: a cancellation would leave it running.
                    _finish(hub_id, part, final)
                    await tell(f"Downloaded {hub_id}")
                    return
        raise BaseMissing(f"The base model {hub_id} can't be downloaded: the download broke off.")

    async def _next_line(
        self, process: Process, part: Path, size: int, hub_id: str, tell: Tell
    ) -> dict[str, Any]:
        """What the child says next, {} at its end; meanwhile each quarter of the size is told."""
        assert process.stdout is not None
        reading = asyncio.ensure_future(process.stdout.readline())
        quarter = 0
        try:
            while not (await asyncio.wait({reading}, timeout=_POLL_S))[0]:
                now = 4 * await asyncio.to_thread(_bytes_in, part) // size if size else 0
                if quarter < now < 4:
                    quarter = now
                    await tell(f"Downloading {hub_id}: {25 * quarter} % of {_shown(size)}")
            raw = reading.result()
        finally:
            reading.cancel()
        found: dict[str, Any] = json.loads(raw) if raw else {}
        return found

    def _notes(self) -> dict[str, dict[str, str | None]]:
        if not self._notes_file.is_file():
            return {}
        notes: dict[str, dict[str, str | None]] = json.loads(self._notes_file.read_bytes())
        return notes

    def _note(self, hub_id: str, **note: str | None) -> None:
        """Write a base's revision down, unless it is written already."""
        notes = self._notes()
        if hub_id in notes:
            return
        fresh = self._notes_file.with_name(NOTES + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(notes | {hub_id: note}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._notes_file)


@contextlib.asynccontextmanager
async def _child(hub_id: str, revision: str, folder: Path) -> AsyncIterator[Process]:
    """The process that downloads; it ends with the block, or with this process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine.backends.lora.hub", hub_id, revision, str(folder)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LINE_LIMIT,
        env=environment(HF_HUB_DISABLE_PROGRESS_BARS="1"),
    )
    assert process.stderr is not None
    errors = asyncio.ensure_future(process.stderr.read())
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await asyncio.shield(_gone(process, errors, hub_id))


async def _gone(process: Process, errors: "asyncio.Future[bytes]", hub_id: str) -> None:
    await process.wait()
    if said := (await errors).decode(errors="replace").strip():
        _log.warning("download of %s: %s", hub_id, said[-2000:])


def _finish(hub_id: str, part: Path, final: Path) -> None:
    """Check what was downloaded and make it the base's folder."""
    shutil.rmtree(part / ".cache", ignore_errors=True)
    try:
        if any(path.is_symlink() or not path.is_file() for path in part.iterdir()):
            raise BaseMissing("it contains something that is not a plain file")
        check_folder(part)
    except BaseMissing as missing:
        shutil.rmtree(part)
        raise BaseMissing(f"The base model {hub_id} can't be used: {missing}.") from missing
    part.rename(final)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _shown(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"
