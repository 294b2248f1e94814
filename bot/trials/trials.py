"""Trials: a model answers prompts and probes, by command or after a successful training.

A trial ends "answered" or "failed", with a verdict. While the provider does not serve the model,
the trial is "unserved". The bot then asks again automatically for a day, with growing pauses.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.domain.models import ServedModel
from bot.domain.people import Urgency
from bot.domain.training import FineTuningJob, TrackedJob
from bot.errors import TrialGone, UserError
from bot.jobs.store import JobStore
from bot.jobs.watching import Work, success_key
from bot.runtime.backoff import backoff
from bot.runtime.workers import LONGEST_DELAY_S, RETRY_DELAY_S, Workers
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from bot.trials.entities import (
    Judgement,
    Trial,
    TrialAnswer,
    TrialFailure,
    TrialKind,
    TrialState,
    is_rehearsed,
)
from bot.trials.lessons import Lessons
from bot.trials.sampling import OnAnswer, Sample, SampledModel, Sampling, base_named_by
from bot.trials.store import TrialStore
from bot.trials.verdict import Evidence, judge

WAITED_S = 24 * 3600
"""How long a model that does not answer is asked again automatically."""
LONGEST_PAUSE_S = 2 * 3600
_GROWTH = 0.5
"""Each pause as a share of the wait until then."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The background task that owns trials; each has a worker."""

    database: Database
    store: TrialStore
    models: ModelStore
    jobs: JobStore
    lessons: Lessons
    serving: ServedModels
    sampling: Sampling
    notifications: Notifications
    patience_s: float = 600
    """How long a new model may be unknown to the provider before it counts as unserved."""
    speaks_after_s: float = 120
    """How long admins wait for the answers of a new model at most."""
    _workers: "Workers[int]" = field(init=False)
    _sampled: dict[int, Sample] = field(init=False, default_factory=dict)
    """By trial, until its end is stored: nothing is asked and paid for twice on a full disk."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("trial", self._run))

    async def start(self) -> None:
        """Continue the trials of a former process."""
        for trial_id in await self.store.pending():
            self.wake(trial_id)

    async def tick(self) -> None:
        """Try the unserved models again that are due; called every `POLL_INTERVAL_S`."""
        for trial_id in await self.store.due(now=int(time.time())):
            self.wake(trial_id)

    def wake(self, trial_id: int) -> None:
        """Run the trial if it is due."""
        self._workers.wake(trial_id)

    async def idle(self, trial_id: int) -> None:
        """Wait until no worker is busy with the trial."""
        await self._workers.idle(trial_id)

    async def close(self) -> None:
        """Stop; unfinished trials continue at the next start."""
        await self._workers.close()

    async def on_success(self, job: FineTuningJob, _: TrackedJob | None) -> Work:
        """Return the write that starts the trial of a job's model, which is on the list by then."""

        async def work(tx: Transaction) -> None:
            model = await self.models.named(job.fine_tuned_model or "", tx)
            assert model is not None
            trial_id = await self.store.ask(tx, model.id, now=int(time.time()))
            assert trial_id is not None
            tx.after_commit(lambda: self.wake(trial_id))

        return work

    async def ask(self, model: ServedModel, *, request_id: int, by: int) -> None:
        """Ask the model the sample prompts and tell *by* the answers; once per request."""
        now = int(time.time())
        trial_id = await self.database.write(
            lambda tx: self.store.ask(tx, model.id, now=now, request_id=request_id, asked_by=by)
        )
        if trial_id is not None:
            self.wake(trial_id)

    async def numbered(self, trial_id: int) -> Trial:
        """The trial that a button names; raises TrialGone where it does not exist."""
        trial = await self.store.get(trial_id)
        if trial is None:
            raise TrialGone
        return trial

    async def check(self, trial_id: int, *, request_id: int, by: int) -> Trial:
        """Try an unserved model again now and tell *by* the result; raises like `numbered`.

        Returns the trial as it was before; unless it is unserved, nothing is tried.
        """
        trial = await self.numbered(trial_id)
        if trial.state is TrialState.UNSERVED:
            now = int(time.time())
            await self.database.write(
                lambda tx: self.store.hasten(tx, trial_id, by=by, request_id=request_id, now=now)
            )
            self.wake(trial_id)
        return trial

    async def _run(self, trial_id: int) -> None:
        trial = await self.store.get(trial_id)
        if trial is None or not _is_due(trial):
            self._sampled.pop(trial_id, None)
            return
        job = await self.jobs.get(trial.model.job_id) if trial.model.job_id else None
        trial = replace(
            trial, base_model=job.job.base_model if job else base_named_by(trial.model.name)
        )
        if trial_id not in self._sampled:
            self._sampled[trial_id] = await self._sample(trial, job)
        sample = self._sampled[trial_id]
        trouble = sample.trouble
        if trouble is not None and not any(answer.answer for answer in sample.answers):
            await self.database.write(lambda tx: self._wait(tx, trial, trouble))
        else:
            done = await self._judged(trial, sample, job)
            is_ours = trial.asked_by is None and job is not None and job.run_id is not None
            await self.database.write(lambda tx: self._finish(tx, done, is_ours=is_ours))
        del self._sampled[trial_id]

    async def _sample(self, trial: Trial, job: TrackedJob | None) -> Sample:
        """What both models answer, and meanwhile the word to admins about a new one."""
        is_new = trial.asked_by is None and trial.state is TrialState.PENDING
        language = await self.lessons.language_of(trial.model, job)
        subject = SampledModel(
            model=trial.model.name,
            base_model=trial.base_model,
            system_prompt=trial.model.system_prompt,
            language=language,
        )
        async with asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(self._speak_in_time(trial)) if is_new else None
            sample = await self.sampling.run(
                subject,
                begun=trial.answers,
                patience_s=self.patience_s if is_new else 0,
                on_answer=self._keeping(trial, speaks=is_new),
            )
            if speaking is not None:
                speaking.cancel()
        return sample

    def _keeping(self, trial: Trial, *, speaks: bool) -> OnAnswer:
        """What stores each answer; the last one to the sample prompts lets admins hear them.

        One that can't be stored now is stored with the next one, or with the outcome.
        """
        n_prompts = len(self.sampling.prompts)
        is_heard = trial.has_answered(n_prompts)

        async def keep(answers: Sequence[TrialAnswer]) -> None:
            nonlocal is_heard
            has_all = replace(trial, answers=answers).has_answered(n_prompts)

            async def work(tx: Transaction) -> None:
                await self.store.note(tx, trial.id, answers)
                if speaks and has_all and not is_heard:
                    await self._speak(tx, trial, TrialKind.FINISHED, "heard")

            try:
                await self.database.write(work)
            except Exception:
                _logger.exception("An answer of trial %s can't be stored yet", trial.id)
            else:
                is_heard = has_all

        return keep

    async def _speak_in_time(self, trial: Trial) -> None:
        """Tell admins of the success with the answers that there are, unless they know of it."""
        await asyncio.sleep(trial.created_at + self.speaks_after_s - time.time())
        payload, key = {"trial_id": trial.id}, message_key(trial)
        for pause_s in backoff(RETRY_DELAY_S, LONGEST_DELAY_S):
            try:
                await self.database.write(
                    lambda tx: self.notifications.tell_admins(
                        tx, TrialKind.FINISHED, payload, key=key, urgency=Urgency.IMPORTANT
                    )
                )
            except Exception:  # which must not end the questions that are being answered
                _logger.exception("The word of trial %s can't be stored yet", trial.id)
                await asyncio.sleep(pause_s)
            else:
                return

    async def _speak(
        self, tx: Transaction, trial: Trial, kind: TrialKind, stage: str, **news: object
    ) -> None:
        """Tell admins of the success, or let the message that told them show how it goes on."""
        payload = {"trial_id": trial.id, **news}
        key = message_key(trial)
        await self.notifications.tell_or_change(tx, kind, payload, key=key, stage=stage)

    async def so_far(self, trial: Trial) -> Trial:
        """A trial that is still going on, with a judgement on the answers that there are."""
        if trial.state is not TrialState.PENDING or not trial.heard:
            return trial
        job = await self.jobs.get(trial.model.job_id) if trial.model.job_id else None
        judgement = await self._judgement(replace(trial, answers=trial.heard), job)
        return replace(trial, judgement=judgement)

    async def _judged(self, trial: Trial, sample: Sample, job: TrackedJob | None) -> Trial:
        """The trial with its answers and a verdict on them."""
        is_whole = all(answer.answer for answer in sample.answers)
        done = replace(
            trial,
            state=TrialState.ANSWERED if is_whole else TrialState.FAILED,
            answers=sample.answers,
            base_trouble=_trouble(sample.base_trouble),
        )
        return replace(done, judgement=await self._judgement(done, job))

    async def _judgement(self, trial: Trial, job: TrackedJob | None) -> Judgement:
        evidence = Evidence(
            answers=trial.sampled,
            training=await self.lessons.answers_of(job, trial.sampled),
            is_rehearsed=is_rehearsed(trial.model.name),
            probed=trial.probed,
        )
        return judge(evidence)

    async def _wait(self, tx: Transaction, trial: Trial, trouble: UserError) -> None:
        """The model did not answer: tell that once, and store when to ask again."""
        now = int(time.time())
        is_first = trial.state is TrialState.PENDING
        since = trial.waiting_since or round(now - self.patience_s)
        is_awaited = trial.asked_by is None and now - since < WAITED_S
        pause_s = max(self.sampling.pause_s, min(_GROWTH * (now - since), LONGEST_PAUSE_S))
        waiting = replace(
            trial,
            trouble=_trouble(trouble),
            waiting_since=since,
            next_at=round(now + pause_s) if is_awaited else None,
        )
        if not await self.store.wait(tx, waiting):
            return
        payload = {"trial_id": trial.id}
        checks = await self.store.take_checks(tx, trial.id)
        if is_first and trial.asked_by is None:
            await self._speak(tx, trial, TrialKind.UNSERVED, "unserved", is_end=True)
            return
        if is_first or not is_awaited:
            key = f"trial:{trial.id}:" + ("unserved" if is_first else f"given_up:{since}")
            await self._tell(tx, trial, TrialKind.UNSERVED, payload, key=key)
            return
        for person_id, request_id in checks:
            key = f"trial:{trial.id}:still:{request_id}"
            await self.notifications.tell(tx, person_id, TrialKind.UNSERVED, payload, key=key)

    async def _finish(self, tx: Transaction, trial: Trial, *, is_ours: bool) -> None:
        """Store and tell the outcome; the first model trained here may go live."""
        if not await self.store.finish(tx, trial):
            return
        assert trial.judgement is not None
        await self.store.take_checks(tx, trial.id)
        is_good = trial.state is TrialState.ANSWERED and not trial.is_against
        may_serve = is_ours and await self.serving.may_promote(tx)
        if may_serve and is_good:
            await self.models.serve(tx, trial.model.id, chosen_by=None, now=int(time.time()))
        news = {"promoted": may_serve and is_good, "withheld": may_serve and not is_good}
        if trial.is_end_of_job:
            await self._speak(tx, trial, TrialKind.FINISHED, "judged", **news)
            return
        payload = {"trial_id": trial.id, **news}
        await self._tell(tx, trial, TrialKind.FINISHED, payload, key=f"trial:{trial.id}:verdict")

    async def _tell(
        self, tx: Transaction, trial: Trial, kind: TrialKind, payload: JsonDict, *, key: str
    ) -> None:
        if trial.asked_by is None:
            await self.notifications.tell_admins(
                tx, kind, payload, key=key, urgency=Urgency.IMPORTANT
            )
        else:
            await self.notifications.tell(tx, trial.asked_by, kind, payload, key=key)


def message_key(trial: Trial) -> str:
    """The key of the message that tells admins of a success, and shows its trial."""
    return success_key(trial.model.job_id) if trial.model.job_id else f"trial:{trial.id}"


def _is_due(trial: Trial) -> bool:
    if trial.state is TrialState.UNSERVED:
        return trial.next_at is not None and trial.next_at <= time.time()
    return trial.state is TrialState.PENDING


def _trouble(error: UserError | None) -> TrialFailure | None:
    return TrialFailure(key=error.key, params=error.params) if error else None
