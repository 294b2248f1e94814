"""Trained tokens are counted once, whenever the job is stopped."""

import asyncio
import threading
import time

from engine.app import _engine
from engine.domain import FineTuningJob, Hyperparameters, Method, StoredFile
from engine.settings import read_settings
from engine.storage.database import Database
from engine.usage import Kind
from tests.engine.conftest import BASE, FAST, until
from tests.engine.pairs import GOOD_FILE

KEY = "fingerprint"
JOB = FineTuningJob(
    id="ftjob-1",
    created_at=0,
    base_model=BASE,
    training_file="file-1",
    validation_file=None,
    suffix=None,
    seed=1,
    metadata=None,
    method=Method.SUPERVISED,
    hyperparameters=Hyperparameters(),
    model_code="a",
    stage_since=0.0,
    created_by=KEY,
)
FILE = StoredFile(
    id="file-1", filename="a", purpose="fine-tune", size=len(GOOD_FILE), created_at=int(time.time())
)


async def test_stop_while_a_step_is_stored_counts_it_once(tmp_path):
    """The database finishes what it has begun; the next start goes on after that step."""
    folders = {name: tmp_path / name for name in ("files", "jobs", "uploads")}
    for folder in folders.values():
        folder.mkdir()
    database = Database(tmp_path / "engine.sqlite3")
    engine = _engine(read_settings([f"--data={tmp_path}", *FAST], {}), database, folders)
    is_storing, may_store = threading.Event(), threading.Event()

    def hold() -> None:
        is_storing.set()
        may_store.wait()

    def hold_steps(connection) -> None:
        connection.create_function("hold", 0, hold)
        connection.execute(
            "CREATE TEMP TRIGGER held AFTER INSERT ON main.events"
            " WHEN NEW.metrics IS NOT NULL BEGIN SELECT hold(); END"
        )

    try:
        await database.run(hold_steps)
        engine.files.path(FILE.id).write_bytes(GOOD_FILE)
        await engine.files.add(FILE)
        await engine.trainings.create(JOB)
        await asyncio.to_thread(is_storing.wait)
        stopping = asyncio.create_task(engine.trainings.stop())
        await asyncio.sleep(0)  # it has cancelled the job's task
        may_store.set()
        await stopping
        stopped = await engine.trainings.get(JOB.id)
        counted = engine.usage.used(KEY)

        await engine.trainings.restart()
        done = await until(lambda: trained(engine))
        counted_in_all = engine.usage.used(KEY)
        in_metrics = engine.usage.metrics.tokens[Kind.TRAINED]
    finally:
        may_store.set()
        await engine.trainings.stop()
        await engine.usage.close()
        database.close()

    assert (stopped.status, stopped.step) == ("running", 1)
    assert counted == stopped.tokens_until(1) > 0
    assert counted_in_all == in_metrics == done.trained_tokens


async def trained(engine) -> FineTuningJob | None:
    job = await engine.trainings.get(JOB.id)
    return job if job.trained_tokens else None
