"""The rehearsal backend: it trains no weights, so that everything around training can be tried.

It checks files as the provider does, walks a job through its life at a set pace, and answers with
the nearest example of the training file. It says so in each job's first event.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from engine.backends import (
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
from engine.domain import Hyperparameters, Method
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
    """How fast the rehearsal plays. All in seconds, but one."""

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
        limit = order.base_model.example_tokens
        training = await check_examples(order.training_file, "training_file", limit, order.method)
        if training.count < MIN_EXAMPLES:
            raise JobRefused(
                "invalid_n_examples",
                f"Training file has {training.count} example(s), but must have at least "
                f"{MIN_EXAMPLES} examples",
                param="training_file",
            )
        if order.validation_file is not None:
            validation = await check_examples(
                order.validation_file, "validation_file", limit, order.method
            )
            if validation.count == 0:
                message = "Validation file has 0 examples, but must have at least 1"
                raise JobRefused("invalid_n_examples", message, param="validation_file")
        await _sleep_until(order.stage_since + self._pace.validating_s)
        return Examined(
            hyperparameters=_chosen(order.hyperparameters, training.count, order.method),
            n_examples=training.count,
            epoch_tokens=training.tokens,
        )

    async def wait_turn(self, order: TrainingOrder) -> None:
        """There is no queue; it lasts `queued_s`."""
        await _sleep_until(order.stage_since + self._pace.queued_s)

    async def train(self, order: TrainingOrder, report: Report) -> None:
        """Invent a curve, spread over `running_s`; goes on after the last step reported."""
        seconds_per_step = self._pace.running_s / order.total_steps
        started_at = time.time() - order.step * seconds_per_step
        epochs = order.hyperparameters.n_epochs or AUTO_EPOCHS
        for step in reported_steps(order.total_steps, epochs):
            if step <= order.step:
                continue
            await _sleep_until(started_at + step * seconds_per_step)
            left = (order.total_steps - step) * seconds_per_step
            await report(step_report(order, step, seconds_left=left))

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
        if request.is_streamed:
            pace, delay = self._pace.tokens_per_second, self._pace.first_token_s
        else:
            pace, delay = 0.0, self._pace.first_token_s
        limit = request.max_tokens or request.model.base_model.answer_tokens
        async for piece in speak(answer, limit, request.stop, pace=pace, delay_s=delay):
            yield piece

    async def forget(self, folder: Path) -> None:
        """Drop the folder's answers from memory."""
        self._library.forget(folder)


def _chosen(asked: Hyperparameters, n_examples: int, method: Method) -> Hyperparameters:
    """Fill in "auto": 3 epochs, about 500 steps an epoch at most, multiplier 1, beta 0.1."""
    return Hyperparameters(
        n_epochs=asked.n_epochs or AUTO_EPOCHS,
        batch_size=asked.batch_size or min(256, max(1, round(n_examples * 0.002))),
        learning_rate_multiplier=asked.learning_rate_multiplier or AUTO_MULTIPLIER,
        beta=(asked.beta or AUTO_BETA) if method is Method.DPO else None,
    )


async def _sleep_until(moment: float) -> None:
    """Sleep until a Unix time; the wall clock, because the stage began before a restart maybe."""
    await asyncio.sleep(max(0.0, moment - time.time()))
