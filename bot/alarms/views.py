"""Alarms: what is wrong, since when, and buttons for the remedies."""

import time

from bot.alarms.entities import RestartState
from bot.delivery.screen import Button, Screen, plain, rows
from bot.domain import JsonDict
from bot.domain.training import JobStatus, TrackedJob
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts


def overdue(texts: Texts, tracked: TrackedJob, *, since: float) -> Screen:
    """A job waits for too long. One of ours can be created again, any other can be stopped."""
    key = "alarm_queued" if tracked.job.status is JobStatus.QUEUED else "alarm_validating"
    if tracked.run_id is None:
        act = button(texts, "cancel_job", data_of("jobs", "ask", tracked.number))
    else:
        act = button(texts, "restart", data_of("alarms", "restart", tracked.number))
    wait = button(texts, "wait", data_of("alarms", "wait", tracked.number))
    return Screen(
        text=texts(key, name=tracked.name, waited=_waited(texts, since)),
        buttons=rows([act], [wait]),
    )


def stalled(texts: Texts, tracked: TrackedJob, payload: JsonDict) -> Screen:
    """No new step for far longer than usual."""
    return Screen(
        text=texts(
            "alarm_stalled",
            name=tracked.name,
            waited=_waited(texts, payload["since"]),
            step=texts.number(payload["step"]),
            usual=texts.duration(max(1, payload["usual_s"])),
        ),
        buttons=_chart_and_stop(texts, tracked),
    )


def overfit(texts: Texts, tracked: TrackedJob, payload: JsonDict) -> Screen:
    """The validation loss rises while the training loss falls."""
    before_and_now = ("valid_before", "valid_now", "train_before", "train_now")
    losses = {name: texts.number(payload[name], digits=2) for name in before_and_now}
    return Screen(
        text=texts(
            "alarm_overfit", name=tracked.name, step=texts.number(payload["step"]), **losses
        ),
        buttons=_chart_and_stop(texts, tracked),
    )


def restarted(texts: Texts, tracked: TrackedJob, state: RestartState, payload: JsonDict) -> Screen:
    """How "cancel and create again" has ended."""
    name = tracked.name
    if state is RestartState.STARTED:
        return plain(texts, "restart_started", name=name, run_id=payload["run_id"])
    if state is RestartState.LATE:
        has_ended = tracked.job.status.is_terminal
        key = "restart_late_ended" if has_ended else "restart_late_begun"
        return plain(texts, "restart_late", name=name, status=texts.plain(key))
    reason = Markup(texts(payload["error"], **payload["params"]))
    return plain(texts, "restart_refused", name=name, reason=reason)


def _chart_and_stop(texts: Texts, tracked: TrackedJob) -> tuple[tuple[Button, ...], ...]:
    chart = button(texts, "chart", data_of("jobs", "chart", tracked.number))
    stop = button(texts, "cancel_job", data_of("jobs", "ask", tracked.number))
    return rows([chart, stop])


def _waited(texts: Texts, since: float) -> str:
    return texts.duration(time.time() - since)
