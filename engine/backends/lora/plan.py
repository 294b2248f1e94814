"""Which numbers a training takes: "auto" becomes a value, a multiplier becomes a learning rate."""

import math

from engine.domain import Hyperparameters, Method

AUTO_EPOCHS = 3
MIN_SHOWN = 100
MAX_SHOWN = 25_000
"""With "auto", examples are shown about so often in all at least, and at most. After
https://cookbook.openai.com/examples/chat_finetuning_data_prep (looked up 2026-11-29)."""
MAX_AUTO_EPOCHS = 25
AUTO_MULTIPLIER = 1.0
AUTO_BETA = 0.1
RATE = 2e-4
SMALL_RATE = 5e-4
"""Learning rate of LoRA at multiplier 1, for bases below `SMALL_PARAMETERS`."""
SMALL_PARAMETERS = 1_000_000_000
DPO_RATE = 5e-5
GPU_BATCHES = (4, 16)
"""Smallest and largest automatic batch on a GPU."""
GPU_SHARE = 0.002
"""Share of the examples that makes up a batch between these limits."""
CPU_BATCH = 4
"""Automatic batch on a CPU, from `MIN_SHOWN` examples on; below, it is 1."""
GPU_RANK = 16
CPU_RANK = 8


def chosen(asked: Hyperparameters, method: Method, n_examples: int, device: str) -> Hyperparameters:
    """The hyperparameters, with a value for each "auto"; *n_examples* is at least 1."""
    return Hyperparameters(
        n_epochs=asked.n_epochs or _epochs(n_examples),
        batch_size=asked.batch_size or _batch(n_examples, device),
        learning_rate_multiplier=asked.learning_rate_multiplier or AUTO_MULTIPLIER,
        beta=(asked.beta or AUTO_BETA) if method is Method.DPO else None,
    )


def learning_rate(multiplier: float | None, method: Method, parameters: int) -> float:
    """The rate for a base with so many *parameters*; None: the multiplier is "auto"."""
    if method is Method.DPO:
        rate = DPO_RATE
    else:
        rate = SMALL_RATE if parameters < SMALL_PARAMETERS else RATE
    return rate * (multiplier or AUTO_MULTIPLIER)


def total_steps(values: Hyperparameters, n_examples: int) -> int:
    """The steps of a job whose hyperparameters are complete."""
    assert values.batch_size is not None
    assert values.n_epochs is not None
    return math.ceil(n_examples / values.batch_size) * values.n_epochs


def rank_on(device: str, wanted: int | None) -> int:
    """The rank of a fresh adapter; *wanted* is the operator's."""
    return wanted or (CPU_RANK if device == "cpu" else GPU_RANK)


def _epochs(n_examples: int) -> int:
    if n_examples * AUTO_EPOCHS < MIN_SHOWN:
        return min(MAX_AUTO_EPOCHS, math.ceil(MIN_SHOWN / n_examples))
    if n_examples * AUTO_EPOCHS > MAX_SHOWN:
        return max(1, MAX_SHOWN // n_examples)
    return AUTO_EPOCHS


def _batch(n_examples: int, device: str) -> int:
    if device == "cpu":
        return 1 if n_examples < MIN_SHOWN else CPU_BATCH
    smallest, largest = GPU_BATCHES
    return max(smallest, min(largest, round(n_examples * GPU_SHARE)))
