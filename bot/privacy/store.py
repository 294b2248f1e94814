"""Everything in words that is stored about one person: counted and read."""

from bot.privacy.entities import StoredTurn, StoredWords
from bot.ratings.store import rating_from_row
from bot.storage.database import Database


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
