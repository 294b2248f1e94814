"""Reads fine-tuning jobs, events and checkpoints from the JSON that servers send.

Servers other than OpenAI leave out fields, send null for them, or put them elsewhere. So only a
job's id is required, and nothing here raises.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod
from bot.domain.models import Checkpoint
from bot.domain.training import (
    LORA,
    REHEARSAL,
    EngineEstimate,
    FineTuningJob,
    JobEvent,
    JobStatus,
    Refusal,
)

_HUGE = 1e300
_LARGEST = 2**63 - 1
"""SQLite can't store a larger whole number."""
_LONGEST_S = 10 * 365 * 24 * 3600
"""No training takes longer."""
_LAST_SECOND = 100_000_000_000
"""Unix time of the year 5138: a greater number is in milliseconds."""

Clean = Callable[[str], str]
"""Removes secrets from a provider's words and cuts them."""


def record(value: object) -> JsonDict:
    """*value* if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """*value* if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """*value* as a whole number, also 3.0 and "3"; None for anything else, such as "auto"."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) <= _LARGEST else None


def moment(value: object) -> int | None:
    """*value* as Unix time in seconds, also from milliseconds; None for 0, meaning "not yet"."""
    number = whole(value) or 0
    return (number // 1000 if number > _LAST_SECOND else number) or None


def job_from(data: object, clean: Clean) -> FineTuningJob | None:
    """The job that *data* describes; None when it has no id."""
    fields = record(data)
    if not (job_id := text(fields.get("id"))):
        return None
    word = text(fields.get("status"))
    return FineTuningJob(
        id=job_id,
        base_model=text(fields.get("model")),
        status=JobStatus(word),
        status_word=word,
        created_at=moment(fields.get("created_at")) or 0,
        training_file=text(fields.get("training_file")),
        method=text(record(fields.get("method")).get("type")) or TrainingMethod.SUPERVISED,
        fine_tuned_model=text(fields.get("fine_tuned_model")) or None,
        finished_at=moment(fields.get("finished_at")),
        estimated_finish=moment(fields.get("estimated_finish")),
        trained_tokens=whole(fields.get("trained_tokens")),
        result_file=_result_file(fields.get("result_files")),
        n_epochs=_n_epochs(fields),
        learning_rate_multiplier=_multiplier(fields),
        suffix=text(fields.get("suffix")) or text(fields.get("user_provided_suffix")) or None,
        seed=whole(fields.get("seed")),
        metadata=_metadata(fields.get("metadata")),
        refusal=_refusal(fields.get("error"), clean),
    )


def event_from(fields: JsonDict, clean: Clean) -> JobEvent:
    """The event that *fields* describe; if they have no id, it gets one from their content."""
    data = {key: value for key, value in record(fields.get("data")).items() if _is_sound(value)}
    metrics = "step" in data and "train_loss" in data
    return JobEvent(
        id=text(fields.get("id")) or _made_up_id(fields),
        created_at=moment(fields.get("created_at")) or 0,
        level=text(fields.get("level")) or "info",
        type=text(fields.get("type")) or ("metrics" if metrics else "message"),
        message=clean(text(fields.get("message"))),
        data=data,
    )


def checkpoint_from(fields: JsonDict) -> Checkpoint | None:
    """The checkpoint that *fields* describe; None when it has no name to be used by."""
    metrics = record(fields.get("metrics"))
    name, step = text(fields.get("fine_tuned_model_checkpoint")), fields.get("step_number")
    if not name:
        return None
    whole_loss = _number(metrics.get("full_valid_loss"))
    return Checkpoint(
        name=name,
        step=whole(metrics.get("step") if step is None else step) or 0,
        train_loss=_number(metrics.get("train_loss")),
        valid_loss=_number(metrics.get("valid_loss")) if whole_loss is None else whole_loss,
    )


def estimate_from(data: object, clean: Clean) -> EngineEstimate | None:
    """The estimate that *data* describes; None when it is none of this project's engine."""
    fields = record(data)
    backend = text(fields.get("backend"))
    if fields.get("object") != "engine.estimate" or backend not in (LORA, REHEARSAL):
        return None
    chosen = record(fields.get("hyperparameters"))
    seconds = _above_0(fields.get("seconds"))
    return EngineEstimate(
        backend=backend,
        device=clean(text(fields.get("device"))),
        n_epochs=_count(chosen.get("n_epochs")),
        batch_size=_count(chosen.get("batch_size")),
        learning_rate=_above_0(fields.get("learning_rate")),
        auto_learning_rate=_above_0(fields.get("auto_learning_rate")),
        seconds=seconds if seconds and seconds < _LONGEST_S else None,
        memory_bytes=_count(fields.get("memory_bytes")),
        memory_available_bytes=_count(fields.get("memory_available_bytes")),
        fits=fields.get("fits") is not False,
        jobs_ahead=_count(fields.get("jobs_ahead")) or 0,
    )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and _is_sound(value) else None


def _n_epochs(fields: JsonDict) -> int | None:
    numbers = (whole(values.get("n_epochs")) for values in _hyperparameters(fields))
    return next((number for number in numbers if number), None)


def _multiplier(fields: JsonDict) -> float | None:
    numbers = (_above_0(each.get("learning_rate_multiplier")) for each in _hyperparameters(fields))
    return next((number for number in numbers if number), None)


def _hyperparameters(fields: JsonDict) -> list[JsonDict]:
    """Those of the method, then those at the top level."""
    method = record(fields.get("method"))
    of_method = (record(record(kind).get("hyperparameters")) for kind in method.values())
    return [*of_method, record(fields.get("hyperparameters"))]


def _count(value: Any) -> int | None:
    number = whole(value)
    return number if number is not None and number > 0 else None


def _above_0(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _result_file(value: object) -> str | None:
    """The first file id of a list; some servers list objects with an id."""
    files = value if isinstance(value, list) else []
    names = (text(file) or text(record(file).get("id")) for file in files)
    return next((name for name in names if name), None)


def _metadata(value: object) -> dict[str, str]:
    return {key: str(word) for key, word in record(value).items() if word is not None}


def _refusal(error: object, clean: Clean) -> Refusal | None:
    """Why a job failed; None for `{}` and null fields, which healthy jobs have."""
    if isinstance(error, str) and error:
        return Refusal(code="", message=clean(error))
    code, message = record(error).get("code"), text(record(error).get("message"))
    if not code and not message:
        return None
    return Refusal(code=clean(str(code or "")), message=clean(message))


def _is_sound(value: Any) -> bool:
    """Whether *value* is not a number, or one that can be drawn; diverged trainings send NaN."""
    return not isinstance(value, int | float) or abs(value) < _HUGE


def _made_up_id(fields: JsonDict) -> str:
    content = json.dumps(fields, sort_keys=True, default=str)  # the same event has the same id
    return f"made-{hashlib.sha256(content.encode()).hexdigest()[:24]}"
