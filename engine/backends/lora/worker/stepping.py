"""What both methods add to their Trainer: exact batches, own order, reports and checkpoints.

A batch arrives as a list of micro batches, so that a step is exactly `batch_size` rows (or what an
epoch has left), whatever the micro batch is, and that its loss is the mean over all of them.
"""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from engine.backends.lora.orders import ADAPTER, StepLine, WorkOrder, append_line
from engine.backends.lora.worker.checkpoints import (
    Checkpoints,
    Saved,
    read_adapter,
    write_adapter,
)
from engine.backends.lora.worker.failures import BadNumber
from engine.backends.lora.worker.reporting import Pace, Schedule, Tally, peak_bytes, sample_of
from engine.backends.lora.worker.stopping import Stop

Batch = Mapping[str, Any]
"""`micros`: the micro batches; `weight`: what their losses are divided by; `tokens`: attended."""
_WARM_UP = 0.03


@dataclass(kw_only=True)
class Run:
    """The state of an attempt."""

    order: WorkOrder
    folder: Path
    stop: Stop
    device: str
    schedule: Schedule
    checkpoints: Checkpoints
    collate: Callable[[Sequence[Any]], Batch]
    validation: Sequence[Any]
    tokens: int
    """That the job has trained on so far."""
    pace: Pace = field(default_factory=Pace)
    saved_at: float = field(default_factory=time.monotonic)


class Stepping:
    """The part of a Trainer that both methods share. `run` is set before `train`."""

    run: Run
    last: Tally
    """Of the step that has just ended."""

    def measure(self: Any, micro: Any, tally: Tally) -> torch.Tensor:
        """Add a micro batch to *tally*; returns the sum of its losses, with its gradients."""
        raise NotImplementedError

    def training_step(
        self: Any, model: Any, inputs: Batch, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Compute the gradients of a batch."""
        model.train()
        self.last = Tally()
        for micro in inputs["micros"]:
            loss = self.measure(micro, self.last)
            if not math.isfinite(self.last.loss):
                raise BadNumber
            self.accelerator.backward(loss / inputs["weight"])
        self.run.tokens += inputs["tokens"]
        return torch.tensor(self.last.mean_loss, device=self.args.device)

    def validate(self: Any, rows: Sequence[Any]) -> Tally:
        """Measure rows without learning them."""
        tally, size = Tally(), self.run.order.micro_batch
        self.model.eval()
        with torch.no_grad():
            for start in range(0, len(rows), size):
                batch = self._prepare_inputs(self.run.collate(rows[start : start + size]))
                for micro in batch["micros"]:
                    self.measure(micro, tally)
        return tally

    def create_scheduler(
        self: Any, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None
    ) -> Any:
        """A short rise, then half a cosine; unlike transformers' own, no step has a rate of 0."""
        rise = max(1, round(_WARM_UP * num_training_steps))

        def factor(step: int) -> float:
            done = min(1.0, step / num_training_steps)
            return min(1.0, (step + 1) / rise) * 0.5 * (1 + math.cos(math.pi * done))

        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, factor)
        self._created_lr_scheduler = True
        return self.lr_scheduler

    def floating_point_ops(self, inputs: Any) -> int:
        """Nobody reads them, and counting costs time."""
        return 0

    def write_checkpoint(self: Any, folder: Path) -> None:
        """Write all that a later attempt needs."""
        write_adapter(self.model, self.run.order.base, folder / ADAPTER)
        self._save_optimizer_and_scheduler(str(folder))
        self._save_rng_state(str(folder))
        self.state.save_to_json(str(folder / "trainer_state.json"))

    def _load_from_checkpoint(self: Any, resume_from_checkpoint: str, model: Any = None) -> None:
        """Give the adapter that there is the weights of the checkpoint; Trainer loads the rest."""
        read_adapter(self.model, Path(resume_from_checkpoint))

    def _get_train_sampler(self: Any, train_dataset: Any = None) -> "EpochOrder":
        n_rows = len(self.train_dataset)
        per_epoch = math.ceil(n_rows / self.run.order.batch_size)
        return EpochOrder(n_rows, self.run.order.seed, lambda: self.state.global_step // per_epoch)


class EpochOrder(torch.utils.data.Sampler[int]):
    """The order of the rows, which depends on nothing but the seed and the epoch."""

    def __init__(self, n_rows: int, seed: int, epoch: Callable[[], int]) -> None:
        self._n_rows = n_rows
        self._seed = seed
        self._epoch = epoch

    def __len__(self) -> int:
        return self._n_rows

    def __iter__(self) -> Iterator[int]:
        order = list(range(self._n_rows))
        choice = random.Random(f"{self._seed} {self._epoch()}")  # noqa: S311 - a draw that can be repeated
        choice.shuffle(order)
        return iter(order)


class Reporter(TrainerCallback):
    """Validates, saves and reports after a step, and stops when the child is asked to."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Trainer calls it when the weights have changed."""
        run: Run = self._trainer.run
        step: int = state.global_step
        run.pace.tick()
        is_end = step in run.schedule.epoch_ends
        line = self._line(step) if step in run.schedule.reported else None
        is_stopped = run.stop.is_asked
        if is_end or is_stopped or time.monotonic() - run.saved_at >= run.order.checkpoint_s:
            line = self._save(step, line, is_end=is_end)
        if line:
            append_line(run.folder, line)
        if is_stopped:
            control.should_training_stop = True

    def _line(self, step: int) -> StepLine:
        run, trainer = self._trainer.run, self._trainer
        values: dict[str, Any] = {}
        if run.validation and step in run.schedule.validated:
            tally = trainer.validate(sample_of(run.validation, run.order.seed))
            values |= {"valid_loss": tally.mean_loss, "valid_accuracy": tally.accuracy}
        if run.validation and step in run.schedule.epoch_ends:
            tally = trainer.validate(run.validation)
            values |= {"full_valid_loss": tally.mean_loss, "full_valid_accuracy": tally.accuracy}
        if not all(math.isfinite(value) for value in values.values()):
            raise BadNumber
        return StepLine(
            step=step,
            train_loss=trainer.last.mean_loss,
            train_accuracy=trainer.last.accuracy,
            seconds_left=run.pace.seconds_for(run.order.total_steps - step),
            trained_tokens=run.tokens,
            peak_bytes=peak_bytes(run.device),
            **values,
        )

    def _save(self, step: int, line: StepLine | None, *, is_end: bool) -> StepLine | None:
        """The line of the step, now with its checkpoint, which contains the line as well."""
        run = self._trainer.run
        if line and is_end:
            line = replace(line, checkpoint=str(run.checkpoints.folder_of(step)))
        saved = Saved(trained_tokens=run.tokens, line=line)
        run.checkpoints.save(step, saved, self._trainer.write_checkpoint)
        run.saved_at = time.monotonic()
        return line
