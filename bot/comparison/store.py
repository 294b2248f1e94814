"""Blind comparisons: which runs, the pairs that were shown, and the votes. No words."""

from typing import Final

from bot.comparison.entities import Comparison, Ending, Pair, Vote, Votes
from bot.storage.database import Database, Row, Transaction

_COMPARISON: Final = """
    SELECT id, request_id, model_a, model_b, n_first, n_wanted, every, ending FROM comparisons
"""


class ComparisonStore:
    """Tables `comparisons`, of which one runs at a time, and `pairs`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def running(self, tx: Transaction | None = None) -> Comparison | None:
        """The one that runs, or None."""
        row = await (tx or self._db).row(f"{_COMPARISON} WHERE ended_at IS NULL")
        return _comparison(row) if row else None

    async def get(self, comparison_id: int, tx: Transaction | None = None) -> Comparison | None:
        """The one with that id, or None."""
        row = await (tx or self._db).row(f"{_COMPARISON} WHERE id = :id", {"id": comparison_id})
        return _comparison(row) if row else None

    async def start(
        self,
        tx: Transaction,
        *,
        model_a: int,
        model_b: int,
        n_wanted: int,
        every: int,
        by: int,
        request_id: int,
        now: int,
    ) -> None:
        """Begin one, unless one runs, or this request has begun one already."""
        await tx.execute(
            """
            INSERT OR IGNORE INTO comparisons (
                request_id, model_a, model_b, n_first, n_wanted, every, started_by, started_at
            ) VALUES (
                :request_id, :model_a, :model_b, :n_wanted, :n_wanted, :every, :by, :now
            )
            """,
            {
                "request_id": request_id,
                "model_a": model_a,
                "model_b": model_b,
                "n_wanted": n_wanted,
                "every": every,
                "by": by,
                "now": now,
            },
        )

    async def set_every(self, tx: Transaction, comparison_id: int, every: int) -> None:
        """How often pairs are shown."""
        await tx.execute(
            "UPDATE comparisons SET every = :every WHERE id = :id",
            {"id": comparison_id, "every": every},
        )

    async def end(self, tx: Transaction, comparison_id: int, ending: Ending, *, now: int) -> bool:
        """End it; False when it was over before."""
        changed = await tx.execute(
            """
            UPDATE comparisons
            SET ended_at = :now, ending = :ending
            WHERE id = :id AND ended_at IS NULL
            """,
            {"id": comparison_id, "ending": ending, "now": now},
        )
        return bool(changed)

    async def prolong(self, tx: Transaction, comparison_id: int, n_wanted: int) -> None:
        """Let it go on up to so many votes, unless it was clear, or one runs."""
        await tx.execute(
            """
            UPDATE OR IGNORE comparisons
            SET ended_at = NULL, ending = NULL, n_wanted = :n_wanted
            WHERE id = :id AND ending IN ('enough', 'stopped')
            """,
            {"id": comparison_id, "n_wanted": n_wanted},
        )

    async def add_pair(self, tx: Transaction, pair: Pair) -> None:
        """A pair that goes out."""
        await tx.execute(
            """
            INSERT INTO pairs (request_id, comparison_id, person_id, is_a_first, is_first_kept)
            VALUES (:request_id, :comparison_id, :person_id, :is_a_first, :is_first_kept)
            """,
            {
                "request_id": pair.request_id,
                "comparison_id": pair.comparison_id,
                "person_id": pair.person_id,
                "is_a_first": pair.is_a_first,
                "is_first_kept": pair.is_first_kept,
            },
        )

    async def pair(self, request_id: int, *, person_id: int) -> Pair | None:
        """The person's pair for that question, or None."""
        row = await self._db.row(
            """
            SELECT request_id, comparison_id, person_id, is_a_first, is_first_kept, vote
            FROM pairs
            WHERE request_id = :request_id AND person_id = :person_id
            """,
            {"request_id": request_id, "person_id": person_id},
        )
        return _pair(row) if row else None

    async def vote(self, tx: Transaction, pair: Pair, vote: Vote, *, now: int) -> bool:
        """Store what the person says, in the place of what they said before.

        False when the comparison is over: its result stands.
        """
        changed = await tx.execute(
            """
            UPDATE pairs
            SET vote = :vote, voted_at = :now
            WHERE request_id = :request_id AND EXISTS (
                SELECT 1 FROM comparisons c WHERE c.id = comparison_id AND c.ended_at IS NULL
            )
            """,
            {"request_id": pair.request_id, "vote": vote, "now": now},
        )
        return bool(changed)

    async def votes(self, comparison_id: int, tx: Transaction | None = None) -> Votes:
        """How people voted so far."""
        row = await (tx or self._db).row(
            """
            SELECT
                coalesce(sum(vote = iif(is_a_first, 'first', 'second')), 0) AS n_a,
                coalesce(sum(vote = iif(is_a_first, 'second', 'first')), 0) AS n_b,
                coalesce(sum(vote = 'same'), 0) AS n_same,
                count(DISTINCT person_id) AS n_people
            FROM pairs
            WHERE comparison_id = :id AND vote IS NOT NULL
            """,
            {"id": comparison_id},
        )
        assert row is not None
        return Votes(n_a=row["n_a"], n_b=row["n_b"], n_same=row["n_same"], n_people=row["n_people"])


def _comparison(row: Row) -> Comparison:
    return Comparison(
        id=row["id"],
        request_id=row["request_id"],
        model_a=row["model_a"],
        model_b=row["model_b"],
        n_first=row["n_first"],
        n_wanted=row["n_wanted"],
        every=row["every"],
        ending=Ending(row["ending"]) if row["ending"] else None,
    )


def _pair(row: Row) -> Pair:
    return Pair(
        request_id=row["request_id"],
        comparison_id=row["comparison_id"],
        person_id=row["person_id"],
        is_a_first=bool(row["is_a_first"]),
        is_first_kept=bool(row["is_first_kept"]),
        vote=Vote(row["vote"]) if row["vote"] else None,
    )
