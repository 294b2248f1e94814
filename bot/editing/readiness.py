"""How near the next training is: the examples that ratings would add to the dataset in use."""

import datetime as dtm
import time
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters
from bot.errors import DatasetMissing, NothingToExport, TooMuchWork
from bot.export import Export, ExportFormat
from bot.training.estimates import Estimates

GOAL: Final = 30
"""New examples with which a training changes something that people notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The dataset in use can grow."""

    n: int
    """New examples."""
    price_usd: float | None
    """Of the usual training on all; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Counts what is new, and puts it to use."""

    export: Export
    estimates: Estimates
    usual: Hyperparameters
    """Of a plan for which nobody chose anything."""
    zone: ZoneInfo

    async def look(self) -> Ready | None:
        """How far it is; None: there is no dataset that could grow."""
        try:
            found = await self.export.survey(0)
        except (DatasetMissing, TooMuchWork):
            return None  # other screens speak of that
        if found.in_use is None or found.together is None:
            return None
        grown = _grown(found.in_use, found.together.n)
        estimate = await self.estimates.of(grown, self.usual.base_model, self.usual.n_epochs)
        return Ready(n=found.together.n, price_usd=estimate.price_usd)

    async def join(self, *, by: int, is_replay: bool) -> int:
        """Make the version of the dataset in use with all that is new; return its id.

        *is_replay*: an earlier try may have put it to use already.

        Raises:
            NothingToExport: nothing is new.
            DatasetMissing, TooMuchWork: see `Export.to_versions`.
        """
        day = dtm.datetime.fromtimestamp(time.time(), self.zone).date()
        kind = ExportFormat.TOGETHER
        name = f"natasha-{kind}-{day}.jsonl"
        try:
            made, _ = await self.export.to_versions(kind, since=0, name=name, by=by)
            dataset = made.dataset
        except NothingToExport:
            dataset = await self.export.versions.in_use() if is_replay else None
        if dataset is None:
            raise NothingToExport
        return dataset.id


def _grown(dataset: Dataset, n: int) -> Dataset:
    """The dataset with so many more examples like its own."""
    n_tokens = round(dataset.n_tokens * (1 + n / max(1, dataset.n_examples)))
    return replace(dataset, n_examples=dataset.n_examples + n, n_tokens=n_tokens)
