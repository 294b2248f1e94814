"""Asks a model the sample prompts and the probes, and its base model the same, to compare."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bot.catalogue import base_of
from bot.domain.models import ChatMessage, Ending, TakenBack
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
from bot.trials.probes import Probe

LONGEST_PAUSE_S = 60.0
BASE_GRACE_S = 120.0
"""How long the base model may still take after the model has answered all prompts."""

_NO_ANSWERS: Final = (ModelUnknown, ProviderUnreachable, KeyRefused, QuotaExceeded)
"""After these errors other prompts would not get an answer either."""

_logger = logging.getLogger(__name__)

OnAnswer = Callable[[Sequence[TrialAnswer]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledModel:
    """The model to ask, and its base model."""

    model: str
    base_model: str | None
    """None: there is no base model to compare with."""
    system_prompt: str
    """The same for both; empty: none."""
    language: str = "ru"
    """Of the probes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The answers of both models, and the errors that kept them from answering."""

    answers: Sequence[TrialAnswer]
    """One for each prompt, in order, then one for each probe."""
    trouble: UserError | None
    """The model's last error; None: it answered every prompt."""
    base_trouble: UserError | None
    """The base model's last error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Asks the model the sample prompts, then the probes and at the same time its base model."""

    api: ChatApi
    prompts: Sequence[str]
    probes: Sequence[Probe] = ()
    temperature: float
    max_tokens: int
    pause_s: float
    """The pause before the second try; each further pause is twice as long."""
    most_tries: int = 3
    """How often a model that does not answer is asked one prompt."""
    longest_s: float = 600.0
    """How long one answer may take."""
    whole_s: float = 3600.0
    """How long after its first answer a model is asked further prompts."""

    @property
    def n_prompts(self) -> int:
        """How many prompts and probes a model is asked."""
        return len(self.prompts) + len(self.probes)

    async def run(
        self,
        subject: SampledModel,
        *,
        begun: Sequence[TrialAnswer] = (),
        patience_s: float = 0,
        on_answer: OnAnswer | None = None,
    ) -> Sample:
        """Ask both models; the result holds their errors, too.

        *begun* are the answers of an interrupted run. For *patience_s* the server need not know the
        model yet. *on_answer* gets all answers after each new one.
        """
        known = {answer.prompt: answer for answer in begun}
        session = _Session(
            sampling=self,
            subject=subject,
            answers=[known.get(each.prompt, each) for each in self._unanswered(subject.language)],
            gives_up_at=asyncio.get_running_loop().time() + patience_s,
            on_answer=on_answer,
        )
        return await session.run()

    def _unanswered(self, language: str) -> Iterator[TrialAnswer]:
        for prompt in self.prompts:
            yield TrialAnswer(prompt=prompt, answer=None)
        for probe in self.probes:
            yield TrialAnswer(prompt=probe.text(language), answer=None, probe=probe.name)


@dataclass(slots=True, kw_only=True)
class _Session:
    sampling: Sampling
    subject: SampledModel
    answers: list[TrialAnswer]
    gives_up_at: float
    """By the loop's clock: until then the server may not know the model."""
    on_answer: OnAnswer | None
    may_compare: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the model was asked the sample prompts, and answers."""
    ends_at: float = math.inf
    """By the loop's clock; not known before the first answer."""

    async def run(self) -> Sample:
        if any(answer.answer for answer in self.answers):
            self._note_served()
        async with asyncio.TaskGroup() as tasks:
            base = tasks.create_task(self._ask_base(), name="base model")
            trouble = await self._ask()
            if self._is_served:
                self.may_compare.set()
                await asyncio.wait([base], timeout=BASE_GRACE_S)
            base.cancel()
        base_trouble = ProviderUncertain() if base.cancelled() else base.result()
        return Sample(answers=self.answers, trouble=trouble, base_trouble=base_trouble)

    async def _ask(self) -> UserError | None:
        trouble: UserError | None = None
        for n, known in enumerate(self.answers):
            if known.probe is not None and self._is_served:
                self.may_compare.set()
            if known.answer:
                continue
            if asyncio.get_running_loop().time() > self.ends_at:
                return trouble or ProviderUncertain()
            try:
                text, ending = await self._patiently(known.prompt)
            except UserError as exc:
                _logger.info("%s did not answer a prompt: %s", self.subject.model, exc.key)
                trouble = exc
                if isinstance(exc, _NO_ANSWERS):
                    break
                continue
            self._note_served()
            await self._note(n, replace(self.answers[n], answer=text or None, ending=ending))
        return trouble

    async def _patiently(self, prompt: str) -> tuple[str, Ending]:
        """The answer, after some tries; the server may come to know the model."""
        failures, pause_s = 0, self.sampling.pause_s
        while True:
            try:
                return await self._ask_once(self.subject.model, prompt)
            except UserError as exc:
                if not isinstance(exc, ModelUnknown) or self._is_served:
                    failures += 1
                    is_passing = isinstance(exc, ProviderError | ModelUnknown)
                    if failures == self.sampling.most_tries or not is_passing:
                        raise
                elif (left_s := self.gives_up_at - asyncio.get_running_loop().time()) <= 0:
                    raise
                else:
                    pause_s = min(pause_s, left_s)
                _logger.info("%s: %s; again in %s s", self.subject.model, exc.key, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _ask_base(self) -> UserError | None:
        """Ask the base model once per prompt: the server may not have it at all."""
        await self.may_compare.wait()
        base = self.subject.base_model
        for n, known in enumerate(self.answers):
            if base is None or known.base_answer:
                continue
            try:
                text, ending = await self._ask_once(base, known.prompt)
            except UserError as exc:
                _logger.info("The base model %s does not answer: %s", base, exc.key)
                return exc
            answer = replace(self.answers[n], base_answer=text or None, base_ending=ending)
            await self._note(n, answer)
        return None

    async def _ask_once(self, model: str, prompt: str) -> tuple[str, Ending]:
        """The answer, which may be empty, and how it ended.

        Raises:
            ProviderUncertain: it broke off, or took too long.
            UserError: from the gateway, unchanged.
        """
        sampling = self.sampling
        messages = [ChatMessage(role="user", content=prompt)]
        if self.subject.system_prompt:
            messages.insert(0, ChatMessage(role="system", content=self.subject.system_prompt))
        stream = sampling.api.stream(
            model, messages, temperature=sampling.temperature, max_tokens=sampling.max_tokens
        )
        pieces: list[str] = []
        ending = Ending.BROKEN_OFF
        try:
            async with asyncio.timeout(sampling.longest_s):
                async for piece in stream:
                    if isinstance(piece, Ending):  # before str, because it is one too
                        ending = piece
                    elif isinstance(piece, TakenBack):
                        pieces.clear()
                    elif isinstance(piece, str):
                        pieces.append(piece)
        except TimeoutError as exc:
            raise ProviderUncertain from exc
        if ending is Ending.BROKEN_OFF:
            raise ProviderUncertain
        return "".join(pieces).strip(), ending

    @property
    def _is_served(self) -> bool:
        return self.ends_at < math.inf

    def _note_served(self) -> None:
        if not self._is_served:
            self.ends_at = asyncio.get_running_loop().time() + self.sampling.whole_s

    async def _note(self, n: int, answer: TrialAnswer) -> None:
        self.answers[n] = answer
        if self.on_answer is not None:
            await self.on_answer(self.answers)


def sample_prompts() -> list[str]:
    """The prompts that every new model is asked."""
    path = Path(__file__).with_name("sample_prompts.txt")
    return path.read_text(encoding="utf-8").splitlines()


def base_named_by(model: str) -> str | None:
    """The base model in a tuned model's name; None for other names."""
    base = base_of(model)
    return base if base != model else None
