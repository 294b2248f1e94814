"""What the JobQueue calls: looks at active jobs and at what ends, and the sweeping of old rows."""

import asyncio
import time
from typing import Any

from telegram.ext import CallbackContext, JobQueue

from bot.edge.context import Services
from bot.storage.database import Transaction

KEPT_S = 2 * 24 * 3600
"""How long done updates and sent messages are kept."""
SWEEP_INTERVAL_S = 3600
LAST_DAYS_INTERVAL_S = 6 * 3600
"""Several times a day: a provider that can't be asked at one of them shall not cost a day."""


def schedule(queue: "JobQueue[Any]", services: Services) -> None:
    """Set up the repeating jobs; a late or long run is never piled up."""

    async def look(context: CallbackContext[Any, Any, Any, Any]) -> None:
        await services.watching.tick()
        await services.restarts.tick()
        await services.trials.tick()

    async def look_for_last_days(context: CallbackContext[Any, Any, Any, Any]) -> None:
        await services.last_days.look()

    async def sweep(context: CallbackContext[Any, Any, Any, Any]) -> None:
        before = int(time.time()) - KEPT_S

        async def work(tx: Transaction) -> None:
            await services.inbox.prune(tx, before=before)
            await services.outbox.prune(tx, before=before)

        await services.database.write(work)
        await asyncio.to_thread(services.pictures.tidy)

    options = {"coalesce": True, "misfire_grace_time": None}
    interval = services.settings.poll_interval_s
    queue.run_repeating(look, interval=interval, first=0.1, name="watch jobs", job_kwargs=options)
    queue.run_repeating(
        look_for_last_days,
        interval=LAST_DAYS_INTERVAL_S,
        first=1,
        name="last days",
        job_kwargs=options,
    )
    queue.run_repeating(
        sweep, interval=SWEEP_INTERVAL_S, first=60, name="sweep", job_kwargs=options
    )
