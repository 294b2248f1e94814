"""A plan, its start or end, and the question to admins when a job got lost."""

import datetime as dtm
from collections.abc import Sequence
from typing import Final

from bot.catalogue import Catalogue
from bot.delivery.screen import Screen, rows
from bot.domain.datasets import TrainingMethod
from bot.domain.training import TrainingRun
from bot.edge.buttons import button, data_of
from bot.texts import Texts
from bot.training.edit_views import edit_rows
from bot.training.price_views import price_line, time_of
from bot.usage.cost import Estimate

_SOON_DAYS: Final = 180


def plan(
    texts: Texts,
    run: TrainingRun,
    estimate: Estimate,
    catalogue: Catalogue,
    *,
    shutdown: dtm.date | None,
    base_url: str,
    active: Sequence[str] = (),
    n_cut: int = 0,
) -> Screen:
    """The plan with its estimate, and the buttons that change or start it.

    *shutdown* is the base model's last day; None: not known. *base_url* is the server that would
    train: only its own price is on the button. *active* are the names of the jobs that run
    already. *n_cut* examples are longer than the model reads.
    """
    lines = [
        texts("plan_title", run_id=run.id),
        _model(texts, run, shutdown),
        *([texts("plan_method_dpo")] if run.method is TrainingMethod.DPO else []),
        _parameters(texts, run),
        texts(
            "plan_tokens",
            tokens=texts.number(estimate.trained_tokens),
            **texts.counted("examples", run.dataset.n_examples),
        ),
        *_validation(texts, run),
        price_line(texts, run, estimate, catalogue, base_url=base_url),
        _time(texts, estimate),
    ]
    if run.dataset.n_warnings:
        lines.append(texts("plan_warnings", n=texts.number(run.dataset.n_warnings)))
    if n_cut:
        longest = texts.number(catalogue.max_example_tokens(run.parameters.base_model))
        lines.append(texts("plan_cut", n=texts.number(n_cut), longest=longest))
    lines += _days_left(texts, shutdown)
    if active:
        lines.append(texts("plan_active", jobs=", ".join(active)))
    lines.append(
        texts(
            "plan_trouble",
            errors_url=catalogue.pages["error_codes"],
            guide_url=catalogue.pages["fine_tuning"],
        )
    )
    start = data_of("training", "start", run.id)
    if estimate.price_usd is None:
        start_button = button(texts, "start_unpriced", start)
    else:
        start_button = button(texts, "start", start, price=texts.money(estimate.price_usd))
    drop = button(texts, "drop", data_of("training", "drop", run.id))
    return Screen(
        text="\n".join(lines),
        buttons=rows([start_button], *edit_rows(texts, run, catalogue), [drop]),
    )


def started(texts: Texts, run: TrainingRun) -> Screen:
    """The plan is confirmed; the card of its job will follow."""
    return Screen(text=f"{texts('plan_started', run_id=run.id)}\n{_parameters(texts, run)}")


def dropped(texts: Texts, run: TrainingRun) -> Screen:
    """The plan was dropped."""
    retry = button(texts, "retry", data_of("training", "plan"))
    return Screen(text=texts("plan_dropped", run_id=run.id), buttons=rows([retry]))


def uncertain(texts: Texts, run: TrainingRun, *, is_listed: bool) -> Screen:
    """The provider's answer got lost, and no job was found: an admin decides.

    *is_listed* tells whether the provider's list of jobs could be read.
    """
    return Screen(
        text=texts("run_uncertain" if is_listed else "run_unlisted", run_id=run.id),
        buttons=rows(
            [button(texts, "look", data_of("training", "look", run.id))],
            [button(texts, "again", data_of("training", "again", run.id))],
            [button(texts, "give_up", data_of("training", "giveup", run.id))],
        ),
    )


def _model(texts: Texts, run: TrainingRun, shutdown: dtm.date | None) -> str:
    name = run.parameters.base_model
    if shutdown is None:
        return texts("plan_model", model=name)
    return texts("plan_model_until", model=name, day=texts.day(shutdown))


def _days_left(texts: Texts, shutdown: dtm.date | None) -> list[str]:
    """A warning if the end is near; the line of the model names the day anyway."""
    if shutdown is None:
        return []
    days = (shutdown - dtm.datetime.now(texts.timezone).date()).days
    return [texts("plan_days_left", days=max(0, days))] if days <= _SOON_DAYS else []


def _parameters(texts: Texts, run: TrainingRun) -> str:
    return texts(
        "plan_parameters",
        epochs=run.parameters.n_epochs,
        multiplier=texts.short_number(run.parameters.learning_rate_multiplier),
        suffix=run.parameters.suffix or texts("plan_no_suffix"),
    )


def _validation(texts: Texts, run: TrainingRun) -> list[str]:
    if run.validation is None:
        return []
    return [texts("plan_validation", **texts.counted("examples", run.validation.n_examples))]


def _time(texts: Texts, estimate: Estimate) -> str:
    key = "plan_time_learnt" if estimate.n_past else "plan_time_hinted"
    time = time_of(texts, estimate.minutes_low, estimate.minutes_high)
    return texts(key, time=time, n=estimate.n_past)
