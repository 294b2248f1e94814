"""The card of a fine-tuning job: one message, which is edited in place as the job moves."""

import math
import time
from collections.abc import Sequence

from bot.catalogue import Catalogue, Pricing
from bot.delivery.screen import Button, Screen, rows
from bot.domain.training import FineTuningJob, JobStatus, Refusal, TrackedJob
from bot.edge.buttons import button, data_of
from bot.jobs.curves import Curves, Point, from_events, progress_of, seconds_left
from bot.jobs.watching import PAUSABLE
from bot.texts import Markup, Texts, shortened
from bot.usage.cost import training_cost

BAR = 10
SPARKS = "▁▂▃▄▅▆▇"
SPARK_WIDTH = 10
_TWICE, _MOST_TIMES, _LEAST_PERCENT = 1.8, 10, 3
"""What is told of a falling error: from "twice" to "ten times"; and the least change that is."""

_WARNING_UNITS, _LAST_UNITS, _STARTER_UNITS = 300, 200, 40
_REHEARSAL = "rehearsal backend:"
"""What the engine's warning begins with."""
_ICONS = {
    JobStatus.VALIDATING_FILES: "🔎",
    JobStatus.QUEUED: "🕓",
    JobStatus.RUNNING: "⏳",
    JobStatus.PAUSED: "⏸",
    JobStatus.SUCCEEDED: "✅",
    JobStatus.FAILED: "❌",
    JobStatus.CANCELLED: "⏹",
    JobStatus.UNKNOWN: "❔",
}


def card(
    texts: Texts, tracked: TrackedJob, catalogue: Catalogue, *, base_url: str, reader_id: int = 0
) -> Screen:
    """The present state of a job; those who did not start it read who did.

    Why it failed is told once, by the message at its end: the card is a line that leads there.
    """
    job = tracked.job
    url = catalogue.job_page(base_url, job.id)
    page = [Button(text=texts.plain("button_provider_page"), url=url)] if url else []
    if job.status is JobStatus.FAILED:
        lines = [texts("job_card_failed", icon=icon_of(job), name=tracked.name)]
    else:
        lines = _lines(texts, tracked, catalogue, base_url=base_url, reader_id=reader_id)
    screen = Screen(text="\n".join(lines), buttons=rows(*_buttons(texts, tracked), page))
    return screen.named(f"card:{job.id}", texts("card_later", name=tracked.name))


def _lines(
    texts: Texts, tracked: TrackedJob, catalogue: Catalogue, *, base_url: str, reader_id: int
) -> list[str]:
    job = tracked.job
    is_over = job.status.is_terminal
    lines = [
        headline(texts, tracked),
        *([] if tracked.started_by == reader_id else _start(texts, tracked)),
        *([] if is_over else _progress(texts, tracked)),
        *_losses(texts, from_events(tracked.metrics)),
        *(_result if is_over else spent)(texts, tracked, catalogue, base_url),
    ]
    if job.status is JobStatus.QUEUED:
        lines.append(texts("job_queued_hint"))
    if tracked.stalled_since is not None and not is_over:
        lines.append(texts("alarm_card_stalled", time=texts.clock(int(tracked.stalled_since))))
    lines += _in_their_words(texts, tracked)
    return [*lines, texts("job_base", model=job.base_model), texts("job_id", id=job.id)]


def headline(texts: Texts, tracked: TrackedJob) -> str:
    """The job's name and its status."""
    job = tracked.job
    status = status_words(texts, job)
    return texts("job_card", icon=icon_of(job), name=tracked.name, status=status)


def _start(texts: Texts, tracked: TrackedJob) -> list[str]:
    """Who started it, and what the plan said that it costs."""
    if not tracked.starter:
        return []
    name = shortened(tracked.starter, _STARTER_UNITS)
    if not tracked.price_usd:
        return [texts("job_starter", name=name)]
    return [texts("job_starter_price", name=name, price=texts.roughly(tracked.price_usd))]


def icon_of(job: FineTuningJob) -> str:
    """The status as an emoji."""
    return _ICONS[job.status]


def status_words(texts: Texts, job: FineTuningJob) -> str:
    """A status in words; in the provider's own where we do not know it."""
    if not job.status_word:
        return texts("job_status_unnamed")
    return texts(f"status_{job.status.value}", word=job.status_word)


def reason(texts: Texts, refusal: Refusal) -> str:
    """A provider's refusal in plain words, with what to do next."""
    key = f"refusal_{refusal.code}"
    if key in texts:
        return texts(key, message=refusal.message or texts.plain("refusal_no_words"))
    if refusal.message:
        return texts("refusal_other", message=refusal.message)
    if refusal.code:
        return texts("refusal_silent", code=refusal.code)
    return texts("refusal_unexplained")


def sparkline(values: Sequence[float]) -> str:
    """The course of *values* in at most ten characters; empty for fewer than two."""
    if len(values) < 2:
        return ""
    picked = [values[round(n * (len(values) - 1) / (SPARK_WIDTH - 1))] for n in range(SPARK_WIDTH)]
    shown = picked if len(values) >= SPARK_WIDTH else values
    low, high = min(shown), max(shown)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0
    return "".join(SPARKS[round((value - low) * scale)] for value in shown)


def fall_of(texts: Texts, points: Sequence[Point]) -> str:
    """How far an error has come down from the first point to the last, in words."""
    first, last = points[0].loss, points[-1].loss
    ratio = first / last if last > 0 else math.inf if first > 0 else 1.0
    if ratio >= _TWICE:
        times = min(round(min(ratio, 99)), _MOST_TIMES + 1)
        key = f"loss_fell_{times}" if times < 5 else "loss_fell_times"
        return texts(key if times <= _MOST_TIMES else "loss_fell_more", n=min(times, _MOST_TIMES))
    percent = round(100 * (1 - last / first)) if first > 0 else 0
    if abs(percent) < _LEAST_PERCENT:
        return texts("loss_same")
    return texts("loss_fell_percent" if percent > 0 else "loss_rose", n=abs(percent))


def is_rehearsal(warning: str) -> bool:
    """Whether our engine warns that it only rehearses."""
    return warning.startswith(_REHEARSAL)


def warning_lines(texts: Texts, warning: str, *, units: int) -> list[str]:
    """A provider's warning in its words; that of our engine's rehearsal in the reader's."""
    if is_rehearsal(warning):
        return [texts("job_rehearsed")]
    return [texts("job_warning", message=shortened(warning, units))] if warning else []


def _progress(texts: Texts, tracked: TrackedJob) -> list[str]:
    progress = progress_of(tracked)
    if progress is None:
        return []
    step = texts.number(progress.step)
    if progress.total is None or progress.share is None:  # Azure does not send a total
        return [texts("job_step_alone", step=step)]
    words = {"step": step, "total": texts.number(progress.total)}
    left_s = seconds_left(tracked, now=time.time())
    return [
        _bar(texts, tracked.job, progress.share),
        texts("job_step_left", left=texts.duration(left_s), **words)
        if left_s
        else texts("job_step", **words),
    ]


def _bar(texts: Texts, job: FineTuningJob, share: float) -> str:
    full = int(share * BAR)
    words = {"bar": "▓" * full + "░" * (BAR - full), "percent": int(share * 100)}
    if not job.n_epochs:
        return texts("job_progress_plain", **words)
    epoch = min(job.n_epochs, int(share * job.n_epochs) + 1)
    return texts("job_progress", epoch=epoch, epochs=job.n_epochs, **words)


def _losses(texts: Texts, curves: Curves) -> list[str]:
    validated = curves.valid or curves.full_valid
    lines = []
    for key, points in (("job_loss", curves.train), ("job_valid_loss", validated)):
        if points:
            spark = Markup(sparkline([point.loss for point in points]))
            fall = fall_of(texts, points) if len(points) > 1 else _loss(texts, points[0])
            lines.append(texts(key, fall=fall, spark=spark))
    return lines


def _loss(texts: Texts, point: Point) -> str:
    return texts.number(point.loss, digits=2)


def spent(texts: Texts, tracked: TrackedJob, catalogue: Catalogue, base_url: str) -> list[str]:
    """By the tokens that the provider reports, else by a share of the plan's estimate.

    Nothing where the provider's prices are not known; plans of earlier versions have one anyway.
    """
    if catalogue.pricing(base_url) is not Pricing.KNOWN:
        return []
    job, progress = tracked.job, progress_of(tracked)
    cost = training_cost(job.trained_tokens or 0, catalogue.model(job.base_model), job.method)
    if not cost and not job.status.is_terminal and progress is not None and progress.share:
        cost = progress.share * (tracked.price_usd or 0)
    return [texts("job_spent", price=texts.roughly(cost))] if cost else []


def _result(texts: Texts, tracked: TrackedJob, catalogue: Catalogue, base_url: str) -> list[str]:
    job, lines = tracked.job, []
    if job.finished_at and job.finished_at > job.created_at > 0:
        lines.append(texts("job_took", time=texts.duration(job.finished_at - job.created_at)))
    lines += spent(texts, tracked, catalogue, base_url)
    if job.fine_tuned_model:
        lines.append(texts("job_model", model=job.fine_tuned_model))
    return lines


def _in_their_words(texts: Texts, tracked: TrackedJob) -> list[str]:
    """The newest warning and, until it learns, the newest message."""
    warning, last = tracked.warning, tracked.last_message
    lines = warning_lines(texts, warning, units=_WARNING_UNITS)
    learns = progress_of(tracked) is not None
    if last and last != warning and not learns and not tracked.job.status.is_terminal:
        lines.append(texts("job_last", message=shortened(last, _LAST_UNITS)))
    return lines


def _buttons(texts: Texts, tracked: TrackedJob) -> list[list[Button]]:
    job, number = tracked.job, tracked.number
    looks = [button(texts, "events", data_of("jobs", "events", number))]
    if tracked.metrics or job.result_file:
        looks.insert(0, button(texts, "chart", data_of("jobs", "chart", number)))
    every = button(texts, "all_jobs", data_of("jobs", "list", 0))
    if job.status is JobStatus.FAILED:
        why = button(texts, "why_failed", data_of("training", "why", number))
        return [[why], looks, [every]]
    if job.status.is_terminal:
        return [looks, [every]]
    looks.append(button(texts, "refresh", data_of("jobs", "refresh", number)))
    acts = [button(texts, "cancel_job", data_of("jobs", "ask", number))]
    if job.status in PAUSABLE:
        acts.insert(0, button(texts, "pause", data_of("jobs", "pause", number)))
    elif job.status is JobStatus.PAUSED:
        acts.insert(0, button(texts, "resume", data_of("jobs", "resume", number)))
    return [looks, acts, [every]]
