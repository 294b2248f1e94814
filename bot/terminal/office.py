"""What `train` shares with the bot: its database, and the services that own training runs."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from bot.catalogue import load_catalogue
from bot.config import Settings
from bot.domain import Dataset, JsonDict, TrainingRun
from bot.errors import DatabaseUnusable
from bot.gateways.provider import TrainingApi
from bot.services.checking import Checker
from bot.services.datasets import Datasets
from bot.services.news import News
from bot.services.submission import Submission
from bot.services.training import Training
from bot.storage import lock
from bot.storage.database import Database, Transaction
from bot.storage.dataset_files import DatasetFiles
from bot.storage.datasets import DatasetStore
from bot.storage.jobs import JobStore
from bot.storage.outbox import OutboxStore
from bot.storage.runs import RunStore

LONGEST_PAUSE_S: Final = 15.0
"""Between two tries of what talks to the provider; shorter where jobs are polled faster."""
BY_TERMINAL: Final = 0
"""Who asked, where there is no person of Telegram's."""
IN_USE: Final = "the bot is running on this database: use /train there"

_logger = logging.getLogger(__name__)


# Not slots: such a subclass could not call its base in the usual way.
@dataclass(frozen=True, kw_only=True)
class OverheardNews(News):
    """News for the admins, who read it when the bot runs next; the terminal hears it at once."""

    about_runs: dict[int, str] = field(default_factory=dict)
    """The kind of the newest news of each run."""

    async def tell_admins(self, tx: Transaction, kind: str, payload: JsonDict, *, key: str) -> None:
        """See `News`."""
        await super().tell_admins(tx, kind, payload, key=key)
        if "run_id" in payload:
            tx.after_commit(lambda: self.about_runs.update({payload["run_id"]: kind}))


@dataclass(frozen=True, kw_only=True)
class AwaitedSubmission(Submission):
    """Somebody sits at the terminal and waits for a run."""

    async def idle(self, run_id: int) -> None:
        """Wait until nothing more is done for the run: it is decided, or nobody knows further."""
        await self._workers.idle(run_id)


class NothingChosen(DatasetStore):
    """The terminal names a file: it counts for this run, whatever was put to use in the chat."""

    async def chosen(self) -> Dataset | None:
        """None: the file that is named is in use."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The services that own training runs."""

    runs: RunStore
    datasets: Datasets
    training: Training
    submission: AwaitedSubmission
    news: OverheardNews

    async def run(self, run_id: int) -> TrainingRun:
        """The run as it stands now; it is there."""
        run = await self.runs.get(run_id)
        assert run is not None
        return run


@asynccontextmanager
async def open_office(
    settings: Settings, api: TrainingApi, *, file: Path | None
) -> AsyncIterator[Office]:
    """Hold the database, until the end of the block, as the bot does.

    Args:
        settings: Where the database is.
        api: The provider.
        file: The dataset for this run; None: the one in use.

    Raises:
        DatabaseUnusable: the bot runs on it, or it can't be opened.
    """
    async with AsyncExitStack() as stack:
        stack.callback(_lock(settings.database_path).close)
        database = await Database.open(settings.database_path)
        stack.push_async_callback(database.close)
        office = _build(settings, database, api, file)
        stack.push_async_callback(office.submission.close)
        yield office


def new_request_id() -> int:
    """A request's mark. Those of chats are the inbox's row numbers, above 0; these are below."""
    return -1 - secrets.randbelow(2**62)


def _lock(path: Path) -> IO[str]:
    try:
        return lock.hold(path)
    except DatabaseUnusable as exc:
        if isinstance(exc.__cause__, BlockingIOError):
            raise DatabaseUnusable(IN_USE) from exc
        raise


def _build(settings: Settings, database: Database, api: TrainingApi, file: Path | None) -> Office:
    """Every part, built once; nothing is started and nothing is sent."""
    catalogue = load_catalogue()
    jobs, runs = JobStore(database), RunStore(database)
    news = OverheardNews(outbox=OutboxStore(database), admin_ids=settings.admin_ids)
    datasets = Datasets(
        database=database,
        store=NothingChosen(database) if file else DatasetStore(database),
        files=DatasetFiles(settings.database_path.parent / "datasets"),
        checker=Checker(catalogue=catalogue, base_model=settings.base_model),
        api=api,
        path=file or settings.dataset_path,
    )
    submission = AwaitedSubmission(
        database=database,
        runs=runs,
        jobs=jobs,
        datasets=datasets,
        api=api,
        news=news,
        on_submitted=lambda job_id: _logger.info("%s is the provider's now", job_id),
        pause_s=min(settings.poll_interval_s, LONGEST_PAUSE_S),
    )
    training = Training(
        database=database,
        runs=runs,
        jobs=jobs,
        datasets=datasets,
        catalogue=catalogue,
        base_url=settings.openai_base_url,
        on_confirmed=submission.wake,
    )
    return Office(runs=runs, datasets=datasets, training=training, submission=submission, news=news)
