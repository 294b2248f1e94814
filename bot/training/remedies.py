"""What to do after a job: the guide's four remedies for poor answers, the way on after a no."""

import datetime as dtm
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from bot.catalogue import Catalogue
from bot.domain.training import Hyperparameters
from bot.training.parameters import MOST_EPOCHS


class Remedy(StrEnum):
    """What the guide advises when a model's answers are poor, in its order."""

    EPOCHS = "epochs"
    """More of them."""
    MULTIPLIER = "multiplier"
    """A smaller one."""
    EXAMPLES = "examples"
    """More of them: work on the dataset, no plan by itself."""
    MODEL = "model"
    """A stronger base."""


class Step(StrEnum):
    """What a button below a bad ending leads to."""

    MEND = "mend"
    """The report of the dataset in use, with what can be repaired."""
    PART = "part"
    """What is wrong with the validation part."""
    RETRY = "retry"
    """A plan with the same parameters, dataset and validation part."""
    ANEW = "anew"
    """A plan with the same parameters on the dataset in use, which may be repaired by then."""
    MODEL = "model"
    """The same plan with another base model."""
    STATUS = "status"
    """What is being trained now."""


_DATASET: Final = (Step.MEND, Step.ANEW)
_STEPS: Final[Mapping[str, Sequence[Step]]] = {
    # The provider's codes of failed jobs
    "invalid_training_file": _DATASET,
    "invalid_validation_file": (Step.PART, Step.ANEW),
    "invalid_n_examples": _DATASET,
    "exceeded_quota": (Step.RETRY,),
    "model_not_found": (Step.MODEL,),
    # Ours for what kept a plan from becoming a job, see `submission.refusal_of`
    "model_unknown": (Step.MODEL,),
    "dataset_changed": _DATASET,
    "dataset_missing": _DATASET,
    "training_busy": (Step.STATUS, Step.RETRY),
    # Nothing in the plan is at fault: the same one, once the cause is gone
    "given_up": (Step.RETRY,),
    "key_refused": (Step.RETRY,),
    "not_the_api": (Step.RETRY,),
    "provider_busy": (Step.RETRY,),
    "provider_unreachable": (Step.RETRY,),
    "quota_exceeded": (Step.RETRY,),
    "region_refused": (Step.RETRY,),
    "suffix_refused": (Step.RETRY,),
    "training_not_available": (Step.RETRY,),
}
_UNKNOWN: Final = (Step.RETRY, Step.MEND, Step.MODEL)


def steps_after(code: str) -> Sequence[Step]:
    """The ways on after a failure or a refusal with that code, the best one first."""
    return _STEPS.get(code, _UNKNOWN)


def remedied(
    parameters: Hyperparameters, remedy: Remedy, catalogue: Catalogue, *, base_url: str
) -> Hyperparameters | None:
    """The parameters changed so; the suffix stays. None: that remedy is none here.

    Args:
        parameters: Of the run whose model answers poorly.
        remedy: Which of the four.
        catalogue: Knows which base is stronger.
        base_url: The provider's address, whose days hold.
    """
    match remedy:
        case Remedy.EPOCHS:
            n_epochs = min(MOST_EPOCHS, math.ceil(parameters.n_epochs * 1.5))
            changed = replace(parameters, n_epochs=n_epochs)
        case Remedy.MULTIPLIER:
            half = parameters.learning_rate_multiplier / 2
            changed = replace(parameters, learning_rate_multiplier=half)
        case Remedy.MODEL:
            today = dtm.datetime.now(dtm.UTC).date()
            stronger = catalogue.stronger(parameters.base_model, today, base_url=base_url)
            changed = replace(parameters, base_model=stronger.name) if stronger else parameters
        case Remedy.EXAMPLES:
            return None
    return None if changed == parameters else changed
