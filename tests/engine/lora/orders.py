"""Orders and runs for the tests of the worker."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.backends.lora.orders import (
    CHECKPOINTS,
    WHOLE_FILE,
    EndLine,
    Line,
    StepLine,
    Task,
    WorkOrder,
    read_lines,
    write_order,
)
from tests.engine.lora.nursery import Nursery, Worker
from tests.engine.lora.tiny import chat_rows, write_rows

N_ROWS = 11


def order(folder: Path, base: Path, **changes: Any) -> WorkOrder:
    """An order of 11 conversations in batches of 3, so that the last of an epoch is smaller."""
    training = folder / "training.jsonl"
    if not training.exists():
        write_rows(training, chat_rows(N_ROWS))
    usual = WorkOrder(
        task=Task.TRAIN,
        base=str(base),
        method="supervised",
        training_file=str(training),
        validation_file=None,
        example_tokens=512,
        seed=7,
        device="cpu",
        threads=1,
        n_epochs=3,
        batch_size=3,
        micro_batch=2,
        learning_rate=3e-2,
        rank=4,
        alpha=8,
        total_steps=12,
        checkpoint_s=3600.0,
    )
    return replace(usual, **changes)


def attempt(job: Path, work: WorkOrder) -> Path:
    """The folder of the next attempt of a job, with its order."""
    number = sum(path.name.startswith("attempt-") for path in job.iterdir()) + 1
    folder = job / f"attempt-{number}"
    folder.mkdir()
    write_order(folder, work)
    return folder


def started(nursery: Nursery, job: Path, work: WorkOrder) -> Worker:
    """A worker on a new attempt."""
    return nursery.start(attempt(job, work))


def ended(nursery: Nursery, job: Path, work: WorkOrder) -> tuple[int, list[Line]]:
    """Exit code and lines of a new attempt that nobody disturbs."""
    worker = started(nursery, job, work)
    code = worker.exit_code()
    return code, lines_of(worker.folder)


def lines_of(folder: Path) -> list[Line]:
    """What an attempt has told."""
    return [line for _, line in read_lines(folder)]


def end_of(lines: list[Line]) -> EndLine:
    """The last line."""
    assert isinstance(lines[-1], EndLine)
    return lines[-1]


def steps_of(lines: list[Line]) -> list[StepLine]:
    """The steps that were told."""
    return [line for line in lines if isinstance(line, StepLine)]


def numbers(line: StepLine) -> tuple[Any, ...]:
    """What must be the same in each run of a job: all but times, memory and places."""
    return (
        line.step,
        line.train_loss,
        line.train_accuracy,
        line.valid_loss,
        line.valid_accuracy,
        line.full_valid_loss,
        line.full_valid_accuracy,
        line.trained_tokens,
        line.checkpoint is not None,
    )


def tree(folder: Path) -> dict[Path, int]:
    """All that is in a folder, itself included, and when it was changed."""
    return {path: path.lstat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def whole_checkpoints(job: Path) -> list[Path]:
    """The whole checkpoints of all attempts, by their step."""
    found = [path.parent for path in job.glob(f"attempt-*/{CHECKPOINTS}/*/{WHOLE_FILE}")]
    return sorted(found, key=lambda path: int(path.name.removeprefix("step-")))
