"""Versions of the dataset: taken in, repaired, split, chosen and deleted."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from bot.dataset.checking import Checker
from bot.dataset.current import CurrentDataset, is_worth_keeping
from bot.dataset.files import DatasetFiles
from bot.dataset.recognition import Columns
from bot.dataset.repair import Repair, is_convertible
from bot.dataset.split import Split, leaks, split
from bot.dataset.store import DatasetStore
from bot.domain.datasets import Dataset, DatasetOrigin, Finding, ValidationReport
from bot.errors import DatasetGone, DatasetInUse, DatasetInvalid, DatasetMissing, PartsDiffer
from bot.storage.database import Database

SEED: Final = 42
"""Of every split: the same version is always split in the same way."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file and what is known about it."""

    report: ValidationReport
    dataset: Dataset | None
    """None: the file is no dataset, and was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersions:
    """What admins do with versions. Everything may be repeated: same bytes are the same version."""

    database: Database
    store: DatasetStore
    files: DatasetFiles
    checker: Checker
    datasets: CurrentDataset

    async def get(self, dataset_id: int) -> Dataset:
        """The version; raises DatasetGone."""
        dataset = await self.store.get(dataset_id)
        if dataset is None:
            raise DatasetGone
        return dataset

    async def judged(self, dataset_id: int) -> CheckedFile:
        """The version and its report.

        Raises:
            DatasetGone: there is no such version.
            DatasetMissing: somebody took its file away.
        """
        dataset = await self.get(dataset_id)
        return CheckedFile(dataset=dataset, report=await self.checker.report_of(dataset))

    async def in_use(self) -> Dataset | None:
        """The version that the next plan would train on; None: there is none."""
        return await self.store.chosen() or await self._of_settings()

    async def is_in_use(self, dataset: Dataset | None) -> bool:
        """Whether the next plan would train on that version."""
        in_use = await self.in_use()
        return dataset is not None and in_use is not None and dataset.id == in_use.id

    async def page(self, number: int, *, size: int) -> tuple[list[Dataset], bool]:
        """A page of all versions, newest first, and whether more follow. Pages count from 0."""
        await self._of_settings()  # one that is new there belongs on the list, too
        found = await self.store.newest(limit=size + 1, offset=number * size)
        return found[:size], len(found) > size

    async def take_in(self, data: bytes, *, name: str, by: int) -> CheckedFile:
        """Keep a file that somebody sent, and judge it.

        Args:
            data: The bytes.
            name: What the sender calls it; shown, and never used as a path.
            by: The sender.
        """

        def write(draft: Path) -> None:
            draft.write_bytes(data)

        sha256 = await asyncio.to_thread(self._made, write)
        return await self._remember(sha256, DatasetOrigin.SENT, name=name, by=by)

    async def take_made(
        self,
        draft: Path,
        origin: DatasetOrigin = DatasetOrigin.EXPORTED,
        *,
        name: str,
        by: int,
        parent: Dataset | None,
    ) -> CheckedFile:
        """Keep a file that was made of ratings, of an admin's edits or of a chat, and judge it.

        Args:
            draft: The file, which moves away.
            origin: How it was made.
            name: What people will call it.
            by: Who asked for it.
            parent: The version that it is made of; by what that one is measured, it is, too.
        """
        sha256 = await asyncio.to_thread(self.files.keep, draft)
        judged = await self._remember(
            sha256,
            origin,
            name=name,
            by=by,
            parent_id=parent.id if parent else None,
        )
        if judged.dataset is None or parent is None or parent.validation_id is None:
            return judged
        await self._pair(judged.dataset.id, parent.validation_id)
        return await self.judged(judged.dataset.id)

    async def preview(self, dataset_id: int, columns: Columns | None = None) -> Repair:
        """What a repair would change; *columns*: what a person said of those of a table.

        Raises:
            CannotRepair: there is nothing to repair, or nobody can be sure what is meant.
        """
        dataset = await self.get(dataset_id)
        with self.files.draft() as draft:
            return await self._repaired(dataset, draft, columns)

    async def repair(
        self, dataset_id: int, columns: Columns | None = None, *, by: int
    ) -> CheckedFile:
        """Make the repaired version; raises like `preview`."""
        dataset = await self.get(dataset_id)
        with self.files.draft() as draft:
            await self._repaired(dataset, draft, columns)
            sha256 = await asyncio.to_thread(self.files.keep, draft)
        return await self._remember(
            sha256,
            DatasetOrigin.REPAIRED,
            name=_name_of_copy(dataset.name),
            by=by,
            parent_id=dataset.id,
        )

    async def _repaired(self, dataset: Dataset, draft: Path, columns: Columns | None) -> Repair:
        from bot.dataset.repair.run import repair  # noqa: PLC0415 - many rules, see there

        return await self.checker.run(repair, Path(dataset.path), draft, columns=columns)

    async def fit(self, dataset_id: int, columns: Columns | None = None, *, by: int) -> CheckedFile:
        """The version, or the one that it is converted to; raises like `repair`."""
        judged = await self.judged(dataset_id)
        if columns is None and not is_convertible(judged.report):
            return judged
        return await self.repair(dataset_id, columns, by=by)

    async def split(self, dataset_id: int, *, share: float, by: int) -> tuple[CheckedFile, Split]:
        """Put a part aside for validation; return the other, which knows the part as its own.

        Args:
            dataset_id: A version without errors.
            share: Of the examples that are put aside, between 0 and 1.
            by: Who asked.

        Raises:
            DatasetGone, DatasetInvalid: there is nothing to split.
            TooFewToSplit: one of the parts would be too small.
        """
        dataset = await self._valid(dataset_id)
        with self.files.draft() as training, self.files.draft() as validation:
            done = await self.checker.run(
                split, Path(dataset.path), training, validation, share=share, seed=SEED
            )
            kept = [
                await asyncio.to_thread(self.files.keep, part) for part in (training, validation)
            ]
        origins = DatasetOrigin.TRAINING_PART, DatasetOrigin.VALIDATION_PART
        parts = [
            await self._remember(sha256, origin, name=dataset.name, by=by, parent_id=dataset.id)
            for sha256, origin in zip(kept, origins, strict=True)
        ]
        training_id, validation_id = (part.dataset.id for part in parts if part.dataset)
        await self._pair(training_id, validation_id)
        return await self.judged(training_id), done

    async def pair(self, validation_id: int) -> tuple[Dataset, list[Finding]]:
        """Measure by this version what is trained on the one in use; return what is in both.

        Raises:
            DatasetGone, DatasetInvalid: one of the two is of no use.
            PartsDiffer: they are for different methods.
        """
        validation, training = await self._valid(validation_id), await self.datasets.current()
        if validation.id == training.id:
            raise DatasetInUse(number=validation.id)
        if validation.method is not training.method:
            raise PartsDiffer(training=training.id, validation=validation.id)
        found = await self.checker.run(leaks, Path(training.path), Path(validation.path))
        await self._pair(training.id, validation.id)
        return await self.get(training.id), found

    async def unpair(self, training_id: int) -> Dataset:
        """Train without a validation part."""
        await self._pair(training_id, None)
        return await self.get(training_id)

    async def choose(self, dataset_id: int) -> Dataset:
        """Put a version to use; the one that the settings' file holds stays that file's.

        Raises:
            DatasetGone, DatasetInvalid: it can't be trained on.
        """
        dataset = await self._valid(dataset_id)
        follows_settings = dataset == await self._of_settings()
        if not await self.database.write(
            lambda tx: self.store.choose(tx, None if follows_settings else dataset.id)
        ):
            raise DatasetGone
        return dataset

    async def delete(self, dataset_id: int) -> Dataset:
        """Take a version and its file away.

        Raises:
            DatasetGone: there is no such version.
            DatasetInUse: it is in use or at `DATASET_PATH`, or a plan or a run needs it.
        """
        dataset = await self.get(dataset_id)
        settings = await self._of_settings()
        is_theirs = settings is not None and dataset_id in (settings.id, settings.validation_id)
        now = int(time.time())
        if is_theirs or not await self.database.write(
            lambda tx: self.store.delete(tx, dataset_id, now=now)
        ):
            raise DatasetInUse(number=dataset_id)
        await asyncio.to_thread(self.files.remove, dataset.sha256)
        return dataset

    async def tidy(self) -> None:
        """Take away what a killed process left behind; only before anything is begun."""
        deleted = await self.store.deleted_hashes()
        await asyncio.to_thread(self.files.remove_drafts)
        for sha256 in deleted:
            await asyncio.to_thread(self.files.remove, sha256)

    async def _pair(self, training_id: int, validation_id: int | None) -> None:
        # Another admin may have deleted one of them since we looked.
        if not await self.database.write(
            lambda tx: self.store.pair(tx, training_id, validation_id)
        ):
            raise DatasetGone

    async def _of_settings(self) -> Dataset | None:
        try:
            return await self.datasets.of_settings()
        except DatasetMissing:
            return None

    async def _valid(self, dataset_id: int) -> Dataset:
        dataset = await self.get(dataset_id)
        if not dataset.is_valid:
            raise DatasetInvalid(n_errors=dataset.n_errors)
        return dataset

    def _made(self, write: Callable[[Path], None]) -> str:
        with self.files.draft() as draft:
            write(draft)
            return self.files.keep(draft)

    async def _remember(
        self,
        sha256: str,
        origin: DatasetOrigin,
        *,
        name: str,
        by: int,
        parent_id: int | None = None,
    ) -> CheckedFile:
        path = self.files.path_of(sha256)
        report = await self.checker.report(path)
        if not is_worth_keeping(report):
            await asyncio.to_thread(self.files.remove, sha256)
            return CheckedFile(report=report, dataset=None)
        now = int(time.time())
        dataset = await self.database.write(
            lambda tx: self.store.remember(
                tx,
                report,
                path=str(path),
                name=name,
                now=now,
                origin=origin,
                parent_id=parent_id,
                added_by=by,
            )
        )
        return CheckedFile(report=report, dataset=dataset)


def _name_of_copy(name: str) -> str:
    """The name of a repaired copy, which holds lines of JSON, whatever it was made of.

    >>> _name_of_copy("table.csv")
    'table.jsonl'
    """
    return name if name.endswith(".jsonl") else f"{Path(name).stem or 'dataset'}.jsonl"
