"""The rehearsal backend: it trains no weights, so that everything around training can be tried.

It checks files as the provider does, runs jobs at a set pace, and answers with the nearest example
of the training file. Each job's first event says so.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from engine.backends import (
    TRAINING_FILE,
    VALIDATION_FILE,
    ChatRequest,
    Examined,
    JobRefused,
    Piece,
    Report,
    TrainingOrder,
)
from engine.backends.rehearsal.curve import reported_steps, step_report
from engine.backends.rehearsal.examples import check_examples
from engine.backends.rehearsal.library import AnswerLibrary
from engine.backends.rehearsal.phrases import base_model_answer
from engine.backends.rehearsal.speech import speak
from engine.domain import FineTuningJob, Hyperparameters, Method
from engine.tokens import conversation_tokens, text_of

MIN_EXAMPLES = 10
"""https://platform.openai.com/docs/guides/supervised-fine-tuning (looked up 2026-11-22)"""
AUTO_EPOCHS = 3
AUTO_MULTIPLIER = 1.0
AUTO_BETA = 0.1
LONG_CHARACTERS = 50_000
"""Conversations above this are counted in a thread (it takes a millisecond or more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the rehearsal runs; in seconds, except for `tokens_per_second`."""

    validating_s: float = 2.0
    queued_s: float = 2.0
    running_s: float = 30.0
    """How long a job stays in each state, whatever its steps."""
    first_token_s: float = 0.2
    tokens_per_second: float = 60.0
    """Of streamed answers; 0: at once."""


class Rehearsal:
    """A `Backend` without weights."""

    name = "rehearsal"
    notice = (
        "rehearsal backend: no weights are trained, the loss curve is invented, "
        "and the model will answer with the nearest example of the training file"
    )

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._library = AnswerLibrary()

    async def validate(self, order: TrainingOrder) -> Examined:
        """Check both files in a thread; lasts at least `validating_s`."""
        job, limit = order.job, order.base_model.example_tokens
        path = order.folder / TRAINING_FILE
        training = await check_examples(path, "training_file", limit, job.method)
        if training.count < MIN_EXAMPLES:
            raise JobRefused(
                "invalid_n_examples",
                f"Training file has {training.count} example(s), but must have at least "
                f"{MIN_EXAMPLES} examples",
                param="training_file",
            )
        if job.validation_file is not None:
            path = order.folder / VALIDATION_FILE
            validation = await check_examples(path, "validation_file", limit, job.method)
            if validation.count == 0:
                message = "Validation file has 0 examples, but must have at least 1"
                raise JobRefused("invalid_n_examples", message, param="validation_file")
        await _sleep_until(job.stage_since + self._pace.validating_s)
        return Examined(
            hyperparameters=_chosen(job, training.count),
            n_examples=training.count,
            epoch_tokens=training.tokens,
        )

    async def wait_turn(self, order: TrainingOrder) -> None:
        """There is no queue; it lasts `queued_s`."""
        await _sleep_until(order.job.stage_since + self._pace.queued_s)

    async def train(self, order: TrainingOrder, report: Report) -> None:
        """Invent a curve, spread over `running_s`; continues after the last step reported."""
        job = order.job
        seconds_per_step = self._pace.running_s / job.total_steps
        started_at = time.time() - job.step * seconds_per_step
        epochs = job.hyperparameters.n_epochs or AUTO_EPOCHS
        for step in reported_steps(job.total_steps, epochs):
            if step <= job.step:
                continue
            await _sleep_until(started_at + step * seconds_per_step)
            left = (job.total_steps - step) * seconds_per_step
            await report(step_report(job, step, seconds_left=left))

    async def prompt_tokens(self, request: ChatRequest) -> int:
        """Counted in o200k_base."""
        length = sum(len(text_of(message.get("content"))) for message in request.messages)
        if length > LONG_CHARACTERS:
            return await asyncio.to_thread(conversation_tokens, request.messages)
        return conversation_tokens(request.messages)

    async def generate(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """The nearest example's answer, or a base model's stock sentence."""
        if request.model.folder is None:
            answer = base_model_answer(request.model.name, request.messages)
        else:
            answers = await self._library.open(request.model.folder)
            answer = answers.nearest(request.messages)
        pace = self._pace.tokens_per_second if request.is_streamed else 0.0
        delay = self._pace.first_token_s
        limit = request.max_tokens or request.model.base_model.answer_tokens
        async for piece in speak(answer, limit, request.stop, pace=pace, delay_s=delay):
            yield piece

    async def forget(self, folder: Path) -> None:
        """Drop the folder's answers from memory."""
        self._library.forget(folder)


def _chosen(job: FineTuningJob, n_examples: int) -> Hyperparameters:
    """Fill in "auto": 3 epochs, about 500 steps per epoch at most, multiplier 1, beta 0.1."""
    asked = job.hyperparameters
    return Hyperparameters(
        n_epochs=asked.n_epochs or AUTO_EPOCHS,
        batch_size=asked.batch_size or min(256, max(1, round(n_examples * 0.002))),
        learning_rate_multiplier=asked.learning_rate_multiplier or AUTO_MULTIPLIER,
        beta=(asked.beta or AUTO_BETA) if job.method is Method.DPO else None,
    )


async def _sleep_until(moment: float) -> None:
    """Sleep until a Unix time: the state may have begun before a restart."""
    await asyncio.sleep(max(0.0, moment - time.time()))
