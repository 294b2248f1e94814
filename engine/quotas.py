"""Limits for each API key: jobs and answers at once, tokens a day, bytes of uploaded files.

A key is known here by its fingerprint (`access.fingerprint`). A limit of 0 means no limit.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from engine.errors import ApiError, bad_request
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore
from engine.usage import Usage, seconds_until_renewal

JOB_RETRY_S = 30
CHAT_RETRY_S = 1
"""What the header Retry-After tells, in seconds. Nobody knows when a job or an answer will end."""


class Quotas:
    """Counts what each key uses. One server process owns the data, so a lock is enough."""

    def __init__(
        self,
        files: FileStore,
        jobs: JobStore,
        usage: Usage,
        *,
        n_jobs: int,
        n_chats: int,
        n_tokens: int,
        n_bytes: int,
    ) -> None:
        self._files = files
        self._jobs = jobs
        self._usage = usage
        self._n_jobs = n_jobs
        self._n_chats = n_chats
        self.n_tokens = n_tokens
        self._n_bytes = n_bytes
        self._turn = asyncio.Lock()
        self.chats: Counter[str] = Counter()
        """Answers under way, by key."""

    @asynccontextmanager
    async def room_for_job(self, key: str | None, n_tokens: int) -> AsyncIterator[None]:
        """Room for one more active job of *n_tokens*, which the caller starts inside.

        What the key's active jobs still have to train is not free for others.

        Raises:
            ApiError: 429, the key has as many active jobs as it may have, or too few tokens.
        """
        if key is None or not (self._n_jobs or self.n_tokens):
            yield
            return
        async with self._turn:
            active = await self._jobs.active(key)
            if self._n_jobs and len(active) >= self._n_jobs:
                raise _too_many("active fine-tuning jobs", self._n_jobs, JOB_RETRY_S)
            if self.n_tokens:
                taken = sum(job.tokens_ahead for job in active)
                self._check_tokens(key, taken, n_tokens, f"the job takes about {n_tokens}")
            yield

    async def check_bytes(self, key: str, size: int) -> None:
        """Check that there is room for *size* bytes, which the caller adds under the same lock.

        Raises:
            ApiError: 400, as at OpenAI, whose code is null.
        """
        if not self._n_bytes:
            return
        used = await self._files.stored_bytes(key)
        if used + size > self._n_bytes:
            raise bad_request(
                f"You have exceeded your file storage quota: this API key may store "
                f"{self._n_bytes} bytes, {used} are in use and the file has {size}. "
                "Delete old files or upload a smaller one.",
                param="file",
            )

    @contextmanager
    def answering(self, key: str) -> Iterator[None]:
        """Count an answer from its request to its last byte.

        Raises:
            ApiError: 429, the key has as many answers under way as it may have, or no tokens left.
        """
        if self.n_tokens:
            self._check_tokens(key, 0, 1, "an answer takes some")
        if self._n_chats and self.chats[key] >= self._n_chats:
            raise _too_many("answers at once", self._n_chats, CHAT_RETRY_S)
        self.chats[key] += 1
        try:
            yield
        finally:
            self.chats[key] -= 1
            if not self.chats[key]:
                del self.chats[key]

    def _check_tokens(self, key: str, taken: int, n_tokens: int, need: str) -> None:
        used, wait_s = self._usage.used(key), seconds_until_renewal()
        if used + taken + n_tokens <= self.n_tokens:
            return
        jobs = f", {taken} more are for active jobs" if taken else ""
        raise ApiError(
            429,
            f"You exceeded your current quota: this API key may use {self.n_tokens} tokens a day, "
            f"{used} are used{jobs} and {need}. A new day begins at 00:00 UTC, in {wait_s} s.",
            code="insufficient_quota",
            kind="insufficient_quota",
            retry_after_s=wait_s,
        )


def _too_many(what: str, limit: int, retry_after_s: int) -> ApiError:
    return ApiError(
        429,
        f"Rate limit reached: this API key may have {limit} {what}. Please try again later.",
        code="rate_limit_exceeded",
        kind="rate_limit_error",
        retry_after_s=retry_after_s,
    )
