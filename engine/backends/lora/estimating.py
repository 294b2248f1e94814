"""Estimates before there is a job, and what a finished job has taught."""

from dataclasses import replace

from engine.backends import Estimate, Wish
from engine.backends.lora import plan
from engine.backends.lora.fit import Load, Shape, calibrated
from engine.backends.lora.forecast import forecast, plain_speed, shape_of
from engine.backends.lora.measured import Measured, Run
from engine.backends.lora.orders import ExaminedFiles
from engine.backends.lora.preparing import load_of
from engine.backends.lora.training import Training

TOKEN_FACTOR = 1.2
"""Tokens of a base for one of o200k_base, before they were ever counted."""
LONGEST_FACTOR = 3
"""How much longer than the mean the longest example is taken to be, if nobody knows."""


def estimated(
    wish: Wish, known: Estimate, shape: Shape, measured: Measured, *, rank: int, threads: int
) -> Estimate:
    """The estimate *known* so far, with memory, time and learning rates."""
    base, values = wish.base_model, known.hyperparameters
    assert values.n_epochs is not None
    assert values.batch_size is not None
    factor = measured.token_factor(base.name) or TOKEN_FACTOR
    longest = wish.longest_example or LONGEST_FACTOR * wish.example_tokens / wish.n_examples
    load = Load(
        method=wish.method,
        rank=rank,
        longest=max(1, min(base.example_tokens, round(longest * factor))),
        micro_batch=min(values.batch_size, wish.n_examples),
    )
    found = forecast(
        base=base.name,
        shape=shape,
        load=load,
        device=known.device,
        trained_tokens=wish.example_tokens * factor * values.n_epochs,
        available=known.memory_available_bytes,
        threads=threads,
        measured=measured,
    )
    multiplier = values.learning_rate_multiplier
    return replace(
        known,
        learning_rate=plan.learning_rate(multiplier, wish.method, shape.parameters),
        auto_learning_rate=plan.learning_rate(None, wish.method, shape.parameters),
        seconds=found.seconds,
        memory_bytes=found.peak,
    )


def run_of(training: Training, sizes: ExaminedFiles, trained_tokens: int) -> Run | None:
    """What a training has taken; None: its child had ended before this server started."""
    end, work = training.end, training.work
    if end is None or not end.peak_bytes:
        return None
    load, shape = load_of(training.order, work, sizes), shape_of(sizes, work.device)
    speed = None
    if end.steps_per_s is not None:
        tokens = trained_tokens / training.order.job.total_steps
        speed = plain_speed(end.steps_per_s * tokens, load)
    memory = calibrated(shape, load, end.peak_bytes)
    return Run(memory_factor=memory.factor, memory_offset=memory.offset, tokens_per_s=speed)
