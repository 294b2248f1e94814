"""/status, /jobs, /monitor, /cancel, and the buttons of the list and of a job's card."""

import re
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.delivery.cards_store import CardStore
from bot.delivery.screen import Screen
from bot.domain.training import TrackedJob
from bot.edge.context import BotContext
from bot.errors import BadCommand, JobFinished
from bot.jobs import event_views as events
from bot.jobs import views
from bot.jobs.card_views import spent
from bot.jobs.naming import meant
from bot.jobs.pictures import Pictures
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching

MOST_CARDS = 3
"""Cards that one /status sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHandlers:
    """For admins."""

    jobs: JobStore
    watching: Watching
    pictures: Pictures
    cards: CardStore
    catalogue: Catalogue
    base_url: str

    async def show_status(self, context: BotContext) -> None:
        """/status [JOB]: the cards of the jobs that run, or the list of many; or one job's card."""
        if context.words:
            tracked = await self.watching.named(" ".join(context.words))
            self._send_card(context, tracked.job.id)
            return
        active = await self.jobs.active()
        if not active:
            context.reply(views.nothing_active(context.texts))
            return
        if len(active) > MOST_CARDS:
            context.reply(await self._list(context, 0))
            return
        for job_id in active:
            self._send_card(context, job_id)

    async def list_jobs(self, context: BotContext) -> None:
        """/jobs [PAGE]: the newest jobs that we follow."""
        page = context.words[0] if context.words else ""
        is_number = re.fullmatch(r"\d{1,6}", page, re.ASCII) is not None
        context.reply(await self._list(context, max(0, int(page) - 1) if is_number else 0))

    async def turn_list(self, context: BotContext) -> None:
        """Show another page of the list in the same message."""
        context.show(await self._list(context, context.press.number))

    async def monitor(self, context: BotContext) -> None:
        """/monitor JOB: follow a job that was started elsewhere."""
        if not context.words:
            context.say("monitor_how")
            return
        if len(context.words) > 1:
            raise BadCommand(usage=context.texts.plain("monitor_usage"))
        known = meant(context.words[0], await self.jobs.names())
        job_id = known[0] if known else context.words[0]
        tracked = await self.watching.follow(job_id, by=context.person.id)
        context.say("monitor_started", name=tracked.name)
        self._send_card(context, job_id)

    async def cancel(self, context: BotContext) -> None:
        """/cancel [JOB]: ask whether to stop a job that we follow."""
        watching, words = self.watching, context.words
        tracked = await (watching.named(" ".join(words)) if words else watching.the_active())
        self._ask_cancel(context, tracked)

    async def open_card(self, context: BotContext) -> None:
        """Send the card of a listed job as a new message at the bottom of the chat."""
        self._send_card(context, (await self._pressed(context)).job.id)

    async def refresh(self, context: BotContext) -> None:
        """Look at the job now; the card shows what is new."""
        self.watching.wake((await self._pressed(context)).job.id)

    async def show_chart(self, context: BotContext) -> None:
        """Send the losses as a picture, in a new message."""
        tracked, texts = await self._pressed(context), context.texts
        chart = await self.pictures.loss_chart(tracked.job.id, texts)
        if chart is not None:
            context.reply(views.loss_chart(texts, tracked, chart))
        elif (await self.pictures.curves(tracked.job.id)).is_drawable:
            await context.say_above("chart_failed")
        else:
            await context.say_above("chart_nothing", name=tracked.name)

    async def show_events(self, context: BotContext) -> None:
        """Send the newest events of the job's log, in a new message."""
        context.reply(await self._log(context, context.press.number, None))

    async def turn_events(self, context: BotContext) -> None:
        """Show another page of the log in the same message."""
        context.show(await self._log(context, *events.page_of(context.press)))

    async def pause(self, context: BotContext) -> None:
        """Pause the job."""
        tracked = await self.watching.pause(context.press.number)
        context.say("job_paused", name=tracked.name)

    async def resume(self, context: BotContext) -> None:
        """Resume a paused job."""
        tracked = await self.watching.resume(context.press.number)
        context.say("job_resumed", name=tracked.name)

    async def ask_cancel(self, context: BotContext) -> None:
        """Ask first: the money that was spent until now is lost."""
        self._ask_cancel(context, await self._pressed(context))

    async def cancel_pressed(self, context: BotContext) -> None:
        """Stop the job: the admin said yes."""
        tracked = await self._pressed(context)
        await self.watching.cancel(tracked.job.id)
        context.say_here("cancel_sent", name=tracked.name)

    async def keep(self, context: BotContext) -> None:
        """Let the job run: the admin said no."""
        tracked = await self._pressed(context)
        context.say_here("cancel_kept", name=tracked.name)

    async def _list(self, context: BotContext, page: int) -> Screen:
        """A page of the list; the last one where the list is shorter by now."""
        n_jobs = await self.jobs.count()
        page = min(page, max(0, n_jobs - 1) // views.PAGE_SIZE)
        jobs = await self.jobs.page(skip=page * views.PAGE_SIZE, limit=views.PAGE_SIZE)
        return views.listing(context.texts, jobs, page=page, n_jobs=n_jobs)

    def _ask_cancel(self, context: BotContext, tracked: TrackedJob) -> None:
        if tracked.job.status.is_terminal:
            raise JobFinished(job_id=tracked.job.id)
        lost = spent(context.texts, tracked, self.catalogue, self.base_url)
        context.reply(views.ask_cancel(context.texts, tracked, lost))

    def _send_card(self, context: BotContext, job_id: str) -> None:
        """Send a job's card as a new message, and look at the job."""
        context.also(lambda tx: self.cards.renew(tx, job_id, context.row.chat_id))
        self.watching.wake(job_id)

    async def _pressed(self, context: BotContext) -> TrackedJob:
        return await self.watching.numbered(context.press.number)

    async def _log(self, context: BotContext, number: int, end: int | None) -> Screen:
        """A page of a job's log, which ends with event number *end*; None: the newest page."""
        tracked = await self.watching.numbered(number)
        job_id = tracked.job.id
        n_events = await self.jobs.event_count(job_id)
        end = min(n_events, end or n_events)
        start = max(0, end - events.PAGE_SIZE)
        shown = await self.jobs.events(job_id, skip=start, limit=end - start)
        return events.log(context.texts, tracked, shown, end=end, n_events=n_events)
