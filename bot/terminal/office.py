"""What `train` shares with the bot: its database, and the services that own training runs."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from bot.config import Settings
from bot.dataset.in_use import Datasets
from bot.delivery.notifications import News
from bot.delivery.outbox_store import OutboxStore
from bot.domain import JsonDict
from bot.domain.training import TrainingRun
from bot.errors import DatabaseUnusable
from bot.gateways.provider import TrainingApi
from bot.storage import lock
from bot.storage.database import Database, Transaction
from bot.training.composition import build_workshop
from bot.training.plans import Training
from bot.training.store import RunStore
from bot.training.submission import Submission

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The services that own training runs."""

    runs: RunStore
    datasets: Datasets
    training: Training
    submission: Submission
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
    news = OverheardNews(outbox=OutboxStore(database), admin_ids=settings.admin_ids)
    workshop = build_workshop(
        settings,
        database,
        api=api,
        news=news,
        on_submitted=lambda job_id: _logger.info("%s is the provider's now", job_id),
        file=file,
    )
    return Office(
        runs=workshop.runs,
        datasets=workshop.datasets,
        training=workshop.training,
        submission=workshop.submission,
        news=news,
    )
