"""Training runs: plans, and what became of them until the provider has a job."""

import json
from collections.abc import Collection
from dataclasses import asdict

from bot.dataset.store import COLUMNS
from bot.domain.datasets import Dataset
from bot.domain.training import UNDERWAY, Hyperparameters, JobStatus, RunState, TrainingRun
from bot.jobs.store import refusal_in
from bot.storage.database import Database, Queries, Row, Transaction
from bot.storage.rows import from_row
from bot.training.entities import RunTwin

_SELECT = f"""
    SELECT r.*,
           {", ".join(f"d.{column} AS d_{column}" for column in COLUMNS)},
           {", ".join(f"v.{column} AS v_{column}" for column in COLUMNS)},
           j.learning_rate_multiplier AS chosen_multiplier
    FROM training_runs r
        JOIN datasets d ON d.id = r.dataset_id
        LEFT JOIN datasets v ON v.id = r.validation_id
        LEFT JOIN jobs j ON j.id = r.job_id
"""


class RunStore:
    """Table `training_runs`. A state changes only by compare-and-set."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def plan(
        self,
        tx: Transaction,
        parameters: Hyperparameters,
        *,
        dataset: Dataset,
        seed: int,
        price_usd: float | None,
        asked_by: int,
        request_id: int,
        now: int,
        expires_at: int,
    ) -> None:
        """Store a plan; the same *request_id* stores it once.

        Its validation part is the one that *dataset* names; it trains as its examples ask for.
        """
        await tx.execute(
            """
            INSERT OR IGNORE INTO training_runs (
                state, request_id, asked_by, base_model, n_epochs, learning_rate_multiplier, suffix,
                dataset_id, validation_id, method, seed, price_usd, created_at, expires_at
            ) VALUES (
                :state, :request_id, :asked_by, :base_model, :n_epochs, :learning_rate_multiplier,
                :suffix, :dataset_id, :validation_id, :method, :seed, :price_usd, :now, :expires_at
            )
            """,
            asdict(parameters)
            | {
                "state": RunState.PLANNED,
                "request_id": request_id,
                "asked_by": asked_by,
                "dataset_id": dataset.id,
                "validation_id": dataset.validation_id,
                "method": dataset.method,
                "seed": seed,
                "price_usd": price_usd,
                "now": now,
                "expires_at": expires_at,
            },
        )

    async def edit(
        self,
        tx: Transaction,
        run_id: int,
        parameters: Hyperparameters,
        *,
        validation_id: int | None,
        price_usd: float | None,
    ) -> bool:
        """Change a plan that is nothing more yet; say whether it was."""
        return await tx.changes(
            """
            UPDATE training_runs
            SET base_model = :base_model, n_epochs = :n_epochs,
                learning_rate_multiplier = :learning_rate_multiplier, suffix = :suffix,
                validation_id = :validation_id, price_usd = :price_usd
            WHERE id = :id AND state = :planned
            """,
            asdict(parameters)
            | {
                "id": run_id,
                "validation_id": validation_id,
                "price_usd": price_usd,
                "planned": RunState.PLANNED,
            },
        )

    async def suffixes(self) -> set[str]:
        """Names of the models that there are, or will be."""
        query = """
            SELECT DISTINCT r.suffix
            FROM training_runs r
                LEFT JOIN jobs j ON j.id = r.job_id
            WHERE r.state IN (SELECT value FROM json_each(:underway))
                OR r.state = :submitted AND coalesce(j.status, '') NOT IN (:failed, :cancelled)
        """
        states = {"underway": json.dumps(UNDERWAY), "submitted": RunState.SUBMITTED}
        ends = {"failed": JobStatus.FAILED, "cancelled": JobStatus.CANCELLED}
        return set(await self._db.all(str, query, states | ends))

    async def of_request(self, request_id: int) -> TrainingRun | None:
        """The plan that this update made, or None."""
        row = await self._db.row(
            f"{_SELECT} WHERE r.request_id = :request_id", {"request_id": request_id}
        )
        return _run_from_row(row) if row else None

    async def open_twin(
        self, parameters: Hyperparameters, *, dataset: Dataset, asked_by: int, now: int
    ) -> TrainingRun | None:
        """The newest plan of that person that is just like it and can still be started, or None."""
        row = await self._db.row(
            f"""
            {_SELECT}
            WHERE r.state = :planned AND r.expires_at >= :now AND r.asked_by = :asked_by
                AND r.dataset_id = :dataset_id AND r.validation_id IS :validation_id
                AND r.base_model = :base_model AND r.n_epochs = :n_epochs
                AND r.learning_rate_multiplier IS :learning_rate_multiplier AND r.suffix = :suffix
            ORDER BY r.id DESC
            LIMIT 1
            """,
            asdict(parameters)
            | {
                "planned": RunState.PLANNED,
                "now": now,
                "asked_by": asked_by,
                "dataset_id": dataset.id,
                "validation_id": dataset.validation_id,
            },
        )
        return _run_from_row(row) if row else None

    async def twin_of(
        self, tx: Transaction, run_id: int, *, models: Collection[str], since: int
    ) -> RunTwin | None:
        """The newest started run that trains the same as that one and still matters, or None.

        Only a plan and an uncertain run have one: their start, or another try, can be asked about.

        The same are the content of the dataset, the model (one of the names *models*), the method
        and the numbers. A run matters until its job is over, and if it did not fail, at least when
        it was confirmed at *since* or later. Name and validation part do not change a model.
        """
        return await tx.one(
            RunTwin,
            """
            SELECT r.id AS run_id, r.confirmed_by AS by, r.confirmed_at AS at, r.suffix, r.job_id
            FROM training_runs p
                JOIN datasets pd ON pd.id = p.dataset_id
                JOIN training_runs r ON r.id != p.id
                    AND r.method = p.method AND r.n_epochs = p.n_epochs
                    AND r.learning_rate_multiplier IS p.learning_rate_multiplier
                JOIN datasets d ON d.id = r.dataset_id AND d.sha256 = pd.sha256
                LEFT JOIN jobs j ON j.id = r.job_id
            WHERE p.id = :id AND p.state IN (:planned, :uncertain)
                AND r.base_model IN (SELECT value FROM json_each(:models))
                AND (
                    r.state IN (SELECT value FROM json_each(:underway))
                    OR r.state = :submitted
                        AND coalesce(j.status, '') NOT IN (:failed, :cancelled)
                        AND (coalesce(j.is_over, 0) = 0 OR r.confirmed_at >= :since)
                )
            ORDER BY r.confirmed_at DESC, r.id DESC
            LIMIT 1
            """,
            {
                "id": run_id,
                "models": json.dumps([*models]),
                "since": since,
                "planned": RunState.PLANNED,
                "uncertain": RunState.UNCERTAIN,
                "underway": json.dumps(UNDERWAY),
                "submitted": RunState.SUBMITTED,
                "failed": JobStatus.FAILED,
                "cancelled": JobStatus.CANCELLED,
            },
        )

    async def get(self, run_id: int) -> TrainingRun | None:
        """The run, or None."""
        row = await self._db.row(f"{_SELECT} WHERE r.id = :id", {"id": run_id})
        return _run_from_row(row) if row else None

    async def started_by(self, run_id: int) -> int | None:
        """Who confirmed the run; 0: the terminal; None: nobody yet."""
        run = await self.get(run_id)
        return run.confirmed_by if run else None

    async def was_confirmed_by(self, run_id: int, request_id: int) -> bool:
        """Whether this very request started the run."""
        row = await self._db.row(
            """
            SELECT 1
            FROM training_runs
            WHERE id = :id AND confirmed_request = :request_id
            """,
            {"id": run_id, "request_id": request_id},
        )
        return row is not None

    async def underway(self) -> list[int]:
        """Ids of the runs that the background task has to bring further, oldest first."""
        return await self._db.all(
            int,
            """
            SELECT id
            FROM training_runs
            WHERE state IN (SELECT value FROM json_each(:underway))
            ORDER BY id
            """,
            {"underway": json.dumps(UNDERWAY)},
        )

    async def underway_usd(self, queries: Queries | None = None) -> float:
        """The estimates of all runs that were started and are not over."""
        total = await (queries or self._db).one(
            float,
            """
            SELECT sum(r.price_usd)
            FROM training_runs r
                LEFT JOIN jobs j ON j.id = r.job_id
            WHERE r.state IN (SELECT value FROM json_each(:underway))
                OR r.state = :submitted AND coalesce(j.is_over, 0) = 0
            """,
            {"underway": json.dumps(UNDERWAY), "submitted": RunState.SUBMITTED},
        )
        return total or 0.0

    async def move(
        self,
        tx: Transaction,
        run_id: int,
        *,
        expected: Collection[RunState],
        to: RunState,
        **columns: object,
    ) -> bool:
        """Change the state (and *columns*) if it is one of *expected*; say whether it was."""
        assignments = "".join(f", {name} = :{name}" for name in columns)
        return await tx.changes(
            f"""
            UPDATE training_runs SET state = :to{assignments}
            WHERE id = :id AND state IN (SELECT value FROM json_each(:expected))
            """,
            {"id": run_id, "to": to, "expected": json.dumps([*expected]), **columns},
        )


def _run_from_row(row: Row) -> TrainingRun:
    return from_row(
        TrainingRun,
        row,
        parameters=from_row(Hyperparameters, row, method=None),
        dataset=from_row(Dataset, row, "d_"),
        validation=from_row(Dataset, row, "v_") if row["v_id"] is not None else None,
        refusal=refusal_in(row),
    )
