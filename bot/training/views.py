"""A plan, its start or end, and the question to admins when a job got lost."""

import datetime as dtm
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.catalogue import Catalogue, host_of
from bot.dataset.version_views import verdict_of
from bot.delivery.screen import Button, Screen, rows
from bot.domain.training import TrainingRun
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts
from bot.training.base_views import memory_lines, rate_lines, slow_lines
from bot.training.ceiling_views import month_line
from bot.training.edit_views import (
    is_chosen,
    pace_and_number,
    pace_of,
    part_rows,
    preset_row,
    to_auto,
)
from bot.training.edits import PlanPart, PresetOffer
from bot.training.entities import Month
from bot.training.price_views import price_line, short_price, time_of
from bot.usage.cost import Estimate

_SOON_DAYS: Final = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What a plan's screens say besides the plan; its details need only the first two."""

    estimate: Estimate
    base_url: str
    """The server that would train: only its own price is on a button."""
    shutdown: dtm.date | None = None
    """The base model's last day; None: not known."""
    active: Sequence[str] = ()
    """The names of the jobs that run already."""
    n_cut: int = 0
    """Examples that are longer than the model reads."""
    presets: Sequence[PresetOffer] = ()
    month: Month | None = None
    """What this month cost; shown if there is a ceiling."""


def plan(texts: Texts, run: TrainingRun, facts: PlanFacts, catalogue: Catalogue) -> Screen:
    """The plan with its price, what speaks against it, and the buttons that start or change it."""
    estimate, dataset = facts.estimate, run.dataset
    presets = [_preset(texts, run, offer, catalogue) for offer in facts.presets]
    lines = [
        texts("plan_title", run_id=run.id),
        texts(
            "plan_dataset",
            number=dataset.id,
            verdict=verdict_of(texts, dataset),
            **texts.counted("examples", dataset.n_examples),
        ),
        _model(texts, run, facts, catalogue),
        *_numbers(texts, run, facts),
        *_offer(texts, run, facts, catalogue),
        *([""] if presets else []),
        *presets,
    ]
    warnings = _days_left(texts, facts.shutdown)
    if facts.n_cut:
        longest = texts.number(catalogue.max_example_tokens(run.parameters.base_model))
        warnings.append(texts("plan_cut", n=texts.number(facts.n_cut), longest=longest))
    if facts.active:
        warnings.append(texts("plan_active", jobs=", ".join(facts.active)))
    auto = to_auto(texts, run) if estimate.engine and estimate.engine.is_too_slow else []
    return Screen(
        text="\n".join([*lines, *([""] if warnings else []), *warnings]),
        buttons=rows(
            [_first(texts, run, estimate)],
            auto,
            preset_row(texts, run, facts.presets),
            [
                button(texts, "plan_details", data_of("training", "details", run.id)),
                button(texts, "drop", data_of("training", "drop", run.id)),
            ],
        ),
    )


def details(texts: Texts, run: TrainingRun, facts: PlanFacts, catalogue: Catalogue) -> Screen:
    """All numbers of the plan and where they come from; buttons change each part."""
    estimate = facts.estimate
    lines = [
        texts("plan_details_title", run_id=run.id, model=run.parameters.base_model),
        _parameters(texts, run),
        *(rate_lines(texts, estimate.engine) if estimate.engine else []),
        texts(
            "plan_tokens_free" if estimate.engine else "plan_tokens",
            tokens=texts.number(estimate.trained_tokens),
            **texts.counted("examples", run.dataset.n_examples),
        ),
        *_validation(texts, run),
    ]
    if not estimate.lacks_model and not estimate.is_away:
        price = price_line(texts, run, estimate, catalogue, base_url=facts.base_url)
        lines += [price, _time(texts, estimate)]
    lines.append(
        texts(
            "plan_trouble",
            errors_url=catalogue.pages["error_codes"],
            guide_url=catalogue.pages["fine_tuning"],
        )
    )
    back = button(texts, "plan_back", data_of("training", "show", run.id))
    return Screen(text="\n".join(lines), buttons=rows(*part_rows(texts, run), [back]))


def taken(texts: Texts, screen: Screen, run: TrainingRun, *, asked: str) -> Screen:
    """The plan, below a word on its base model if the server has only another than *asked*."""
    if run.parameters.base_model == asked:
        return screen
    line = texts("plan_model_taken", asked=asked, taken=run.parameters.base_model)
    return replace(screen, text=f"{line}\n\n{screen.text}")


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


def _first(texts: Texts, run: TrainingRun, estimate: Estimate) -> Button:
    """The start; another model where the server would refuse this one."""
    start = data_of("training", "start", run.id)
    if not estimate.can_start:
        return button(
            texts, "step_model", data_of("training", "edit", f"{run.id}-{PlanPart.MODEL}")
        )
    if estimate.price_usd is None:
        return button(texts, "start_unpriced", start)
    return button(texts, "start", start, price=texts.roughly(estimate.price_usd))


def _model(texts: Texts, run: TrainingRun, facts: PlanFacts, catalogue: Catalogue) -> str:
    """The name that the model will have, its base, and how long that works."""
    name = run.parameters.suffix or texts("plan_no_suffix")
    model = catalogue.short(run.parameters.base_model)
    if facts.shutdown is None:
        return texts("plan_model", name=name, model=model)
    return texts("plan_model_until", name=name, model=model, day=texts.day(facts.shutdown))


def _numbers(texts: Texts, run: TrainingRun, facts: PlanFacts) -> list[str]:
    """Epochs and pace, where no preset is marked that stands for them."""
    if any(is_chosen(offer, run) for offer in facts.presets):
        return []
    pace = pace_of(texts, run.parameters.learning_rate_multiplier)
    return [texts("plan_numbers", epochs=run.parameters.n_epochs, pace=pace)]


def _offer(texts: Texts, run: TrainingRun, facts: PlanFacts, catalogue: Catalogue) -> list[str]:
    """The price and the time in one line, and why the server would refuse the job."""
    found = facts.estimate
    if found.lacks_model:
        model = run.parameters.base_model
        return [texts("plan_model_lacking", model=model, host=host_of(facts.base_url))]
    if found.is_away:
        return [texts("plan_away")]
    time = time_of(texts, found.minutes_low, found.minutes_high)
    parts = [short_price(texts, found), time]
    if facts.month is not None and facts.month.ceiling_usd is not None:
        parts.append(month_line(texts, facts.month))
    lines = [" · ".join(parts)]
    if found.engine is None:
        return lines
    if n := found.engine.jobs_ahead:
        lines.append(texts("plan_jobs_ahead", n=texts.number(n)))
    return [*lines, *slow_lines(texts, found.engine), *memory_lines(texts, found.engine)]


def _preset(texts: Texts, run: TrainingRun, offer: PresetOffer, catalogue: Catalogue) -> str:
    """What a preset is for and how long it takes; it says so if it changes the model."""
    found, model = offer.estimate, offer.parameters.base_model
    line = texts(f"preset_{offer.name}", time=time_of(texts, found.minutes_low, found.minutes_high))
    if model == run.parameters.base_model:
        return line
    return texts("plan_other_model", preset=Markup(line), model=catalogue.short(model))


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
        multiplier=pace_and_number(texts, run.parameters.learning_rate_multiplier),
        suffix=run.parameters.suffix or texts("plan_no_suffix"),
    )


def _validation(texts: Texts, run: TrainingRun) -> list[str]:
    if run.validation is None:
        return []
    return [texts("plan_validation", **texts.counted("examples", run.validation.n_examples))]


def _time(texts: Texts, estimate: Estimate) -> str:
    if estimate.engine is not None and estimate.engine.seconds is not None:
        time = texts.duration(estimate.engine.seconds)
        return texts("plan_time_told", time=time)
    key = "plan_time_learnt" if estimate.n_past else "plan_time_hinted"
    time = time_of(texts, estimate.minutes_low, estimate.minutes_high)
    return texts(key, time=time, n=estimate.n_past)
