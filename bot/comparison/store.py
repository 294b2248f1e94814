"""Blind comparisons: which runs, the pairs that were shown, and the votes. No words."""

from dataclasses import asdict
from typing import Final

from bot.comparison.entities import AnswerPair, Comparison, ComparisonEnding, Vote, Votes
from bot.storage.database import Database, Transaction

_COMPARISON: Final = """
    SELECT id, request_id, model_a, model_b, n_first, n_wanted, every, ending FROM comparisons
"""


class ComparisonStore:
    """Tables `comparisons`, of which one runs at a time, and `pairs`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def running(self, tx: Transaction | None = None) -> Comparison | None:
        """The one that runs, or None."""
        return await (tx or self._db).one(Comparison, f"{_COMPARISON} WHERE ended_at IS NULL")

    async def get(self, comparison_id: int, tx: Transaction | None = None) -> Comparison | None:
        """The one with that id, or None."""
        query = f"{_COMPARISON} WHERE id = :id"
        return await (tx or self._db).one(Comparison, query, {"id": comparison_id})

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

    async def end(
        self, tx: Transaction, comparison_id: int, ending: ComparisonEnding, *, now: int
    ) -> bool:
        """End it; False when it was over before."""
        return await tx.changes(
            """
            UPDATE comparisons
            SET ended_at = :now, ending = :ending
            WHERE id = :id AND ended_at IS NULL
            """,
            {"id": comparison_id, "ending": ending, "now": now},
        )

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

    async def add_pair(self, tx: Transaction, pair: AnswerPair) -> None:
        """A pair that goes out."""
        await tx.execute(
            """
            INSERT INTO pairs (request_id, comparison_id, person_id, is_a_first, is_first_kept)
            VALUES (:request_id, :comparison_id, :person_id, :is_a_first, :is_first_kept)
            """,
            asdict(pair),
        )

    async def pair(self, request_id: int, *, person_id: int) -> AnswerPair | None:
        """The person's pair for that question, or None."""
        return await self._db.one(
            AnswerPair,
            """
            SELECT request_id, comparison_id, person_id, is_a_first, is_first_kept, vote
            FROM pairs
            WHERE request_id = :request_id AND person_id = :person_id
            """,
            {"request_id": request_id, "person_id": person_id},
        )

    async def vote(self, tx: Transaction, pair: AnswerPair, vote: Vote, *, now: int) -> bool:
        """Store what the person says, in the place of what they said before.

        False when the comparison is over: its result is final.
        """
        return await tx.changes(
            """
            UPDATE pairs
            SET vote = :vote, voted_at = :now
            WHERE request_id = :request_id AND EXISTS (
                SELECT 1 FROM comparisons c WHERE c.id = comparison_id AND c.ended_at IS NULL
            )
            """,
            {"request_id": pair.request_id, "vote": vote, "now": now},
        )

    async def votes(self, comparison_id: int, tx: Transaction | None = None) -> Votes:
        """How people voted so far."""
        votes = await (tx or self._db).one(
            Votes,
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
        assert votes is not None
        return votes
