"""Trials: the sample prompts put to a model, by command or after a successful training."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain import ChatMessage, ServedModel, Trial, TrialAnswer, TrialState
from bot.errors import ModelUnknown, ProviderError, UserError
from bot.gateways.chat import ChatApi
from bot.services.news import News
from bot.services.serving import ServingDesk
from bot.storage.database import Database, Transaction
from bot.storage.jobs import JobStore
from bot.storage.models import ModelStore, TrialStore
from bot.workers import Workers

MOST_TRIES = 3
"""How often one prompt is put to a model that does not answer."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The background task that owns trials; one worker each."""

    database: Database
    store: TrialStore
    models: ModelStore
    jobs: JobStore
    serving: ServingDesk
    api: ChatApi
    news: News
    prompts: Sequence[str]
    temperature: float
    max_tokens: int
    pause_s: float
    """Before the first new try; it doubles each time."""
    patience_s: float = 600
    """How long a model that the server does not know yet is waited for."""
    _workers: "Workers[int]" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("trial", self._run))

    async def start(self) -> None:
        """Take up the trials of a former process, from their first prompt."""
        for trial_id in await self.store.pending():
            self.wake(trial_id)

    def wake(self, trial_id: int) -> None:
        """Run the trial."""
        self._workers.wake(trial_id)

    async def close(self) -> None:
        """Stop; what is not finished begins anew at the next start."""
        await self._workers.close()

    async def ask(self, model: ServedModel, *, request_id: int, by: int) -> None:
        """Put the sample prompts to the model and tell *by* the answers; once per request."""
        now = int(time.time())
        trial_id = await self.database.write(
            lambda tx: self.store.ask(tx, model.id, now=now, request_id=request_id, asked_by=by)
        )
        if trial_id is not None:
            self.wake(trial_id)

    async def get(self, trial_id: int) -> Trial | None:
        """The trial, or None."""
        return await self.store.get(trial_id)

    async def _run(self, trial_id: int) -> None:
        trial = await self.store.get(trial_id)
        if trial is None or trial.state is not TrialState.PENDING:
            return
        try:
            async with asyncio.timeout(self.patience_s):
                answers = await self._answers(trial.model)
        except TimeoutError:
            await self._finish(trial, TrialState.UNSERVED, [])
            return
        is_whole = all(answer.answer for answer in answers)
        await self._finish(trial, TrialState.ANSWERED if is_whole else TrialState.FAILED, answers)

    async def _answers(self, model: ServedModel) -> list[TrialAnswer]:
        return [
            TrialAnswer(prompt=prompt, answer=await self._answer(model, prompt))
            for prompt in self.prompts
        ]

    async def _answer(self, model: ServedModel, prompt: str) -> str | None:
        failures = 0
        pause_s = self.pause_s
        while True:
            try:
                return await self._ask_once(model, prompt)
            except ModelUnknown:
                _logger.info("%s does not answer yet; again in %s s", model.name, pause_s)
            except UserError as exc:
                failures += 1
                _logger.warning("%s did not answer a sample prompt: %s", model.name, exc.key)
                if failures == MOST_TRIES or not isinstance(exc, ProviderError):
                    return None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 60)

    async def _ask_once(self, model: ServedModel, prompt: str) -> str | None:
        messages = [ChatMessage(role="user", content=prompt)]
        if model.system_prompt:
            messages.insert(0, ChatMessage(role="system", content=model.system_prompt))
        stream = self.api.stream(
            model.name, messages, temperature=self.temperature, max_tokens=self.max_tokens
        )
        text = "".join([piece async for piece in stream if isinstance(piece, str)])
        return text if text.strip() else None

    async def _finish(
        self, trial: Trial, state: TrialState, answers: Sequence[TrialAnswer]
    ) -> None:
        job = await self.jobs.get(trial.model.job_id) if trial.model.job_id else None
        is_ours = trial.asked_by is None and job is not None and job.run_id is not None

        async def work(tx: Transaction) -> None:
            if not await self.store.finish(tx, trial.id, state=state, answers=answers):
                return
            promoted = (
                is_ours and state is TrialState.ANSWERED and await self.serving.may_promote(tx)
            )
            if promoted:
                await self.models.serve(tx, trial.model.id, chosen_by=None, now=int(time.time()))
            news = {"trial_id": trial.id, "promoted": promoted}
            key = f"trial:{trial.id}"
            if trial.asked_by is None:
                await self.news.tell_admins(tx, "trial_finished", news, key=key)
            else:
                await self.news.tell(tx, trial.asked_by, "trial_finished", news, key=key)

        await self.database.write(work)
