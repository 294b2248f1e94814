"""The body that creates a fine-tuning job, and the ranges of its values.

https://platform.openai.com/docs/api-reference/fine-tuning/create (looked up 2026-11-22)
"""

import math
import secrets
import time
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.domain import FineTuningJob, Hyperparameters, Method
from engine.errors import bad_request
from engine.ids import new_id
from engine.profiles import Profile

_MAX_SEED = 2**31 - 1


def _whole_or_auto(low: int, high: int) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:
        if value is None or value == "auto":
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f'must be "auto" or a whole number from {low} to {high}')
        return value

    return check


def _positive_or_auto(value: Any) -> float | None:
    if value is None or value == "auto":
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:
        raise ValueError('must be "auto" or a number above 0')
    return float(value)


def _beta(value: Any) -> float | None:
    beta = _positive_or_auto(value)
    if beta is not None and beta > 2:
        raise ValueError('must be "auto" or a number above 0, at most 2')
    return beta


def _metadata(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) > 16:
        raise ValueError("must be an object with at most 16 pairs")
    for key, text in value.items():
        if len(key) > 64:
            raise ValueError("keys may have at most 64 characters")
        if not isinstance(text, str) or len(text) > 512:
            raise ValueError("values must be strings of at most 512 characters")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HyperparametersBody(_Strict):
    """Hyperparameters on the wire; "auto" becomes None."""

    n_epochs: Annotated[int | None, BeforeValidator(_whole_or_auto(1, 50))] = None
    batch_size: Annotated[int | None, BeforeValidator(_whole_or_auto(1, 256))] = None
    learning_rate_multiplier: Annotated[float | None, BeforeValidator(_positive_or_auto)] = None


class DpoHyperparametersBody(HyperparametersBody):
    """Hyperparameters of DPO."""

    beta: Annotated[float | None, BeforeValidator(_beta)] = None


class SupervisedBody(_Strict):
    """Options of the supervised method."""

    hyperparameters: HyperparametersBody | None = None


class DpoBody(_Strict):
    """Options of DPO."""

    hyperparameters: DpoHyperparametersBody | None = None


class MethodBody(_Strict):
    """How to train."""

    model_config = ConfigDict(extra="allow")
    type: str = "supervised"
    supervised: SupervisedBody | None = None
    dpo: DpoBody | None = None

    def known(self, profile: Profile) -> Method:
        """The method; raises `ApiError` for an unknown one."""
        known = [method for method in Method if profile.knows_dpo or method is not Method.DPO]
        if self.type not in known:
            names = " and ".join(f"'{method}'" for method in known)
            message = f"Invalid 'method.type': this server knows {names} only."
            raise bad_request(message, param="method.type", code="unsupported_value")
        return Method(self.type)

    @property
    def hyperparameters(self) -> HyperparametersBody | None:
        """The hyperparameters of its type."""
        of_type = self.dpo if self.type == Method.DPO else self.supervised
        return of_type.hyperparameters if of_type else None


class JobBody(_Strict):
    """The body of `POST /fine_tuning/jobs`."""

    model: str
    training_file: str
    validation_file: str | None = None
    suffix: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    seed: Annotated[int | None, Field(strict=True, ge=0, le=_MAX_SEED)] = None
    metadata: Annotated[dict[str, str] | None, BeforeValidator(_metadata)] = None
    method: MethodBody | None = None
    hyperparameters: HyperparametersBody | None = None
    """The old place; `method` takes precedence."""
    integrations: list[Any] | None = None

    def job(self, profile: Profile, *, base_model: str, created_by: str) -> FineTuningJob:
        """A new job; raises `ApiError` for values that this server does not support.

        Args:
            profile: The provider that is played.
            base_model: What `model` means; an alias stands for a model with a date.
            created_by: Fingerprint of the API key.
        """
        asked_method = self.method if profile.knows_method and self.method else MethodBody()
        method = asked_method.known(profile)
        _check_suffix(self.suffix or "", profile)
        if self.integrations:
            message = "Invalid 'integrations': this server has none."
            raise bad_request(message, param="integrations", code="unsupported_value")
        asked = asked_method.hyperparameters or self.hyperparameters
        now = time.time()
        return FineTuningJob(
            id=new_id("ftjob-"),
            created_at=int(now),
            base_model=base_model,
            training_file=self.training_file,
            validation_file=self.validation_file,
            suffix=self.suffix,
            seed=secrets.randbelow(_MAX_SEED) if self.seed is None else self.seed,
            metadata=self.metadata if profile.keeps_metadata else None,
            method=method,
            hyperparameters=Hyperparameters(**(asked.model_dump() if asked else {})),
            model_code=new_id("", 8),
            stage_since=now,
            created_by=created_by,
        )


def _check_suffix(suffix: str, profile: Profile) -> None:
    if len(suffix) > profile.longest_suffix:
        message = f"Invalid 'suffix': it may have at most {profile.longest_suffix} characters."
        raise bad_request(message, param="suffix", code="invalid_value")
    if "." in suffix and not profile.allows_dots_in_suffix:
        message = "Invalid 'suffix': it may not contain dots."
        raise bad_request(message, param="suffix", code="invalid_value")
