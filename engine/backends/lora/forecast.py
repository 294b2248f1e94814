"""The estimate of a training on this machine: sizes, own runs and what is free."""

from dataclasses import dataclass

from engine.backends.lora import machine
from engine.backends.lora.base_folder import BaseFacts
from engine.backends.lora.fit import (
    RECOMPUTING_TIME,
    START_S,
    UNMEASURED,
    Load,
    Shape,
    fitting,
    peak_bytes,
    tokens_per_second,
)
from engine.backends.lora.measured import Measured, Run
from engine.backends.lora.orders import ExaminedFiles

_LOADED_PER_S = 5e8
"""Bytes of weights that are loaded in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a training will take."""

    load: Load
    """How it should run."""
    peak: int
    """Bytes."""
    available: int | None
    """Bytes; None: not known."""
    seconds: float
    device: str

    @property
    def fits(self) -> bool:
        """Whether the memory suffices."""
        return self.available is None or self.peak <= self.available

    def sentence(self, learning_rate: float) -> str:
        """For the client."""
        free = "" if self.available is None else f" of {gigabytes(self.available)} free"
        return (
            f"Estimate: peak memory {gigabytes(self.peak)}{free} on {self.device}, "
            f"about {duration(self.seconds)}, learning rate {scientific(learning_rate)}, "
            f"rank {self.load.rank}"
        )

    def refusal(self) -> str:
        """Why the training can't fit, for the client."""
        return (
            f"The training would need about {gigabytes(self.peak)} of memory, even with one "
            f"example at once, but {self.device} has {gigabytes(self.available or 0)} free. A "
            "smaller base model or shorter examples need less."
        )


def shape_of(sizes: ExaminedFiles | BaseFacts, device: str) -> Shape:
    """The sizes of a base, as it would be loaded on a device."""
    return Shape(
        parameters=sizes.parameters,
        layers=sizes.layers,
        hidden=sizes.hidden,
        intermediate=sizes.intermediate,
        vocabulary=sizes.vocabulary,
        weight_bytes=machine.weight_bytes(device),
    )


def forecast(
    *,
    base: str,
    shape: Shape,
    load: Load,
    device: str,
    trained_tokens: float,
    available: int | None,
    threads: int,
    measured: Measured,
) -> Forecast:
    """Choose the fastest way that fits, and estimate it.

    Args:
        base: Its name, under which own runs are kept.
        shape: Its sizes.
        load: With as many examples at once as would be fastest.
        device: Where it trains.
        trained_tokens: Of all epochs, in the base's own tokens.
        available: Bytes that are free; None: not known.
        threads: On the CPU.
        measured: The own runs.
    """
    run = measured.run(base, device, load.method)
    known = run.calibration if run else UNMEASURED
    if available is not None:
        load = fitting(shape, load, available, known)
    seconds = START_S + shape.parameters * shape.weight_bytes / _LOADED_PER_S
    return Forecast(
        load=load,
        peak=peak_bytes(shape, load, known),
        available=available,
        seconds=seconds + trained_tokens / _speed(run, shape, load, device, threads),
        device=device,
    )


def _speed(run: Run | None, shape: Shape, load: Load, device: str, threads: int) -> float:
    if run is None or run.tokens_per_s is None:
        return tokens_per_second(shape, load, device, threads)
    return run.tokens_per_s / (RECOMPUTING_TIME if load.recomputes else 1.0)


def plain_speed(tokens_per_s: float, load: Load) -> float:
    """A measured speed as it would be without recomputing."""
    return tokens_per_s * (RECOMPUTING_TIME if load.recomputes else 1.0)


def gigabytes(n_bytes: int) -> str:
    """Such as 2.3 GB."""
    return f"{n_bytes / 1e9:.1f} GB"


def duration(seconds: float) -> str:
    """Such as 40 seconds, 12 minutes or 3 hours."""
    if seconds < 100:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 6000:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"


def scientific(number: float) -> str:
    """Such as 5e-4."""
    digits, power = f"{number:.1e}".split("e")
    return f"{float(digits):g}e{int(power)}"
