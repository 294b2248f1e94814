"""The backend itself: what the server asks of real training."""

import asyncio
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO

from engine.backends import (
    Answer,
    ChatRequest,
    Estimate,
    Examined,
    JobRefused,
    ModelSource,
    Report,
    Tell,
    TrainingOrder,
    Wish,
)
from engine.backends.examples import check_files
from engine.backends.lora import machine, plan
from engine.backends.lora.attempts import all_attempts, drop_checkpoints, latest_order
from engine.backends.lora.bases import Bases
from engine.backends.lora.chats import Chats
from engine.backends.lora.children import LocalExecutor
from engine.backends.lora.estimating import estimated, run_of
from engine.backends.lora.executor import Executor
from engine.backends.lora.failures import full_disk_told
from engine.backends.lora.forecast import shape_of
from engine.backends.lora.measured import Measured
from engine.backends.lora.merging import Merging
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.preparing import START, Preparation, Prepared
from engine.backends.lora.published import dropped
from engine.backends.lora.queueing import DeviceQueue
from engine.backends.lora.ray_api import RayApi
from engine.backends.lora.ray_jobs import RayExecutor
from engine.backends.lora.ray_speakers import RaySpeakers
from engine.backends.lora.speaker_process import Launcher
from engine.backends.lora.training import Training
from engine.catalogue import BaseModel


class LoraBackend:
    """A `Backend` that trains LoRA adapters in child processes."""

    name = "lora"
    notice = None

    def __init__(self, options: LoraOptions, data: Path) -> None:
        """Find bases and devices.

        Raises:
            BaseUnknown: see `Bases`.
        """
        devices = machine.devices_here(options.devices)
        self._is_local = options.executor == "local"
        self._bases = Bases(options.bases, data)
        self._executor: Executor = LocalExecutor()
        cluster: Launcher | None = None
        if not self._is_local:
            ray = RayApi(options.ray_address)
            self._executor = RayExecutor(ray)
            cluster = RaySpeakers(ray, data / "speakers", own_address=options.ray_own_address)
            devices = devices[:1]  # of each job: which GPU it is, Ray decides
        self._chats = Chats(self._bases, options, devices, cluster)
        self._merging = Merging(self._bases, data, threads=machine.cpu_threads(options.threads))
        self._options = options
        self._device = devices[0]
        self._queue = DeviceQueue(devices if self._is_local else devices * options.ray_jobs)
        self._measured = Measured(data)
        self._running: list[Training] = []
        self._preparation = Preparation(
            bases=self._bases,
            options=options,
            measured=self._measured,
            in_use=self._in_use,
            idle=self._idle,
            make_room=self._chats.drop_idle,
        )

    @property
    def bases(self) -> Mapping[str, BaseModel]:
        """The base models on offer, by name."""
        return self._bases.models

    @property
    def adapters_loaded(self) -> int | None:
        """See `Chats.n_adapters`."""
        return self._chats.n_adapters

    async def is_alive(self) -> bool:
        """See `Executor.is_alive` and `Chats.is_alive`."""
        return await self._executor.is_alive() and await self._chats.is_alive()

    async def validate(self, order: TrainingOrder, tell: Tell) -> Examined:
        """Check the files, read them with the base's tokenizer, choose, estimate, and tell."""
        order.folder.chmod(0o700)
        counted = await check_files(order)
        job = order.job
        chosen = plan.chosen(job.hyperparameters, job.method, counted.count, self._device)
        with full_disk_told(self._device):
            prepared = await self._preparation.prepare(order, self._device, tell, chosen)
        sizes, found = prepared.sizes, prepared.forecast
        factor = sizes.epoch_tokens / max(1, counted.tokens)
        self._measured.remember_tokens(order.base_model.name, factor)
        if sizes.n_cut:
            limit = prepared.work.example_tokens
            await tell(f"Examples longer than {limit} tokens, which are cut: {sizes.n_cut}")
        await tell(found.sentence(prepared.work.learning_rate))
        if not found.fits:
            raise JobRefused("insufficient_memory", found.refusal(), param=None)
        return Examined(
            hyperparameters=chosen, n_examples=sizes.n_examples, epoch_tokens=sizes.epoch_tokens
        )

    async def wait_turn(self, order: TrainingOrder, tell: Tell) -> None:
        """Wait for a device; it stays with the task that calls this."""
        await self._queue.take(order.job, tell, is_running=False)

    async def train(self, order: TrainingOrder, report: Report, tell: Tell) -> int:
        """Train in a child process; see `Training`."""
        earlier = latest_order(order.folder)
        wanted = earlier.device if earlier else None
        device = await self._queue.take(order.job, tell, is_running=True, wanted=wanted)
        hyperparameters = order.job.hyperparameters
        with full_disk_told(device):
            prepared = await self._preparation.prepare(order, device, tell, hyperparameters)
            await self._preparation.begin(prepared, order.folder)
            training = Training(
                order=order,
                work=prepared.work,
                report=report,
                tell=tell,
                chats=self._chats,
                executor=self._executor,
            )
            tokens = await self._train(training)
        self._remember(training, prepared, tokens)
        return tokens

    async def halt(self, folder: Path) -> None:
        """Adopt each attempt that may still run, and stop it."""
        for attempt in all_attempts(folder):
            if execution := await self._executor.adopt(attempt.folder):
                await execution.stop()

    async def estimate(self, wish: Wish) -> Estimate:
        """The plan for the first device; what is not known of a base is None."""
        device, base = self._device, wish.base_model
        chosen = plan.chosen(wish.hyperparameters, wish.method, wish.n_examples, device)
        available = await self._preparation.available(device)
        known = Estimate(
            hyperparameters=chosen,
            device=device,
            memory_available_bytes=available,
            jobs_ahead=self._queue.n_jobs,
        )
        facts = self._bases.facts(base.name)
        if facts is None:
            return known
        shape, threads = shape_of(facts, device), machine.cpu_threads(self._options.threads)
        rank = plan.rank_on(device, self._options.rank)
        return estimated(wish, known, shape, self._measured, rank=rank, threads=threads)

    async def answer(self, request: ChatRequest) -> Answer:
        """See `Chats`."""
        return await self._chats.answer(request)

    async def merged(self, model: ModelSource) -> Mapping[str, BinaryIO]:
        """See `Merging`."""
        return await self._merging.files(model)

    async def tidy(self, folder: Path, steps: Collection[int], *, is_over: bool) -> None:
        """Delete other adapters and, once the job is over, all that only training needs."""
        for gone in await asyncio.to_thread(dropped, folder, steps):
            await self._chats.forget(gone)
        if is_over:
            await asyncio.to_thread(drop_checkpoints, folder)
            await asyncio.to_thread(shutil.rmtree, folder / START, ignore_errors=True)

    def leave(self) -> None:
        """See `Executor.leave`."""
        self._executor.leave()

    async def close(self) -> None:
        """End the processes that answer chats; those that train have ended with their jobs."""
        await self._chats.close()
        await self._executor.close()

    def _in_use(self, device: str) -> int:
        there = (training for training in self._running if training.work.device == device)
        return sum(training.bytes_in_use for training in there)

    def _idle(self, device: str) -> int:
        """By their weights alone, so that it is not too much."""
        facts = [self._bases.facts(name) for name in self._chats.idle_on(device)]
        return sum(base.parameters for base in facts if base) * machine.weight_bytes(device)

    async def _train(self, training: Training) -> int:
        self._running.append(training)
        self._tell_chats()
        try:
            return await training.run()
        finally:
            self._running.remove(training)
            self._tell_chats()

    def _tell_chats(self) -> None:
        devices = {training.work.device for training in self._running}
        self._chats.set_training(self._is_local and "cpu" in devices)

    def _remember(self, training: Training, prepared: Prepared, tokens: int) -> None:
        """Keep what the run has taken, for the next estimate."""
        run = run_of(training, prepared.sizes, tokens)
        if run is not None:
            order, work = training.order, training.work
            self._measured.remember_run(order.base_model.name, work.device, work.method, run)


def lora_backend(options: LoraOptions, data: Path) -> LoraBackend:
    """Make it."""
    return LoraBackend(options, data)
