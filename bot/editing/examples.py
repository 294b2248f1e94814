"""Lines of a dataset one by one: each change makes a version, and nobody changes a wrong line."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.dataset.versions import DatasetVersions
from bot.domain.datasets import Dataset, DatasetOrigin, Finding
from bot.editing.edit_store import EditStore
from bot.editing.entities import Edit, EditKind
from bot.editing.lines import Change, FoundLine, change_lines, find
from bot.editing.places import DISLIKED, FINDINGS, Place
from bot.errors import LineGone, NothingToEdit
from bot.ratings.store import RatingStore
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Goes through lines. One edit at a time, each on what the one before it made."""

    versions: DatasetVersions
    store: EditStore
    ratings: RatingStore
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(
        self, dataset_id: int, mode: int
    ) -> tuple[Dataset, FoundLine | None, list[Finding]]:
        """The newest version, its next line, and what was found in that. Raises DatasetGone."""
        dataset = await self._newest(dataset_id)
        report = await self.versions.checker.report_of(dataset)
        listed = [each for each in report.findings if each.line is not None]
        found = await self.versions.checker.run(
            find,
            Path(dataset.path),
            numbers=frozenset(each.line for each in listed),
            tenth=mode if mode < FINDINGS else None,
            asked=await self.ratings.disliked() if mode == DISLIKED else None,
            kept=await self.store.kept(),
        )
        number = found.number if found else 0
        return dataset, found, [each for each in listed if each.line == number]

    async def look(self, place: Place) -> FoundLine:
        """The line as it is now. Raises LineGone, DatasetGone."""
        dataset, line = await self._now(place)
        found = await self.versions.checker.run(find, Path(dataset.path), numbers=frozenset([line]))
        if found is None:
            raise LineGone
        return found

    async def keep(self, place: Place, *, by: int) -> None:
        """Offer the line no more. Raises like `look`."""
        found, now = await self.look(place), int(time.time())
        await self.versions.database.write(
            lambda tx: self.store.keep(tx, found.identity, by=by, now=now)
        )

    async def drop(self, place: Place, *, by: int, request_id: int) -> None:
        """Make a version without the line. Raises LineGone, DatasetGone."""
        async with self._lock:
            if await self.store.of_request(request_id) is None:
                dataset, line = await self._now(place)
                change = Change(dropped=frozenset([line]))
                await self._edit(dataset, EditKind.DROPPED, change, by=by, request_id=request_id)

    async def reword(self, place: Place, text: str, *, by: int, request_id: int) -> None:
        """Make a version with another answer in the line. Raises LineGone, DatasetGone."""
        async with self._lock:
            if await self.store.of_request(request_id) is None:
                dataset, line = await self._now(place)
                change = Change(reworded={line: text})
                await self._edit(dataset, EditKind.REWORDED, change, by=by, request_id=request_id)

    async def edit_all(self, dataset_id: int, kind: EditKind, *, by: int, request_id: int) -> int:
        """Make a version and return its id.

        DROPPED: without the lines that have errors. HIDDEN: without what leads to a person.

        Raises NothingToEdit, DatasetGone.
        """
        async with self._lock:
            if (done := await self.store.of_request(request_id)) is not None:
                return done.dataset_id
            dataset = await self._newest(dataset_id)
            report = await self.versions.checker.report_of(dataset)
            hides = kind is EditKind.HIDDEN
            dropped = frozenset[int]() if hides else frozenset(report.error_lines)
            change = Change(dropped=dropped, hides=hides)
            return await self._edit(dataset, kind, change, by=by, request_id=request_id)

    async def _edit(
        self, parent: Dataset, kind: EditKind, change: Change, *, by: int, request_id: int
    ) -> int:
        """Make the version, put it to use in the place of its parent, and return its id.

        A step between two edits is not kept, unless something was trained on it.
        """
        versions, past = self.versions, await self.store.before(parent.id)
        root = await versions.store.get(past[0].from_id) if past else parent
        name = f"{Path((root or parent).name).stem or 'dataset'}+{len(past) + 1}.jsonl"
        origin = replace(parent, id=past[0].from_id if past else parent.id)
        with versions.files.draft() as draft:
            lines = await versions.checker.run(
                change_lines, Path(parent.path), draft, change=change
            )
            if not lines:
                raise NothingToEdit
            made = await versions.take_made(
                draft, DatasetOrigin.EDITED, name=name, by=by, parent=origin
            )
        if made.dataset is None:
            raise NothingToEdit  # no example would be left
        now = int(time.time())
        edit = Edit(
            from_id=parent.id,
            dataset_id=made.dataset.id,
            kind=kind,
            lines=lines,
            edited_by=by,
            edited_at=now,
        )
        earlier = {each.from_id for each in past}
        in_use = await versions.in_use()
        follows = in_use is not None and (
            in_use.id == parent.id or (in_use.id in earlier and not in_use.is_valid)
        )

        async def work(tx: Transaction) -> bool:
            await self.store.add(tx, edit, request_id=request_id)
            if follows and made.dataset is not None and made.dataset.is_valid:
                await versions.store.choose(tx, made.dataset.id)
            is_step = parent.origin is DatasetOrigin.EDITED and edit.dataset_id != parent.id
            if not is_step or await self.store.is_needed(tx, parent.id):
                return False
            return await versions.store.delete(tx, parent.id, now=now)

        if await versions.database.write(work):
            await asyncio.to_thread(versions.files.remove, parent.sha256)
        return made.dataset.id

    async def _now(self, place: Place) -> tuple[Dataset, int]:
        """The newest version, and the number of the line there."""
        line: int | None = place.line
        for edit in await self.store.after(place.dataset_id):
            line = edit.moved(line) if line is not None else None
        if line is None:
            raise LineGone
        return await self._newest(place.dataset_id), line

    async def _newest(self, dataset_id: int) -> Dataset:
        for edit in reversed(await self.store.after(dataset_id)):
            found = await self.versions.store.get(edit.dataset_id)
            if found is not None:
                return found
        return await self.versions.get(dataset_id)
