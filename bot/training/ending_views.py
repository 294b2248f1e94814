"""How a training ended, with the way on; and the remedies for poor answers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

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
from bot.jobs.curves import Curves
from bot.jobs.refusal_views import reason
from bot.texts import Markup, Texts, cut, shortened
from bot.training.remedies import Remedy, Step, steps_after
from bot.usage.cost import real_cost

_NAME_UNITS = 64
_MODEL_UNITS = 160
_ID_UNITS = 80
_REASON_UNITS = 400
_WARNING_UNITS = 200
"""Together with the sentences around them they fit below a picture, which takes 1024 units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnding:
    """All that the message at the end of a job tells."""

    tracked: TrackedJob
    run: TrainingRun | None
    """What it came from; None for a job that an admin named to /monitor."""
    curves: Curves
    chart: Path | None
    """A picture of the curves; None: there is none, and the message is text alone."""
    page: str | None
    """The provider's own page of the job."""


def finished(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> Screen:
    """How a job ended: a message of its own, because only a new message rings."""
    status = ending.tracked.job.status
    if status is JobStatus.SUCCEEDED:
        lines, steps = _succeeded(texts, ending, catalogue), []
    elif status is JobStatus.FAILED:
        lines, steps = _failed(texts, ending, catalogue), _ways_on(texts, ending)
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
    """The provider took the file or the job not."""
    refusal = run.refusal or Refusal(code="", message="")
    return Screen(
        text=texts("run_refused", run_id=run.id, reason=Markup(reason(texts, refusal))),
        buttons=rows(*step_rows(texts, run, steps_after(refusal.code))),
    )


def never_named(texts: Texts, tracked: TrackedJob) -> Screen:
    """A success of which no model is known, long after it was told."""
    return Screen(text=texts("job_never_named", name=shortened(tracked.name, _NAME_UNITS)))


def remedies(
    texts: Texts,
    tracked: TrackedJob,
    run: TrainingRun | None,
    changes: Mapping[Remedy, Hyperparameters],
) -> Screen:
    """What the guide advises when a model answers poorly, each with the button that does it.

    Args:
        texts: The person's language.
        tracked: The job that the model came from.
        run: The run that the job came from; None: it was started elsewhere.
        changes: What the plans of the remedies would be; without those that are none here.
    """
    name = shortened(tracked.name, _NAME_UNITS)
    examples = button(texts, "remedy_examples", data_of("dataset", "validate"))
    if run is None:
        new_plan = button(texts, "retry", data_of("training", "plan"))
        return Screen(
            text=texts("remedies_foreign", name=name), buttons=rows([new_plan], [examples])
        )
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
    """Which base model a plan like that run is to have instead."""
    choices = [[Button(text=n, data=data_of("training", "with", f"{run.id}-{n}"))] for n in names]
    return Screen(
        text=texts("other_model", model=run.parameters.base_model, run_id=run.id),
        buttons=rows(*choices),
    )


def derived(texts: Texts, screen: Screen, run: TrainingRun, plan: TrainingRun) -> Screen:
    """The screen of a plan that was made from a run, with what is different about it."""
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
    """A button for each way on; where there is no run to repeat, a new plan is the way."""
    buttons = [_step(texts, run, step) for step in steps]
    return [[each] for each in dict.fromkeys(buttons)]


def _step(texts: Texts, run: TrainingRun | None, step: Step) -> Button:
    match step:
        case Step.STATUS:
            data = data_of("jobs", "status")
        case Step.PART if run is not None and run.validation is not None:
            data = data_of("dataset", "report", run.validation.id)
        case Step.MEND | Step.PART:
            step, data = Step.MEND, data_of("dataset", "validate")
        case _ if run is None:
            return button(texts, "retry", data_of("training", "plan"))
        case Step.MODEL:
            data = data_of("training", "models", run.id)
        case _:
            data = data_of("training", step.value, run.id)
    return button(texts, f"step_{step}", data)


def _ways_on(texts: Texts, ending: JobEnding) -> list[list[Button]]:
    refusal = ending.tracked.job.refusal
    return step_rows(texts, ending.run, steps_after(refusal.code if refusal else ""))


def _succeeded(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    job, name, took = ending.tracked.job, _name(ending), _duration(texts, ending)
    lines = [
        texts("job_succeeded", name=name, duration=took)
        if took
        else texts("job_succeeded_untimed", name=name),
        *_losses(texts, ending.curves),
        *_cost(texts, ending, catalogue),
    ]
    if not job.fine_tuned_model:
        return [*lines, texts("job_nameless"), *_warning(texts, ending)]
    model = texts("job_model", model=shortened(job.fine_tuned_model, _MODEL_UNITS))
    return [*lines, texts("job_succeeded_next"), *_warning(texts, ending), model]


def _failed(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    job = ending.tracked.job
    lines = [texts("job_failed", name=_name(ending))]
    refusal = job.refusal or Refusal(code="", message="")
    short = replace(refusal, message=cut(refusal.message, _REASON_UNITS))
    lines.append(reason(texts, short))
    lines += [*_losses(texts, ending.curves), *_cost(texts, ending, catalogue)]
    if not job.trained_tokens and not ending.curves.n_points:
        lines.append(texts("job_not_begun"))
    return lines


def _cancelled(texts: Texts, ending: JobEnding, catalogue: Catalogue) -> list[str]:
    name, took = _name(ending), _duration(texts, ending)
    return [
        texts("job_cancelled", name=name, duration=took)
        if took
        else texts("job_cancelled_untimed", name=name),
        *_losses(texts, ending.curves),
        *_cost(texts, ending, catalogue),
        *_warning(texts, ending),
    ]


def _losses(texts: Texts, curves: Curves) -> list[str]:
    """First and last training loss, the last validation loss, and where that was lowest."""
    lines = []
    validated = curves.full_valid or curves.valid
    valid = texts.number(validated[-1].loss, digits=2) if validated else ""
    if curves.train:
        first, last = (
            texts.number(point.loss, digits=2) for point in (curves.train[0], curves.train[-1])
        )
        if valid:
            lines.append(texts("job_losses_validated", first=first, last=last, valid=valid))
        else:
            lines.append(texts("job_losses", first=first, last=last))
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
    cost = real_cost(job.trained_tokens, catalogue.model(job.base_model), job.method)
    if cost is None:
        return [texts("job_tokens", tokens=tokens)]
    return [texts("job_cost", tokens=tokens, price=texts.money(cost))]


def _warning(texts: Texts, ending: JobEnding) -> list[str]:
    warning = ending.tracked.warning
    if not warning:
        return []
    return [texts("job_warning", message=shortened(warning, _WARNING_UNITS))]


def _looking(texts: Texts, ending: JobEnding) -> list[Button]:
    """What there is to look at or to do about a model that was trained."""
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
    """What a remedy changes, as people read it."""
    match remedy:
        case Remedy.EPOCHS:
            return texts.number(before.n_epochs), texts.number(after.n_epochs)
        case Remedy.MULTIPLIER:
            multipliers = (before.learning_rate_multiplier, after.learning_rate_multiplier)
            first, second = (texts.short_number(multiplier) for multiplier in multipliers)
            return first, second
        case _:
            return before.base_model, after.base_model


def _name(ending: JobEnding) -> Markup:
    return shortened(ending.tracked.name, _NAME_UNITS)


def _duration(texts: Texts, ending: JobEnding) -> str:
    """How long it took; empty where the provider does not tell when it began."""
    job = ending.tracked.job
    if not job.created_at:
        return ""
    return texts.duration(max(0, (job.finished_at or int(time.time())) - job.created_at))
