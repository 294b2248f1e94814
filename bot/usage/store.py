"""What answers have cost in tokens, by person, day and model. No words."""

from dataclasses import asdict
from typing import Final

from bot.domain.people import Spent
from bot.storage.database import Database, Transaction

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
            asdict(spent) | {"person_id": person_id, "day": day},
        )

    async def n_answers(self, person_id: int, day: str) -> int:
        """How many answers the person got that day."""
        query = "SELECT sum(n_answers) FROM usage WHERE person_id = :person_id AND day = :day"
        return await self._db.one(int, query, {"person_id": person_id, "day": day}) or 0

    async def has_answered(self, model: str) -> bool:
        """Whether the model ever answered anybody; the table is small, a row a person and day."""
        query = "SELECT 1 FROM usage WHERE model = :model LIMIT 1"
        return await self._db.row(query, {"model": model}) is not None

    async def of(self, person_id: int, *, since: str = "") -> list[Spent]:
        """What the person has used, by model, from the day *since* on."""
        return await self._db.all(
            Spent,
            f"{_SUMS} WHERE person_id = :person_id AND day >= :since GROUP BY model ORDER BY model",
            {"person_id": person_id, "since": since},
        )

    async def by_model(self, *, since: str = "", until: str = "9999") -> list[Spent]:
        """What everybody has used on those days, the model with the most answers first."""
        return await self._db.all(
            Spent,
            f"{_SUMS} WHERE day BETWEEN :since AND :until "
            "GROUP BY model ORDER BY n_answers DESC, model",
            {"since": since, "until": until},
        )
