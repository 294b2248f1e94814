"""The trials that models were put to."""

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields
from typing import Any, Final

from pydantic import TypeAdapter

from bot.domain.models import Ending
from bot.serving.store import MODEL_COLUMNS
from bot.storage.database import Database, Row, Transaction
from bot.storage.rows import from_row
from bot.trials.entities import (
    Judgement,
    Trial,
    TrialAnswer,
    TrialFailure,
    TrialState,
    Verdict,
)

_JUDGEMENT: Final = TypeAdapter(Judgement)
_TRIAL: Final = (
    "t.id AS trial_id, t.state, t.asked_by, t.answers, t.created_at, "
    "t.base_model, t.trouble, t.base_trouble, t.judgement, t.waiting_since, t.next_at"
)


class TrialStore:
    """Tables `trials` and `trial_checks`."""

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
        query = "SELECT id FROM trials WHERE state = 'pending' ORDER BY id"
        return await self._db.all(int, query)

    async def due(self, *, now: int) -> list[int]:
        """Ids of the trials of unserved models that are to be tried again by now."""
        query = "SELECT id FROM trials WHERE next_at <= :now ORDER BY next_at"
        return await self._db.all(int, query, {"now": now})

    async def get(self, trial_id: int) -> Trial | None:
        """The trial, or None."""
        row = await self._db.row(
            f"""
            SELECT {MODEL_COLUMNS}, {_TRIAL}
            FROM trials t JOIN models m ON m.id = t.model_id
            WHERE t.id = :id
            """,
            {"id": trial_id},
        )
        return _trial_from_row(row) if row else None

    async def newest_of(self, model_id: int) -> Trial | None:
        """The newest trial of a model that has a verdict, or None."""
        query = """
            SELECT id FROM trials WHERE model_id = :id AND judgement IS NOT NULL
            ORDER BY id DESC LIMIT 1
            """
        trial_id = await self._db.one(int, query, {"id": model_id})
        return None if trial_id is None else await self.get(trial_id)

    async def is_underway(self, model_id: int) -> bool:
        """Whether a model that has no verdict yet has begun to answer in its first trial."""
        query = """
            SELECT 1 FROM trials WHERE model_id = :id AND state = 'pending' AND answers != '[]'
            AND NOT EXISTS (SELECT 1 FROM trials WHERE model_id = :id AND judgement IS NOT NULL)
            """
        return await self._db.one(int, query, {"id": model_id}) is not None

    async def verdicts(self) -> dict[int, Verdict]:
        """The newest verdict on each model that has one, by the model's id."""
        rows = await self._db.rows(
            """
            SELECT model_id, json_extract(judgement, '$.verdict') AS verdict
            FROM trials
            WHERE judgement IS NOT NULL
            ORDER BY id
            """
        )
        return {row["model_id"]: Verdict(row["verdict"]) for row in rows}

    async def note(self, tx: Transaction, trial_id: int, answers: Sequence[TrialAnswer]) -> None:
        """Keep what was answered so far."""
        await tx.execute(
            "UPDATE trials SET answers = :answers WHERE id = :id",
            {"id": trial_id, "answers": _answers(answers)},
        )

    async def finish(self, tx: Transaction, trial: Trial) -> bool:
        """Store the trial with its outcome; False when it had one already."""
        return await tx.changes(
            """
            UPDATE trials
            SET state = :state, answers = :answers, base_model = :base_model,
                base_trouble = :base_trouble, judgement = :judgement, trouble = NULL,
                next_at = NULL
            WHERE id = :id AND state IN ('pending', 'unserved')
            """,
            {
                "id": trial.id,
                "state": trial.state,
                "answers": _answers(trial.answers),
                "base_model": trial.base_model,
                "base_trouble": _trouble(trial.base_trouble),
                "judgement": json.dumps(asdict(trial.judgement)) if trial.judgement else None,
            },
        )

    async def wait(self, tx: Transaction, trial: Trial) -> bool:
        """Store that nobody answered, and when to ask again; False once it has an outcome."""
        return await tx.changes(
            """
            UPDATE trials
            SET state = 'unserved', trouble = :trouble, waiting_since = :since, next_at = :next_at
            WHERE id = :id AND state IN ('pending', 'unserved')
            """,
            {
                "id": trial.id,
                "trouble": _trouble(trial.trouble),
                "since": trial.waiting_since,
                "next_at": trial.next_at,
            },
        )

    async def hasten(
        self, tx: Transaction, trial_id: int, *, by: int, request_id: int, now: int
    ) -> None:
        """Somebody wants to know now whether the model answers; a wait that is over begins again.

        Nothing happens to a trial that has an outcome.
        """
        changed = await tx.execute(
            """
            UPDATE trials
            SET next_at = :now,
                waiting_since = CASE WHEN next_at IS NULL THEN :now ELSE waiting_since END
            WHERE id = :id AND state = 'unserved'
            """,
            {"id": trial_id, "now": now},
        )
        if changed:
            await tx.execute(
                """
                INSERT OR IGNORE INTO trial_checks (trial_id, person_id, request_id)
                VALUES (:id, :by, :request_id)
                """,
                {"id": trial_id, "by": by, "request_id": request_id},
            )

    async def take_checks(self, tx: Transaction, trial_id: int) -> list[tuple[int, int]]:
        """Who waits to hear whether the model answers, with their requests; they are forgotten."""
        rows = await tx.rows(
            """
            DELETE FROM trial_checks
            WHERE trial_id = :id
            RETURNING person_id, request_id
            """,
            {"id": trial_id},
        )
        return [(row["person_id"], row["request_id"]) for row in rows]


def _answers(answers: Sequence[TrialAnswer]) -> str:
    return json.dumps([astuple(answer) for answer in answers], ensure_ascii=False)


def _trouble(trouble: TrialFailure | None) -> str | None:
    # Parameters may be anything that can be shown, a path say.
    return json.dumps([trouble.key, dict(trouble.params)], default=str) if trouble else None


def _trial_from_row(row: Row) -> Trial:
    return from_row(
        Trial,
        row,
        id=row["trial_id"],
        answers=[_answer_from(stored) for stored in json.loads(row["answers"])],
        trouble=_trouble_from(row["trouble"]),
        base_trouble=_trouble_from(row["base_trouble"]),
        judgement=_JUDGEMENT.validate_json(row["judgement"]) if row["judgement"] else None,
    )


def _answer_from(stored: list[Any]) -> TrialAnswer:
    names = (field.name for field in fields(TrialAnswer))
    found = dict(zip(names, stored, strict=False))  # older rows have only two
    for name in ("ending", "base_ending"):
        value = found.get(name)
        if isinstance(value, bool):  # rows from before endings had names only say "is cut"
            value = Ending.CUT_BY_LENGTH if value else None
        found[name] = None if value is None else Ending(value)
    return TrialAnswer(**found)


def _trouble_from(stored: str | None) -> TrialFailure | None:
    if stored is None:
        return None
    key, params = json.loads(stored)
    return TrialFailure(key=key, params=params)
