"""The buttons below the end of a job: the plan again, with a remedy, with another model.

They answer with new messages, because the message of the end stays and may be a picture.
Each makes a plan. The provider gets nothing before an admin starts it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain.training import JobStatus, TrainingRun
from bot.edge.context import BotContext
from bot.errors import ButtonGone
from bot.jobs.watching import Watching
from bot.texts import Texts
from bot.training import ending_views as views
from bot.training.notifications import EndingNotifications
from bot.training.plan_offers import PlanOffers
from bot.training.plan_starts import PlanStarts
from bot.training.plans import TrainingPlans
from bot.training.remedies import Remedy
from bot.training.store import RunStore


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingHandlers:
    """For admins."""

    runs: RunStore
    plans: TrainingPlans
    starts: PlanStarts
    offers: PlanOffers
    watching: Watching
    rendering: EndingNotifications
    plan_screen: Callable[[Texts, TrainingRun], Awaitable[Screen]]

    async def show_reason(self, context: BotContext) -> None:
        """Why a job failed, in the place of its card, which led to the message at the end."""
        tracked = await self.watching.numbered(context.press.number)
        ending = await self.rendering.ending(tracked.job.id, reader_id=context.person.id)
        if ending is None or tracked.job.status is not JobStatus.FAILED:
            raise ButtonGone
        screen = views.finished(context.texts, ending)
        later = context.texts("card_later", name=tracked.name)
        context.show(screen.named(f"card:{tracked.job.id}", later))

    async def ask_remedy(self, context: BotContext) -> None:
        """Offer the remedies for poor answers; the button names the job."""
        tracked = await self.watching.numbered(context.press.number)
        run = await self.runs.get(tracked.run_id) if tracked.run_id else None
        changes = self.offers.remedies(run) if run else {}
        context.reply(views.remedies(context.texts, tracked, run, changes))

    async def with_remedy(self, context: BotContext) -> None:
        """Make a plan that differs from the run in one parameter."""
        run_id, remedy = context.press.number_and_word()
        if remedy not in list(Remedy):
            raise ButtonGone
        plan = await self.plans.plan_like(run_id, Remedy(remedy), **_asked(context))
        await self._reply(context, run_id, plan)

    async def retry(self, context: BotContext) -> None:
        """Make the same plan again."""
        run_id = context.press.number
        plan = await self.plans.plan_again(run_id, **_asked(context))
        await self._reply(context, run_id, plan)

    async def retry_on_current(self, context: BotContext) -> None:
        """Make the same plan on the dataset in use, which may have been repaired since."""
        run_id = context.press.number
        plan = await self.plans.plan_on_current(run_id, **_asked(context))
        await self._reply(context, run_id, plan)

    async def ask_model(self, context: BotContext) -> None:
        """Offer other base models."""
        run = await self.starts.get(context.press.number)
        context.reply(views.other_model(context.texts, run, await self.offers.other_bases(run)))

    async def with_model(self, context: BotContext) -> None:
        """Make the same plan with another base model."""
        run_id, base_model = context.press.number_and_word()
        plan = await self.plans.plan_with(run_id, base_model, **_asked(context))
        await self._reply(context, run_id, plan)

    async def _reply(self, context: BotContext, run_id: int, plan: TrainingRun) -> None:
        run, screen = await self.starts.get(run_id), await self.plan_screen(context.texts, plan)
        context.reply(views.derived(context.texts, screen, run, plan))


def _asked(context: BotContext) -> dict[str, int]:
    return {"asked_by": context.person.id, "request_id": context.request_id}
