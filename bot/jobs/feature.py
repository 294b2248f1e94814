"""Fine-tuning jobs: each is followed until it ends, and has a card that shows its progress."""

from dataclasses import dataclass

from bot.delivery.notifications import DeliveryKind
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick, Worker
from bot.jobs import notifications
from bot.jobs.entities import JobKind
from bot.jobs.handlers import JobHandlers
from bot.jobs.notifications import JobNotifications
from bot.jobs.outage_store import OutageStore
from bot.jobs.outages import Outages
from bot.jobs.pictures import Pictures
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsFeature(Feature):
    """What other features may use of it."""

    store: JobStore
    watching: Watching
    pictures: Pictures


def build(core: Core) -> JobsFeature:
    """Build the watching of jobs, and the commands and buttons for them."""
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
        speaks_after_s=core.pacing.speaks_after_s,
    )
    charts = settings.database_path.parent / "charts"
    pictures = Pictures(jobs=store, api=core.provider, folder=charts)
    handlers = JobHandlers(
        jobs=store,
        watching=watching,
        pictures=pictures,
        cards=core.outbox.cards,
        catalogue=core.catalogue,
        base_url=settings.openai_base_url,
    )
    rendering = JobNotifications(
        jobs=store, catalogue=core.catalogue, base_url=settings.openai_base_url
    )
    return JobsFeature(
        name="jobs",
        store=store,
        watching=watching,
        pictures=pictures,
        admin_commands={
            "status": handlers.show_status,
            "jobs": handlers.list_jobs,
            "monitor": handlers.monitor,
            "cancel": handlers.cancel,
        },
        admin_presses={
            "jobs:status": handlers.show_status,
            "jobs:monitor": handlers.monitor,
            "jobs:list": handlers.turn_list,
            "jobs:open": handlers.open_card,
            "jobs:refresh": handlers.refresh,
            "jobs:chart": handlers.show_chart,
            "jobs:events": handlers.show_events,
            "jobs:log": handlers.turn_events,
            "jobs:pause": handlers.pause,
            "jobs:resume": handlers.resume,
            "jobs:ask": handlers.ask_cancel,
            "jobs:cancel": handlers.cancel_pressed,
            "jobs:keep": handlers.keep,
        },
        notifications={
            DeliveryKind.CARD: rendering.card,
            JobKind.OUTAGE: notifications.outage,
            JobKind.OUTAGE_OVER: notifications.outage_over,
        },
        starters={"job_id": store.started_by},
        ticks=[
            Tick(
                name="watch jobs",
                run=watching.tick,
                interval_s=settings.poll_interval_s,
                first_s=0.1,
            ),
            Tick(name="tidy pictures", run=pictures.tidy, interval_s=3600, first_s=60),
        ],
        workers=[Worker(close=watching.close)],
    )
