"""A training plan, as lines for the terminal."""

import datetime as dtm
from collections.abc import Iterator

from bot.catalogue import Pricing, load_catalogue
from bot.config import AUTO
from bot.domain.datasets import TrainingMethod
from bot.domain.training import EngineEstimate, TrainingRun
from bot.edge.core import today_utc
from bot.terminal.console import one_line
from bot.usage.cost import Estimate


def plan_lines(run: TrainingRun, estimate: Estimate, shutdown: dtm.date | None) -> Iterator[str]:
    """What would be trained and what it costs."""
    yield f"Plan {run.id}: nothing has been sent yet"
    yield from wishes(run, shutdown)
    if run.validation is not None:
        yield f"Validation part: examples: {run.validation.n_examples:,}, free of charge"
    if estimate.lacks_model:
        yield f"The server does not have {one_line(run.parameters.base_model)}"
        return
    yield f"{'Tokens' if estimate.engine else 'Billable tokens'}: {estimate.trained_tokens:,}"
    yield f"Price: {_price(run, estimate)}"
    if estimate.engine is not None:
        yield from _engine_lines(estimate.engine)
    if estimate.engine is not None and estimate.engine.seconds is not None:
        yield f"Time: ~{estimate.minutes_high} min, as the server estimates"
        return
    source = f"from past jobs ({estimate.n_past})" if estimate.n_past else "as a first guess"
    yield (
        f"Time: {estimate.minutes_low}–{estimate.minutes_high} min {source}, "
        "plus the provider's queue"
    )


def _engine_lines(found: EngineEstimate) -> Iterator[str]:
    """What this project's engine would make of the plan."""
    if found.learning_rate is not None:
        rate, batch = f"{found.learning_rate:g}", found.batch_size or "?"
        yield f"On the server ({found.device}): learning rate {rate}, batch {batch}"
    if found.is_too_slow:
        yield (
            f"The server itself would use {found.auto_learning_rate:g}; with this multiplier the "
            "model will hardly change. Better: --learning-rate auto"
        )
    if found.jobs_ahead:
        yield f"Jobs ahead in the queue: {found.jobs_ahead}"
    if not found.fits:
        needed, there = (
            f"{n_bytes / 1e9:.1f} GB" if n_bytes else "?"
            for n_bytes in (found.memory_bytes, found.memory_available_bytes)
        )
        yield f"Not enough memory on {found.device}: it needs ~{needed}, but has {there}"


def _price(run: TrainingRun, estimate: Estimate) -> str:
    provider, day = load_catalogue().provider_name, estimate.prices_date
    if estimate.engine is not None and estimate.engine.is_real:
        return "0, your own hardware"
    if estimate.price_usd is not None:
        return f"~{usd(estimate.price_usd)} ({provider}'s prices of {day})"
    if estimate.pricing is Pricing.KNOWN:
        lacking = "DPO" if run.method is TrainingMethod.DPO else "this model"
        return f"unknown ({lacking} is not in the price list)"
    line = "unknown (this server is not in the price list)"
    if estimate.engine is not None:
        line = "0, a rehearsal: the server only simulates training"
    elif estimate.pricing is Pricing.OWN_MACHINE:
        line = "the server on this machine charges nothing itself"
    if estimate.elsewhere_usd is None:
        return line
    return f"{line}; {provider} would charge ~{usd(estimate.elsewhere_usd)} (prices of {day})"


def wishes(run: TrainingRun, shutdown: dtm.date | None = None) -> Iterator[str]:
    """What was asked for, with the base model's last day where it is known."""
    wanted = run.parameters
    last_day = ""
    if shutdown is not None:
        days = max(0, (shutdown - today_utc()).days)
        last_day = f" (works until {shutdown}, days left: {days})"
    yield f"Model: {one_line(wanted.base_model)}{last_day}"
    multiplier = wanted.learning_rate_multiplier
    yield (
        f"Epochs: {wanted.n_epochs}, learning rate multiplier: "
        f"{AUTO if multiplier is None else f'{multiplier:g}'}, "
        f"suffix: {one_line(wanted.suffix) or 'none'}"
    )
    if run.method is TrainingMethod.DPO:
        yield "Method: DPO, on pairs of answers"
    yield f"Dataset: {one_line(run.dataset.name)}, examples: {run.dataset.n_examples:,}"


def usd(price: float) -> str:
    """US dollars, to the cent."""
    return f"${price:.2f}" if price >= 0.01 or price == 0 else "less than $0.01"
