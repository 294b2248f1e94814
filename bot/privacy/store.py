"""Everything in words that is stored about one person: counted and read."""

from bot.privacy.entities import StoredDanger, StoredTurn, StoredWords
from bot.storage.database import Database
from bot.storage.rows import from_row


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
        return from_row(StoredWords, row, dangers=await self._dangers_of(person_id))

    async def _dangers_of(self, person_id: int) -> list[StoredDanger]:
        return await self._db.all(
            StoredDanger,
            """
            SELECT kind, count(DISTINCT message_id) AS n, max(created_at) AS last_at,
                count(DISTINCT iif(called_at IS NULL, NULL, message_id)) AS n_called
            FROM danger_messages
            WHERE person_id = :person_id
            GROUP BY kind
            """,
            {"person_id": person_id},
        )

    async def turns_of(
        self, person_id: int, *, before: StoredTurn | None, limit: int
    ) -> list[StoredTurn]:
        """The person's turns, newest first, at most *limit*, from *before* on backwards."""
        return await self._db.all(
            StoredTurn,
            """
            SELECT t.id, t.conversation_id, t.created_at AS at, t.model, t.user_text AS question,
                t.assistant_text AS answer, r.is_good, r.complaint, r.correction
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
