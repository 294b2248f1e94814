"""What answers have cost in tokens, by person, day and model. No words."""

from typing import Final

from bot.domain.people import Spent
from bot.storage.database import Database, Row, Transaction

_SUMS: Final = """
    SELECT model, sum(n_answers) AS n_answers, sum(n_estimated) AS n_estimated,
        sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens
    FROM usage
"""


class UsageStore:
    """Table `usage`. A day is an ISO date in the zone of the settings."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, tx: Transaction, spent: Spent, *, person_id: int, day: str) -> None:
        """Add to what the person has used that day."""
        await tx.execute(
            """
            INSERT INTO usage (
                person_id, day, model, n_answers, n_estimated, prompt_tokens, completion_tokens
            ) VALUES (
                :person_id, :day, :model, :n_answers, :n_estimated, :prompt_tokens,
                :completion_tokens
            )
            ON CONFLICT (person_id, day, model) DO UPDATE SET
                n_answers = n_answers + :n_answers,
                n_estimated = n_estimated + :n_estimated,
                prompt_tokens = prompt_tokens + :prompt_tokens,
                completion_tokens = completion_tokens + :completion_tokens
            """,
            {
                "person_id": person_id,
                "day": day,
                "model": spent.model,
                "n_answers": spent.n_answers,
                "n_estimated": spent.n_estimated,
                "prompt_tokens": spent.prompt_tokens,
                "completion_tokens": spent.completion_tokens,
            },
        )

    async def n_answers(self, person_id: int, day: str) -> int:
        """How many answers the person got that day."""
        row = await self._db.row(
            """
            SELECT coalesce(sum(n_answers), 0) AS n
            FROM usage
            WHERE person_id = :person_id AND day = :day
            """,
            {"person_id": person_id, "day": day},
        )
        assert row is not None
        return int(row["n"])

    async def has_answered(self, model: str) -> bool:
        """Whether the model ever answered anybody; the table is small, a row a person and day."""
        query = "SELECT 1 FROM usage WHERE model = :model LIMIT 1"
        return await self._db.row(query, {"model": model}) is not None

    async def of(self, person_id: int, *, since: str = "") -> list[Spent]:
        """What the person has used, by model, from the day *since* on."""
        rows = await self._db.rows(
            f"{_SUMS} WHERE person_id = :person_id AND day >= :since GROUP BY model ORDER BY model",
            {"person_id": person_id, "since": since},
        )
        return [_spent(row) for row in rows]

    async def by_model(self, *, since: str = "") -> list[Spent]:
        """What everybody has used, the model with the most answers first."""
        rows = await self._db.rows(
            f"{_SUMS} WHERE day >= :since GROUP BY model ORDER BY n_answers DESC, model",
            {"since": since},
        )
        return [_spent(row) for row in rows]


def _spent(row: Row) -> Spent:
    return Spent(
        model=row["model"],
        n_answers=row["n_answers"],
        n_estimated=row["n_estimated"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
    )
