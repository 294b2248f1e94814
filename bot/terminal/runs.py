"""What `train` shares with the bot: its database, and the features that own training runs."""

import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from bot.config import Settings
from bot.dataset.current import CurrentDataset
from bot.delivery.notifications import NotificationKind, Notifications
from bot.domain import JsonDict
from bot.domain.people import Urgency
from bot.domain.training import JobStatus, TrainingRun
from bot.edge.core import build_chat_model, build_core
from bot.errors import DatabaseUnusable, UserError
from bot.gateways.provider import TrainingApi
from bot.storage import lock
from bot.storage.database import Database, Transaction
from bot.training.entities import RunTwin
from bot.training.plan_starts import TWIN_S

if TYPE_CHECKING:
    from bot.training.feature import TrainingFeature

BY_TERMINAL: Final = 0
"""The person id of a request that no Telegram user made."""
_logger = logging.getLogger(__name__)
IN_USE: Final = "the bot is running on this database: use /train there"


# Without slots: `super()` does not work in a subclass with them.
@dataclass(frozen=True, kw_only=True)
class RecordedNotifications(Notifications):
    """Stored for the admins until the bot runs next; the terminal sees their kinds at once."""

    about_runs: dict[int, NotificationKind] = field(default_factory=dict)
    """The kind of the newest notification about each run."""

    async def tell_admins(
        self,
        tx: Transaction,
        kind: NotificationKind,
        payload: JsonDict,
        *,
        key: str,
        urgency: Urgency = Urgency.ROUTINE,
    ) -> None:
        """See `Notifications`."""
        await super().tell_admins(tx, kind, payload, key=key, urgency=urgency)
        if "run_id" in payload:
            tx.after_commit(lambda: self.about_runs.update({payload["run_id"]: kind}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalTraining:
    """The features that own training runs."""

    datasets: CurrentDataset
    training: "TrainingFeature"
    notifications: RecordedNotifications
    provider: TrainingApi

    async def matters_no_more(self, twin: RunTwin) -> bool:
        """Whether the provider says that the run's job failed, or ended long ago.

        The database may not know that: nobody follows a job while the bot does not run.
        """
        if twin.job_id is None:
            return False
        try:
            status = (await self.provider.job(twin.job_id)).status
        except UserError as exc:
            _logger.info("The job of run %s can't be looked at: %s", twin.run_id, exc.key)
            return False
        is_old = time.time() - twin.at > TWIN_S
        return status in (JobStatus.FAILED, JobStatus.CANCELLED) or (status.is_terminal and is_old)

    async def run(self, run_id: int) -> TrainingRun:
        """The run as it is stored now; it exists."""
        run = await self.training.runs.get(run_id)
        assert run is not None
        return run


@asynccontextmanager
async def open_features(
    settings: Settings, provider: TrainingApi, *, file: Path | None
) -> AsyncIterator[TerminalTraining]:
    """Lock and open the database until the end of the block, as the bot does.

    *file* is the dataset for this run; None: the one in use.

    Raises:
        DatabaseUnusable: the bot runs on it, or it can't be opened.
    """
    # Features import Telegram's library, which the other commands do not need.
    from bot.dataset.feature import build as build_dataset  # noqa: PLC0415
    from bot.jobs.feature import build as build_jobs  # noqa: PLC0415
    from bot.training.feature import build as build_training  # noqa: PLC0415
    from bot.usage.feature import build as build_usage  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        stack.callback(_lock(settings.database_path).close)
        database = await Database.open(settings.database_path)
        stack.push_async_callback(database.close)
        chat_model = await stack.enter_async_context(aclosing(build_chat_model(settings)))
        core = build_core(settings, database, provider=provider, chat_model=chat_model)
        recorded = RecordedNotifications(outbox=core.outbox, admin_ids=settings.admin_ids)
        core = replace(core, notifications=recorded)
        dataset = build_dataset(core, file=file)
        training = build_training(
            core, usage=build_usage(core), dataset=dataset, jobs=build_jobs(core)
        )
        training.submission.on_submitted.clear()  # the terminal watches the job itself
        stack.push_async_callback(training.submission.close)
        yield TerminalTraining(
            datasets=dataset.datasets,
            training=training,
            notifications=recorded,
            provider=provider,
        )


def new_request_id() -> int:
    """The id of a request of ours, below 0; those of chats are row numbers, above 0."""
    return -1 - secrets.randbelow(2**62)


def _lock(path: Path) -> IO[str]:
    try:
        return lock.hold(path)
    except DatabaseUnusable as exc:
        if isinstance(exc.__cause__, BlockingIOError):
            raise DatabaseUnusable(IN_USE) from exc
        raise
