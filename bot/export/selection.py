"""Goes through rated answers page by page: counts them, and writes what they teach."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import BinaryIO

from bot.domain import JsonDict
from bot.export.examples import LeftOut, example_of, pair_of
from bot.export.identities import identity_of
from bot.ratings.entities import RatedTurn

_Teaches = Callable[[RatedTurn], JsonDict | LeftOut | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPart:
    """What there is of one kind."""

    n: int
    """Rows."""
    n_corrections: int
    """Of these, rows with words of testers in the place of the answer."""
    left_out: Mapping[LeftOut, int]


class ExportRows:
    """Rows of one kind, each once: counted, and written where there is a file."""

    def __init__(self, teaches: _Teaches, known: Set[bytes], file: BinaryIO | None = None) -> None:
        self._teaches = teaches
        self._known = known
        self._file = file
        self._seen: set[bytes] = set()
        self._left_out: Counter[LeftOut] = Counter()
        self._n_corrections = 0

    @property
    def part(self) -> ExportPart:
        """So far."""
        return ExportPart(
            n=len(self._seen), n_corrections=self._n_corrections, left_out=dict(self._left_out)
        )

    def add(self, rated: RatedTurn) -> None:
        """Take what the answer teaches, or count why not."""
        row = self._teaches(rated)
        if row is None:
            return
        if isinstance(row, dict):
            row = self._repeated(identity := identity_of(row)) or row
        if isinstance(row, LeftOut):
            self._left_out[row] += 1
            return
        self._seen.add(identity)
        self._n_corrections += rated.rating.correction is not None
        if self._file is not None:
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def _repeated(self, identity: bytes) -> LeftOut | None:
        if identity in self._known:
            return LeftOut.KNOWN
        return LeftOut.REPEATED if identity in self._seen else None


@dataclass(slots=True, kw_only=True)
class Selection:
    """All rated answers since a moment; every method blocks for milliseconds, so use a thread."""

    examples: ExportRows
    pairs: ExportRows
    since: int = 0
    """Unix time, seconds; older ratings are passed over."""
    news_since: int | None = None
    """Of what is new the ratings since then are counted; None: of nothing."""
    n_new: int = 0
    first_at: int = 0
    """When the oldest and the newest of the ratings were given or changed; 0: there are none."""
    last_at: int = 0
    models: Counter[str] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(
        cls,
        known: Set[bytes],
        *,
        since: int = 0,
        news_since: int | None = None,
        examples: BinaryIO | None = None,
        pairs: BinaryIO | None = None,
    ) -> "Selection":
        """An empty one.

        Args:
            known: What stands in the dataset in use already.
            since: See the fields.
            news_since: Likewise.
            examples: Where examples go; None: they are only counted.
            pairs: Likewise for pairs of answers.
        """
        return cls(
            examples=ExportRows(example_of, known, examples),
            pairs=ExportRows(pair_of, known, pairs),
            since=since,
            news_since=news_since,
        )

    def add(self, page: Sequence[RatedTurn]) -> None:
        """Go through some of them, in their order."""
        for rated in page:
            self.n_new += self.news_since is not None and rated.rated_at >= self.news_since
            if rated.rated_at >= self.since:
                self._add(rated)

    def _add(self, rated: RatedTurn) -> None:
        self.models[rated.model] += 1
        self.people[rated.person_id] += 1
        self.first_at = min(self.first_at or rated.rated_at, rated.rated_at)
        self.last_at = max(self.last_at, rated.rated_at)
        self.examples.add(rated)
        self.pairs.add(rated)
