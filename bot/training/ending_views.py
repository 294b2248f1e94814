"""How a training ended, with the next steps, and the remedies for poor answers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.catalogue import Catalogue
from bot.delivery.screen import Button, Screen, fitting, rows
from bot.domain.training import (
    FineTuningJob,
    Hyperparameters,
    JobStatus,
    Refusal,
    TrackedJob,
    TrainingRun,
)
from bot.edge.buttons import button, data_of
from bot.jobs.card_views import fall_of, is_rehearsal, reason, warning_lines
from bot.jobs.curves import Curves
from bot.texts import Markup, Texts, cut, shortened
from bot.training.base_views import label
from bot.training.bases import BaseOffer, value_of
from bot.training.edit_views import multiplier_of
from bot.training.named_line import RefusedFile
from bot.training.remedies import Remedy, Step, step_after
from bot.usage.cost import training_cost

_NAME_UNITS = 64
_MODEL_UNITS = 160
_ID_UNITS = 80
_REASON_UNITS = 400
_WARNING_UNITS = 200
_QUESTION_UNITS = 60

_UNEXPLAINED: Final = Refusal(code="", message="")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnding:
    """All that is told of the end of a job."""

    tracked: TrackedJob
    run: TrainingRun | None
    """The run that the job came from; None: an admin named the job to /monitor."""
    curves: Curves
    file: RefusedFile | None
    """The file that the provider did not take; None: it failed for another reason, if at all."""
    starter: str
    """Who started it; empty: the reader, or nobody known."""
    price_usd: float | None
    """What it cost; None: not known."""
    page: str | None
    """Address of the provider's page of the job; None: it has none."""


def finished(texts: Texts, ending: JobEnding) -> Screen:
    """How a job ended: a new message, because an edited one does not ring.

    A success is told with the answers of its model, see `trials`; here only one without a name.
    """
    status = ending.tracked.job.status
    if status is JobStatus.SUCCEEDED:
        return nameless(texts, ending, is_awaited=True)
    refusal = ending.tracked.job.refusal or _UNEXPLAINED
    if status is JobStatus.FAILED:
        end, words = "failed", [_reason(texts, ending.file, refusal)]
        step = _step_after(texts, ending.run, ending.file, refusal)
        if not ending.tracked.job.trained_tokens and not ending.curves.n_points:
            words.append(texts("job_not_begun"))
    else:
        end, words = "cancelled", _warning(texts, ending)
        step = _step(texts, ending.run, Step.RETRY)
    return Screen(
        text="\n".join(fitting([headline(texts, ending, end), *words, _id(texts, ending)])),
        buttons=rows([step]),
    )


def nameless(texts: Texts, ending: JobEnding, *, is_awaited: bool) -> Screen:
    """A success whose model has no name, or not yet."""
    why = texts("nameless_yet" if is_awaited else "nameless_forever")
    return Screen(text="\n".join([headline(texts, ending, "trained"), why, _id(texts, ending)]))


def headline(texts: Texts, ending: JobEnding, end: str) -> str:
    """How long it took, what it cost and who started it, as far as is known.

    *end* is "ready" (its model answers), "trained", "failed" or "cancelled".
    """
    job, facts = ending.tracked.job, []
    if job.created_at:
        facts.append(texts.duration(max(0, (job.finished_at or time.time()) - job.created_at)))
    if ending.price_usd is not None:
        facts.append(texts.money(ending.price_usd))
    if ending.starter:
        facts.append(texts.plain("job_started_by", who=cut(ending.starter, _NAME_UNITS)))
    name = shortened(ending.tracked.name, _NAME_UNITS)
    return texts(f"ending_{end}", name=name, facts="".join(f" · {fact}" for fact in facts))


def details(texts: Texts, ending: JobEnding) -> list[str]:
    """The figures of a success, its model and its id; of a rehearsal the verdict tells."""
    job, lines = ending.tracked.job, _losses(texts, ending.curves)
    if job.trained_tokens:
        lines.append(texts("job_tokens", tokens=texts.number(job.trained_tokens)))
    model = texts("job_model", model=shortened(job.fine_tuned_model or "", _MODEL_UNITS))
    warning = [] if is_rehearsal(ending.tracked.warning) else _warning(texts, ending)
    return [*lines, *warning, model, _id(texts, ending)]


def _id(texts: Texts, ending: JobEnding) -> str:
    return texts("job_id", id=shortened(ending.tracked.job.id, _ID_UNITS))


def cost_of(job: FineTuningJob, catalogue: Catalogue, base_url: str) -> float | None:
    """What the training cost; None where the provider's price is not known."""
    if not job.trained_tokens:
        return None
    return training_cost(job.trained_tokens, catalogue.priced(job.base_model, base_url), job.method)


def refused(texts: Texts, run: TrainingRun, file: RefusedFile | None = None) -> Screen:
    """The provider refused the job, or the *file*."""
    refusal = run.refusal or _UNEXPLAINED
    why = Markup(_reason(texts, file, refusal))
    return Screen(
        text=texts("run_refused", run_id=run.id, reason=why),
        buttons=rows([_step_after(texts, run, file, refusal)]),
    )


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
            known = replace(run.parameters, learning_rate_multiplier=run.multiplier)
            before, after = _values(texts, remedy, known, changes[remedy])
            lines.append(texts(f"remedy_{remedy}", before=before, after=after))
            data = data_of("training", "like", f"{run.id}-{remedy}")
            buttons.append([button(texts, f"remedy_{remedy}", data, after=after)])
    return Screen(text="\n\n".join(lines), buttons=rows(*buttons))


def other_model(texts: Texts, run: TrainingRun, offers: Sequence[BaseOffer]) -> Screen:
    """The choice of another base model for a plan like that run."""
    choices = [
        [
            Button(
                text=label(texts, offer),
                data=data_of("training", "with", f"{run.id}-{value_of(offer.name)}"),
            )
        ]
        for offer in offers
    ]
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


def _step_after(
    texts: Texts, run: TrainingRun | None, file: RefusedFile | None, refusal: Refusal
) -> Button:
    """The one best step after a failure; a file is repaired only where we can do it."""
    if file is not None and file.can_repair:
        data = data_of("dataset", "repair", file.dataset.id)
        return button(texts, f"step_{Step.REPAIR}", data)
    return _step(texts, run, step_after(refusal.code))


def _step(texts: Texts, run: TrainingRun | None, step: Step) -> Button:
    """Without a run to repeat, a new plan is the next step."""
    if run is None:
        return button(texts, "retry", data_of("training", "plan"))
    if step is Step.MULTIPLIER and run.multiplier is None:
        step = Step.RETRY
    data = data_of("training", step.value, run.id)
    if step is Step.MODEL:
        data = data_of("training", "models", run.id)
    if step is Step.MULTIPLIER:
        data = data_of("training", "like", f"{run.id}-{Remedy.MULTIPLIER}")
    return button(texts, f"step_{step}", data)


def _reason(texts: Texts, file: RefusedFile | None, refusal: Refusal) -> str:
    """Why it failed; of a faulty line, what its example asks."""
    message, line = cut(refusal.message, _REASON_UNITS), file and file.line
    if line:
        fault = cut(line.fault, _WARNING_UNITS)
        if line.finding:
            fault = texts.plain(f"finding_{line.finding.rule}", **line.finding.params)
        key = "job_faulty_example" if line.question else "job_faulty_line"
        question = cut(line.question, _QUESTION_UNITS)
        message = texts.plain(key, question=question, line=line.number, fault=fault)
    return reason(texts, replace(refusal, message=message))


def _losses(texts: Texts, curves: Curves) -> list[str]:
    """The first and the last training loss, the last and the lowest validation loss."""
    lines = []
    validated = curves.full_valid or curves.valid
    valid = texts.number(validated[-1].loss, digits=2) if validated else ""
    if curves.train:
        key = "job_losses_validated" if valid else "job_losses"
        first, last = (texts.number(curves.train[n].loss, digits=2) for n in (0, -1))
        fall = fall_of(texts, curves.train)
        lines.append(texts(key, fall=fall, first=first, last=last, valid=valid))
    elif valid:
        lines.append(texts("job_validated", valid=valid))
    if curves.best is not None:
        loss = texts.number(curves.best.loss, digits=2)
        lines.append(texts("job_best", step=texts.number(curves.best.step), loss=loss))
    return lines


def _warning(texts: Texts, ending: JobEnding) -> list[str]:
    return warning_lines(texts, ending.tracked.warning, units=_WARNING_UNITS)


def page_button(texts: Texts, ending: JobEnding) -> list[Button]:
    """The provider's page of the job, if it has one."""
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
            multiplier = multiplier_of(texts, before.learning_rate_multiplier)
            return multiplier, multiplier_of(texts, after.learning_rate_multiplier)
        case _:
            return before.base_model, after.base_model
