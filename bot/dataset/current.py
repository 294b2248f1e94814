"""The dataset in use: read, judged, and sent to the provider."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from bot.dataset.checking import Checker
from bot.dataset.files import DatasetFiles
from bot.dataset.repair import can_repair
from bot.dataset.store import DatasetStore, shows
from bot.domain.datasets import Dataset, ValidationReport
from bot.errors import DatasetInvalid, DatasetMissing
from bot.gateways.provider import TrainingApi
from bot.storage.database import Database

_TRIES = 3
"""How often a file that changes while it is being copied is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentDataset:
    """The version that an admin chose; until then the file that `DATASET_PATH` names."""

    database: Database
    store: DatasetStore
    files: DatasetFiles
    checker: Checker
    api: TrainingApi
    path: Path

    async def report(self) -> ValidationReport:
        """What the dataset in use holds and what is wrong with it.

        Raises:
            DatasetMissing: there is no such file, or it can't be read.
            TooMuchWork: checking it took too much time or memory.
        """
        chosen = await self.store.chosen()
        return await self.checker.report(Path(chosen.path) if chosen else self.path)

    async def in_use(self) -> Dataset | None:
        """The dataset in use, good or bad; None for what is no dataset at all.

        Raises like `report`.
        """
        return await self.store.chosen() or await self.of_settings()

    async def current(self) -> Dataset:
        """The dataset as it may be trained on.

        Raises:
            DatasetMissing, TooMuchWork: see `report`.
            DatasetInvalid: a provider would refuse it.
        """
        report, dataset = await self.report(), await self.in_use()
        if dataset is None or not report.is_valid:
            raise DatasetInvalid(n_errors=report.n_errors)
        return dataset

    async def of_settings(self) -> Dataset | None:
        """The version in the file that `DATASET_PATH` names, kept as it is now.

        Kept, because that file may change at any time, and a plan is made for what it held.
        None for what is no dataset at all; raises like `report`.
        """
        for _ in range(_TRIES):
            report = await self.checker.report(self.path)
            if not is_worth_keeping(report):
                return None
            if await asyncio.to_thread(self._is_kept, report.sha256):
                return await self._remember(report)
        raise DatasetMissing(path=self.path)

    def _is_kept(self, sha256: str) -> bool:
        """Whether what was judged is kept now; False when the file has changed since."""
        return self.files.path_of(sha256).is_file() or self.files.keep_copy(self.path) == sha256

    async def _remember(self, report: ValidationReport) -> Dataset:
        path, now = str(self.files.path_of(report.sha256)), int(time.time())
        known = await self.store.of_hash(report.sha256)
        if known is not None and shows(known, report, path):
            return known
        return await self.database.write(
            lambda tx: self.store.remember(tx, report, path=path, name=self.path.name, now=now)
        )

    async def system_prompt(self) -> str:
        """The dataset's most frequent system prompt; empty when there is no readable dataset.

        It never waits for a file to be checked: as long as that lasts, its beginning has to do.
        """
        chosen = await self.store.chosen()
        if chosen is not None:
            return chosen.system_prompt
        from bot.dataset.validation.profile import first_system_prompt  # noqa: PLC0415 - rules

        try:
            known = await self.checker.known(self.path)
            return (
                known.system_prompt
                if known is not None
                else await asyncio.to_thread(first_system_prompt, self.path)
            )
        except DatasetMissing:
            latest = await self.store.latest()
            return latest.system_prompt if latest else ""

    async def check_intact(self, dataset: Dataset) -> bool:
        """Whether the version's file still is what was judged; raises DatasetMissing."""
        return await asyncio.to_thread(self.files.is_intact, Path(dataset.path), dataset.sha256)

    async def upload(self, *, request_id: int, by: int) -> tuple[Dataset, str]:
        """Send the dataset to the provider, once per request; return it and the file's id.

        Raises:
            DatasetMissing, DatasetInvalid, TooMuchWork: nothing was sent.
            ProviderError: from the gateway, unchanged.
        """
        dataset = await self.current()
        known = await self.store.upload_of(request_id)
        if known is not None:
            return dataset, known
        file_id = await self.api.upload(Path(dataset.path), name=dataset.name)
        now = int(time.time())
        await self.database.write(
            lambda tx: self.store.uploaded(
                tx, request_id=request_id, dataset_id=dataset.id, file_id=file_id, by=by, now=now
            )
        )
        return dataset, file_id


def is_worth_keeping(report: ValidationReport) -> bool:
    """Whether a file is a dataset, or can be repaired into one."""
    n_examples = 0 if "no_examples" in report.counts else report.n_examples
    return bool(report.sha256 and (n_examples or report.columns or can_repair(report)))
