"""The rehearsal backend: it trains no weights, so that everything around training can be tried.

It checks files as the provider does, runs jobs at a set pace, and answers with the nearest example
of the training file. Each job's first event says so.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.backends import (
    Answer,
    ChatRequest,
    Estimate,
    Examined,
    ModelSource,
    ModelUnavailable,
    Report,
    Tell,
    TrainingOrder,
    Wish,
    check_length,
)
from engine.backends.examples import check_files
from engine.backends.rehearsal.curve import step_report
from engine.backends.rehearsal.library import AnswerLibrary
from engine.backends.rehearsal.phrases import base_model_answer
from engine.backends.rehearsal.speech import speak
from engine.backends.steps import reported_steps
from engine.catalogue import BaseModel
from engine.domain import Hyperparameters, Method
from engine.tokens import conversation_tokens, text_of

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
    """A `Backend` without weights.

    Attributes:
        bases: The base models on offer, by name.
    """

    name = "rehearsal"
    notice = (
        "rehearsal backend: no weights are trained, the loss curve is invented, "
        "and the model will answer with the nearest example of the training file"
    )

    def __init__(self, pace: Pace, bases: Mapping[str, BaseModel]) -> None:
        self.bases = bases
        self._pace = pace
        self._library = AnswerLibrary()

    @property
    def adapters_loaded(self) -> int:
        """Models whose answers are in memory."""
        return self._library.n_models

    async def is_alive(self) -> bool:
        """Nothing else has to run."""
        return True

    async def validate(self, order: TrainingOrder, tell: Tell) -> Examined:
        """Check both files in a thread; lasts at least `validating_s`."""
        counted = await check_files(order)
        await _sleep_until(order.job.stage_since + self._pace.validating_s)
        return Examined(
            hyperparameters=_chosen(order.job.hyperparameters, order.job.method, counted.count),
            n_examples=counted.count,
            epoch_tokens=counted.tokens,
        )

    async def wait_turn(self, order: TrainingOrder, tell: Tell) -> None:
        """There is no queue; it lasts `queued_s`."""
        await _sleep_until(order.job.stage_since + self._pace.queued_s)

    async def train(self, order: TrainingOrder, report: Report, tell: Tell) -> int:
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
        return job.epoch_tokens * epochs

    async def halt(self, folder: Path) -> None:
        """Nothing goes on without the server."""

    async def estimate(self, wish: Wish) -> Estimate:
        """The set pace; no weights, so no memory and no learning rate."""
        pace = self._pace
        return Estimate(
            hyperparameters=_chosen(wish.hyperparameters, wish.method, wish.n_examples),
            device="",
            seconds=pace.validating_s + pace.queued_s + pace.running_s,
        )

    async def answer(self, request: ChatRequest) -> Answer:
        """The nearest example's answer, or a base model's stock sentence; tokens of o200k_base."""
        prompt_tokens = await _prompt_tokens(request)
        check_length(request, prompt_tokens)
        if request.model.folder is None:
            text = base_model_answer(request.model.name, request.messages)
        else:
            answers = await self._library.open(request.model.folder)
            text = answers.nearest(request.messages)
        pace = self._pace.tokens_per_second if request.is_streamed else 0.0
        delay = self._pace.first_token_s
        limit = request.max_tokens or request.model.base_model.answer_tokens
        pieces = speak(text, limit, request.stop, pace=pace, delay_s=delay)
        return Answer(prompt_tokens=prompt_tokens, pieces=pieces)

    async def merged(self, model: ModelSource) -> Mapping[str, BinaryIO]:
        """There are no weights."""
        raise ModelUnavailable("it has no weights")

    async def tidy(self, folder: Path, steps: Collection[int], *, is_over: bool) -> None:
        """Drop the answers from memory, once no model is left."""
        if not steps:
            self._library.forget(folder)

    def leave(self) -> None:
        """Nothing goes on without the server."""

    async def close(self) -> None:
        """There is nothing to free."""


def _chosen(asked: Hyperparameters, method: Method, n_examples: int) -> Hyperparameters:
    """Fill in "auto": 3 epochs, about 500 steps per epoch at most, multiplier 1, beta 0.1."""
    return Hyperparameters(
        n_epochs=asked.n_epochs or AUTO_EPOCHS,
        batch_size=asked.batch_size or min(256, max(1, round(n_examples * 0.002))),
        learning_rate_multiplier=asked.learning_rate_multiplier or AUTO_MULTIPLIER,
        beta=(asked.beta or AUTO_BETA) if method is Method.DPO else None,
    )


async def _prompt_tokens(request: ChatRequest) -> int:
    length = sum(len(text_of(message.get("content"))) for message in request.messages)
    if length > LONG_CHARACTERS:
        return await asyncio.to_thread(conversation_tokens, request.messages)
    return conversation_tokens(request.messages)


async def _sleep_until(moment: float) -> None:
    """Sleep until a Unix time: the state may have begun before a restart."""
    await asyncio.sleep(max(0.0, moment - time.time()))
