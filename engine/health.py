"""Whether the server is well, for monitors."""

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from engine.backends import Backend
from engine.storage.database import Database

LEAST_FREE_BYTES = 100_000_000
"""With less free space on its disk the server is not well."""
LIMIT_S = 2.0
"""A check that takes longer has failed."""
KEPT_S = 2.0
"""Results are told so long: anybody may ask, and nobody should cause much work."""
_log = logging.getLogger(__name__)


class Health:
    """Looks at the database, the disk and the backend."""

    def __init__(
        self,
        database: Database,
        data: Path,
        backend: Backend,
        *,
        least_free_bytes: int = LEAST_FREE_BYTES,
    ) -> None:
        async def has_room() -> bool:
            usage = await asyncio.to_thread(shutil.disk_usage, data)
            return usage.free >= least_free_bytes

        self._checks: Mapping[str, Callable[[], Awaitable[bool]]] = {
            "database": database.is_writable,
            "disk": has_room,
            "backend": backend.is_alive,
        }
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._found: Mapping[str, bool] = {}
        self._good_until = 0.0
        self._turn = asyncio.Lock()

    async def found(self) -> Mapping[str, bool]:
        """Whether each of them is well."""
        async with self._turn:
            if time.monotonic() >= self._good_until:
                self._found = await self._look()
                self._good_until = time.monotonic() + KEPT_S
            return self._found

    async def _look(self) -> Mapping[str, bool]:
        for name, check in self._checks.items():
            # One that hangs is not started again: the database would have to do all of them.
            if name not in self._running or self._running[name].done():
                self._running[name] = asyncio.ensure_future(check())
        await asyncio.wait(self._running.values(), timeout=LIMIT_S)
        return {name: _is_well(name, task) for name, task in self._running.items()}


def _is_well(name: str, check: asyncio.Task[bool]) -> bool:
    if not check.done():
        _log.warning("the %s does not answer", name)
        return False
    if error := check.exception():
        _log.warning("the %s is not well: %s", name, error)
        return False
    return check.result()
