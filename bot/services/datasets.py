"""The dataset in use: read, judged, and sent to the provider."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain import Dataset, ValidationReport
from bot.errors import DatasetInvalid, DatasetMissing
from bot.gateways.provider import TrainingApi
from bot.gateways.tokenizer import encoding_for
from bot.services.validation import validate
from bot.storage.database import Database
from bot.storage.datasets import DatasetStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Datasets:
    """The file that `DATASET_PATH` names."""

    database: Database
    store: DatasetStore
    api: TrainingApi
    path: Path
    base_model: str
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _reports: dict[tuple[int, int, int], ValidationReport] = field(default_factory=dict)

    async def report(self) -> ValidationReport:
        """What the file holds and what is wrong with it; read again only when it has changed.

        Raises:
            DatasetMissing: there is no such file, or it can't be read.
        """
        async with self._lock:
            version = await asyncio.to_thread(_version, self.path)
            if version not in self._reports:
                self._reports.clear()
                self._reports[version] = await asyncio.to_thread(
                    validate, self.path, encoding=encoding_for(self.base_model)
                )
            return self._reports[version]

    async def current(self) -> Dataset:
        """The dataset as it may be trained on.

        Raises:
            DatasetMissing: there is no such file.
            DatasetInvalid: a provider would refuse it.
        """
        report = await self.report()
        if not report.is_valid:
            raise DatasetInvalid(n_errors=report.n_errors)
        now = int(time.time())
        return await self.database.write(
            lambda tx: self.store.remember(tx, str(self.path), report, now=now)
        )

    async def system_prompt(self) -> str:
        """The dataset's most frequent system prompt; empty when there is no readable dataset."""
        try:
            return (await self.report()).system_prompt
        except DatasetMissing:
            latest = await self.store.latest()
            return latest.system_prompt if latest else ""

    async def upload(self, *, request_id: int, by: int) -> tuple[Dataset, str]:
        """Send the dataset to the provider, once per request; return it and the file's id.

        Raises:
            DatasetMissing, DatasetInvalid: nothing was sent.
            ProviderError: from the gateway, unchanged.
        """
        dataset = await self.current()
        known = await self.store.upload_of(request_id)
        if known is not None:
            return dataset, known
        file_id = await self.api.upload(self.path, name=self.path.name)
        now = int(time.time())
        await self.database.write(
            lambda tx: self.store.uploaded(
                tx, request_id=request_id, dataset_id=dataset.id, file_id=file_id, by=by, now=now
            )
        )
        return dataset, file_id


def _version(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as exc:
        raise DatasetMissing(path=path) from exc
    return found.st_ino, found.st_mtime_ns, found.st_size
