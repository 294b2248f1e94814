"""Fine-tuning jobs and events as servers send them, read into our nouns.

Other servers than OpenAI leave out fields, send null for them, or put them elsewhere, so
everything but a job's id is optional and nothing here raises.
"""

import hashlib
import json
import math
from collections.abc import Callable
from typing import Any

from bot.domain import FineTuningJob, JobEvent, JobStatus, JsonDict, Refusal

Clean = Callable[[str], str]
"""Makes a provider's words fit to show."""


def record(value: object) -> JsonDict:
    """*value* if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """*value* if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """*value* as a whole number, also out of 3.0 and "3"; None for anything else ("auto")."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value)


def job_from(data: object, clean: Clean) -> FineTuningJob | None:
    """The job that *data* describes; None when it is no job, for want of an id."""
    fields = record(data)
    if not (job_id := text(fields.get("id"))):
        return None
    word = text(fields.get("status"))
    return FineTuningJob(
        id=job_id,
        base_model=text(fields.get("model")),
        status=JobStatus.of(word),
        status_word=word,
        created_at=whole(fields.get("created_at")) or 0,
        training_file=text(fields.get("training_file")),
        fine_tuned_model=text(fields.get("fine_tuned_model")) or None,
        # Some servers send 0 for a moment that has not come.
        finished_at=whole(fields.get("finished_at")) or None,
        estimated_finish=whole(fields.get("estimated_finish")) or None,
        trained_tokens=whole(fields.get("trained_tokens")),
        n_epochs=_n_epochs(fields),
        suffix=text(fields.get("suffix")) or text(fields.get("user_provided_suffix")) or None,
        seed=whole(fields.get("seed")),
        metadata=_metadata(fields.get("metadata")),
        refusal=_refusal(fields.get("error"), clean),
    )


def event_from(fields: JsonDict, clean: Clean) -> JobEvent:
    """The event that *fields* describe, with an id of our own making if they have none."""
    data = {key: value for key, value in record(fields.get("data")).items() if _is_sound(value)}
    metrics = "step" in data and "train_loss" in data
    return JobEvent(
        id=text(fields.get("id")) or _made_up_id(fields),
        created_at=whole(fields.get("created_at")) or 0,
        level=text(fields.get("level")) or "info",
        type=text(fields.get("type")) or ("metrics" if metrics else "message"),
        message=clean(text(fields.get("message"))),
        data=data,
    )


def _n_epochs(fields: JsonDict) -> int | None:
    method = record(fields.get("method"))
    of_method = (record(record(kind).get("hyperparameters")) for kind in method.values())
    found = [*of_method, record(fields.get("hyperparameters"))]
    numbers = (whole(hyperparameters.get("n_epochs")) for hyperparameters in found)
    return next((number for number in numbers if number), None)


def _metadata(value: object) -> dict[str, str]:
    return {key: str(word) for key, word in record(value).items() if word is not None}


def _refusal(error: object, clean: Clean) -> Refusal | None:
    """None for `{}` and for null fields, which jobs in good health carry."""
    if isinstance(error, str) and error:
        return Refusal(code="", message=clean(error))
    code, message = record(error).get("code"), text(record(error).get("message"))
    if not code and not message:
        return None
    return Refusal(code=clean(str(code or "")), message=clean(message))


def _is_sound(value: Any) -> bool:
    """Whether *value* is a number that can be drawn: a diverged training reports NaN."""
    return not isinstance(value, float) or math.isfinite(value)


def _made_up_id(fields: JsonDict) -> str:
    """The same id for the same event, however often it is read."""
    content = json.dumps(fields, sort_keys=True, default=str)
    return f"made-{hashlib.sha256(content.encode()).hexdigest()[:24]}"
