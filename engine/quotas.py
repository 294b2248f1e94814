"""Limits for each API key: jobs and answers at once, and bytes of uploaded files.

A key is known here by its fingerprint (`access.fingerprint`). A limit of 0 means no limit.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from engine.errors import ApiError, bad_request
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore

JOB_RETRY_S = 30
CHAT_RETRY_S = 1
"""What the header Retry-After tells, in seconds. Nobody knows when a job or an answer will end."""


class Quotas:
    """Counts what each key uses. One server process owns the data, so a lock is enough."""

    def __init__(
        self, files: FileStore, jobs: JobStore, *, n_jobs: int, n_chats: int, n_bytes: int
    ) -> None:
        self._files = files
        self._jobs = jobs
        self._n_jobs = n_jobs
        self._n_chats = n_chats
        self._n_bytes = n_bytes
        self._turn = asyncio.Lock()
        self._chats: Counter[str] = Counter()

    @asynccontextmanager
    async def room_for_job(self, key: str | None) -> AsyncIterator[None]:
        """Room for one more active job, which the caller starts inside.

        Raises:
            ApiError: 429, the key has as many active jobs as it may have.
        """
        if key is None or not self._n_jobs:
            yield
            return
        async with self._turn:
            if await self._jobs.count_active(key) >= self._n_jobs:
                raise _too_many("active fine-tuning jobs", self._n_jobs, JOB_RETRY_S)
            yield

    @asynccontextmanager
    async def room_for_bytes(self, key: str, size: int) -> AsyncIterator[None]:
        """Room for *size* bytes, which the caller stores inside.

        Raises:
            ApiError: 400, as at OpenAI, whose code is null.
        """
        if not self._n_bytes:
            yield
            return
        async with self._turn:
            used = await self._files.uploaded_bytes(key)
            if used + size > self._n_bytes:
                raise bad_request(
                    f"You have exceeded your file storage quota: this API key may store "
                    f"{self._n_bytes} bytes, {used} are in use and the file has {size}. "
                    "Delete old files or upload a smaller one.",
                    param="file",
                )
            yield

    @contextmanager
    def answering(self, key: str) -> Iterator[None]:
        """Count an answer from its request to its last byte.

        Raises:
            ApiError: 429, the key has as many answers under way as it may have.
        """
        if self._n_chats and self._chats[key] >= self._n_chats:
            raise _too_many("answers at once", self._n_chats, CHAT_RETRY_S)
        self._chats[key] += 1
        try:
            yield
        finally:
            self._chats[key] -= 1
            if not self._chats[key]:
                del self._chats[key]


def _too_many(what: str, limit: int, retry_after_s: int) -> ApiError:
    return ApiError(
        429,
        f"Rate limit reached: this API key may have {limit} {what}. Please try again later.",
        code="rate_limit_exceeded",
        kind="rate_limit_error",
        retry_after_s=retry_after_s,
    )
