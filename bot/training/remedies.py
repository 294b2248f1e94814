"""What to do after a job: the guide's four remedies for poor answers, the steps after a failure."""

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
    """The guide's remedies for a model's poor answers, in the guide's order."""

    EPOCHS = "epochs"
    """More epochs."""
    MULTIPLIER = "multiplier"
    """A smaller multiplier."""
    EXAMPLES = "examples"
    """More examples: work on the dataset, without a plan."""
    MODEL = "model"
    """A stronger base model."""


class Step(StrEnum):
    """A next step after a failure or a refusal. The values are part of sent buttons."""

    REPAIR = "mend"
    """The report of the dataset in use, with the possible repairs."""
    PART = "part"
    """The report of the validation part."""
    RETRY = "retry"
    """A plan with the same parameters, dataset and validation part."""
    RETRY_ON_CURRENT = "anew"
    """A plan with the same parameters on the dataset in use, which may be repaired by then."""
    MODEL = "model"
    """The same plan with another base model."""
    MULTIPLIER = "multiplier"
    """The same plan with a smaller multiplier, as the remedy."""
    STATUS = "status"
    """The jobs that run now."""


_DATASET: Final = (Step.REPAIR, Step.RETRY_ON_CURRENT)
_STEPS: Final[Mapping[str, Sequence[Step]]] = {
    # The provider's codes of failed jobs
    "invalid_training_file": _DATASET,
    "invalid_validation_file": (Step.PART, Step.RETRY_ON_CURRENT),
    "invalid_n_examples": _DATASET,
    "exceeded_quota": (Step.RETRY,),
    "model_not_found": (Step.MODEL,),
    # The codes of this project's engine
    "insufficient_memory": (Step.MODEL, Step.RETRY),
    "out_of_memory": (Step.MODEL, Step.RETRY),
    "bad_number": (Step.MULTIPLIER, Step.REPAIR),
    "disk_full": (Step.RETRY,),
    "base_missing": (Step.MODEL, Step.RETRY),
    "crashed": (Step.RETRY, Step.MODEL),
    "killed": (Step.RETRY, Step.MODEL),
    "server_error": (Step.RETRY,),
    # Our codes for plans that did not become a job, see `submission.refusal_of`
    "model_unknown": (Step.MODEL,),
    "dataset_changed": _DATASET,
    "dataset_missing": _DATASET,
    "training_busy": (Step.STATUS, Step.RETRY),
    # The plan has no fault and can be retried when the cause is gone
    "given_up": (Step.RETRY,),
    "key_refused": (Step.RETRY,),
    "not_the_api": (Step.RETRY,),
    "provider_busy": (Step.RETRY,),
    "provider_failed": (Step.RETRY,),
    "provider_unreachable": (Step.RETRY,),
    "quota_exceeded": (Step.RETRY,),
    "region_refused": (Step.RETRY,),
    "suffix_refused": (Step.RETRY,),
    "training_not_available": (Step.RETRY,),
}
_UNKNOWN: Final = (Step.RETRY, Step.REPAIR, Step.MODEL)


def steps_after(code: str) -> Sequence[Step]:
    """The next steps after a failure or a refusal with that code, the best one first."""
    return _STEPS.get(code, _UNKNOWN)


def remedied(
    parameters: Hyperparameters,
    remedy: Remedy,
    catalogue: Catalogue,
    *,
    base_url: str,
    multiplier: float | None = None,
) -> Hyperparameters | None:
    """The parameters of a run after a remedy; the suffix stays. None: it would change nothing.

    *base_url* is the provider's address, which decides on the last days of stronger models.
    *multiplier* is the job's own, for a run that left it to the provider; None: not known.
    """
    match remedy:
        case Remedy.EPOCHS:
            n_epochs = min(MOST_EPOCHS, math.ceil(parameters.n_epochs * 1.5))
            changed = replace(parameters, n_epochs=n_epochs)
        case Remedy.MULTIPLIER:
            used = parameters.learning_rate_multiplier or multiplier
            changed = replace(parameters, learning_rate_multiplier=used / 2 if used else None)
        case Remedy.MODEL:
            today = dtm.datetime.now(dtm.UTC).date()
            stronger = catalogue.stronger(parameters.base_model, today, base_url=base_url)
            changed = replace(parameters, base_model=stronger.name) if stronger else parameters
        case Remedy.EXAMPLES:
            return None
    return None if changed == parameters else changed
