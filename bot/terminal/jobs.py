"""`jobs`: the account's latest fine-tuning jobs."""

import asyncio
from contextlib import aclosing
from typing import Final

from bot.config import Needs, Settings
from bot.domain.training import FineTuningJob
from bot.edge.core import build_provider
from bot.terminal.console import command, local_time, one_line
from bot.terminal.dataset import print_json
from bot.terminal.monitor import job_facts
from bot.texts import Texts

LISTED: Final = 20


@command(Needs.PROVIDER)
def jobs(settings: Settings, texts: Texts, *, is_json: bool) -> int:
    """Print the account's latest jobs, newest first, not only those that we started."""
    found = asyncio.run(_latest(settings))
    if is_json:
        print_json({"jobs": [job_facts(job) for job in found]})
        return 0
    if not found:
        print("There are no jobs yet.")
    for job in found:
        print(_row(texts, job))
    return 0


async def _latest(settings: Settings) -> list[FineTuningJob]:
    async with aclosing(build_provider(settings)) as api:
        return (await api.recent_jobs(pages=1))[:LISTED]


def _row(texts: Texts, job: FineTuningJob) -> str:
    created = local_time(texts, job.created_at, "%Y-%m-%d %H:%M") or "?"
    cells = (job.id, job.status_word, created, job.base_model, job.fine_tuned_model or "-")
    return "  ".join(one_line(cell) for cell in cells)
