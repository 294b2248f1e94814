"""`jobs`: the account's latest fine-tuning jobs."""

import asyncio
import datetime as dtm
from typing import Final

from bot.config import Needs, Settings, load_settings
from bot.domain.training import FineTuningJob
from bot.errors import UserError
from bot.terminal import console, dataset
from bot.terminal.console import one_line
from bot.terminal.monitor import job_facts
from bot.terminal.provider import provider
from bot.texts import Texts

LISTED: Final = 20


@console.command
def jobs(*, is_json: bool) -> int:
    """Print the latest jobs, newest first, whoever started them."""
    settings = load_settings(Needs.PROVIDER)
    console.guard_logs(settings.secrets)
    texts = Texts(settings.language, settings.zone)
    try:
        found = asyncio.run(_latest(settings))
    except UserError as exc:
        return console.complain(texts, exc)
    if is_json:
        dataset.print_json({"jobs": [job_facts(job) for job in found]})
        return 0
    if not found:
        print("There are no jobs yet.")
    for job in found:
        print(_row(texts, job))
    return 0


async def _latest(settings: Settings) -> list[FineTuningJob]:
    async with provider(settings) as api:
        return (await api.recent_jobs(pages=1))[:LISTED]


def _row(texts: Texts, job: FineTuningJob) -> str:
    try:
        created = dtm.datetime.fromtimestamp(job.created_at, texts.timezone)
        moment = created.strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # a server that counts in milliseconds, say
        moment = "?"
    cells = (job.id, job.status_word, moment, job.base_model, job.fine_tuned_model or "-")
    return "  ".join(one_line(cell) for cell in cells)
