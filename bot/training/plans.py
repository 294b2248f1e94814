"""Plans: what a training run would be, and the one press that starts it."""

import datetime as dtm
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue
from bot.dataset.current import CurrentDataset
from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters, RunState, TrainingRun
from bot.errors import ButtonGone, MethodDiffers, PlanGone, PlanTaken, RunDatasetGone
from bot.gateways.provider import TrainingApi
from bot.jobs.store import JobStore
from bot.storage.database import Database
from bot.training.edits import PlanPart, choices, edited, next_suffix
from bot.training.parameters import check_numbers
from bot.training.remedies import Remedy, remedied
from bot.training.store import RunStore
from bot.usage.cost import Estimate, estimate

PLAN_LIFETIME_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlans:
    """Plans are stored and numbered; nothing leaves before one is confirmed."""

    database: Database
    runs: RunStore
    jobs: JobStore
    datasets: CurrentDataset
    api: TrainingApi
    catalogue: Catalogue
    base_url: str
    """The provider's address: the catalogue's last days hold only at its own provider."""
    base_model: str
    """What presets start from that name no model."""
    on_confirmed: Callable[[int], None]
    """Called with the run's id once it is confirmed."""

    async def plan(
        self, parameters: Hyperparameters, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """Make and store a plan; the same request makes it once.

        Raises:
            BadValue, ModelShutDown: the parameters make no sense.
            DatasetMissing, DatasetInvalid: there is nothing to train on.
            MethodDiffers: the dataset in use is for another method than was named.
            MethodUnknown: the provider is not known to train as the dataset asks for.
        """
        self._check(parameters)
        known = await self.runs.of_request(request_id)
        if known is not None:
            return known
        dataset = await self.datasets.current()
        if parameters.method not in (None, dataset.method):
            raise MethodDiffers(number=dataset.id, method=dataset.method)
        return await self._store(parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_again(self, run_id: int, *, asked_by: int, request_id: int) -> TrainingRun:
        """A plan with exactly the parameters, dataset and validation part of that run.

        As with all plans made from a run: the same request makes it once, and an equal plan of the
        same person that is still open is that plan, so that two taps make one.

        Raises:
            PlanGone: there is no such run.
            RunDatasetGone: its dataset, or its validation part, was deleted.
            BadValue, SuffixTooLong, SuffixForbidden, ModelShutDown, TuningClosed, MethodUnknown:
                see `plan`.
        """
        run = await self._get(run_id)
        for dataset in (run.dataset, run.validation):
            if dataset is not None and await self.datasets.store.get(dataset.id) is None:
                raise RunDatasetGone(run_id=run.id, number=dataset.id)
        dataset = replace(run.dataset, validation_id=run.validation.id if run.validation else None)
        return await self._derive(run.parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_like(
        self, run_id: int, remedy: Remedy, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan made like that run, but changed so, with the next free name.

        Raises:
            ButtonGone: there is no such remedy for that run.
            DatasetMissing, DatasetInvalid: its dataset was deleted, and none can take its place.
            PlanGone and the rest: see `plan_again`.
        """
        run = await self._get(run_id)
        parameters = remedied(run.parameters, remedy, self.catalogue, base_url=self.base_url)
        if parameters is None:
            raise ButtonGone
        return await self._derive(
            await self._renamed(parameters),
            await self._dataset_of(run),
            asked_by=asked_by,
            request_id=request_id,
        )

    async def plan_anew(self, run_id: int, *, asked_by: int, request_id: int) -> TrainingRun:
        """A plan with that run's parameters on the dataset in use; raises like `plan_like`."""
        run, dataset = await self._get(run_id), await self.datasets.current()
        return await self._derive(run.parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_with(
        self, run_id: int, base_model: str, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan made like that run from another base model; raises like `plan_like`."""
        run = await self._get(run_id)
        return await self._derive(
            replace(run.parameters, base_model=base_model),
            await self._dataset_of(run),
            asked_by=asked_by,
            request_id=request_id,
        )

    def remedies(self, run: TrainingRun) -> dict[Remedy, Hyperparameters]:
        """What `plan_like` would change, for each remedy that there is for the run."""
        return {
            remedy: changed
            for remedy in Remedy
            if (changed := remedied(run.parameters, remedy, self.catalogue, base_url=self.base_url))
        }

    def other_models(self, run: TrainingRun) -> list[str]:
        """The models that buttons offer in the place of the run's."""
        options = choices(
            PlanPart.MODEL, run.parameters, self.catalogue, taken=(), base_url=self.base_url
        )
        present = self.catalogue.model(run.parameters.base_model)
        gone = {run.parameters.base_model, present.name if present else ""}
        return [name for name in options if name not in gone]

    async def n_cut(self, run: TrainingRun) -> int:
        """How many examples are longer than the model reads: the provider cuts them, silently."""
        return await self.datasets.checker.n_too_long(run.dataset, run.parameters.base_model)

    async def estimate(self, run: TrainingRun) -> Estimate:
        """What the run would cost and how long it would take."""
        return await self.estimate_of(
            run.dataset, run.parameters.base_model, run.parameters.n_epochs
        )

    async def estimate_of(self, dataset: Dataset, base_model: str, n_epochs: int) -> Estimate:
        """The same for any dataset, model and number of epochs."""
        (guess,) = await self.estimates(dataset, base_model, [n_epochs])
        return guess

    async def estimates(
        self, dataset: Dataset, base_model: str, epochs: Sequence[int]
    ) -> list[Estimate]:
        """The same for several numbers of epochs."""
        model = self.catalogue.model(base_model)
        names = {base_model, *(model.aliases if model else ()), *([model.name] if model else ())}
        past = [job for name in sorted(names) for job in await self.jobs.past(name)]
        return [
            estimate(dataset.n_tokens, n, model, self.catalogue, method=dataset.method, past=past)
            for n in epochs
        ]

    async def last_day(self, model: str) -> dtm.date | None:
        """When a base model stops: the provider's word, else the catalogue's; None: not known."""
        told = await self.api.shutdown_date(model)
        return told or self.catalogue.shutdown(model, base_url=self.base_url)

    async def open_plan(self, run_id: int) -> TrainingRun:
        """A plan that can still be changed or started; raises like `confirm`."""
        await self._expire(run_id, int(time.time()))
        run = await self._get(run_id)
        if run.state is not RunState.PLANNED:
            await self._say_why_not(run_id)
        return run

    async def choices(self, run: TrainingRun, part: PlanPart) -> Sequence[str]:
        """What a button may choose for a part of the plan."""
        taken = await self.runs.suffixes()
        return choices(part, run.parameters, self.catalogue, taken=taken, base_url=self.base_url)

    async def edit(self, run_id: int, part: PlanPart, value: str) -> TrainingRun:
        """Choose one part of a plan again; the same choice may be repeated.

        Raises:
            ButtonGone: no button offers that.
            BadValue, ModelShutDown: the parameters make no sense.
            PlanTaken, PlanGone: see `confirm`.
        """
        run = await self.open_plan(run_id)
        parameters, validation_id = run.parameters, run.validation.id if run.validation else None
        if part is PlanPart.VALIDATION:
            validation_id = run.dataset.validation_id if value == "1" else None
        else:
            parameters = edited(parameters, part, value, self.catalogue, base_model=self.base_model)
            self._check(parameters)
        guess = await self.estimate_of(run.dataset, parameters.base_model, parameters.n_epochs)
        if not await self.database.write(
            lambda tx: self.runs.edit(
                tx, run_id, parameters, validation_id=validation_id, price_usd=guess.price_usd
            )
        ):
            await self._say_why_not(run_id)
        return await self._get(run_id)

    async def confirm(self, run_id: int, *, by: int, request_id: int) -> TrainingRun:
        """Start the plan: exactly one press does, however many there are.

        Raises:
            PlanTaken: it was started by another press.
            PlanGone: it was dropped, it expired, or there is none.
        """
        now = int(time.time())
        await self._expire(run_id, now)
        started = await self.database.write(
            lambda tx: self.runs.move(
                tx,
                run_id,
                expected=[RunState.PLANNED],
                to=RunState.CONFIRMED,
                confirmed_by=by,
                confirmed_at=now,
                confirmed_request=request_id,
            )
        )
        if started:
            self.on_confirmed(run_id)
        elif not await self.runs.was_confirmed_by(run_id, request_id):
            await self._say_why_not(run_id)
        return await self._get(run_id)

    async def drop(self, run_id: int) -> TrainingRun:
        """Throw the plan away; raises like `confirm`, but may be repeated."""
        await self._expire(run_id, int(time.time()))
        dropped = await self.database.write(
            lambda tx: self.runs.move(
                tx, run_id, expected=[RunState.PLANNED, RunState.DROPPED], to=RunState.DROPPED
            )
        )
        if not dropped:
            await self._say_why_not(run_id)
        return await self._get(run_id)

    def _check(self, parameters: Hyperparameters) -> None:
        check_numbers(parameters)
        self.catalogue.suffix_rule(self.base_url).check(parameters.suffix)
        today = dtm.datetime.now(dtm.UTC).date()
        self.catalogue.check_tunable(parameters.base_model, today, base_url=self.base_url)

    async def _derive(
        self, parameters: Hyperparameters, dataset: Dataset, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan made from a run: an equal one that is still open, else a new one."""
        self._check(parameters)
        known = await self.runs.of_request(request_id) or await self.runs.open_twin(
            parameters, dataset=dataset, asked_by=asked_by, now=int(time.time())
        )
        if known is not None:
            return known
        return await self._store(parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def _store(
        self, parameters: Hyperparameters, dataset: Dataset, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        self.catalogue.check_method(dataset.method, self.base_url)
        guess = await self.estimate_of(dataset, parameters.base_model, parameters.n_epochs)
        now = int(time.time())
        await self.database.write(
            lambda tx: self.runs.plan(
                tx,
                parameters,
                dataset=dataset,
                seed=secrets.randbelow(2**31),
                price_usd=guess.price_usd,
                asked_by=asked_by,
                request_id=request_id,
                now=now,
                expires_at=now + PLAN_LIFETIME_S,
            )
        )
        run = await self.runs.of_request(request_id)
        assert run is not None
        return run

    async def _dataset_of(self, run: TrainingRun) -> Dataset:
        """What the run was made for, as far as it still stands; else the dataset in use."""
        if await self.datasets.store.get(run.dataset.id) is None:
            return await self.datasets.current()
        part = run.validation and await self.datasets.store.get(run.validation.id)
        return replace(run.dataset, validation_id=part.id if part else None)

    async def _renamed(self, parameters: Hyperparameters) -> Hyperparameters:
        rule, taken = self.catalogue.suffix_rule(self.base_url), await self.runs.suffixes()
        suffix = next_suffix(parameters.suffix, {*taken, parameters.suffix}, rule)
        return replace(parameters, suffix=suffix)

    async def _expire(self, run_id: int, now: int) -> None:
        run = await self._get(run_id)
        if run.state is RunState.PLANNED and run.expires_at < now:
            await self.database.write(
                lambda tx: self.runs.move(
                    tx, run_id, expected=[RunState.PLANNED], to=RunState.EXPIRED
                )
            )

    async def _say_why_not(self, run_id: int) -> None:
        run = await self._get(run_id)
        if run.state in (RunState.DROPPED, RunState.EXPIRED):
            raise PlanGone(run_id=run_id)
        raise PlanTaken(run_id=run_id)

    async def _get(self, run_id: int) -> TrainingRun:
        run = await self.runs.get(run_id)
        if run is None:
            raise PlanGone(run_id=run_id)
        return run
