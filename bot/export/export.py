"""/export: a survey of the rated answers, and versions of the dataset that are made of them."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from bot.dataset.versions import CheckedFile, DatasetVersions
from bot.domain.datasets import Dataset, TrainingMethod
from bot.errors import NothingToExport
from bot.export.identities import identities_of
from bot.export.selection import ExportPart, Selection
from bot.export.store import ExportStore
from bot.ratings.store import RatingStore


class ExportFormat(StrEnum):
    """The content of an exported file."""

    EXAMPLES = "sft"
    PAIRS = "dpo"
    TOGETHER = "all"
    """The dataset in use, followed by the new rows of its kind."""


_METHODS: Final = {
    ExportFormat.EXAMPLES: TrainingMethod.SUPERVISED,
    ExportFormat.PAIRS: TrainingMethod.DPO,
}
_PAGE: Final = 200
"""Rated answers that are read at a time: about ten milliseconds of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The rated answers, counted."""

    since: int
    """Only ratings since that Unix time count; 0: all."""
    exported_at: int | None
    """Unix time of the last export; None: there was none."""
    n_new: int
    """Ratings since then."""
    examples: ExportPart
    pairs: ExportPart
    models: Mapping[str, int]
    """Ratings by model, most first."""
    people: Mapping[int, int]
    """Ratings by person, most first."""
    first_at: int
    last_at: int
    in_use: Dataset | None
    """The dataset that plans use."""

    @property
    def n_rated(self) -> int:
        """The number of rated answers."""
        return sum(self.models.values())

    @property
    def together(self) -> ExportPart | None:
        """The rows that would be added to the dataset in use; None: it can't be extended."""
        if self.in_use is None or not self.in_use.is_valid:
            return None
        return self.of_method(self.in_use.method)

    def of_method(self, method: TrainingMethod) -> ExportPart:
        """The rows for training by that method."""
        return self.pairs if method is TrainingMethod.DPO else self.examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Makes files of rated answers. The same ratings give the same bytes, so the same version."""

    ratings: RatingStore
    store: ExportStore
    versions: DatasetVersions

    async def survey(self, since: int) -> Survey:
        """Count the rows, and those left out by reason; raises like `to_versions`."""
        exported_at, in_use = await self.store.last(), await self.versions.in_use()
        known = await self._known(in_use)
        found = await self._through(Selection(known, since=since, news_since=exported_at))
        return Survey(
            since=since,
            exported_at=exported_at,
            n_new=found.n_new,
            examples=found.examples.part,
            pairs=found.pairs.part,
            models=dict(found.models.most_common()),
            people=dict(found.people.most_common()),
            first_at=found.first_at,
            last_at=found.last_at,
            in_use=in_use,
        )

    async def to_versions(
        self, kind: ExportFormat, *, since: int, name: str, by: int
    ) -> tuple[CheckedFile, ExportPart]:
        """Make a version of the dataset with that name, and tell what it holds; may be repeated.

        *since* is that of the survey.

        Raises:
            NothingToExport: there are no rows for it.
            DatasetMissing: the file of the dataset in use is gone.
            TooMuchWork: reading that file takes too much time or memory.
        """
        in_use = await self.versions.in_use()
        if kind is ExportFormat.TOGETHER and (in_use is None or not in_use.is_valid):
            raise NothingToExport
        parent = in_use if kind is ExportFormat.TOGETHER else None
        method = parent.method if parent else _METHODS[kind]
        known = await self._known(in_use)
        with self.versions.files.draft() as draft:
            part = await self._write(draft, method, known, since=since, parent=parent)
            if not part.n:
                raise NothingToExport
            return await self.versions.take_made(draft, name=name, by=by, parent=parent), part

    async def _write(
        self,
        draft: Path,
        method: TrainingMethod,
        known: frozenset[bytes],
        *,
        since: int,
        parent: Dataset | None,
    ) -> ExportPart:
        is_pairs = method is TrainingMethod.DPO
        with draft.open("wb") as file:
            if parent is not None:
                await asyncio.to_thread(_copy, Path(parent.path), file)
            examples, pairs = (None, file) if is_pairs else (file, None)
            selection = Selection(known, since=since, examples=examples, pairs=pairs)
            found = await self._through(selection)
        return found.pairs.part if is_pairs else found.examples.part

    async def _through(self, selection: Selection) -> Selection:
        """Read by pages and work in a thread, so that chats do not wait."""
        last_id = 0
        while page := await self.ratings.rated(after_id=last_id, limit=_PAGE):
            await asyncio.to_thread(selection.add, page)
            last_id = page[-1].id
        return selection

    async def _known(self, in_use: Dataset | None) -> frozenset[bytes]:
        """Identities of the examples in the dataset in use and in its validation part."""
        if in_use is None:
            return frozenset()
        known = await self._identities(in_use)
        if in_use.validation_id is None:
            return known
        return known | await self._identities(await self.versions.get(in_use.validation_id))

    async def _identities(self, dataset: Dataset) -> frozenset[bytes]:
        return await self.versions.checker.run(identities_of, Path(dataset.path))


def _copy(source: Path, file: BinaryIO) -> None:
    """Copy *source*, and end it with a line break."""
    with source.open("rb") as stream:
        shutil.copyfileobj(stream, file, 1 << 20)
        size = stream.tell()
        stream.seek(max(0, size - 1))
        if size and stream.read(1) != b"\n":
            file.write(b"\n")
