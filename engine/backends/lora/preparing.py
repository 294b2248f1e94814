"""What must be there before a job trains: its base, its start, and the order for the child."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.backends import TRAINING_FILE, VALIDATION_FILE, JobRefused, Tell, TrainingOrder
from engine.backends.lora import machine, plan
from engine.backends.lora.attempts import latest_order
from engine.backends.lora.base_folder import BaseMissing
from engine.backends.lora.bases import Bases
from engine.backends.lora.examining import examine
from engine.backends.lora.failures import refusal
from engine.backends.lora.fit import Load
from engine.backends.lora.forecast import Forecast, forecast, gigabytes, shape_of
from engine.backends.lora.measured import Measured
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.orders import ExaminedFiles, Reason, Task, WorkOrder
from engine.backends.lora.published import BadAdapter, adapter_folder, copy_adapter, rank_of
from engine.domain import Hyperparameters

START = "start"
"""In a job's folder: its own copy of the adapter that training continues from."""
_ALPHA = 2
"""The scale of a fresh adapter, as a multiple of its rank."""
_CHECKPOINT_BYTES = 12
"""For a parameter of an adapter: value and two moments of AdamW, in 32 bits."""
_CHECKPOINTS = 6
"""Kept at once: the last three epochs, one to go on from, one in the making, the models."""
_ROOM_BYTES = 50_000_000
"""For logs, the database and whoever else writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A job that could start now."""

    work: WorkOrder
    sizes: ExaminedFiles
    forecast: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Prepares jobs."""

    bases: Bases
    options: LoraOptions
    measured: Measured
    in_use: Callable[[str], int]
    """The bytes that our own trainings take on a device."""
    idle: Callable[[str], int]
    """The bytes that chats take on a device without answering anybody."""
    make_room: Callable[[], Awaitable[None]]
    """Frees those."""
    _examining: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def prepare(
        self,
        order: TrainingOrder,
        device: str,
        tell: Tell,
        values: Hyperparameters,
    ) -> Prepared:
        """Fetch the base, read the files, estimate, and write the order of the first attempt.

        *values* are complete. After a restart or a pause the numbers of the latest attempt stay, so
        that the losses are those of an unbroken training.

        Raises:
            JobRefused: something is missing or damaged.
        """
        work = await self._unplanned(order, device, tell)
        async with self._examining:  # many jobs at once would take all memory
            sizes = await examine(order.folder, work)
        work = _planned(work, order, values, sizes)
        found = await self._forecast(order, work, sizes)
        load = found.load
        work = replace(
            work,
            micro_batch=load.micro_batch,
            recomputes=load.recomputes,
            memory_bytes=found.peak,
        )
        if earlier := latest_order(order.folder):
            work = replace(
                work,
                threads=earlier.threads,
                micro_batch=earlier.micro_batch,
                recomputes=earlier.recomputes,
                example_tokens=earlier.example_tokens,
                learning_rate=earlier.learning_rate,
                rank=earlier.rank,
                alpha=earlier.alpha,
            )
        return Prepared(work=work, sizes=sizes, forecast=found)

    async def available(self, device: str) -> int | None:
        """Bytes that a training may take; None: not known.

        By then those that train now have ended, and chats with no one give their memory back. What
        the nodes of a cluster have is the cluster's matter.
        """
        if self.options.memory_bytes is not None or self.options.executor == "ray":
            return self.options.memory_bytes
        free = await machine.free_bytes(device)
        return None if free is None else free + self.in_use(device) + self.idle(device)

    async def begin(self, prepared: Prepared, folder: Path) -> None:
        """Make sure of the room for a training, whose turn it is; raises `JobRefused`."""
        found, device = prepared.forecast, prepared.work.device
        if found.available is not None and found.peak > found.available - self.idle(device):
            await self.make_room()
        _check_disk(prepared, folder)

    async def _unplanned(self, order: TrainingOrder, device: str, tell: Tell) -> WorkOrder:
        job, base, folder = order.job, order.base_model.name, order.folder.resolve()
        base_folder = await self._base(base, tell)
        start = await self._start(order)
        rank = plan.rank_on(device, self.options.rank)
        rank, alpha = rank_of(start) if start else (rank, _ALPHA * rank)
        return WorkOrder(
            task=Task.TRAIN,
            base=str(base_folder.resolve()),
            method=str(job.method),
            training_file=str(folder / TRAINING_FILE),
            validation_file=str(folder / VALIDATION_FILE) if job.validation_file else None,
            example_tokens=self.bases.models[base].example_tokens,
            seed=job.seed,
            device=device,
            threads=machine.cpu_threads(self.options.threads),
            start_adapter=str(start.resolve()) if start else None,
            rank=rank,
            alpha=alpha,
        )

    async def _base(self, name: str, tell: Tell) -> Path:
        try:
            return await self.bases.fetch(name, tell)
        except BaseMissing as missing:
            reason = str(Reason.BASE_MISSING)
            raise JobRefused(reason, str(missing), param="model") from missing

    async def _start(self, order: TrainingOrder) -> Path | None:
        """The job's own copy of its start; deleting that model later does not hurt the job."""
        target, start = order.folder / START, order.start
        try:
            if start is not None and not target.exists():
                await asyncio.to_thread(copy_adapter, adapter_folder(start), target)
            if not target.exists():
                return None
            rank_of(target)
        except (BadAdapter, FileNotFoundError) as error:
            message = f"The weights of {order.job.base_model} are missing or damaged"
            raise JobRefused("model_not_found", message, param="model") from error
        return target

    async def _forecast(
        self, order: TrainingOrder, work: WorkOrder, sizes: ExaminedFiles
    ) -> Forecast:
        return forecast(
            base=order.base_model.name,
            shape=shape_of(sizes, work.device),
            load=load_of(order, work, sizes),
            device=work.device,
            trained_tokens=sizes.epoch_tokens * work.n_epochs,
            available=await self.available(work.device),
            threads=work.threads,
            measured=self.measured,
        )


def _check_disk(prepared: Prepared, folder: Path) -> None:
    """Raise `JobRefused` unless *folder* has room for the checkpoints and the models."""
    work = prepared.work
    shape = shape_of(prepared.sizes, work.device)
    needed = shape.adapter_parameters(work.rank) * _CHECKPOINT_BYTES * _CHECKPOINTS
    free = shutil.disk_usage(folder).free
    if free < needed + _ROOM_BYTES:
        message = (
            f"The checkpoints need {gigabytes(needed + _ROOM_BYTES)} of the disk, but "
            f"{gigabytes(free)} are free."
        )
        raise refusal(Reason.DISK_FULL, message, work.device)


def load_of(order: TrainingOrder, work: WorkOrder, sizes: ExaminedFiles) -> Load:
    """What an order does to the memory."""
    return Load(
        method=order.job.method,
        rank=work.rank,
        longest=sizes.longest,
        micro_batch=work.micro_batch,
        recomputes=work.recomputes,
    )


def _planned(
    work: WorkOrder, order: TrainingOrder, values: Hyperparameters, sizes: ExaminedFiles
) -> WorkOrder:
    assert values.n_epochs is not None
    assert values.batch_size is not None
    multiplier, method = values.learning_rate_multiplier, order.job.method
    return replace(
        work,
        n_epochs=values.n_epochs,
        batch_size=values.batch_size,
        micro_batch=min(values.batch_size, sizes.n_examples),
        learning_rate=plan.learning_rate(multiplier, method, sizes.parameters),
        beta=values.beta,
        total_steps=plan.total_steps(values, sizes.n_examples),
    )
