"""Alarms: a job waits for too long, stalls, or learns its examples by heart."""

from dataclasses import dataclass

from bot.alarms.alarms import Alarms
from bot.alarms.entities import AlarmKind, RestartState
from bot.alarms.handlers import AlarmHandlers
from bot.alarms.notifications import AlarmNotifications
from bot.alarms.restarts import Restarts
from bot.alarms.store import JobActivityStore, RestartStore
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick, Worker
from bot.jobs.feature import JobsFeature
from bot.training.feature import TrainingFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsFeature(Feature):
    """What other features may use of it."""

    alarms: Alarms
    restarts: Restarts


def build(core: Core, *, jobs: JobsFeature, training: TrainingFeature) -> AlarmsFeature:
    """Build the alarms, which judge each job after the watching has read it."""
    alarms = Alarms(
        database=core.database,
        store=JobActivityStore(core.database),
        jobs=jobs.store,
        notifications=core.notifications,
        pacing=core.pacing,
    )
    jobs.watching.on_seen.append(alarms.look)
    restarts = Restarts(
        database=core.database,
        store=RestartStore(core.database),
        jobs=jobs.store,
        plans=training.plans,
        starts=training.starts,
        api=core.provider,
        notifications=core.notifications,
        on_cancelled=jobs.watching.wake,
    )
    handlers = AlarmHandlers(watching=jobs.watching, restarts=restarts)
    rendering = AlarmNotifications(jobs=jobs.store)
    return AlarmsFeature(
        name="alarms",
        alarms=alarms,
        restarts=restarts,
        admin_presses={"alarms:restart": handlers.restart, "alarms:wait": handlers.wait},
        costly=("alarms:restart",),
        notifications={
            AlarmKind.OVERDUE: rendering.overdue,
            AlarmKind.STALLED: rendering.stalled,
            AlarmKind.OVERFIT: rendering.overfit,
            AlarmKind.RESTART_STARTED: rendering.restarted(RestartState.STARTED),
            AlarmKind.RESTART_LATE: rendering.restarted(RestartState.LATE),
            AlarmKind.RESTART_REFUSED: rendering.restarted(RestartState.REFUSED),
        },
        ticks=[
            Tick(
                name="create jobs again",
                run=restarts.tick,
                interval_s=core.settings.poll_interval_s,
                first_s=0.1,
            )
        ],
        workers=[Worker(close=restarts.close)],
    )
