"""Merges a model's adapter into its base, for a download; a child process does it."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from engine.backends import Busy, ModelSource, ModelUnavailable
from engine.backends.lora import machine
from engine.backends.lora.bases import Bases
from engine.backends.lora.children import NICENESS
from engine.backends.lora.environment import calm_environment
from engine.backends.lora.published import adapter_folder

_RETRY_S = 60
_ROOM_BYTES = 500_000_000
"""Of memory and disk, beside the weights."""
_log = logging.getLogger(__name__)


class Merging:
    """Merges one model at a time, in a folder of the data folder that holds nothing afterwards."""

    def __init__(self, bases: Bases, data: Path, *, threads: int) -> None:
        """Delete what an earlier server has left."""
        self._bases = bases
        self._folder = data / "merging"
        self._threads = threads
        self._lock = asyncio.Lock()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def files(self, source: ModelSource) -> Mapping[str, BinaryIO]:
        """The merged model's files by name, open; nothing is left of them once they are closed.

        Raises:
            Busy: another model is being merged.
            ModelUnavailable: it can't be merged; the text says why, without paths.
        """
        if self._lock.locked():
            raise Busy(_RETRY_S)
        async with self._lock:
            base = self._bases.folder(source.base_model.name)
            facts = self._bases.facts(source.base_model.name)
            if base is None or facts is None:
                raise ModelUnavailable("its base is not here")
            self._folder.mkdir(mode=0o700, exist_ok=True)
            await self._check_room(facts.weight_bytes + _ROOM_BYTES)
            target = Path(tempfile.mkdtemp(dir=self._folder))
            try:
                await self._merge(base, adapter_folder(source), target)
                return _opened(target)
            finally:
                # Who has opened the files can still read them.
                shutil.rmtree(target)

    async def _check_room(self, needed: int) -> None:
        memory = await machine.free_bytes("cpu")
        if memory is not None and memory < needed:
            raise ModelUnavailable("there is not enough memory to merge it")
        if shutil.disk_usage(self._folder).free < needed:
            raise ModelUnavailable("there is not enough room on the disk to merge it")

    async def _merge(self, base: Path, adapter: Path, target: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "engine.backends.lora.worker.merge"),
            *map(str, (base.resolve(), adapter.resolve(), target.resolve())),
            stdin=PIPE,
            stderr=PIPE,
            env=calm_environment(OMP_NUM_THREADS=str(self._threads)),
            umask=0o077,
        )
        assert process.stderr is not None
        try:
            with contextlib.suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
            said = await process.stderr.read()
            code = await process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if code:
            _log.error("merging ended with code %d:\n%s", code, said.decode(errors="replace"))
            raise ModelUnavailable("it can't be merged; the engine's log says why")


def _opened(folder: Path) -> dict[str, BinaryIO]:
    with ExitStack() as stack:
        found: dict[str, BinaryIO] = {
            path.name: stack.enter_context(path.open("rb")) for path in sorted(folder.iterdir())
        }
        stack.pop_all()
    return found
