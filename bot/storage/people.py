"""Who has written to the bot, and what they chose."""

from bot.domain import Access
from bot.storage.database import Database, Row, Transaction


class PersonRow:
    """What is stored of a person; access of admins comes from the settings, not from here."""

    __slots__ = ("id", "is_tester", "language", "name", "telegram_language")

    def __init__(self, row: Row) -> None:
        self.id: int = row["id"]
        self.name: str = row["name"]
        self.is_tester = bool(row["is_tester"])
        self.language: str | None = row["language"]
        self.telegram_language: str | None = row["telegram_language"]

    @property
    def access(self) -> Access:
        """Tester or stranger, by the database alone."""
        return Access.TESTER if self.is_tester else Access.STRANGER


class PeopleStore:
    """Table `people`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, person_id: int) -> PersonRow | None:
        """The person, or None when they never wrote."""
        row = await self._db.row(
            """
            SELECT id, name, is_tester, language, telegram_language
            FROM people
            WHERE id = :id
            """,
            {"id": person_id},
        )
        return PersonRow(row) if row else None

    async def saw(
        self, tx: Transaction, person_id: int, *, name: str, telegram_language: str | None, now: int
    ) -> None:
        """Remember that they wrote, and under which name."""
        await tx.execute(
            """
            INSERT INTO people (id, name, telegram_language, first_seen_at, last_seen_at)
            VALUES (:id, :name, :telegram_language, :now, :now)
            ON CONFLICT (id) DO UPDATE SET
                name = :name, telegram_language = :telegram_language, last_seen_at = :now
            """,
            {"id": person_id, "name": name, "telegram_language": telegram_language, "now": now},
        )

    async def choose_language(self, tx: Transaction, person_id: int, language: str) -> None:
        """Speak *language* ("ru" or "en") with them from now on."""
        await tx.execute(
            "UPDATE people SET language = :language WHERE id = :id",
            {"id": person_id, "language": language},
        )
