"""The sample prompts put to a model and, to compare, to the model that it was made from."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.catalogue import base_of
from bot.domain.models import ChatMessage, Usage
from bot.errors import (
    KeyRefused,
    ModelUnknown,
    ProviderError,
    ProviderUncertain,
    ProviderUnreachable,
    QuotaExceeded,
    UserError,
)
from bot.gateways.chat import ChatApi
from bot.trials.entities import TrialAnswer

_PROMPTS: Final = Path(__file__).with_name("sample_prompts.txt")

LONGEST_PAUSE_S = 60.0
BASE_GRACE_S = 60.0
"""How long the answers of the base model are still waited for when all others are there."""

_NOBODY_THERE = (ModelUnknown, ProviderUnreachable, KeyRefused, QuotaExceeded)

_logger = logging.getLogger(__name__)

OnAnswer = Callable[[Sequence[TrialAnswer]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledModel:
    """Who is asked."""

    model: str
    base_model: str | None
    """None: there is nothing to compare with."""
    system_prompt: str
    """The same for both; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What came of it."""

    answers: Sequence[TrialAnswer]
    """One for each prompt, in order."""
    trouble: UserError | None
    """The last thing that kept the model from answering; None: it left nothing to be desired."""
    base_trouble: UserError | None
    """The same of the base model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Asks both models at once, each one prompt after the other."""

    api: ChatApi
    prompts: Sequence[str]
    temperature: float
    max_tokens: int
    pause_s: float
    """Before the first new try; it doubles each time."""
    most_tries: int = 3
    """How often one prompt is put to a model that does not answer."""
    longest_s: float = 600.0
    """After this, an answer that does not end is given up."""

    async def run(
        self,
        subject: SampledModel,
        *,
        begun: Sequence[TrialAnswer] = (),
        patience_s: float = 0,
        on_answer: OnAnswer | None = None,
    ) -> Sample:
        """Ask; troubles with either model are part of what is returned.

        Args:
            subject: The two models.
            begun: What an interrupted run had already.
            patience_s: How long a model that the server does not know yet is waited for.
            on_answer: Gets all answers each time that there is a new one.
        """
        known = {answer.prompt: answer for answer in begun}
        session = _Session(
            sampling=self,
            subject=subject,
            answers=[known.get(p, TrialAnswer(prompt=p, answer=None)) for p in self.prompts],
            gives_up_at=asyncio.get_running_loop().time() + patience_s,
            on_answer=on_answer,
        )
        return await session.run()


class _Session:
    def __init__(
        self,
        *,
        sampling: Sampling,
        subject: SampledModel,
        answers: list[TrialAnswer],
        gives_up_at: float,
        on_answer: OnAnswer | None,
    ) -> None:
        self._sampling = sampling
        self._subject = subject
        self._answers = answers
        self._gives_up_at = gives_up_at
        self._on_answer = on_answer
        self._is_served = asyncio.Event()
        if any(answer.answer for answer in answers):
            self._is_served.set()

    async def run(self) -> Sample:
        """Both at once; the base model is not waited for for long."""
        async with asyncio.TaskGroup() as tasks:
            base = tasks.create_task(self._ask_base(), name="base model")
            trouble = await self._ask()
            if self._is_served.is_set():
                await asyncio.wait([base], timeout=BASE_GRACE_S)
            base.cancel()
        base_trouble = ProviderUncertain() if base.cancelled() else base.result()
        return Sample(answers=self._answers, trouble=trouble, base_trouble=base_trouble)

    async def _ask(self) -> UserError | None:
        trouble: UserError | None = None
        for n, known in enumerate(self._answers):
            if known.answer:
                continue
            try:
                text, is_cut = await self._patiently(known.prompt)
            except UserError as exc:
                _logger.info("%s did not answer a prompt: %s", self._subject.model, exc.key)
                trouble = exc
                if isinstance(exc, _NOBODY_THERE):
                    break  # the other prompts would not fare better
                continue
            self._is_served.set()
            await self._note(n, replace(self._answers[n], answer=text or None, is_cut=is_cut))
        return trouble

    async def _patiently(self, prompt: str) -> tuple[str, bool]:
        """The answer, after some tries; a model that nobody knows yet may come."""
        failures, pause_s = 0, self._sampling.pause_s
        while True:
            try:
                return await self._ask_once(self._subject.model, prompt)
            except UserError as exc:
                if not isinstance(exc, ModelUnknown) or self._is_served.is_set():
                    failures += 1
                    is_passing = isinstance(exc, ProviderError | ModelUnknown)
                    if failures == self._sampling.most_tries or not is_passing:
                        raise
                elif (left_s := self._gives_up_at - asyncio.get_running_loop().time()) <= 0:
                    raise
                else:
                    pause_s = min(pause_s, left_s)
                _logger.info("%s: %s; again in %s s", self._subject.model, exc.key, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _ask_base(self) -> UserError | None:
        """Without patience: it may not be served here at all, and is only there to compare with."""
        await self._is_served.wait()
        base = self._subject.base_model
        for n, known in enumerate(self._answers):
            if base is None or known.base_answer:
                continue
            try:
                text, _ = await self._ask_once(base, known.prompt)
            except UserError as exc:
                _logger.info("The base model %s does not answer: %s", base, exc.key)
                return exc
            await self._note(n, replace(self._answers[n], base_answer=text or None))
        return None

    async def _ask_once(self, model: str, prompt: str) -> tuple[str, bool]:
        """The answer, empty when the model is silent, and whether it was cut off."""
        sampling = self._sampling
        messages = [ChatMessage(role="user", content=prompt)]
        if self._subject.system_prompt:
            messages.insert(0, ChatMessage(role="system", content=self._subject.system_prompt))
        stream = sampling.api.stream(
            model, messages, temperature=sampling.temperature, max_tokens=sampling.max_tokens
        )
        pieces: list[str] = []
        n_tokens = 0
        try:
            async with asyncio.timeout(sampling.longest_s):
                async for piece in stream:
                    if isinstance(piece, Usage):
                        n_tokens = piece.completion_tokens
                    else:
                        pieces.append(piece)
        except TimeoutError as exc:
            raise ProviderUncertain from exc
        return "".join(pieces).strip(), n_tokens >= sampling.max_tokens

    async def _note(self, n: int, answer: TrialAnswer) -> None:
        self._answers[n] = answer
        if self._on_answer is not None:
            await self._on_answer(self._answers)


def sample_prompts() -> list[str]:
    """What every new model is asked."""
    return _PROMPTS.read_text(encoding="utf-8").splitlines()


def base_named_by(model: str) -> str | None:
    """The base model that a tuned model's name tells of; None for other names."""
    base = base_of(model)
    return base if base != model else None
