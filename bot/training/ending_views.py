"""How a training ended, with the next steps, and the remedies for poor answers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.catalogue import Catalogue
from bot.delivery.screen import (
    MAX_CAPTION_UNITS,
    MAX_UNITS,
    Attachment,
    Button,
    Screen,
    fitting,
    rows,
)
from bot.domain.training import Hyperparameters, JobStatus, Refusal, TrackedJob, TrainingRun
from bot.edge.buttons import button, data_of
from bot.jobs.card_views import reason
from bot.jobs.curves import Curves
from bot.texts import Markup, Texts, cut, shortened
from bot.training.remedies import Remedy, Step, steps_after
from bot.usage.cost import training_cost

_NAME_UNITS = 64
_MODEL_UNITS = 160
_ID_UNITS = 80
_REASON_UNITS = 400
_WARNING_UNITS = 200
"""With the sentences around them, all these fit into a caption, which takes 1024 units."""

_UNEXPLAINED: Final = Refusal(code="", message="")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnding:
    """All that the message at the end of a job shows."""

    tracked: TrackedJob
    run: TrainingRun | None
    """The run that the job came from; None: an admin named the job to /monitor."""
    curves: Curves
    chart: Path | None
    """A picture of the curves; None: the message is only text."""
    base_url: str
    """The provider's address: the catalogue's prices hold only at its own provider."""
    page: str | None
    """Address of the provider's page of the job; None: it has none."""


def finished(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> Screen:
    """How a job ended: a new message, because an edited one does not ring."""
    status = ending.tracked.job.status
    if status is JobStatus.SUCCEEDED:
        lines, steps = _succeeded(texts, ending, catalogue), []
    elif status is JobStatus.FAILED:
        lines = _failed(texts, ending, catalogue)
        code = (ending.tracked.job.refusal or _UNEXPLAINED).code
        steps = step_rows(texts, ending.run, steps_after(code))
    else:
        lines = _cancelled(texts, ending, catalogue)
        steps = step_rows(texts, ending.run, [Step.RETRY])
    lines.append(texts("job_id", id=shortened(ending.tracked.job.id, _ID_UNITS)))
    chart = ending.chart and Attachment(kind="photo", name="loss.png", path=str(ending.chart))
    units = MAX_CAPTION_UNITS if chart else MAX_UNITS
    return Screen(
        text="\n".join(fitting(lines, units=units)),
        buttons=rows(*steps, _looking(texts, ending), _page(texts, ending)),
        attachment=chart or None,
    )


def refused(texts: Texts, run: TrainingRun) -> Screen:
    """The provider refused the file or the job."""
    refusal = run.refusal or _UNEXPLAINED
    return Screen(
        text=texts("run_refused", run_id=run.id, reason=Markup(reason(texts, refusal))),
        buttons=rows(*step_rows(texts, run, steps_after(refusal.code))),
    )


def never_named(texts: Texts, tracked: TrackedJob) -> Screen:
    """The provider has not named the model, long after the job succeeded."""
    return Screen(text=texts("job_never_named", name=shortened(tracked.name, _NAME_UNITS)))


def remedies(
    texts: Texts,
    tracked: TrackedJob,
    run: TrainingRun | None,
    changes: Mapping[Remedy, Hyperparameters],
) -> Screen:
    """The guide's remedies for poor answers, each with its button.

    *run* None: the job was started elsewhere. *changes* holds the parameters of the new plans, for
    the remedies that change something.
    """
    name = shortened(tracked.name, _NAME_UNITS)
    examples = button(texts, "remedy_examples", data_of("dataset", "validate"))
    if run is None:
        plan = button(texts, "retry", data_of("training", "plan"))
        return Screen(text=texts("remedies_foreign", name=name), buttons=rows([plan], [examples]))
    lines, buttons = [texts("remedies_title", name=name)], []
    for remedy in Remedy:
        if remedy is Remedy.EXAMPLES:
            lines.append(texts("remedy_examples"))
            buttons.append([examples])
        elif remedy in changes:
            before, after = _values(texts, remedy, run.parameters, changes[remedy])
            lines.append(texts(f"remedy_{remedy}", before=before, after=after))
            data = data_of("training", "like", f"{run.id}-{remedy}")
            buttons.append([button(texts, f"remedy_{remedy}", data, after=after)])
    return Screen(text="\n\n".join(lines), buttons=rows(*buttons))


def other_model(texts: Texts, run: TrainingRun, names: Sequence[str]) -> Screen:
    """The choice of another base model for a plan like that run."""
    choices = [[Button(text=n, data=data_of("training", "with", f"{run.id}-{n}"))] for n in names]
    return Screen(
        text=texts("other_model", model=run.parameters.base_model, run_id=run.id),
        buttons=rows(*choices),
    )


def derived(texts: Texts, screen: Screen, run: TrainingRun, plan: TrainingRun) -> Screen:
    """The screen of a plan that was made from a run, with the differences first."""
    lines = [
        texts(f"derived_{remedy}", run_id=run.id, before=before, after=after)
        for remedy in (Remedy.EPOCHS, Remedy.MULTIPLIER, Remedy.MODEL)
        for before, after in [_values(texts, remedy, run.parameters, plan.parameters)]
        if before != after
    ] or [texts("derived_same", run_id=run.id)]
    if run.dataset.id != plan.dataset.id:
        numbers = {"before": run.dataset.id, "after": plan.dataset.id}
        lines.append(texts("derived_dataset", run_id=run.id, **numbers))
    return replace(screen, text="\n".join([*lines, "", screen.text]))


def step_rows(texts: Texts, run: TrainingRun | None, steps: Sequence[Step]) -> list[list[Button]]:
    """A button for each next step; without a run to repeat, a new plan is the next step."""
    return [[each] for each in dict.fromkeys(_step(texts, run, step) for step in steps)]


def _step(texts: Texts, run: TrainingRun | None, step: Step) -> Button:
    match step:
        case Step.STATUS:
            data = data_of("jobs", "status")
        case Step.PART if run is not None and run.validation is not None:
            data = data_of("dataset", "report", run.validation.id)
        case Step.REPAIR | Step.PART:
            step, data = Step.REPAIR, data_of("dataset", "validate")
        case _ if run is None:
            return button(texts, "retry", data_of("training", "plan"))
        case Step.MODEL:
            data = data_of("training", "models", run.id)
        case _:
            data = data_of("training", step.value, run.id)
    return button(texts, f"step_{step}", data)


def _succeeded(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    job = ending.tracked.job
    lines = [
        _headline(texts, ending),
        *_losses(texts, ending.curves),
        *_cost(texts, ending, catalogue),
    ]
    if not job.fine_tuned_model:
        return [*lines, texts("job_nameless"), *_warning(texts, ending)]
    model = texts("job_model", model=shortened(job.fine_tuned_model, _MODEL_UNITS))
    return [*lines, texts("job_succeeded_next"), *_warning(texts, ending), model]


def _failed(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    job = ending.tracked.job
    refusal = job.refusal or _UNEXPLAINED
    lines = [
        texts("job_failed", name=shortened(ending.tracked.name, _NAME_UNITS)),
        reason(texts, replace(refusal, message=cut(refusal.message, _REASON_UNITS))),
        *_losses(texts, ending.curves),
        *_cost(texts, ending, catalogue),
    ]
    if not job.trained_tokens and not ending.curves.n_points:
        lines.append(texts("job_not_begun"))
    return lines


def _cancelled(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    return [
        _headline(texts, ending),
        *_losses(texts, ending.curves),
        *_cost(texts, ending, catalogue),
        *_warning(texts, ending),
    ]


def _headline(texts: Texts, ending: JobEnding) -> str:
    """How it ended and how long it took, unless the provider does not say when it began."""
    job, name = ending.tracked.job, shortened(ending.tracked.name, _NAME_UNITS)
    is_done = job.status is JobStatus.SUCCEEDED
    if not job.created_at:
        return texts("job_succeeded_untimed" if is_done else "job_cancelled_untimed", name=name)
    took_s = max(0, (job.finished_at or int(time.time())) - job.created_at)
    key = "job_succeeded" if is_done else "job_cancelled"
    return texts(key, name=name, duration=texts.duration(took_s))


def _losses(texts: Texts, curves: Curves) -> list[str]:
    """The first and the last training loss, the last and the lowest validation loss."""
    lines = []
    validated = curves.full_valid or curves.valid
    valid = texts.number(validated[-1].loss, digits=2) if validated else ""
    if curves.train:
        key = "job_losses_validated" if valid else "job_losses"
        first, last = (texts.number(curves.train[n].loss, digits=2) for n in (0, -1))
        lines.append(texts(key, first=first, last=last, valid=valid))
    elif valid:
        lines.append(texts("job_validated", valid=valid))
    if curves.best is not None:
        loss = texts.number(curves.best.loss, digits=2)
        lines.append(texts("job_best", step=texts.number(curves.best.step), loss=loss))
    return lines


def _cost(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    job = ending.tracked.job
    if not job.trained_tokens:
        return []
    tokens = texts.number(job.trained_tokens)
    model = catalogue.priced(job.base_model, ending.base_url)
    cost = training_cost(job.trained_tokens, model, job.method)
    if cost is None:
        return [texts("job_tokens", tokens=tokens)]
    return [texts("job_cost", tokens=tokens, price=texts.money(cost))]


def _warning(texts: Texts, ending: JobEnding) -> list[str]:
    message = shortened(ending.tracked.warning, _WARNING_UNITS)
    return [texts("job_warning", message=message)] if ending.tracked.warning else []


def _looking(texts: Texts, ending: JobEnding) -> list[Button]:
    """The chart unless it is shown, and the remedies if there is a model."""
    number, buttons = ending.tracked.number, []
    if ending.chart is None and ending.curves.is_drawable:
        buttons.append(button(texts, "chart", data_of("jobs", "chart", number)))
    if ending.tracked.job.fine_tuned_model:
        buttons.append(button(texts, "remedies", data_of("training", "remedies", number)))
    return buttons


def _page(texts: Texts, ending: JobEnding) -> list[Button]:
    if ending.page is None:
        return []
    return [Button(text=texts.plain("button_provider_page"), url=ending.page)]


def _values(
    texts: Texts, remedy: Remedy, before: Hyperparameters, after: Hyperparameters
) -> tuple[str, str]:
    """The changed value before and after a remedy, as people read it."""
    match remedy:
        case Remedy.EPOCHS:
            return texts.number(before.n_epochs), texts.number(after.n_epochs)
        case Remedy.MULTIPLIER:
            multiplier = texts.short_number(before.learning_rate_multiplier)
            return multiplier, texts.short_number(after.learning_rate_multiplier)
        case _:
            return before.base_model, after.base_model
