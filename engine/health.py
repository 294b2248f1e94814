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
        self, database: Database, data: Path, backend: Backend, *, least_free: int
    ) -> None:
        async def has_room() -> bool:
            return (await asyncio.to_thread(shutil.disk_usage, data)).free >= least_free

        checks = {"database": database.is_writable, "disk": has_room, "backend": backend.is_alive}
        self._checks: Mapping[str, Callable[[], Awaitable[bool]]] = checks
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._looked_at = 0.0

    async def found(self) -> Mapping[str, bool]:
        """Whether each of them is well."""
        if time.monotonic() >= self._looked_at + KEPT_S:
            self._looked_at = time.monotonic()
            for name, check in self._checks.items():
                # One that hangs is not started again: the database would have to do all of them.
                if name not in self._running or self._running[name].done():
                    self._running[name] = asyncio.create_task(_is_well(name, check))
        await asyncio.wait(self._running.values(), timeout=LIMIT_S)
        return {name: task.done() and task.result() for name, task in self._running.items()}


async def _is_well(name: str, check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await check()
    except Exception as error:
        _log.warning("the %s is not well: %s", name, error)
        return False
