"""/status, /jobs, /monitor, /cancel: which fine-tuning jobs there are."""

from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.edge.context import BotContext
from bot.errors import BadCommand, NothingActive
from bot.jobs import views
from bot.jobs.card_handlers import CardHandlers
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching

MOST_CARDS = 3
"""Of one /status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHandlers:
    """The commands and the list."""

    jobs: JobStore
    watching: Watching
    cards: CardHandlers

    async def show_status(self, context: BotContext) -> None:
        """/status: the cards of what is being trained; where that is much, the list."""
        active = await self.jobs.active()
        if not active:
            raise NothingActive
        if len(active) > MOST_CARDS:
            context.reply(await self._list(context, 0))
            return
        for job_id in active:
            self.cards.send_card(context, job_id)

    async def list_jobs(self, context: BotContext) -> None:
        """/jobs: the latest jobs that we follow."""
        context.reply(await self._list(context, 0))

    async def turn_list(self, context: BotContext) -> None:
        """Another page of the list, in the same message."""
        context.show(await self._list(context, context.press.number))

    async def monitor(self, context: BotContext) -> None:
        """/monitor ID: follow a job that was started elsewhere."""
        if len(context.words) != 1:
            raise BadCommand(usage=context.texts.plain("monitor_usage"))
        job_id = context.words[0]
        tracked = await self.watching.follow(job_id, by=context.person.id)
        context.say("monitor_started", name=tracked.name)
        self.cards.send_card(context, job_id)

    async def cancel(self, context: BotContext) -> None:
        """/cancel [ID]: ask the provider to stop a job that we follow."""
        words, watching = context.words, self.watching
        tracked = await (watching.get(words[0]) if words else watching.the_active())
        await self.cards.cancel_job(context, tracked)

    async def _list(self, context: BotContext, page: int) -> Screen:
        """A page of the list; the last one where there are no so many any more."""
        n_jobs = await self.jobs.count()
        page = min(page, max(0, n_jobs - 1) // views.PAGE_SIZE)
        jobs = await self.jobs.page(skip=page * views.PAGE_SIZE, limit=views.PAGE_SIZE)
        return views.listing(context.texts, jobs, page=page, n_jobs=n_jobs)
