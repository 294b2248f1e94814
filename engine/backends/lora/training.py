"""One job's training: attempts, one after another, until a model answers.

What a child has written is told again after a restart of the server, but each step only once.
Wherever server or child are killed, the next attempt comes to the same end.
"""

import asyncio
import logging
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
from engine.backends.lora.executor import Execution, Executor, Phase, State
from engine.backends.lora.failures import MAX_FAILURES, refusal
from engine.backends.lora.fit import thriftier
from engine.backends.lora.machine import resident_bytes
from engine.backends.lora.orders import EndLine, Reason, StepLine, WorkOrder
from engine.backends.lora.published import BadAdapter, publish
from engine.backends.steps import reported_steps

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
    executor: Executor
    told: int = field(init=False)
    """The last step that was reported."""
    last: StepLine | None = field(init=False, default=None)
    """The job's last step, once its adapter is saved."""
    end: EndLine | None = field(init=False, default=None)
    """How an attempt of this run has reached the last step."""
    _execution: Execution | None = field(init=False, default=None)
    """Of the attempt that runs."""
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
        adopted = None
        for attempt in all_attempts(self.order.folder):
            execution = await self.executor.adopt(attempt.folder)
            await self._tell_lines(attempt)
            adopted = execution and (attempt, execution)
        n_failures = 0
        while self.last is None or adopted:
            before = self._reached()
            reason, message = await (self._adopted(*adopted) if adopted else self._attempt())
            adopted = None
            if reason is Reason.NO_ROOM:
                continue
            n_failures = 1 if self._reached() > before else n_failures + 1
            self._prepare_again(reason, message, n_failures)
        return await self._finish(self.last)

    @property
    def bytes_in_use(self) -> int:
        """The memory that the worker takes on its device now, on this machine."""
        process_id = self._execution.process_id if self._execution else None
        if process_id is None:
            return 0
        return resident_bytes(process_id) if self.work.device == "cpu" else self._peak

    def _reached(self) -> tuple[int, int]:
        """How far the job has come: the last step told and the step to go on from."""
        return self.told, step_of(self._checkpoint())

    def _checkpoint(self) -> Path | None:
        """The newest whole checkpoint before the next step that must be told."""
        job = self.order.job
        steps = reported_steps(job.total_steps, self.work.n_epochs)
        next_step = next((step for step in steps if step > self.told), job.total_steps)
        return newest_checkpoint(self.order.folder, before=next_step, but=self._damaged)

    async def _adopted(self, attempt: Attempt, execution: Execution) -> tuple[Reason, str]:
        """Follow an attempt that has gone on while there was no server."""
        await self.tell(f"The server was started again and follows {attempt.folder.name}")
        state = await self._follow(attempt, execution)
        return (attempt.end.reason, attempt.end.message) if attempt.end else (state.reason, "")

    async def _attempt(self) -> tuple[Reason, str]:
        """Start a worker and follow it to its end; the reason and its words."""
        checkpoint, told_before = self._checkpoint(), self.told
        work = replace(self.work, resume_from=str(checkpoint) if checkpoint else None)
        attempt = new_attempt(self.order.folder)
        state = await self._follow(attempt, await self.executor.start(attempt.folder, work))
        if attempt.end is None:
            return state.reason, ""
        if attempt.end.reason is Reason.CRASHED and checkpoint and self.told == told_before:
            self._damaged.add(checkpoint)
        return attempt.end.reason, attempt.end.message

    async def _follow(self, attempt: Attempt, execution: Execution) -> State:
        """Tell what an attempt reports until it has ended; its last state."""
        self._execution, state = execution, State(phase=Phase.WAITING)
        try:
            while state.phase is not Phase.ENDED:
                note, state = state.note, await execution.poll()
                await self._tell_lines(attempt)
                if state.note not in ("", note):
                    await self.tell(state.note)
        finally:
            await execution.stop()
            self._execution, self._peak = None, 0
        if attempt.end is not None and attempt.end.reason is Reason.DONE:
            self.end = attempt.end
        else:
            words = (attempt.folder.name, self.order.job.id, state.exit_code, state.said)
            _log.warning("%s of job %s ended with code %s:\n%s", *words)
        return state

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
