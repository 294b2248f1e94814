"""Counts rated answers page by page, and writes the rows that they give."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import BinaryIO

from bot.domain import JsonDict
from bot.export.examples import LeftOut, example_of, pair_of
from bot.export.identities import identity_of
from bot.ratings.entities import RatedTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPart:
    """The rows of one kind, counted."""

    n: int
    n_corrections: int
    """Of these, rows with a person's correction instead of the answer."""
    left_out: Mapping[LeftOut, int]


class ExportRows:
    """Rows of one kind, each once: counted, and written if there is a file."""

    def __init__(
        self,
        row_of: Callable[[RatedTurn], JsonDict | LeftOut | None],
        known: Set[bytes],
        file: BinaryIO | None,
    ) -> None:
        self._row_of = row_of
        self._known = known
        self._file = file
        self._seen: set[bytes] = set()
        self._left_out: Counter[LeftOut] = Counter()
        self._n_corrections = 0

    @property
    def part(self) -> ExportPart:
        """The rows so far."""
        return ExportPart(
            n=len(self._seen), n_corrections=self._n_corrections, left_out=dict(self._left_out)
        )

    def add(self, rated: RatedTurn) -> None:
        """Take the answer's row, or count why there is none."""
        row = self._row_of(rated)
        if row is None:
            return
        if isinstance(row, dict):
            row = self._repeated(identity := identity_of(row)) or row
        if isinstance(row, LeftOut):
            self._left_out[row] += 1
            return
        self._seen.add(identity)
        self._n_corrections += rated.correction is not None
        if self._file is not None:
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def _repeated(self, identity: bytes) -> LeftOut | None:
        if identity in self._known:
            return LeftOut.KNOWN
        return LeftOut.REPEATED if identity in self._seen else None


class Selection:
    """Counts rated answers since the Unix time *since*; rows of *known* identities are left out.

    Ratings since *news_since* count as new; None: none do. The rows are written to the files
    *examples* and *pairs*; None: they are only counted.
    """

    def __init__(
        self,
        known: Set[bytes],
        *,
        since: int = 0,
        news_since: int | None = None,
        examples: BinaryIO | None = None,
        pairs: BinaryIO | None = None,
    ) -> None:
        self._since = since
        self._news_since = news_since
        self.examples = ExportRows(example_of, known, examples)
        self.pairs = ExportRows(pair_of, known, pairs)
        self.n_new = 0
        self.first_at = self.last_at = 0
        """Unix times of the oldest and the newest rating, or its change; 0: there are none."""
        self.models: Counter[str] = Counter()
        self.people: Counter[int] = Counter()

    def add(self, page: Sequence[RatedTurn]) -> None:
        """Add a page of answers, in their order; it blocks for milliseconds, so use a thread."""
        for rated in page:
            self.n_new += self._news_since is not None and rated.rated_at >= self._news_since
            if rated.rated_at >= self._since:
                self._add(rated)

    def _add(self, rated: RatedTurn) -> None:
        self.models[rated.model] += 1
        self.people[rated.person_id] += 1
        self.first_at = min(self.first_at or rated.rated_at, rated.rated_at)
        self.last_at = max(self.last_at, rated.rated_at)
        self.examples.add(rated)
        self.pairs.add(rated)
