"""Fine-tuning jobs: the card that moves, the message at the end, the list."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.catalogue import Catalogue
from bot.domain import FineTuningJob, JobStatus, TrackedJob
from bot.services.cost import real_cost
from bot.texts import Markup, Texts
from bot.views.buttons import button, data_of
from bot.views.plan import reason
from bot.views.screen import Button, Screen, fitting, rows

BAR = 10
SPARKS = "▁▂▃▄▅▆▇"
SPARK_WIDTH = 10

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


def card(texts: Texts, tracked: TrackedJob, catalogue: Catalogue, *, base_url: str) -> Screen:
    """One screen that shows a job as it stands."""
    job = tracked.job
    lines = [
        texts(
            "job_card", icon=_ICONS[job.status], name=tracked.name, status=status_words(texts, job)
        ),
        *_progress(texts, tracked, catalogue),
    ]
    if job.status is JobStatus.QUEUED:
        lines.append(texts("job_queued_hint"))
    if job.status is JobStatus.FAILED and job.refusal:
        lines.append(reason(texts, job.refusal))
    elif tracked.warning or (tracked.last_message and not job.status.is_terminal):
        lines.append(_in_their_words(texts, tracked))
    lines += [texts("job_base", model=job.base_model), texts("job_id", id=job.id)]
    return Screen(text="\n".join(lines), buttons=_card_buttons(texts, tracked, catalogue, base_url))


def finished(texts: Texts, tracked: TrackedJob, catalogue: Catalogue, *, base_url: str) -> Screen:
    """How a job ended: a message of its own, because only a new message rings."""
    job = tracked.job
    if job.status is JobStatus.SUCCEEDED:
        lines, first_row = _succeeded(texts, tracked, catalogue), []
    elif job.status is JobStatus.FAILED:
        lines = [texts("job_failed", name=tracked.name)]
        if job.refusal:
            lines.append(reason(texts, job.refusal))
        first_row = [
            button(texts, "validate", data_of("dataset", "validate")),
            button(texts, "retry", data_of("train", "plan")),
        ]
    else:
        lines = [texts("job_cancelled", name=tracked.name, duration=_duration(texts, job))]
        first_row = [button(texts, "retry", data_of("train", "plan"))]
    if tracked.warning and job.status is not JobStatus.FAILED:
        lines.append(_in_their_words(texts, tracked))
    lines.append(texts("job_id", id=job.id))
    return Screen(
        text="\n".join(lines),
        buttons=rows(first_row, _provider_page(texts, job, catalogue, base_url)),
    )


def listing(texts: Texts, jobs: Sequence[FineTuningJob]) -> Screen:
    """The latest jobs."""
    if not jobs:
        return Screen(
            text=texts("jobs_none"),
            buttons=rows([button(texts, "train", data_of("train", "plan"))]),
        )
    lines = [
        texts(
            "jobs_line",
            icon=_ICONS[job.status],
            name=job.suffix or job.base_model,
            status=status_words(texts, job),
            day=texts.moment(job.created_at),
            id=job.id,
        )
        for job in jobs
    ]
    return Screen(text="\n".join(fitting([texts("jobs_title"), *lines])))


def ask_cancel(texts: Texts, tracked: TrackedJob) -> Screen:
    """Whether to stop the job."""
    return Screen(
        text=texts("cancel_ask", name=tracked.name),
        buttons=rows(
            [
                button(texts, "cancel_yes", data_of("job", "cancel", tracked.number)),
                button(texts, "keep", data_of("job", "keep", tracked.number)),
            ]
        ),
    )


def status_words(texts: Texts, job: FineTuningJob) -> str:
    """A status in words; one that we do not know in the provider's own."""
    return texts(f"status_{job.status.value}", word=job.status_word)


def sparkline(values: Sequence[float]) -> str:
    """The course of *values* in at most ten characters; empty for fewer than two."""
    if len(values) < 2:
        return ""
    picked = [values[round(n * (len(values) - 1) / (SPARK_WIDTH - 1))] for n in range(SPARK_WIDTH)]
    shown = picked if len(values) >= SPARK_WIDTH else values
    low, high = min(shown), max(shown)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0
    return "".join(SPARKS[round((value - low) * scale)] for value in shown)


def _succeeded(texts: Texts, tracked: TrackedJob, catalogue: Catalogue) -> list[str]:
    job = tracked.job
    lines = [texts("job_succeeded", name=tracked.name, duration=_duration(texts, job))]
    losses = _values(tracked.metrics, "train_loss")
    if losses:
        first, last = (texts.number(loss, digits=2) for loss in (losses[0], losses[-1]))
        lines.append(texts("job_succeeded_loss", first=first, last=last))
    if job.trained_tokens:
        tokens = texts.number(job.trained_tokens)
        cost = real_cost(job.trained_tokens, catalogue.model(job.base_model))
        if cost is None:
            lines.append(texts("job_succeeded_tokens", tokens=tokens))
        else:
            lines.append(texts("job_succeeded_cost", tokens=tokens, price=texts.money(cost)))
    if job.fine_tuned_model:
        lines.append(texts("job_model", model=job.fine_tuned_model))
        lines.append(texts("job_succeeded_next"))
    return lines


def _in_their_words(texts: Texts, tracked: TrackedJob) -> str:
    """The provider's newest warning, else its newest message."""
    if tracked.warning:
        return texts("job_warning", message=tracked.warning[:300])
    return texts("job_last", message=tracked.last_message[:200])


def _progress(texts: Texts, tracked: TrackedJob, catalogue: Catalogue) -> list[str]:
    metrics = tracked.metrics
    job = tracked.job
    steps, totals = _values(metrics, "step"), _values(metrics, "total_steps")
    lines = []
    if steps and totals and totals[-1] > 0 and not job.status.is_terminal:
        share = min(1.0, steps[-1] / totals[-1])
        lines.append(_bar(texts, job, share))
        lines.append(_step(texts, job, steps[-1], totals[-1]))
    elif steps and not totals and not job.status.is_terminal:  # Azure tells no total
        lines.append(texts("job_step_alone", step=texts.number(steps[-1])))
    for key, name in (("job_loss", "train_loss"), ("job_valid_loss", "valid_loss")):
        losses = _values(metrics, name)
        if losses:
            spark = Markup(sparkline(losses))
            lines.append(texts(key, loss=texts.number(losses[-1], digits=2), spark=spark))
    cost = real_cost(job.trained_tokens or 0, catalogue.model(job.base_model))
    if cost and not job.status.is_terminal:
        lines.append(texts("job_spent", price=texts.money(cost)))
    return lines


def _bar(texts: Texts, job: FineTuningJob, share: float) -> str:
    full = int(share * BAR)
    bar = "▓" * full + "░" * (BAR - full)
    if not job.n_epochs:
        return texts("job_progress_plain", bar=bar, percent=int(share * 100))
    epoch = min(job.n_epochs, int(share * job.n_epochs) + 1)
    return texts(
        "job_progress", bar=bar, percent=int(share * 100), epoch=epoch, epochs=job.n_epochs
    )


def _step(texts: Texts, job: FineTuningJob, step: float, total: float) -> str:
    words = {"step": texts.number(step), "total": texts.number(total)}
    left_s = (job.estimated_finish or 0) - time.time()
    if left_s <= 0:
        return texts("job_step", **words)
    return texts("job_step_left", left=texts.duration(left_s), **words)


def _values(metrics: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    values = (data.get(name) for data in metrics)
    return [float(value) for value in values if isinstance(value, int | float)]


def _duration(texts: Texts, job: FineTuningJob) -> str:
    return texts.duration(max(0, (job.finished_at or int(time.time())) - job.created_at))


def _card_buttons(
    texts: Texts, tracked: TrackedJob, catalogue: Catalogue, base_url: str
) -> tuple[tuple[Button, ...], ...]:
    page = _provider_page(texts, tracked.job, catalogue, base_url)
    if tracked.job.status.is_terminal:
        return rows(page)
    return rows(
        [
            button(texts, "refresh", data_of("job", "refresh", tracked.number)),
            button(texts, "cancel_job", data_of("job", "ask", tracked.number)),
        ],
        page,
    )


def _provider_page(
    texts: Texts, job: FineTuningJob, catalogue: Catalogue, base_url: str
) -> list[Button]:
    url = catalogue.job_page(base_url, job.id)
    return [Button(text=texts.plain("button_provider_page"), url=url)] if url else []
