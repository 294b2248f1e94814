"""Which warnings that a base model ends were given."""

import datetime as dtm

from bot.storage.database import Transaction


class LastDayStore:
    """Table `last_days_told`. The outbox forgets what it has sent; this does not."""

    async def tell(
        self, tx: Transaction, base_model: str, last_day: dtm.date, *, days_before: int, now: int
    ) -> bool:
        """Note a warning; False when it was given before."""
        return await tx.changes(
            """
            INSERT OR IGNORE INTO last_days_told (base_model, last_day, days_before, told_at)
            VALUES (:base_model, :last_day, :days_before, :now)
            """,
            {
                "base_model": base_model,
                "last_day": last_day.isoformat(),
                "days_before": days_before,
                "now": now,
            },
        )
