"""Messages that nobody asked for, put into words when they leave: always the newest state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.access import notifications as people_news
from bot.access.notifications import Render
from bot.alarms import handlers as alarms
from bot.chat import failure_views as failures
from bot.comparison import handlers as compare
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import Services
from bot.jobs.card_views import card
from bot.serving.last_day_views import ending
from bot.texts import Texts
from bot.training import ending_handlers as endings
from bot.training import ending_views
from bot.training import views as plan_views
from bot.trials import handlers as trials
from bot.welcome import views as door


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Renders what services have put into the outbox, for the person who gets it."""

    services: Services

    async def render(self, kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        """The screen for a piece of news; None when there is nothing to tell any more."""
        texts = self.services.texts_for(await self.services.people.named(chat_id))
        return await _KINDS[kind](self.services, texts, payload, chat_id)


async def _card(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
    tracked = await services.jobs.get(payload["job_id"])
    if tracked is None:
        return None
    base_url = services.settings.openai_base_url
    return card(texts, tracked, services.catalogue, base_url=base_url)


async def _finished(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
    return await endings.render(services, texts, payload["job_id"])


async def _never_named(
    services: Services, texts: Texts, payload: JsonDict, _: int
) -> Screen | None:
    tracked = await services.jobs.bare(payload["job_id"])
    return ending_views.never_named(texts, tracked) if tracked else None


async def _refused_run(
    services: Services, texts: Texts, payload: JsonDict, _: int
) -> Screen | None:
    run = await services.runs.get(payload["run_id"])
    return ending_views.refused(texts, run) if run else None


def _uncertain(*, is_listed: bool) -> Render:
    async def render(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        run = await services.runs.get(payload["run_id"])
        return plan_views.uncertain(texts, run, is_listed=is_listed) if run else None

    return render


async def _model_ending(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen:
    return ending(texts, payload, services.last_days.today())


async def _model_gone(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
    gone = await services.serving.models.get(payload["gone_id"])
    successor = await services.serving.models.get(payload["successor_id"] or 0)
    return failures.gone(texts, gone, successor) if gone else None


async def _not_delivered(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen:
    return door.plain(texts, "error_not_delivered", incident=payload["incident"])


def _of_kind(
    render: Callable[[Services, Texts, str, JsonDict], Awaitable[Screen | None]], kind: str
) -> Render:
    """For features that tell their kinds apart themselves."""
    return lambda services, texts, payload, _: render(services, texts, kind, payload)


_KINDS: Final[dict[str, Render]] = {
    "card": _card,
    "job_finished": _finished,
    "job_never_named": _never_named,
    "run_refused": _refused_run,
    "run_uncertain": _uncertain(is_listed=True),
    "run_unlisted": _uncertain(is_listed=False),
    "model_ending": _model_ending,
    "model_gone": _model_gone,
    "refused": _not_delivered,
    "comparison_over": compare.render,
    **{kind: _of_kind(trials.render, kind) for kind in ("trial_finished", "trial_unserved")},
    **{kind: _of_kind(alarms.render, kind) for kind in alarms.KINDS},
    **people_news.KINDS,
}
"""How each kind reads."""
