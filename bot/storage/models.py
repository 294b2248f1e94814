"""Models that may serve, who serves, and the trials that they were put to."""

import json
from collections.abc import Sequence

from bot.domain import ServedModel, Serving, Trial, TrialAnswer, TrialState
from bot.storage.database import Database, Row, Transaction

_MODEL = "m.id, m.name, m.system_prompt, m.job_id, m.added_at"
_TRIAL = "t.id AS trial_id, t.state, t.asked_by, t.answers, t.created_at AS trial_created_at"


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
        row = await tx.row(f"SELECT {_MODEL} FROM models m WHERE name = :name", {"name": name})
        assert row is not None
        return _model_from_row(row)

    async def set_system_prompt(self, tx: Transaction, model_id: int, text: str) -> None:
        """Change what the model is told first in every conversation."""
        await tx.execute(
            "UPDATE models SET system_prompt = :text WHERE id = :id", {"id": model_id, "text": text}
        )

    async def serve(
        self, tx: Transaction, model_id: int, *, chosen_by: int | None, now: int
    ) -> None:
        """Let the model answer in chats from now on."""
        await tx.execute(
            """
            INSERT INTO servings (model_id, since_at, chosen_by)
            VALUES (:model_id, :now, :chosen_by)
            """,
            {"model_id": model_id, "chosen_by": chosen_by, "now": now},
        )

    async def serves_any(self, tx: Transaction) -> bool:
        """Whether some model was ever put to use."""
        return await tx.row("SELECT 1 FROM servings LIMIT 1") is not None

    async def serving(self) -> Serving | None:
        """Who answers in chats, or None."""
        row = await self._db.row(
            f"""
            SELECT {_MODEL}, s.since_at, s.chosen_by
            FROM servings s JOIN models m ON m.id = s.model_id
            ORDER BY s.id DESC
            LIMIT 1
            """
        )
        if row is None:
            return None
        return Serving(
            model=_model_from_row(row), since=row["since_at"], chosen_by=row["chosen_by"]
        )

    async def before(self, model_id: int) -> ServedModel | None:
        """The last other model that served before that one does, or None."""
        row = await self._db.row(
            f"""
            SELECT {_MODEL}
            FROM servings s JOIN models m ON m.id = s.model_id
            WHERE s.model_id != :model_id
            ORDER BY s.id DESC
            LIMIT 1
            """,
            {"model_id": model_id},
        )
        return _model_from_row(row) if row else None

    async def get(self, model_id: int) -> ServedModel | None:
        """The model with that short id, or None."""
        row = await self._db.row(f"SELECT {_MODEL} FROM models m WHERE id = :id", {"id": model_id})
        return _model_from_row(row) if row else None

    async def named(self, name: str) -> ServedModel | None:
        """The model of that name, or None."""
        row = await self._db.row(
            f"SELECT {_MODEL} FROM models m WHERE name = :name",
            {"name": name},
        )
        return _model_from_row(row) if row else None

    async def latest(self, *, limit: int) -> list[ServedModel]:
        """Newest models first, at most *limit* of them."""
        rows = await self._db.rows(
            f"SELECT {_MODEL} FROM models m ORDER BY id DESC LIMIT :limit",
            {"limit": limit},
        )
        return [_model_from_row(row) for row in rows]


class TrialStore:
    """Table `trials`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def ask(
        self,
        tx: Transaction,
        model_id: int,
        *,
        now: int,
        request_id: int | None = None,
        asked_by: int | None = None,
    ) -> int | None:
        """Store a trial to be run and return its id; None when this update has asked before."""
        if request_id is not None and await tx.row(
            "SELECT 1 FROM trials WHERE request_id = :request_id", {"request_id": request_id}
        ):
            return None
        return await tx.insert(
            """
            INSERT INTO trials (model_id, state, request_id, asked_by, created_at)
            VALUES (:model_id, :state, :request_id, :asked_by, :now)
            """,
            {
                "model_id": model_id,
                "state": TrialState.PENDING,
                "request_id": request_id,
                "asked_by": asked_by,
                "now": now,
            },
        )

    async def pending(self) -> list[int]:
        """Ids of the trials that are still to be run, oldest first."""
        rows = await self._db.rows("SELECT id FROM trials WHERE state = 'pending' ORDER BY id")
        return [row["id"] for row in rows]

    async def get(self, trial_id: int) -> Trial | None:
        """The trial, or None."""
        row = await self._db.row(
            f"""
            SELECT {_MODEL}, {_TRIAL}
            FROM trials t JOIN models m ON m.id = t.model_id
            WHERE t.id = :id
            """,
            {"id": trial_id},
        )
        return _trial_from_row(row) if row else None

    async def finish(
        self, tx: Transaction, trial_id: int, *, state: TrialState, answers: Sequence[TrialAnswer]
    ) -> bool:
        """Store the outcome; False when the trial had one already."""
        changed = await tx.execute(
            """
            UPDATE trials
            SET state = :state, answers = :answers
            WHERE id = :id AND state = 'pending'
            """,
            {
                "id": trial_id,
                "state": state,
                "answers": json.dumps([[a.prompt, a.answer] for a in answers], ensure_ascii=False),
            },
        )
        return changed == 1


def _model_from_row(row: Row) -> ServedModel:
    return ServedModel(
        id=row["id"],
        name=row["name"],
        system_prompt=row["system_prompt"],
        job_id=row["job_id"],
        added_at=row["added_at"],
    )


def _trial_from_row(row: Row) -> Trial:
    return Trial(
        id=row["trial_id"],
        model=_model_from_row(row),
        state=TrialState(row["state"]),
        asked_by=row["asked_by"],
        answers=[
            TrialAnswer(prompt=prompt, answer=answer)
            for prompt, answer in json.loads(row["answers"])
        ],
        created_at=row["trial_created_at"],
    )
