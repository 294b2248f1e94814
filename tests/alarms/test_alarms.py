"""What an admin hears of before a job ends, and what one press does about it."""

import time
from itertools import count
from typing import Any

import pytest

from bot import errors
from bot.alarms.alarms import FEWEST_STEPS
from bot.alarms.entities import RestartState
from bot.alarms.overfitting import overfit
from bot.alarms.store import RestartStore
from bot.delivery.notifications import Notifications
from bot.domain.training import JobStatus, RunState
from bot.jobs.curves import Curves, Point
from bot.training.plan_starts import PlanStarts
from tests.clocks import until
from tests.composition import ADMIN, SECOND_ADMIN, BotParts
from tests.fakes import event_of, job_of

ADMINS = (ADMIN, SECOND_ADMIN)
HOUR, MINUTE = 3600, 60
JOB = "ftjob-1"
AWAY = errors.ProviderUnreachable()


class Clock:
    """Our own time, which passes when a test says so."""

    def __init__(self) -> None:
        self.late_s = 0.0
        self._now = time.time

    def __call__(self) -> float:
        return self._now() + self.late_s

    def passes(self, seconds: float) -> None:
        self.late_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "time", made)
    return made


@pytest.fixture
async def waiting(parts: BotParts, clock: Clock) -> BotParts:
    """A job of ours that waits in the queue."""
    await parts.settled(await parts.confirmed())
    await parts.looked_at()
    return parts


@pytest.fixture
async def training(waiting: BotParts) -> BotParts:
    """One that trains, a step a minute."""
    waiting.provider.moves(JOB, "running")
    for step in range(1, FEWEST_STEPS + 2):
        log(waiting, step, at=step * MINUTE)
    await waiting.looked_at()
    return waiting


def log(parts: BotParts, step: int, *, at: int, **losses: float) -> None:
    data = {"step": step, "total_steps": 100, **losses}
    parts.provider.logs(JOB, event_of(f"e{step}", at, type="metrics", data=data))


async def alarms(parts: BotParts, kind: str = "") -> list[str]:
    """What the first admin was alarmed of, oldest first."""
    found = [row for row in await parts.told() if row[1] != "job_finished"]
    assert [row[1:] for row in found if row[0] == ADMIN] == [
        row[1:] for row in found if row[0] == SECOND_ADMIN
    ]
    return [told for person, told, _ in found if person == ADMIN and kind in told]


# Waiting


@pytest.mark.parametrize(("status", "limit_s"), [("queued", HOUR), ("validating_files", 2 * HOUR)])
async def test_job_that_waits_for_too_long_is_told_once(
    waiting: BotParts, clock: Clock, status: str, limit_s: int
):
    """To every admin, however often one looks; also after a restart."""
    waiting.provider.moves(JOB, "validating_files" if status == "queued" else "queued")
    await waiting.looked_at()
    waiting.provider.moves(JOB, status)
    await waiting.looked_at()
    clock.passes(limit_s - MINUTE)
    await waiting.looked_at()
    assert await alarms(waiting) == []

    clock.passes(MINUTE)
    await waiting.looked_at()
    await waiting.restart()
    clock.passes(5 * HOUR)
    await waiting.looked_at()

    assert await alarms(waiting) == ["job_overdue"]


async def test_what_was_told_is_known_when_the_outbox_has_forgotten_it(
    waiting: BotParts, clock: Clock
):
    """Sent messages are kept for two days, and a job may wait for longer."""
    clock.passes(HOUR)
    await waiting.looked_at()
    await waiting.database.write(lambda tx: tx.execute("DELETE FROM outbox"))
    clock.passes(HOUR)
    await waiting.looked_at()

    assert await alarms(waiting) == []


async def test_each_wait_is_told(waiting: BotParts, clock: Clock):
    """A job that is checked again after the queue, as some providers do, waits anew."""
    for status in ("queued", "validating_files", "queued"):
        waiting.provider.moves(JOB, status)
        await waiting.looked_at()
        clock.passes(3 * HOUR)
        await waiting.looked_at()

    assert await alarms(waiting) == ["job_overdue"] * 3


async def test_job_that_can_not_be_seen_is_not_overdue(waiting: BotParts, clock: Clock):
    """Perhaps it trains for an hour already: nothing is concluded from silence."""
    clock.passes(2 * HOUR)
    waiting.provider.fails(f"job {JOB}", errors.ProviderBusy())
    await waiting.looked_at()
    assert await alarms(waiting) == []

    waiting.provider.moves(JOB, "running")
    await waiting.looked_at()

    assert await alarms(waiting) == []


async def test_time_in_another_state_does_not_count(waiting: BotParts, clock: Clock):
    clock.passes(HOUR - MINUTE)
    waiting.provider.moves(JOB, "running")
    await waiting.looked_at()
    clock.passes(5 * HOUR)
    waiting.provider.moves(JOB, "queued")
    await waiting.looked_at()

    assert await alarms(waiting) == []


async def test_job_that_was_named_to_monitor_waits_since_its_creation(
    parts: BotParts, clock: Clock
):
    parts.provider.has_job(job_of("ftjob-x", "queued", created_at=int(clock()) - 2 * HOUR))
    await parts.watching.follow("ftjob-x", by=ADMIN)
    await parts.looked_at("ftjob-x")

    assert await alarms(parts) == ["job_overdue"]


async def test_patience_is_a_setting(parts: BotParts, clock: Clock):
    """A quicker clock has all of it shorter."""
    await parts.restart(queued_s=36, validating_s=72, stall_s=6, outage_s=6)
    await parts.settled(await parts.confirmed())
    await parts.looked_at()
    clock.passes(37)
    await parts.looked_at()

    assert await alarms(parts) == ["job_overdue"]


# Stalling


async def test_job_without_new_steps_is_told_once_a_stall(training: BotParts, clock: Clock):
    """After five times the usual minute, and ten minutes at least; and shown on the card."""
    clock.passes(9 * MINUTE)
    await training.looked_at()
    assert await alarms(training) == []

    clock.passes(MINUTE)
    await training.stale_cards()
    await training.looked_at()
    assert await training.stale_cards() == [(admin, JOB) for admin in ADMINS]
    assert (await training.tracked()).stalled_since is not None
    clock.passes(HOUR)
    await training.looked_at()
    await training.restart()
    await training.looked_at()
    assert await alarms(training) == ["job_stalled"]

    log(training, 20, at=2 * HOUR)
    await training.looked_at()
    assert (await training.tracked()).stalled_since is None
    clock.passes(10 * MINUTE)
    await training.looked_at()
    assert await alarms(training) == ["job_stalled"] * 2


async def test_slow_training_has_the_time_that_it_needs(training: BotParts, clock: Clock):
    """Steps of twenty minutes: an hour of silence is nothing."""
    for step in range(10, 30):
        log(training, step, at=step * 20 * MINUTE)
    await training.looked_at()
    clock.passes(99 * MINUTE)
    await training.looked_at()
    assert await alarms(training) == []

    clock.passes(MINUTE)
    await training.looked_at()
    assert await alarms(training) == ["job_stalled"]


@pytest.mark.parametrize("status", ["paused", "queued", "post_processing"])
async def test_only_what_trains_can_stall(training: BotParts, clock: Clock, status: str):
    training.provider.moves(JOB, status)
    await training.looked_at()
    clock.passes(30 * MINUTE)
    await training.looked_at()
    assert await alarms(training, "stalled") == []

    training.provider.moves(JOB, "running")
    await training.looked_at()

    assert await alarms(training, "stalled") == []  # it has only just gone on


async def test_events_that_can_not_be_read_are_no_stall(training: BotParts, clock: Clock):
    clock.passes(HOUR)
    training.provider.fails("new_events", errors.ProviderBusy())
    log(training, 50, at=HOUR)
    await training.looked_at()
    await training.looked_at()

    assert await alarms(training) == []


async def test_no_step_comes_after_the_last(training: BotParts, clock: Clock):
    """Then the provider makes the model, however long that takes."""
    log(training, 100, at=HOUR)
    await training.looked_at()
    clock.passes(HOUR)
    await training.looked_at()

    assert await alarms(training) == []


async def test_few_steps_tell_no_pace(waiting: BotParts, clock: Clock):
    waiting.provider.moves(JOB, "running")
    for step in range(1, FEWEST_STEPS):
        log(waiting, step, at=step)
    await waiting.looked_at()
    clock.passes(HOUR)
    await waiting.looked_at()

    assert await alarms(waiting) == []


# Learning by heart


def curve(*losses: float) -> tuple[Point, ...]:
    return tuple(Point(step, loss) for step, loss in enumerate(losses, 1))


FALLING = [1.5 - 0.03 * n for n in range(40)]
TURNING = [1.4 - 0.03 * n for n in range(20)] + [0.8 + 0.03 * n for n in range(20)]
JAGGED = [0.05 * (-1) ** n for n in range(40)]


@pytest.mark.parametrize(
    ("train", "valid", "is_overfit"),
    [
        (FALLING, TURNING, True),
        (FALLING, [v + w for v, w in zip(TURNING, JAGGED, strict=True)], True),
        (FALLING, FALLING, False),
        (FALLING, [v + w for v, w in zip(FALLING, JAGGED, strict=True)], False),
        (FALLING, [0.9] * 40, False),
        (FALLING, [0.9] * 39 + [9.0], False),
        (FALLING, [1.4 - 0.03 * n for n in range(35)] + [5.0] * 3, False),
        (TURNING, TURNING, False),
        (FALLING[:15], [0.5 + 0.1 * n for n in range(15)], False),
        (FALLING, [], False),
    ],
    ids=[
        "turns", "turns, jagged", "falls", "falls, jagged", "flat", "one outlier", "three outliers",
        "both rise", "too few", "none",
    ],
)  # fmt: skip
def test_rule_sees_a_trend_and_no_noise(train: list[float], valid: list[float], is_overfit: bool):
    assert (overfit(Curves(train=curve(*train), valid=curve(*valid))) is not None) is is_overfit


def test_rule_can_do_with_seldom_validation():
    """One validation in ten steps; the training loss is compared over the same stretch."""
    train = [1.5 - 0.003 * n for n in range(400)]
    valid = tuple(Point(10 * n + 10, loss) for n, loss in enumerate(TURNING))

    found = overfit(Curves(train=curve(*train), valid=valid))

    assert found is not None
    assert found.valid_now > found.valid_before
    assert found.train_now < found.train_before


async def test_learning_by_heart_is_told_once(training: BotParts):
    losses = zip(count(10), FALLING, TURNING, strict=False)
    for step, train, valid in losses:
        log(training, step, at=step * MINUTE, train_loss=train, valid_loss=valid)
        await training.looked_at()
    await training.restart()
    log(training, 90, at=90 * MINUTE, train_loss=0.2, valid_loss=2.0)
    await training.looked_at()

    assert await alarms(training) == ["job_overfit"]


# The provider is away


def breaks(parts: BotParts, error: Exception, times: int = 100) -> None:
    parts.provider.fails(f"job {JOB}", *[error] * times)


def mends(parts: BotParts) -> None:
    parts.provider.forget_troubles()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.ProviderUnreachable(), "unreachable"),
        (errors.ProviderUncertain(), "unreachable"),
        (errors.ProviderBusy(), "unreachable"),
        (errors.NotTheApi(), "unreachable"),
        (errors.KeyRefused(message="Incorrect API key"), "refused"),
    ],
)
async def test_outage_is_told_once_and_its_end_once(
    waiting: BotParts, clock: Clock, error: errors.UserError, kind: str
):
    """After ten minutes in which nothing came through; a restart changes nothing."""
    breaks(waiting, error)
    for _ in range(10):
        await waiting.looked_at()
        clock.passes(MINUTE - 1)
    assert await alarms(waiting) == []
    await waiting.restart()
    clock.passes(MINUTE)
    await waiting.looked_at()
    assert await alarms(waiting) == ["outage"]
    assert (await waiting.told("outage"))[0][2]["kind"] == kind
    for _ in range(3):
        await waiting.restart()
        clock.passes(HOUR)
        await waiting.looked_at()
    assert await alarms(waiting) == ["outage"]

    mends(waiting)
    await waiting.looked_at()
    await waiting.looked_at()

    assert await alarms(waiting, "outage") == ["outage", "outage_over"]


async def test_one_call_that_comes_through_ends_the_count(waiting: BotParts, clock: Clock):
    for _ in range(30):
        breaks(waiting, AWAY, times=1)
        await waiting.looked_at()
        clock.passes(9 * MINUTE)
        await waiting.looked_at()
    await waiting.looked_at()

    assert await alarms(waiting, "outage") == []


@pytest.mark.parametrize(
    "error",
    [
        errors.JobUnknown(job_id=JOB),
        errors.ProviderRefused(code="", message="no", status=400),
        errors.QuotaExceeded(),
    ],
)
async def test_refusal_is_an_answer(waiting: BotParts, clock: Clock, error: errors.UserError):
    breaks(waiting, error)
    for _ in range(5):
        await waiting.looked_at()
        clock.passes(10 * MINUTE)

    assert await alarms(waiting, "outage") == []


async def test_time_in_which_the_bot_was_off_does_not_count(waiting: BotParts, clock: Clock):
    """Stopped an hour ago at a bad moment; the first call after it fails as well."""
    breaks(waiting, AWAY)
    for _ in range(3):
        await waiting.looked_at()
        clock.passes(MINUTE)
    clock.passes(HOUR)
    await waiting.restart()
    await waiting.looked_at()
    assert await alarms(waiting) == []

    clock.passes(9 * MINUTE)
    await waiting.looked_at()
    clock.passes(MINUTE)
    await waiting.looked_at()
    assert await alarms(waiting) == ["outage"]


# Cancel it and create it again


async def asks(parts: BotParts, *, by: int = ADMIN, request_id: int | None = None) -> Any:
    number = (await parts.tracked()).number
    found = await parts.restarts.ask(number, by=by, request_id=request_id or parts.request())
    await parts.restarts.idle(JOB)
    return found


async def state(parts: BotParts) -> RestartState:
    found = await parts.restarts.store.get(JOB)
    assert found is not None
    return found.state


async def one_new_job(parts: BotParts) -> None:
    """The old one is cancelled, and its plan led to one more; nobody starts a third."""
    await until(lambda: len(parts.provider.jobs) == 2)
    await parts.restarts.tick()
    await parts.restarts.idle(JOB)
    for run_id in await parts.runs.underway():
        await parts.submission.idle(run_id)
    old, new = parts.provider.jobs.values()
    assert old.status is JobStatus.CANCELLED
    assert (new.base_model, new.suffix, new.n_epochs) == (old.base_model, old.suffix, old.n_epochs)
    assert parts.provider.n_calls("create_job") == 2
    assert await state(parts) is RestartState.STARTED
    assert await alarms(parts, "restart") == ["restart_started"]


async def test_one_press_cancels_and_creates_again(waiting: BotParts):
    await asks(waiting)

    await one_new_job(waiting)
    await waiting.looked_at(JOB)
    assert [told[1] for told in await waiting.told("job_finished")] == ["job_finished"] * 2


async def test_many_presses_create_one_job(waiting: BotParts):
    """Double taps, two admins, and the same update twice."""
    request_id = waiting.request()
    for by in (ADMIN, SECOND_ADMIN, ADMIN):
        await asks(waiting, by=by, request_id=request_id)
        await asks(waiting, by=by)
        await waiting.restarts.tick()

    await one_new_job(waiting)


async def test_cancellation_is_waited_for(waiting: BotParts):
    """Some providers take their time; until they say "cancelled" nothing is started."""
    waiting.provider.cancels_to = "cancelling"
    await asks(waiting)
    for _ in range(3):
        await waiting.restarts.tick()
        await waiting.restarts.idle(JOB)
    assert waiting.provider.n_calls(f"cancel {JOB}") == 1
    assert await state(waiting) is RestartState.CANCELLING
    assert len(waiting.provider.jobs) == 1

    await waiting.restart()
    waiting.provider.moves(JOB, "cancelled")
    await waiting.restarts.tick()

    await one_new_job(waiting)


@pytest.mark.parametrize(
    "error", [errors.ProviderUncertain(), errors.ProviderUnreachable(), errors.ProviderBusy()]
)
@pytest.mark.parametrize("call", [f"job {JOB}", f"cancel {JOB}"])
async def test_stumbling_provider_is_asked_again(waiting: BotParts, call: str, error: Exception):
    waiting.provider.fails(call, error)
    await asks(waiting)
    assert len(waiting.provider.jobs) == 1
    await waiting.restarts.tick()
    await waiting.restarts.idle(JOB)

    await one_new_job(waiting)


@pytest.mark.parametrize("status", ["running", "succeeded", "failed", "paused", "preparing"])
async def test_too_late_starts_nothing(waiting: BotParts, status: str):
    """It began or ended between our last look and the press: it is left alone, and that is said."""
    waiting.provider.moves(JOB, status)
    await asks(waiting)
    await waiting.restarts.tick()
    await waiting.restarts.idle(JOB)

    assert await state(waiting) is RestartState.LATE
    assert waiting.provider.n_calls(f"cancel {JOB}") == 0
    assert len(waiting.provider.jobs) == 1
    assert await alarms(waiting, "restart") == ["restart_late"]


@pytest.mark.parametrize("status", ["running", "succeeded", "failed"])
async def test_cancellation_that_came_too_late_starts_nothing(waiting: BotParts, status: str):
    waiting.provider.cancels_to = "cancelling"
    await asks(waiting)
    waiting.provider.moves(JOB, status)
    await waiting.restarts.tick()
    await waiting.restarts.idle(JOB)

    assert await state(waiting) is RestartState.LATE
    assert len(waiting.provider.jobs) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [("running", errors.JobHasBegun), ("succeeded", errors.JobFinished)],
)
async def test_press_on_an_old_alarm_is_refused(waiting: BotParts, status: str, error: type):
    waiting.provider.moves(JOB, status)
    await waiting.looked_at()

    with pytest.raises(error):
        await asks(waiting)

    assert waiting.provider.n_calls(f"cancel {JOB}") == 0


async def test_job_from_elsewhere_has_no_plan_to_start(parts: BotParts):
    parts.provider.has_job(job_of("ftjob-x", "queued"))
    tracked = await parts.watching.follow("ftjob-x", by=ADMIN)

    with pytest.raises(errors.ButtonGone):
        await parts.restarts.ask(tracked.number, by=ADMIN, request_id=parts.request())


async def test_plan_that_can_not_be_started_again_is_told(waiting: BotParts):
    """The provider has cancelled the job, and the model was shut down meanwhile, say."""
    waiting.provider.forgets(JOB)
    await asks(waiting)

    assert await state(waiting) is RestartState.REFUSED
    (told, *_) = await waiting.told("restart_refused")
    assert told[2]["error"] == "error_job_unknown"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["move", "planned", "confirm", "confirmed", "tell_admins"])
async def test_killed_anywhere_it_goes_on_to_one_job(
    waiting: BotParts, monkeypatch: pytest.MonkeyPatch, step: str
):
    """At each step that is stored, and after the start: the next process makes one job of it."""
    owner: type = {
        "confirm": PlanStarts,
        "confirmed": PlanStarts,
        "tell_admins": Notifications,
    }.get(step, RestartStore)
    name = "confirm" if step == "confirmed" else step
    real = getattr(owner, name)

    async def deadly(self: Any, *args: Any, **kwargs: Any) -> Any:
        if step == "confirmed":
            await real(self, *args, **kwargs)
        raise Killed

    monkeypatch.setattr(owner, name, deadly)
    number = (await waiting.tracked()).number
    await waiting.restarts.ask(number, by=ADMIN, request_id=waiting.request())
    await waiting.restarts.idle(JOB)
    monkeypatch.undo()
    await waiting.restart()
    await waiting.restarts.tick()
    await waiting.restarts.idle(JOB)

    await one_new_job(waiting)
    runs = [await waiting.run(n) for n in (1, 2)]
    assert [run.state for run in runs] == [RunState.SUBMITTED] * 2


async def test_killed_after_it_started_a_plan_that_was_open_already(
    waiting: BotParts, monkeypatch: pytest.MonkeyPatch
):
    """The admin had just made the same plan by hand: it is taken, and not another one after it."""
    await waiting.training.plan_again(1, asked_by=ADMIN, request_id=waiting.request())
    monkeypatch.setattr(RestartStore, "move", _dies_on(RestartState.STARTED))
    await asks(waiting)
    monkeypatch.undo()
    await waiting.restart()
    await waiting.restarts.tick()
    await waiting.restarts.idle(JOB)

    await one_new_job(waiting)


async def test_cancelled_job_is_not_asked_for_again(
    waiting: BotParts, monkeypatch: pytest.MonkeyPatch
):
    """The provider has said so, and may forget the job by the time of the next process."""
    monkeypatch.setattr(RestartStore, "planned", _dies)
    await asks(waiting)
    monkeypatch.undo()
    await waiting.restart()
    waiting.provider.fails(f"job {JOB}", *[AWAY] * 9)
    await waiting.restarts.tick()
    await waiting.restarts.idle(JOB)

    assert await state(waiting) is RestartState.STARTED


async def _dies(self: Any, *args: Any, **kwargs: Any) -> Any:
    raise Killed


def _dies_on(state: RestartState) -> Any:
    real = RestartStore.move

    async def move(self: Any, *args: Any, to: RestartState, **kwargs: Any) -> bool:
        if to is state:
            raise Killed
        return await real(self, *args, to=to, **kwargs)

    return move
