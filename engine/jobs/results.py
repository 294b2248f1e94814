"""The results of a run: metric events, the CSV of its steps, the names of its models."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.backends import StepReport
from engine.domain import FineTuningJob, NewEvent

RESULT_COLUMNS = ("step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy")
"""https://platform.openai.com/docs/guides/supervised-fine-tuning (looked up 2026-11-22)"""
_UNFIT_FOR_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def metrics_of(report: StepReport, *, total_steps: int | None = None) -> dict[str, Any]:
    """A report in the provider's words, without the metrics that are None."""
    metrics = {
        "step": report.step,
        "total_steps": total_steps,
        "train_loss": report.train_loss,
        "train_mean_token_accuracy": report.train_accuracy,
        "valid_loss": report.valid_loss,
        "valid_mean_token_accuracy": report.valid_accuracy,
        "full_valid_loss": report.full_valid_loss,
        "full_valid_mean_token_accuracy": report.full_valid_accuracy,
    }
    return {key: value for key, value in metrics.items() if value is not None}


def metrics_event(report: StepReport, total_steps: int | None) -> NewEvent:
    """A job's event for a step; None: the provider does not tell the total."""
    of_total = "" if total_steps is None else f"/{total_steps}"
    message = f"Step {report.step}{of_total}: training loss={report.train_loss:.2f}"
    if report.valid_loss is not None:
        message += f", validation loss={report.valid_loss:.2f}"
    if report.full_valid_loss is not None:
        message += f", full validation loss={report.full_valid_loss:.2f}"
    return NewEvent(message=message, metrics=metrics_of(report, total_steps=total_steps))


def result_csv(metrics: Sequence[Mapping[str, Any]]) -> bytes:
    """The result file: one row for each reported step, oldest first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RESULT_COLUMNS)
    for row in metrics:
        named = {"train_accuracy": row.get("train_mean_token_accuracy"), **row}
        writer.writerow([named.get(column, "") for column in RESULT_COLUMNS])
    return text.getvalue().encode()


def tuned_name(job: FineTuningJob, base: str, owner: str, *, step: int | None = None) -> str:
    """`ft:{base}:{owner}:{suffix}:{code}`, with `:ckpt-step-{step}` for an earlier checkpoint."""
    suffix = _UNFIT_FOR_NAMES.sub("-", job.suffix or "")
    name = f"ft:{base}:{owner}:{suffix}:{job.model_code}"
    return name if step is None else f"{name}:ckpt-step-{step}"


def base_in(name: str) -> str:
    """The base within a name that `tuned_name` has made; other names give nonsense."""
    return name.split(":")[1] if ":" in name else ""


def owner_in(name: str) -> str:
    """The same for the owner: the backend that has made the model, and alone can use it."""
    return name.split(":")[2]
