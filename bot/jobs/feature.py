"""Fine-tuning jobs: followed until they end, each with a card that moves along."""

import asyncio
from dataclasses import dataclass

from bot.delivery.notifications import DeliveryKind
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick, Worker
from bot.jobs import notifications
from bot.jobs.card_handlers import CardHandlers
from bot.jobs.entities import JobKind
from bot.jobs.handlers import JobHandlers
from bot.jobs.notifications import JobNotifications
from bot.jobs.outage_store import OutageStore
from bot.jobs.outages import Outages
from bot.jobs.pausing import Pausing
from bot.jobs.pictures import Pictures
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching

_TIDYING_INTERVAL_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsFeature(Feature):
    """What other features may use of it."""

    store: JobStore
    watching: Watching
    pausing: Pausing
    pictures: Pictures


def build(core: Core) -> JobsFeature:
    """The watching of jobs, and what admins do with one."""
    settings, store = core.settings, JobStore(core.database)
    watching = Watching(
        database=core.database,
        jobs=store,
        api=core.provider,
        notifications=core.notifications,
        outages=Outages(
            database=core.database,
            store=OutageStore(core.database),
            notifications=core.notifications,
            patience_s=core.pacing.outage_s,
        ),
        name_patience_s=core.pacing.model_patience_s,
    )
    pausing = Pausing(watching=watching, api=core.provider)
    charts = settings.database_path.parent / "charts"
    pictures = Pictures(jobs=store, api=core.provider, folder=charts)
    cards = CardHandlers(
        watching=watching, pictures=pictures, pausing=pausing, cards=core.outbox.cards, jobs=store
    )
    handlers = JobHandlers(jobs=store, watching=watching, cards=cards)
    words = JobNotifications(
        jobs=store, catalogue=core.catalogue, base_url=settings.openai_base_url
    )

    async def tidy() -> None:
        await asyncio.to_thread(pictures.tidy)

    return JobsFeature(
        name="jobs",
        store=store,
        watching=watching,
        pausing=pausing,
        pictures=pictures,
        admin_commands={
            "status": handlers.show_status,
            "jobs": handlers.list_jobs,
            "monitor": handlers.monitor,
            "cancel": handlers.cancel,
        },
        admin_presses={
            "jobs:status": handlers.show_status,
            "jobs:list": handlers.turn_list,
            "jobs:open": cards.open_card,
            "jobs:refresh": cards.refresh,
            "jobs:chart": cards.show_chart,
            "jobs:events": cards.show_events,
            "jobs:log": cards.turn_events,
            "jobs:pause": cards.pause,
            "jobs:resume": cards.resume,
            "jobs:ask": cards.ask_cancel,
            "jobs:cancel": cards.cancel_pressed,
            "jobs:keep": cards.keep,
        },
        notifications={
            DeliveryKind.CARD: words.card,
            JobKind.OUTAGE: notifications.outage,
            JobKind.OUTAGE_OVER: notifications.outage_over,
        },
        ticks=[
            Tick(
                name="watch jobs",
                run=watching.tick,
                interval_s=settings.poll_interval_s,
                first_s=0.1,
            ),
            Tick(name="tidy pictures", run=tidy, interval_s=_TIDYING_INTERVAL_S, first_s=60),
        ],
        workers=[Worker(close=watching.close)],
    )
