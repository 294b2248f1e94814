"""What to do after a job: the guide's four remedies for poor answers, the step after a failure."""

import datetime as dtm
import math
from collections.abc import Mapping
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
    """The next step after a failure or a refusal. The values are part of sent buttons."""

    REPAIR = "mend"
    """What a repair of the refused file would change."""
    RETRY = "retry"
    """A plan with the same parameters, dataset and validation part."""
    RETRY_ON_CURRENT = "anew"
    """A plan with the same parameters on the dataset in use, which may be repaired by then."""
    MODEL = "model"
    """The same plan with another base model."""
    MULTIPLIER = "multiplier"
    """The same plan with a smaller multiplier, as the remedy."""


_STEPS: Final[Mapping[str, Step]] = {
    # The provider's codes of failed jobs
    "invalid_training_file": Step.RETRY_ON_CURRENT,
    "invalid_validation_file": Step.RETRY_ON_CURRENT,
    "invalid_n_examples": Step.RETRY_ON_CURRENT,
    "model_not_found": Step.MODEL,
    # The codes of this project's engine
    "insufficient_memory": Step.MODEL,
    "out_of_memory": Step.MODEL,
    "bad_number": Step.MULTIPLIER,
    "base_missing": Step.MODEL,
    # Our codes for plans that did not become a job, see `submission.refusal_of`
    "model_unknown": Step.MODEL,
    "dataset_changed": Step.RETRY_ON_CURRENT,
    "dataset_missing": Step.RETRY_ON_CURRENT,
}
"""After any other code the plan has no fault, as far as we know: it is tried again."""


def step_after(code: str) -> Step:
    """The best next step after a failure or a refusal with that code."""
    return _STEPS.get(code, Step.RETRY)


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
