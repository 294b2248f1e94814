"""Work on dataset files, done where it holds up nobody else."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.catalogue import Catalogue
from bot.domain.datasets import Dataset, ValidationReport
from bot.errors import DatasetMissing
from bot.runtime.isolated import run_isolated

Result = TypeVar("Result")

SMALL_BYTES: Final = 1_000_000
"""Files up to this size are worked on in a thread, which pauses for others: a moment's work, and a
child takes longer to start. Larger ones get a process, for the interpreter's lock is held."""
MOST_CHILDREN: Final = 2
_REMEMBERED: Final = 48

_Version = tuple[int, int, int, str]
_Limits = tuple[str, int]
"""A model's tokenizer, and how many tokens of an example it reads."""


class _Cache:
    """The reports that were asked for last, by a file's version, its SHA-256, or with limits."""

    def __init__(self) -> None:
        self._reports: OrderedDict[Hashable, ValidationReport] = OrderedDict()

    def get(self, key: Hashable) -> ValidationReport | None:
        if key in self._reports:
            self._reports.move_to_end(key)
        return self._reports.get(key)

    def put(self, key: Hashable, report: ValidationReport) -> None:
        self._reports[key] = report
        while len(self._reports) > _REMEMBERED:
            self._reports.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Validates files, each version once, and runs other work on them."""

    catalogue: Catalogue
    base_model: str
    """Its tokenizer counts, and its limits hold."""
    _reports: _Cache = field(default_factory=_Cache)
    _locks: dict[Path, asyncio.Lock] = field(default_factory=dict)
    _children: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_CHILDREN))

    async def report_of(self, dataset: Dataset) -> ValidationReport:
        """What a kept version holds: its file never changes. Raises like `report`."""
        known = self._reports.get(dataset.sha256)
        return known or await self.report(Path(dataset.path))

    def longest(self, dataset: Dataset) -> int | None:
        """Tokens of the longest example; None: no report of that version is remembered."""
        known = self._reports.get(dataset.sha256)
        return known.tokens.largest if known and known.tokens else None

    async def n_too_long(self, dataset: Dataset, base_model: str) -> int:
        """How many examples of a kept version are longer than that model can read.

        The version's own report tells, wherever the model counts and is limited like the one of
        the settings; else the file is read once more, by its rules alone. Raises like `report`.
        """
        limits = self._limits_of(base_model)
        if limits != self._limits_of(self.base_model):
            report = await self._measured(dataset, limits)
        elif dataset.n_warnings:  # an example that is too long is one
            report = await self.report_of(dataset)
        else:
            return 0
        return report.counts.get("example_too_long", 0)

    async def _measured(self, dataset: Dataset, limits: _Limits) -> ValidationReport:
        key = (dataset.sha256, limits)
        known = self._reports.get(key)
        if known is None:
            known = await self._validate(Path(dataset.path), limits, is_deep=False)
            self._reports.put(key, known)
        return known

    async def known(self, path: Path) -> ValidationReport | None:
        """The report of the file as it is now, if there is one already; raises DatasetMissing."""
        return self._reports.get(await asyncio.to_thread(_version, path))

    async def report(self, path: Path) -> ValidationReport:
        """What the file holds and what is wrong with it; read again only when it has changed.

        Raises:
            DatasetMissing: there is no such file, or it can't be read.
            TooMuchWork: checking it took too much time or memory.
        """
        async with self._locks.setdefault(path, asyncio.Lock()):
            version = await asyncio.to_thread(_version, path)
            known = self._reports.get(version)
            return known or await self._validated(path, version)

    async def _validated(self, path: Path, version: _Version) -> ValidationReport:
        report = await self._validate(path, self._limits_of(self.base_model))
        self._reports.put(version, report)
        self._reports.put(report.sha256, report)
        return report

    async def _validate(
        self, path: Path, limits: _Limits, *, is_deep: bool = True
    ) -> ValidationReport:
        from bot.dataset.validation.scan import validate  # noqa: PLC0415 - many rules, see there

        encoding, longest = limits
        return await self.run(
            validate, path, encoding=encoding, max_example_tokens=longest, is_deep=is_deep
        )

    def _limits_of(self, model: str) -> _Limits:
        return self.catalogue.encoding(model), self.catalogue.max_example_tokens(model)

    async def run(
        self, function: Callable[..., Result], path: Path, *args: Any, **kwargs: Any
    ) -> Result:
        """Call *function*, which blocks, with *path* and the rest; its errors travel on.

        It has to take *progress*, a function that it calls every 64 KB or so.

        Raises:
            DatasetMissing: there is no such file.
            TooMuchWork: it took too much time or memory.
        """
        size = (await asyncio.to_thread(_version, path))[2]
        if size <= SMALL_BYTES:
            return await asyncio.to_thread(function, path, *args, progress=_let_others, **kwargs)
        async with self._children:
            return await run_isolated(function, path, *args, **kwargs)


def _let_others(_: int) -> None:
    """Sleep for a moment, so that the event loop gets the interpreter's lock.

    It would not otherwise: the tokenizer gives the lock back and takes it again for every text,
    too quickly for a thread that waits for it, and yet often enough to keep the interpreter from
    forcing a switch.
    """
    time.sleep(0.001)


def _version(path: Path) -> _Version:
    try:
        found = path.stat()
    except (OSError, ValueError) as exc:  # ValueError: a name that no file can have
        raise DatasetMissing(path=path) from exc
    return found.st_ino, found.st_mtime_ns, found.st_size, str(path)
