"""An invented loss curve. It falls, with noise, and is the same for the same seed."""

import math
import random

from engine.backends import StepReport
from engine.backends.steps import epoch_ends
from engine.domain import FineTuningJob

_START_LOSS = 2.4
_FLOOR_LOSS = 0.7
_FALL = 4.0
"""How many times e the loss above the floor would fall over a whole run at multiplier 1."""
_NOISE = 0.06
_GAP = 0.15
"""How far the validation loss is above the training loss at the end."""


def step_report(job: FineTuningJob, step: int, *, seconds_left: float) -> StepReport:
    """The invented metrics of a step."""
    progress = step / job.total_steps
    train = _smooth_loss(job, progress) + _noise(job, step, "train")
    is_end = step in epoch_ends(job.total_steps, job.hyperparameters.n_epochs or 1)
    valid = full = None
    if job.validation_file is not None:
        full = _smooth_loss(job, progress) + _GAP * progress
        valid = full + _noise(job, step, "valid")
    return StepReport(
        step=step,
        train_loss=_rounded(train),
        train_accuracy=_accuracy(train),
        valid_loss=None if valid is None else _rounded(valid),
        valid_accuracy=None if valid is None else _accuracy(valid),
        full_valid_loss=_rounded(full) if full is not None and is_end else None,
        full_valid_accuracy=_accuracy(full) if full is not None and is_end else None,
        is_checkpoint=is_end,
        seconds_left=seconds_left,
    )


def _smooth_loss(job: FineTuningJob, progress: float) -> float:
    multiplier = job.hyperparameters.learning_rate_multiplier or 1.0
    fall = _FALL * min(2.0, max(0.5, multiplier**0.25))
    return _FLOOR_LOSS + (_START_LOSS - _FLOOR_LOSS) * math.exp(-fall * progress)


def _noise(job: FineTuningJob, step: int, kind: str) -> float:
    source = random.Random(f"{job.seed}:{kind}:{step}")  # noqa: S311, repeatable on purpose
    return source.gauss(0.0, _NOISE)


def _accuracy(loss: float) -> float:
    return round(math.exp(-max(0.0, loss) / 2), 5)


def _rounded(loss: float) -> float:
    return round(max(0.0, loss), 5)
