"""The domain's objects as OpenAI's JSON objects.

https://platform.openai.com/docs/api-reference/fine-tuning (looked up 2026-11-22)
"""

from dataclasses import asdict
from typing import Any

from engine.catalogue import BaseModel
from engine.domain import FineTuningJob, JobEvent, Method, Status, StoredFile, TunedModel
from engine.profiles import Profile


def file_object(file: StoredFile) -> dict[str, Any]:
    """A `file`."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.size,
        "created_at": file.created_at,
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
        **({} if file.expires_at is None else {"expires_at": file.expires_at}),
    }


def job_object(job: FineTuningJob, owner: str, profile: Profile) -> dict[str, Any]:
    """A `fine_tuning.job`."""
    healthy: dict[str, Any] | None = {} if profile.has_empty_errors else None
    hyperparameters = {key: value or "auto" for key, value in asdict(job.hyperparameters).items()}
    beta = {"beta": hyperparameters.pop("beta")}
    of_method = hyperparameters | (beta if job.method is Method.DPO else {})
    method = {"type": job.method, job.method: {"hyperparameters": of_method}}
    return {
        "id": job.id,
        "object": "fine_tuning.job",
        "created_at": job.created_at,
        "model": job.base_model,
        "fine_tuned_model": job.fine_tuned_model,
        "organization_id": f"org-{owner}",
        "status": _status_word(job, profile),
        "training_file": job.training_file,
        "validation_file": job.validation_file,
        # OpenAI leaves them out for other methods, but the schema requires an object here.
        "hyperparameters": hyperparameters if job.method is Method.SUPERVISED else {},
        **({"method": method} if profile.knows_method else {}),
        "trained_tokens": job.trained_tokens,
        "result_files": [job.result_file] if job.result_file else [],
        "finished_at": job.finished_at,
        "estimated_finish": job.estimated_finish if job.status is Status.RUNNING else None,
        "seed": job.seed,
        "integrations": [],
        "user_provided_suffix": job.suffix,
        "metadata": None if job.metadata is None else dict(job.metadata),
        "error": healthy if job.failure is None else asdict(job.failure),
    }


def _status_word(job: FineTuningJob, profile: Profile) -> str:
    if job.status is Status.RUNNING:
        share = job.step / max(1, job.total_steps)
        for own in profile.own_statuses:
            if own.covers(share):
                return own.word
    return job.status.value


def event_object(event: JobEvent, profile: Profile) -> dict[str, Any]:
    """A `fine_tuning.job.event`."""
    return {
        "object": "fine_tuning.job.event",
        "id": event.id,
        "created_at": event.created_at,
        "level": event.level,
        "message": event.message,
        "type": profile.message_type if event.metrics is None else "metrics",
        "data": {} if event.metrics is None else dict(event.metrics),
    }


def checkpoint_object(model: TunedModel) -> dict[str, Any]:
    """A `fine_tuning.job.checkpoint`."""
    return {
        "object": "fine_tuning.job.checkpoint",
        "id": model.checkpoint_id,
        "created_at": model.created_at,
        "fine_tuned_model_checkpoint": model.name,
        "fine_tuning_job_id": model.job_id,
        "metrics": dict(model.metrics),
        "step_number": model.step,
    }


def model_object(
    name: str, base: BaseModel, *, created_at: int | None = None, owner: str = "system"
) -> dict[str, Any]:
    """A `model`; a tuned one ends on the day of its base model."""
    return {
        "id": name,
        "object": "model",
        "created": base.created_at if created_at is None else created_at,
        "owned_by": owner,
        "shutdown_date": base.shutdown_date,
    }


def list_object(data: list[dict[str, Any]], limit: int, profile: Profile) -> dict[str, Any]:
    """A page of a list; *data* has one object more than *limit* when more follow."""
    page: dict[str, Any] = {"object": "list", "data": data[:limit]}
    return page | ({"has_more": len(data) > limit} if profile.has_pages else {})


def with_ends(page: dict[str, Any], *, empty: str | None) -> dict[str, Any]:
    """A page with `first_id` and `last_id`, which are *empty* on an empty page."""
    data = page["data"]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (empty, empty)
    return page | {"first_id": first, "last_id": last}
