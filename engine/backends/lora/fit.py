"""How much memory and time a training will take, from sizes alone.

Peak = fixed part + offset + factor x variable part. Weights, adapters and the libraries are the
fixed part, which sizes tell well. Activations and logits are the variable part. Own runs tell the
factor and the offset. The constants come from runs with bases of 135M to 494M parameters on two
CPU cores.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.backends.lora.orders import WorkOrder
from engine.domain import Method

LIBRARY_BYTES = 600_000_000
"""Of a process with torch and transformers, and of a GPU's context."""
ADAPTER_BYTES = 16
"""For a parameter of an adapter: value, gradient and two moments of AdamW, in 32 bits."""
ACTIVATION_BYTES = 34
"""For a token, layer and hidden dimension; https://arxiv.org/abs/2205.05198, 4.1 (looked up
2026-11-29)."""
KEPT_BYTES = 2
"""The same where activations are computed again: only the input of each layer is kept."""
LOGIT_BYTES = 8
"""For a token and a word of the vocabulary."""
FACTORS = (0.5, 4.0)
"""Limits of a measured factor; what a run has taken beyond is its offset."""
TELLING_SHARE = 0.1
"""Below this share of the fixed part, the variable part is too small to tell a factor."""
RECOMPUTING_TIME = 1.3
DPO_TIME = 1.5
"""How much longer tokens take, because the reference reads them as well."""
START_S = 12.0
"""Imports and loading, before the first step."""
_CPU_FLOPS = 1.5e11
_GPU_FLOPS = 4e13
_OVERHEAD_S = 0.0003
"""For a token, besides arithmetic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of a base model."""

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    weight_bytes: int
    """Of one parameter, as it is loaded."""

    def adapter_parameters(self, rank: int) -> int:
        """Of an adapter on all linear layers: four of attention and three of the rest."""
        per_layer = 4 * 2 * self.hidden + 3 * (self.hidden + self.intermediate)
        return rank * self.layers * per_layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What an own run has told about memory."""

    factor: float = 2.0
    """Of the variable part."""
    offset: int = 0
    """Bytes, to be added to the fixed part; may be negative."""


UNMEASURED = Calibration()


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a training does to the memory."""

    method: Method
    rank: int
    longest: int
    """Tokens of the longest example."""
    micro_batch: int
    """Examples that are computed at once."""
    recomputes: bool = False
    """Whether activations are computed again instead of kept."""

    @property
    def tokens(self) -> int:
        """Tokens at once, at most; a pair has two rows."""
        rows = self.micro_batch * (2 if self.method is Method.DPO else 1)
        return rows * self.longest


def fixed_bytes(shape: Shape, load: Load) -> int:
    """What stays the same whatever the examples are."""
    adapters = shape.adapter_parameters(load.rank) * ADAPTER_BYTES
    return shape.parameters * shape.weight_bytes + adapters + LIBRARY_BYTES


def variable_bytes(shape: Shape, load: Load) -> int:
    """Activations and logits, by the rule of thumb."""
    width = shape.hidden * load.tokens
    if load.recomputes:
        activations = width * (shape.layers * KEPT_BYTES + ACTIVATION_BYTES)
    else:
        activations = width * shape.layers * ACTIVATION_BYTES
    return activations + load.tokens * shape.vocabulary * LOGIT_BYTES


def peak_bytes(shape: Shape, load: Load, known: Calibration = UNMEASURED) -> int:
    """The estimated peak."""
    variable = round(variable_bytes(shape, load) * known.factor)
    return max(0, fixed_bytes(shape, load) + known.offset) + variable


def calibrated(shape: Shape, load: Load, peak: int) -> Calibration:
    """What makes `peak_bytes` give this measured *peak* for the same training."""
    fixed, variable = fixed_bytes(shape, load), variable_bytes(shape, load)
    if variable < TELLING_SHARE * fixed:
        factor = UNMEASURED.factor
    else:
        factor = max(FACTORS[0], min(FACTORS[1], (peak - fixed) / variable))
    return Calibration(factor=factor, offset=round(peak - fixed - variable * factor))


def fitting(shape: Shape, load: Load, available: int, known: Calibration = UNMEASURED) -> Load:
    """The fastest way that fits: less at once, then recomputing. The thriftiest if none does."""
    tries = [load, *_thriftier_ones(load)]
    return next((way for way in tries if peak_bytes(shape, way, known) <= available), tries[-1])


def thriftier(order: WorkOrder) -> WorkOrder | None:
    """The same order with less memory; None where nothing is left to save."""
    if order.micro_batch > 1:
        return replace(order, micro_batch=math.ceil(order.micro_batch / 2))
    return None if order.recomputes else replace(order, recomputes=True)


def tokens_per_second(shape: Shape, load: Load, device: str, threads: int) -> float:
    """What to expect before an own run."""
    flops = _CPU_FLOPS * threads * 2 / shape.weight_bytes if device == "cpu" else _GPU_FLOPS
    seconds = 6 * shape.parameters / flops + (_OVERHEAD_S if device == "cpu" else 0.0)
    return 1 / (seconds * slowness(load))


def slowness(load: Load) -> float:
    """How much longer a token takes than in a plain supervised training."""
    dpo = DPO_TIME if load.method is Method.DPO else 1.0
    return dpo * (RECOMPUTING_TIME if load.recomputes else 1.0)


def _thriftier_ones(load: Load) -> Iterator[Load]:
    while load.micro_batch > 1:
        load = replace(load, micro_batch=math.ceil(load.micro_batch / 2))
        yield load
    if not load.recomputes:
        yield replace(load, recomputes=True)
