"""Which steps of a job are told to the client."""

import math

MAX_REPORTS = 100


def reported_steps(total_steps: int, n_epochs: int) -> list[int]:
    """The steps to report, about 100 at most: evenly spread, and the last step of each epoch."""
    stride = max(1, math.ceil(total_steps / max(1, MAX_REPORTS - n_epochs)))
    return sorted({*range(stride, total_steps + 1, stride), *epoch_ends(total_steps, n_epochs)})


def epoch_ends(total_steps: int, n_epochs: int) -> set[int]:
    """The last step of each epoch."""
    per_epoch = total_steps // n_epochs
    return {per_epoch * epoch for epoch in range(1, n_epochs + 1)}
