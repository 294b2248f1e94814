"""The buttons under a job's card: look now, picture, log, pause, stop."""

from dataclasses import dataclass

from bot.delivery.cards_store import CardStore
from bot.delivery.screen import Screen
from bot.domain.training import TrackedJob
from bot.edge.context import BotContext
from bot.jobs import event_views as events
from bot.jobs import views
from bot.jobs.pausing import Pausing
from bot.jobs.pictures import Pictures
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHandlers:
    """What the buttons do with one job."""

    watching: Watching
    pictures: Pictures
    pausing: Pausing
    cards: CardStore
    jobs: JobStore

    async def open_card(self, context: BotContext) -> None:
        """A job of a list: its card, as a new message at the bottom of the chat."""
        self.send_card(context, (await self._pressed(context)).job.id)

    async def refresh(self, context: BotContext) -> None:
        """Look at the job now; the card shows what is new."""
        self.watching.wake((await self._pressed(context)).job.id)

    async def show_chart(self, context: BotContext) -> None:
        """The losses as a picture, in a new message."""
        tracked, texts = await self._pressed(context), context.texts
        chart = await self.pictures.loss_chart(tracked.job.id, texts)
        if chart is not None:
            context.reply(views.loss_chart(texts, tracked, chart))
        elif (await self.pictures.curves(tracked.job.id)).is_drawable:
            context.say("chart_failed")
        else:
            context.say("chart_nothing", name=tracked.name)

    async def show_events(self, context: BotContext) -> None:
        """The newest events of the job's log, in a message of their own."""
        context.reply(await self._log(context, context.press.number, None))

    async def turn_events(self, context: BotContext) -> None:
        """Another page of the log, in the same message."""
        context.show(await self._log(context, *events.page_of(context.press)))

    async def pause(self, context: BotContext) -> None:
        """Hold the job."""
        tracked = await self.pausing.pause(context.press.number)
        context.say("job_paused", name=tracked.name)

    async def resume(self, context: BotContext) -> None:
        """Let a paused job go on."""
        tracked = await self.pausing.resume(context.press.number)
        context.say("job_resumed", name=tracked.name)

    async def ask_cancel(self, context: BotContext) -> None:
        """Stopping costs money already spent, so ask once."""
        context.reply(views.ask_cancel(context.texts, await self._pressed(context)))

    async def cancel_pressed(self, context: BotContext) -> None:
        """Yes, stop it."""
        await self.cancel_job(context, await self._pressed(context))

    async def keep(self, context: BotContext) -> None:
        """No, let it run."""
        tracked = await self._pressed(context)
        context.say_here("cancel_kept", name=tracked.name)

    async def cancel_job(self, context: BotContext, tracked: TrackedJob) -> None:
        """Ask the provider to stop a job."""
        await self.watching.cancel(tracked.job.id)
        context.say_here("cancel_sent", name=tracked.name)

    def send_card(self, context: BotContext, job_id: str) -> None:
        """Send a job's card as a new message, and look at the job."""
        context.also(lambda tx: self.cards.renew(tx, job_id, context.row.chat_id))
        self.watching.wake(job_id)

    async def _pressed(self, context: BotContext) -> TrackedJob:
        """The job whose button it was."""
        return await self.watching.numbered(context.press.number)

    async def _log(self, context: BotContext, number: int, end: int | None) -> Screen:
        """A page of a job's log; None: the newest."""
        tracked = await self.watching.numbered(number)
        job_id = tracked.job.id
        n_events = await self.jobs.event_count(job_id)
        end = min(n_events, end or n_events)
        start = max(0, end - events.PAGE_SIZE)
        shown = await self.jobs.events(job_id, skip=start, limit=end - start)
        return events.log(context.texts, tracked, shown, end=end, n_events=n_events)
