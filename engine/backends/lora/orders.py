"""What the server and the child process of an attempt say to each other, as files.

The server writes `order.json` and starts `python -m engine.backends.lora.worker FOLDER`. The child
appends lines to `progress.jsonl`, the last of which tells how it ended. Standard input of the child
is a pipe from the server: when it closes, the child saves a checkpoint and exits. A child on
another machine has no such pipe: its FOLDER is a link, and it exits at once when the link is gone.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

ORDER_FILE = "order.json"
PROGRESS_FILE = "progress.jsonl"
WRITABLE = "writable"
"""A link from the folder of an attempt on another machine to that folder itself."""
LOG_FILE = "worker.log"
"""What the child and its libraries print."""
CHECKPOINTS = "checkpoints"
"""Contains a folder `step-{n}` for each checkpoint of an attempt."""
WHOLE_FILE = "whole"
"""The last file that is written into a checkpoint; without it the checkpoint is not used."""
ADAPTER = "adapter"
"""The folder within a checkpoint that holds `adapter_model.safetensors` and its configuration."""
STOPPED_EXIT = 75
"""Exit code of a child that was asked to stop and has saved a checkpoint."""


class Task(StrEnum):
    """What a child does."""

    EXAMINE = "examine"
    """Read the files with the base's own tokenizer and template, and count."""
    TRAIN = "train"


class Reason(StrEnum):
    """How a child ended."""

    DONE = "done"
    STOPPED = "stopped"
    """It was asked to; the last line about a checkpoint tells from where to go on."""
    OUT_OF_MEMORY = "out_of_memory"
    BAD_NUMBER = "bad_number"
    """The loss was not a finite number."""
    DISK_FULL = "disk_full"
    BASE_MISSING = "base_missing"
    """The base's files are missing, damaged or of a kind that can't be used."""
    BAD_FILE = "bad_file"
    """The training or validation file can't be learnt from."""
    CRASHED = "crashed"
    NO_ROOM = "no_room"
    """It has not begun: a cluster had no room for too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """All that a child needs to know. Paths are absolute."""

    task: Task
    base: str
    """Folder of the base model: safetensors, configuration, tokenizer."""
    method: str
    """supervised or dpo."""
    training_file: str
    validation_file: str | None
    example_tokens: int
    """Longer examples are cut to so many tokens of the base's tokenizer."""
    seed: int
    device: str
    """cpu, cuda:0, ..."""
    threads: int
    """On the CPU. Later attempts of a job keep it, so that their numbers equal those of an unbroken
    run."""
    # Of training only.
    start_adapter: str | None = None
    """Folder of the adapter that training continues from; None: a fresh one."""
    resume_from: str | None = None
    """Folder of a whole checkpoint of an earlier attempt; None: begin at step 0."""
    n_epochs: int = 1
    batch_size: int = 1
    """Examples of a step."""
    micro_batch: int = 1
    """Examples that are computed at once; a step accumulates as many as it needs."""
    learning_rate: float = 0.0
    beta: float | None = None
    """Of DPO."""
    rank: int = 8
    alpha: int = 16
    recomputes: bool = False
    """Gradient checkpointing: less memory, about a third more time."""
    total_steps: int = 0
    memory_bytes: int = 0
    """The estimate of the peak on its device."""
    checkpoint_s: float = 60.0
    """Besides the end of each epoch, a checkpoint to resume from is written this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedFiles:
    """The line of an EXAMINE task; sizes in the base's own tokens."""

    n_examples: int
    epoch_tokens: int
    """All tokens of the training file, each example cut; both answers of a pair count."""
    learnt_tokens: int
    """Those that have a label."""
    longest: int
    """Tokens of the longest example after the cut."""
    n_cut: int
    n_validation: int
    parameters: int
    """Of the base."""
    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    context: int
    """Tokens that the base can read at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step that the child reports; see `engine.backends.StepReport` for the units."""

    step: int
    train_loss: float
    train_accuracy: float
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_accuracy: float | None = None
    checkpoint: str | None = None
    """Folder of the checkpoint that ends an epoch, whole; None: the step has none to show."""
    seconds_left: float | None = None
    trained_tokens: int
    """Of the whole job so far, also before a resumption."""
    peak_bytes: int
    """Peak memory of the child on its device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine:
    """The last line."""

    reason: Reason
    message: str = ""
    """For the client, in English, without paths, where the reason alone does not tell enough."""
    checkpoint: str | None = None
    """The newest whole checkpoint of this attempt; None: there is none."""
    trained_tokens: int = 0
    peak_bytes: int = 0
    steps_per_s: float | None = None


Line = ExaminedFiles | StepLine | EndLine
_KINDS: Mapping[str, type[Line]] = {
    kind.__name__: kind for kind in (ExaminedFiles, StepLine, EndLine)
}


def write_order(folder: Path, order: WorkOrder) -> None:
    """Write the order; the folder exists."""
    (folder / ORDER_FILE).write_text(json.dumps(asdict(order)), encoding="utf-8")


def read_order(folder: Path) -> WorkOrder:
    """The order of a folder."""
    values: dict[str, Any] = json.loads((folder / ORDER_FILE).read_text(encoding="utf-8"))
    return WorkOrder(**values | {"task": Task(values["task"])})


def append_line(folder: Path, line: Line) -> None:
    """Append a line, so that it is on the disk before this returns."""
    text = json.dumps({"kind": type(line).__name__, **asdict(line)})
    with (folder / PROGRESS_FILE).open("a", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_lines(folder: Path, *, after: int = 0) -> Iterator[tuple[int, Line]]:
    """The whole lines behind byte *after*, each with the position behind it.

    A line that is still being written, or that a full disk has cut, is left for later.
    """
    path = folder / PROGRESS_FILE
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(after)
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            after += len(raw)
            yield after, _line(json.loads(raw))


def _line(values: dict[str, Any]) -> Line:
    kind = _KINDS[values.pop("kind")]
    if kind is EndLine:
        values["reason"] = Reason(values["reason"])
    known = {field.name for field in fields(kind)}
    return kind(**{key: value for key, value in values.items() if key in known})
