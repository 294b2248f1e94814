"""Models that may serve, and who serves."""

import json
from collections.abc import Collection

from bot.domain.models import CurrentModel, ServedModel
from bot.storage.database import Database, Queries, Transaction

MODEL_COLUMNS = "m.id, m.name, m.system_prompt, m.job_id, m.added_at, m.retired_at"


class ModelStore:
    """Tables `models` and `servings`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def remember(
        self, tx: Transaction, name: str, *, system_prompt: str, job_id: str | None, now: int
    ) -> ServedModel:
        """The model of that name: the one that is stored, else a new row."""
        await tx.execute(
            """
            INSERT INTO models (name, system_prompt, job_id, added_at)
            VALUES (:name, :system_prompt, :job_id, :now)
            ON CONFLICT (name) DO UPDATE SET job_id = coalesce(job_id, :job_id)
            """,
            {"name": name, "system_prompt": system_prompt, "job_id": job_id, "now": now},
        )
        model = await self.named(name, tx)
        assert model is not None
        return model

    async def set_system_prompt(self, tx: Transaction, model_id: int, text: str) -> None:
        """Change what the model is told first in every conversation."""
        await tx.execute(
            "UPDATE models SET system_prompt = :text WHERE id = :id", {"id": model_id, "text": text}
        )

    async def serve(
        self,
        tx: Transaction,
        model_id: int,
        *,
        chosen_by: int | None,
        now: int,
        despite: int | None = None,
    ) -> bool:
        """Let the model, retired or not, answer from now on; False: it does, so nothing changes.

        *despite* is the trial whose verdict is overruled.
        """
        is_new = await tx.changes(
            """
            INSERT INTO servings (model_id, since_at, chosen_by, despite)
            SELECT :model_id, :now, :chosen_by, :despite
            WHERE :model_id IS NOT (SELECT model_id FROM servings ORDER BY id DESC LIMIT 1)
            """,
            {"model_id": model_id, "chosen_by": chosen_by, "now": now, "despite": despite},
        )
        await self.restore(tx, model_id)
        await self._end_tries(tx, model_id)
        return is_new

    async def replace(self, tx: Transaction, gone_id: int, *, by: int, now: int) -> bool:
        """Let another model serve in the place of one that is gone; False: that serves no more."""
        is_replaced = await tx.changes(
            """
            INSERT INTO servings (model_id, since_at, instead_of)
            SELECT :model_id, :now, :gone_id
            WHERE coalesce((SELECT model_id FROM servings ORDER BY id DESC LIMIT 1), :gone_id)
                = :gone_id
            """,
            {"model_id": by, "gone_id": gone_id, "now": now},
        )
        if is_replaced:
            await self._end_tries(tx, by)
        return is_replaced

    async def successors_of(self, gone_id: int, *, otherwise: str) -> list[ServedModel]:
        """Models on the list that may serve in the place of one that is gone.

        Those that served before, the last one first, then the one that is called *otherwise*; no
        model that was gone itself, unless it was chosen again since.
        """
        return await self._db.all(
            ServedModel,
            f"""
            SELECT {MODEL_COLUMNS}
            FROM models m LEFT JOIN (
                SELECT model_id, max(id) AS last_id FROM servings GROUP BY model_id
            ) s ON s.model_id = m.id
            WHERE (s.last_id IS NOT NULL OR m.name = :otherwise)
                AND m.id != :gone_id AND m.retired_at IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM servings f
                    WHERE f.instead_of = m.id AND f.id > coalesce(s.last_id, 0)
                )
            ORDER BY s.last_id DESC NULLS LAST
            """,
            {"gone_id": gone_id, "otherwise": otherwise},
        )

    async def retire(self, tx: Transaction, model_id: int, *, now: int) -> bool:
        """Take the model off the list, unless it serves; False: nothing changes."""
        return await tx.changes(
            """
            UPDATE models
            SET retired_at = :now
            WHERE id = :id AND retired_at IS NULL
                AND id IS NOT (SELECT model_id FROM servings ORDER BY id DESC LIMIT 1)
            """,
            {"id": model_id, "now": now},
        )

    async def restore(self, tx: Transaction, model_id: int) -> None:
        """Put the model back on the list."""
        await tx.execute("UPDATE models SET retired_at = NULL WHERE id = :id", {"id": model_id})

    async def serves_any(self, tx: Transaction) -> bool:
        """Whether some model was ever put to use."""
        return await tx.row("SELECT 1 FROM servings LIMIT 1") is not None

    async def serving(self, tx: Transaction | None = None) -> CurrentModel | None:
        """Who answers in chats, or None; inside *tx* as it is at this moment."""
        return await (tx or self._db).one(
            CurrentModel,
            f"""
            SELECT {MODEL_COLUMNS}, s.since_at AS since, s.chosen_by, g.name AS instead_of,
                s.despite
            FROM servings s
                JOIN models m ON m.id = s.model_id
                LEFT JOIN models g ON g.id = s.instead_of
            ORDER BY s.id DESC
            LIMIT 1
            """,
        )

    async def choice(self, queries: Queries) -> int:
        """The number of the last choice of a model; 0: there was none."""
        return await queries.one(int, "SELECT max(id) FROM servings") or 0

    async def offer_way_back(self, tx: Transaction, model_id: int, *, now: int) -> bool:
        """Note that the way back from the model that serves is offered; False: it was before."""
        return await tx.changes(
            """
            UPDATE servings
            SET way_back_at = :now
            WHERE id = (SELECT max(id) FROM servings) AND model_id = :model_id
                AND way_back_at IS NULL
            """,
            {"model_id": model_id, "now": now},
        )

    async def before(self, model_id: int) -> ServedModel | None:
        """The last other model on the list that served before that one does, or None."""
        return await self._db.one(
            ServedModel,
            f"""
            SELECT {MODEL_COLUMNS}
            FROM servings s JOIN models m ON m.id = s.model_id
            WHERE s.model_id != :model_id AND m.retired_at IS NULL
            ORDER BY s.id DESC
            LIMIT 1
            """,
            {"model_id": model_id},
        )

    async def get(self, model_id: int) -> ServedModel | None:
        """The model with that short id, or None."""
        query = f"SELECT {MODEL_COLUMNS} FROM models m WHERE id = :id"
        return await self._db.one(ServedModel, query, {"id": model_id})

    async def named(self, name: str, tx: Transaction | None = None) -> ServedModel | None:
        """The model of that name, or None; inside *tx* as it is at this moment."""
        query = f"SELECT {MODEL_COLUMNS} FROM models m WHERE name = :name"
        return await (tx or self._db).one(ServedModel, query, {"name": name})

    async def everything(self) -> list[ServedModel]:
        """All models, newest first: listed ones, retired ones, and checkpoints."""
        return await self._db.all(
            ServedModel, f"SELECT {MODEL_COLUMNS} FROM models m ORDER BY m.id DESC"
        )

    async def listed(
        self, *, limit: int, offset: int = 0, without: Collection[int] = ()
    ) -> list[ServedModel]:
        """Models on the list, newest first: neither retired ones nor checkpoints."""
        return await self._db.all(
            ServedModel,
            f"""
            SELECT {MODEL_COLUMNS}
            FROM models m
            WHERE m.retired_at IS NULL
                AND m.id NOT IN (SELECT value FROM json_each(:without))
                AND NOT EXISTS (
                    SELECT 1
                    FROM checkpoints c JOIN jobs j ON j.id = c.job_id
                    WHERE c.model_id = m.id AND m.name IS NOT j.fine_tuned_model
                )
            ORDER BY m.id DESC
            LIMIT :limit OFFSET :offset
            """,
            {"limit": limit, "offset": offset, "without": json.dumps([*without])},
        )

    async def retired(self, *, limit: int, offset: int = 0) -> list[ServedModel]:
        """Models that were taken off the list, the last one first."""
        return await self._db.all(
            ServedModel,
            f"""
            SELECT {MODEL_COLUMNS}
            FROM models m
            WHERE m.retired_at IS NOT NULL
            ORDER BY m.retired_at DESC, m.id DESC
            LIMIT :limit OFFSET :offset
            """,
            {"limit": limit, "offset": offset},
        )

    async def _end_tries(self, tx: Transaction, model_id: int) -> None:
        """The model answers everybody now, so nobody tries it alone."""
        await tx.execute("DELETE FROM tried_models WHERE model_id = :id", {"id": model_id})
