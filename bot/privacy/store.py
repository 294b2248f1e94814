"""Everything in words that is stored about one person: counted, read, and deleted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.ratings.entities import Rating
from bot.ratings.store import rating_from_row
from bot.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWords:
    """How much of a person's words there is."""

    n_conversations: int
    n_turns: int
    since: int | None
    """Unix time of the oldest turn; None: there is none."""
    n_ratings: int
    n_corrections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTurn:
    """A question and its answer, as the person gets to see them."""

    id: int
    conversation_id: int
    at: int
    """Unix time, seconds."""
    model: str
    question: str
    answer: str
    rating: Rating


class PrivacyStore:
    """Reads what is stored of a person over all tables."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def words_of(self, person_id: int) -> StoredWords:
        """How much there is."""
        row = await self._db.row(
            """
            SELECT count(DISTINCT conversation_id) AS n_conversations, count(*) AS n_turns,
                min(created_at) AS since,
                (SELECT count(is_good) FROM ratings WHERE person_id = :person_id) AS n_ratings,
                (SELECT count(correction) FROM ratings WHERE person_id = :person_id)
                    AS n_corrections
            FROM turns
            WHERE person_id = :person_id
            """,
            {"person_id": person_id},
        )
        assert row is not None
        return StoredWords(
            n_conversations=row["n_conversations"],
            n_turns=row["n_turns"],
            since=row["since"],
            n_ratings=row["n_ratings"],
            n_corrections=row["n_corrections"],
        )

    async def turns_of(
        self, person_id: int, *, before: StoredTurn | None, limit: int
    ) -> list[StoredTurn]:
        """The person's turns, newest first, at most *limit*, from *before* on backwards."""
        rows = await self._db.rows(
            """
            SELECT t.id, t.conversation_id, t.created_at, t.model, t.user_text, t.assistant_text,
                r.is_good, r.complaint, r.correction
            FROM turns t LEFT JOIN ratings r ON r.request_id = t.request_id
            WHERE t.person_id = :person_id AND (t.created_at, t.id) < (:at, :id)
            ORDER BY t.created_at DESC, t.id DESC
            LIMIT :limit
            """,
            {
                "person_id": person_id,
                "at": before.at if before else 2**62,
                "id": before.id if before else 0,
                "limit": limit,
            },
        )
        return [
            StoredTurn(
                id=row["id"],
                conversation_id=row["conversation_id"],
                at=row["created_at"],
                model=row["model"],
                question=row["user_text"],
                answer=row["assistant_text"],
                rating=rating_from_row(row),
            )
            for row in rows
        ]


async def forget_conversations(tx: Transaction, person_id: int) -> None:
    """Delete what was said. A private chat's id is the person's id."""
    await tx.execute("DELETE FROM turns WHERE person_id = :id", {"id": person_id})
    await tx.execute(
        """
        DELETE FROM conversations
        WHERE chat_id = :id
          AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation_id = conversations.id)
        """,
        {"id": person_id},
    )


async def forget_question(tx: Transaction, person_id: int) -> None:
    """Delete the question that got no answer."""
    await tx.execute("DELETE FROM open_questions WHERE chat_id = :id", {"id": person_id})


async def forget_opinions(tx: Transaction, person_id: int) -> None:
    """Delete what they thought of answers, and how they would have put them."""
    for table in ("ratings", "awaited_corrections"):
        await tx.execute(f"DELETE FROM {table} WHERE person_id = :id", {"id": person_id})


async def forget_requests(tx: Transaction, person_id: int) -> None:
    """Delete how they were called when they asked to join; that they asked, and when, stays."""
    await tx.execute("UPDATE join_requests SET name = '' WHERE person_id = :id", {"id": person_id})


FORGETTING: Final[tuple[Callable[[Transaction, int], Awaitable[None]], ...]] = (
    forget_opinions,
    forget_conversations,
    forget_question,
    forget_requests,
)
"""One function for each family of tables that hold somebody's words, in the order of need."""


async def forget_name(tx: Transaction, person_id: int) -> None:
    """Delete name and languages of somebody who is not in; what keeps the door shut stays."""
    await tx.execute(
        """
        UPDATE people
        SET name = '', language = NULL, telegram_language = NULL
        WHERE id = :id
        """,
        {"id": person_id},
    )
