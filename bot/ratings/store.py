"""What people think of answers, and how they would have put them."""

from dataclasses import dataclass, replace
from typing import Final

from bot.domain.models import ServedModel, Turn
from bot.gateways.old_answers import in_words, words_in
from bot.ratings.entities import Complaint, RatedTurn, Rating
from bot.serving.store import MODEL_COLUMNS
from bot.storage.database import Database, Row, Transaction
from bot.storage.rows import from_row

MOST_TURNS: Final = 100
"""Of the turns before an answer that is older than ratings: their number was not stored then."""

_RATED: Final = """
    SELECT r.id, r.request_id, r.person_id, r.model, r.is_good, r.complaint, r.correction,
        max(r.rated_at, iif(d.verdict = 'skipped', 0, coalesce(d.decided_at, 0))) AS rated_at,
        d.verdict, d.text AS edited, d.decided_by,
        t.id AS turn_id, t.conversation_id, t.user_text, t.assistant_text,
        t.ending, t.created_at AS answered_at, t.n_window,
        coalesce(p.text, m.system_prompt, '') AS system_prompt,
        EXISTS (
            SELECT 1 FROM turns e JOIN danger_messages s ON s.request_id = e.request_id
            WHERE e.conversation_id = t.conversation_id AND e.id <= t.id
        ) AS is_about_danger,
        EXISTS (
            SELECT 1 FROM turns e JOIN danger_messages s ON s.request_id = e.request_id
            WHERE e.conversation_id = t.conversation_id AND e.id <= t.id AND s.called_at IS NULL
        ) AS is_hidden
    FROM ratings r
        JOIN turns t ON t.request_id = r.request_id
        LEFT JOIN prompts p ON p.id = t.prompt_id
        LEFT JOIN models m ON m.name = r.model
        LEFT JOIN answer_decisions d ON d.turn_id = r.request_id
"""
_OPEN: Final = f"""
    {_RATED}
    WHERE r.is_good = 0 AND NOT is_about_danger
        AND (d.verdict IS NULL OR d.verdict = 'skipped' AND d.decided_at < :skipped_before)
"""
"""Bad answers on which an admin has yet to decide, except what is about danger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingCounts:
    """How often a model's answers were rated."""

    model: ServedModel
    n_good: int
    n_bad: int
    n_good_lately: int
    """Of `n_good`."""
    n_bad_lately: int
    n_corrections: int


class RatingStore:
    """Table `ratings`: at most one for each answer, by the person who got it."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, request_id: int, *, person_id: int) -> Rating | None:
        """What the person says of their answer to that request; None: they never got such a one."""
        return await self._db.one(
            Rating,
            """
            SELECT r.is_good, r.complaint, r.correction
            FROM turns t LEFT JOIN ratings r ON r.request_id = t.request_id
            WHERE t.request_id = :request_id AND t.person_id = :person_id
            """,
            {"request_id": request_id, "person_id": person_id},
        )

    async def rate(
        self, tx: Transaction, request_id: int, *, person_id: int, is_good: bool, now: int
    ) -> None:
        """Good or bad; why it was bad is forgotten once it is good."""
        await tx.execute(
            """
            INSERT INTO ratings (request_id, person_id, model, is_good, rated_at)
            SELECT request_id, person_id, model, :is_good, :now
            FROM turns
            WHERE request_id = :request_id AND person_id = :person_id
            ON CONFLICT (request_id) DO UPDATE SET
                is_good = :is_good,
                complaint = CASE WHEN NOT :is_good THEN complaint END,
                rated_at = :now
            """,
            {"request_id": request_id, "person_id": person_id, "is_good": is_good, "now": now},
        )

    async def complain(
        self, tx: Transaction, request_id: int, complaint: Complaint, *, now: int
    ) -> None:
        """Say why an answer is bad, if it still is."""
        await tx.execute(
            """
            UPDATE ratings
            SET complaint = :complaint, rated_at = :now
            WHERE request_id = :request_id AND is_good = 0
            """,
            {"request_id": request_id, "complaint": complaint, "now": now},
        )

    async def correct(
        self,
        tx: Transaction,
        request_id: int,
        *,
        person_id: int,
        text: str,
        message_id: int,
        now: int,
    ) -> None:
        """The correction that the person wrote in that message."""
        await tx.execute(
            """
            INSERT INTO ratings (request_id, person_id, model, correction, message_id, rated_at)
            SELECT request_id, person_id, model, :text, :message_id, :now
            FROM turns
            WHERE request_id = :request_id AND person_id = :person_id
            ON CONFLICT (request_id) DO UPDATE SET
                correction = :text, message_id = :message_id, rated_at = :now
            """,
            {
                "request_id": request_id,
                "person_id": person_id,
                "text": text,
                "message_id": message_id,
                "now": now,
            },
        )

    async def take_back(self, tx: Transaction, request_id: int) -> None:
        """Neither good nor bad; a correction stays."""
        await self._clear(tx, request_id, "is_good = NULL, complaint = NULL", "correction")

    async def drop_correction(self, tx: Transaction, request_id: int) -> None:
        """Forget what should have been said; the rating stays."""
        await self._clear(tx, request_id, "correction = NULL, message_id = NULL", "is_good")

    async def corrected_by(self, person_id: int, message_id: int) -> int | None:
        """The request id of the turn that the person's message corrects; None: it is no such."""
        return await self._db.one(
            int,
            """
            SELECT request_id
            FROM ratings
            WHERE person_id = :person_id AND message_id = :message_id
            """,
            {"person_id": person_id, "message_id": message_id},
        )

    async def rated(self, *, after_id: int = 0, limit: int = 500) -> list[RatedTurn]:
        """Rated and corrected answers with greater ids, by id; empty: there are no more."""
        rows = await self._db.rows(
            f"{_RATED} WHERE r.id > :after_id ORDER BY r.id LIMIT :limit",
            {"after_id": after_id, "limit": limit},
        )
        return [await self._rated_turn(row) for row in rows]

    async def bad(self, model: str, *, offset: int) -> RatedTurn | None:
        """One of the model's bad answers, the newest is number 0."""
        row = await self._db.row(
            f"""
            {_RATED}
            WHERE r.model = :model AND r.is_good = 0
            ORDER BY r.id DESC
            LIMIT 1 OFFSET :offset
            """,
            {"model": model, "offset": offset},
        )
        return await self._rated_turn(row) if row else None

    async def of_turn(self, turn_id: int) -> RatedTurn | None:
        """The answer to that request; None: it is deleted, or nobody says anything of it."""
        row = await self._db.row(f"{_RATED} WHERE r.request_id = :turn_id", {"turn_id": turn_id})
        return await self._rated_turn(row) if row else None

    async def open(self, *, skipped_before: int) -> tuple[RatedTurn | None, int]:
        """The newest bad answer on which an admin has yet to decide, and how many there are.

        Those that were skipped since that Unix time are not among them.
        """
        values = {"skipped_before": skipped_before}
        row = await self._db.row(f"{_OPEN} ORDER BY r.id DESC LIMIT 1", values)
        n = await self._db.one(int, f"SELECT count(*) FROM ({_OPEN})", values)
        return await self._rated_turn(row) if row else None, n or 0

    async def disliked(self) -> frozenset[str]:
        """The questions of bad answers, but none that was about danger."""
        rows = await self._db.rows(f"{_RATED} WHERE r.is_good = 0 AND NOT is_about_danger")
        return frozenset(row["user_text"] for row in rows)

    async def worst(self, since: int, until: int, *, limit: int) -> list[RatedTurn]:
        """Bad answers rated between those Unix times, uncorrected and not about danger.

        Those with a complaint come first, then the newest.
        """
        rows = await self._db.rows(
            f"""
            {_RATED}
            WHERE r.is_good = 0 AND r.rated_at BETWEEN :since AND :until
                AND r.correction IS NULL AND coalesce(d.verdict, 'skipped') = 'skipped'
                AND NOT is_about_danger
            ORDER BY r.complaint IS NULL, r.rated_at DESC, r.id DESC
            LIMIT :limit
            """,
            {"since": since, "until": until, "limit": limit},
        )
        return [await self._rated_turn(row) for row in rows]

    async def tallies(self, *, since: int) -> list[RatingCounts]:
        """For each model with ratings, the newest model first; lately: since that Unix time."""
        return await self._db.all(
            RatingCounts,
            f"""
            SELECT {MODEL_COLUMNS},
                coalesce(sum(r.is_good = 1), 0) AS n_good,
                coalesce(sum(r.is_good = 0), 0) AS n_bad,
                coalesce(sum(r.is_good = 1 AND r.rated_at >= :since), 0) AS n_good_lately,
                coalesce(sum(r.is_good = 0 AND r.rated_at >= :since), 0) AS n_bad_lately,
                count(r.correction) AS n_corrections
            FROM models m CROSS JOIN ratings r ON r.model = m.name  -- in this order: few models
            GROUP BY m.id
            ORDER BY m.id DESC
            """,
            {"since": since},
        )

    async def n_rated(
        self, tx: Transaction | None = None, model: str = "", *, since: int = 0, until: int = 2**62
    ) -> tuple[int, int]:
        """How many good ones there are among the answers that were rated then, of all.

        *model*: only of that one.
        """
        row = await (tx or self._db).row(
            f"""
            SELECT coalesce(sum(is_good), 0) AS n_good, count(is_good) AS n
            FROM ratings
            WHERE {"model = :model AND" if model else ""} rated_at BETWEEN :since AND :until
            """,
            {"model": model, "since": since, "until": until},
        )
        assert row is not None
        return row["n_good"], row["n"]

    async def _clear(self, tx: Transaction, request_id: int, cleared: str, kept: str) -> None:
        values = {"request_id": request_id}
        await tx.execute(
            f"DELETE FROM ratings WHERE request_id = :request_id AND {kept} IS NULL", values
        )
        await tx.execute(f"UPDATE ratings SET {cleared} WHERE request_id = :request_id", values)

    async def _rated_turn(self, row: Row) -> RatedTurn:
        rated = from_row(RatedTurn, row, window=await self._window(row))
        return replace(rated, assistant_text=words_in(rated.assistant_text, rated.ending))

    async def _window(self, row: Row) -> list[Turn]:
        """The turns that the model was shown; they are all there: only a last turn is replaced."""
        newest_first = await self._db.all(
            Turn,
            """
            SELECT user_text, assistant_text, question_id, ending
            FROM turns
            WHERE conversation_id = :conversation_id AND id < :turn_id AND replaced_by IS NULL
            ORDER BY id DESC
            LIMIT :n
            """,
            {
                "conversation_id": row["conversation_id"],
                "turn_id": row["turn_id"],
                "n": MOST_TURNS if row["n_window"] is None else row["n_window"],
            },
        )
        return [in_words(turn) for turn in newest_first[::-1]]


async def forget_opinions(tx: Transaction, person_id: int) -> None:
    """Delete what they thought of answers, how they put them, and what was decided on theirs."""
    await tx.execute(
        """
        DELETE FROM answer_decisions
        WHERE decided_by = :id OR turn_id IN (SELECT request_id FROM turns WHERE person_id = :id)
        """,
        {"id": person_id},
    )
    for table in ("ratings", "awaited_corrections", "held_texts"):
        await tx.execute(f"DELETE FROM {table} WHERE person_id = :id", {"id": person_id})
