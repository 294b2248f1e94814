"""One job's training: attempts, one after another, until a model answers.

What a child has written is told again after a restart of the server, but each step only once.
Wherever server or child are killed, the next attempt comes to the same end.
"""

import asyncio
import logging
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.backends import (
    JobRefused,
    ModelUnavailable,
    Report,
    Tell,
    TrainingOrder,
    weights_folder,
)
from engine.backends.lora import children
from engine.backends.lora.attempts import (
    Attempt,
    adapter_of,
    all_attempts,
    new_attempt,
    newest_checkpoint,
    report_of,
    step_of,
)
from engine.backends.lora.chats import Chats
from engine.backends.lora.failures import MAX_FAILURES, refusal
from engine.backends.lora.fit import thriftier
from engine.backends.lora.machine import killed_for_memory, resident_bytes
from engine.backends.lora.orders import EndLine, Reason, StepLine, WorkOrder
from engine.backends.lora.published import BadAdapter, publish
from engine.backends.steps import reported_steps

_POLL_S = 0.2
_AGAIN = frozenset({Reason.OUT_OF_MEMORY, Reason.CRASHED, Reason.STOPPED})
"""After these reasons another attempt can help."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Training:
    """A job on its device."""

    order: TrainingOrder
    work: WorkOrder
    """What the next child is told, but for the checkpoint from which it goes on."""
    report: Report
    tell: Tell
    chats: Chats
    told: int = field(init=False)
    """The last step that was reported."""
    last: StepLine | None = field(init=False, default=None)
    """The job's last step, once its adapter is saved."""
    end: EndLine | None = field(init=False, default=None)
    """How an attempt of this run has reached the last step."""
    process_id: int | None = field(init=False, default=None)
    """Of the child; None: none runs."""
    _adapter: Path | None = field(init=False, default=None)
    _peak: int = field(init=False, default=0)
    _damaged: set[Path] = field(init=False, default_factory=set)
    """Checkpoints from which an attempt has crashed before its first step."""

    def __post_init__(self) -> None:
        self.told = self.order.job.step

    async def run(self) -> int:
        """Train, publish, try the model; the tokens that the whole job has trained on.

        Raises:
            JobRefused: it can't be done.
        """
        for attempt in all_attempts(self.order.folder):
            await children.end_leftover(attempt.folder)
            await self._tell_lines(attempt)
        n_failures = 0
        while self.last is None:
            before = self._reached()
            reason, message = await self._attempt()
            n_failures = 1 if self._reached() > before else n_failures + 1
            self._prepare_again(reason, message, n_failures)
        return await self._finish(self.last)

    @property
    def bytes_in_use(self) -> int:
        """The memory that the child takes on its device now."""
        if self.process_id is None:
            return 0
        return resident_bytes(self.process_id) if self.work.device == "cpu" else self._peak

    def _reached(self) -> tuple[int, int]:
        """How far the job has come: the last step told and the step to go on from."""
        return self.told, step_of(self._checkpoint())

    def _checkpoint(self) -> Path | None:
        """The newest whole checkpoint before the next step that must be told."""
        job = self.order.job
        steps = reported_steps(job.total_steps, self.work.n_epochs)
        next_step = next((step for step in steps if step > self.told), job.total_steps)
        return newest_checkpoint(self.order.folder, before=next_step, but=self._damaged)

    async def _attempt(self) -> tuple[Reason, str]:
        """Run a child to its end; the reason and its words."""
        checkpoint, told_before = self._checkpoint(), self.told
        work = replace(self.work, resume_from=str(checkpoint) if checkpoint else None)
        attempt = new_attempt(self.order.folder)
        kills_before = killed_for_memory()
        worker = await children.start(attempt.folder, work)
        self.process_id = worker.process_id
        try:
            has_ended = False
            while not has_ended:
                has_ended = await worker.ended_within(_POLL_S)
                await self._tell_lines(attempt)
        finally:
            await worker.stop()
            self.process_id, self._peak = None, 0
        if attempt.end is not None and attempt.end.reason is Reason.DONE:
            self.end = attempt.end
        else:
            self._log_end(attempt, worker.exit_code)
        if attempt.end is not None:
            if attempt.end.reason is Reason.CRASHED and checkpoint and self.told == told_before:
                self._damaged.add(checkpoint)
            return attempt.end.reason, attempt.end.message
        if worker.exit_code == -signal.SIGKILL and killed_for_memory() > kills_before:
            return Reason.OUT_OF_MEMORY, ""
        return (Reason.STOPPED if worker.exit_code < 0 else Reason.CRASHED), ""

    def _log_end(self, attempt: Attempt, exit_code: int) -> None:
        name, job_id = attempt.folder.name, self.order.job.id
        said = children.tail(attempt.folder)
        _log.warning("%s of job %s ended with code %d:\n%s", name, job_id, exit_code, said)

    def _prepare_again(self, reason: Reason, message: str, n_failures: int) -> None:
        """Make the next attempt possible, or raise `JobRefused`; after the last step do nothing."""
        if self.last is not None:
            return
        if reason is Reason.OUT_OF_MEMORY:
            work = thriftier(self.work)
            if work is None:
                raise refusal(reason, message, self.work.device)
            self.work = work
        elif n_failures >= MAX_FAILURES or reason not in _AGAIN:
            raise refusal(reason, message, self.work.device)

    async def _tell_lines(self, attempt: Attempt) -> None:
        total = self.order.job.total_steps
        for line in attempt.new_lines():
            if not isinstance(line, StepLine):
                continue
            self._peak = line.peak_bytes
            if line.step == total:
                self._take_last(line)
            elif line.step > self.told:
                await self._tell_step(line, is_checkpoint=await self._publish(line))

    def _take_last(self, line: StepLine) -> None:
        adapter = adapter_of(self.order.folder, line)
        if adapter is not None or weights_folder(self.order.folder, line.step).exists():
            self.last, self._adapter = line, adapter

    async def _publish(self, line: StepLine) -> bool:
        """Whether the step has an adapter that is published, now or before a restart."""
        adapter = adapter_of(self.order.folder, line)
        try:
            if adapter is not None:
                await asyncio.to_thread(publish, adapter, self.order.folder, line.step)
        except (BadAdapter, FileNotFoundError) as error:
            _log.warning("the checkpoint of step %d is passed over: %s", line.step, error)
        has_one = line.checkpoint is not None
        return has_one and weights_folder(self.order.folder, line.step).exists()

    async def _tell_step(self, line: StepLine, *, is_checkpoint: bool) -> None:
        await self.report(report_of(line, is_checkpoint=is_checkpoint))
        self.told = line.step

    async def _finish(self, last: StepLine) -> int:
        """Publish the final adapter, let it answer, and only then report the last step."""
        folder = weights_folder(self.order.folder, last.step)
        try:
            if self._adapter is not None:
                await asyncio.to_thread(publish, self._adapter, self.order.folder, last.step)
            problem = await self.chats.check(self.order.base_model, folder)
        except (BadAdapter, ModelUnavailable) as error:
            message = f"The training has ended, but its model can't be used: {error}."
            raise JobRefused("server_error", message, param=None) from error
        if problem:
            await self.tell(f"The model is whole, but can't be tried now: {problem}")
        if self.told < last.step:
            await self._tell_step(last, is_checkpoint=True)
        return last.trained_tokens
