"""Plans of training runs, and the one press that starts a plan."""

import datetime as dtm
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from bot.catalogue import Catalogue
from bot.dataset.current import CurrentDataset
from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters, RunState, TrainingRun
from bot.errors import ButtonGone, MethodDiffers, PlanGone, PlanTaken, RunDatasetGone
from bot.gateways.provider import TrainingApi
from bot.storage.database import Database, Transaction
from bot.training.edits import PlanPart, choices, edited, next_suffix
from bot.training.entities import RunTwin
from bot.training.estimates import Estimates
from bot.training.parameters import check_numbers
from bot.training.remedies import Remedy, remedied
from bot.training.store import RunStore

PLAN_LIFETIME_S = 24 * 3600
TWIN_S = 3600
"""For so long after its start, a run that is over already makes an equal plan ask first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlans:
    """Plans are stored and numbered; the provider gets nothing before one is confirmed."""

    database: Database
    runs: RunStore
    estimates: Estimates
    datasets: CurrentDataset
    api: TrainingApi
    catalogue: Catalogue
    base_url: str
    """The provider's address: the catalogue's last days hold only at its own provider."""
    base_model: str
    """The model of presets that name none."""
    on_confirmed: Callable[[int], None]
    """Called with the id of each confirmed run."""

    async def plan(
        self, parameters: Hyperparameters, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """Make and store a plan; the same request makes it once.

        Raises:
            BadValue, ModelShutDown: the parameters make no sense.
            DatasetMissing, DatasetInvalid: there is nothing to train on.
            MethodDiffers: the dataset in use is for another method than the named one.
            MethodUnknown: it is not known that the provider offers the dataset's method.
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

        As for all plans made from a run, the same request makes one plan. Two taps make one, too:
        an equal open plan of the same person is returned.

        Raises:
            PlanGone: there is no such run.
            RunDatasetGone: its dataset, or its validation part, was deleted.
            BadValue, SuffixTooLong, SuffixForbidden, ModelShutDown, TuningClosed, MethodUnknown:
                see `plan`.
        """
        run = await self.get(run_id)
        for dataset in (run.dataset, run.validation):
            if dataset is not None and await self.datasets.store.get(dataset.id) is None:
                raise RunDatasetGone(run_id=run.id, number=dataset.id)
        dataset = replace(run.dataset, validation_id=run.validation.id if run.validation else None)
        return await self._derive(run.parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_like(
        self, run_id: int, remedy: Remedy, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan like that run after a remedy, with the next free name.

        Raises:
            ButtonGone: there is no such remedy for that run.
            DatasetMissing, DatasetInvalid: its dataset was deleted, and no other can be used.
            PlanGone and the rest: see `plan_again`.
        """
        run = await self.get(run_id)
        parameters = remedied(run.parameters, remedy, self.catalogue, base_url=self.base_url)
        if parameters is None:
            raise ButtonGone
        parameters, dataset = await self._renamed(parameters), await self._dataset_of(run)
        return await self._derive(parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_on_current(self, run_id: int, *, asked_by: int, request_id: int) -> TrainingRun:
        """A plan with that run's parameters on the dataset in use; raises like `plan_like`."""
        run, dataset = await self.get(run_id), await self.datasets.current()
        return await self._derive(run.parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_with(
        self, run_id: int, base_model: str, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan like that run with another base model; raises like `plan_like`."""
        run = await self.get(run_id)
        parameters = replace(run.parameters, base_model=base_model)
        dataset = await self._dataset_of(run)
        return await self._derive(parameters, dataset, asked_by=asked_by, request_id=request_id)

    def remedies(self, run: TrainingRun) -> dict[Remedy, Hyperparameters]:
        """The parameters after each remedy that would change the run."""
        return {
            remedy: changed
            for remedy in Remedy
            if (changed := remedied(run.parameters, remedy, self.catalogue, base_url=self.base_url))
        }

    def other_models(self, run: TrainingRun) -> list[str]:
        """The models that buttons offer instead of the run's."""
        options = choices(
            PlanPart.MODEL, run.parameters, self.catalogue, taken=(), base_url=self.base_url
        )
        present = self.catalogue.model(run.parameters.base_model)
        gone = {run.parameters.base_model, present.name if present else ""}
        return [name for name in options if name not in gone]

    async def n_cut(self, run: TrainingRun) -> int:
        """How many examples are longer than the model reads; the provider silently cuts them."""
        return await self.datasets.checker.n_too_long(run.dataset, run.parameters.base_model)

    async def last_day(self, model: str) -> dtm.date | None:
        """A base model's last day, by the provider, else by the catalogue; None: not known."""
        told = await self.api.shutdown_date(model)
        return told or self.catalogue.shutdown(model, base_url=self.base_url)

    async def get(self, run_id: int) -> TrainingRun:
        """The run; raises PlanGone where it does not exist."""
        run = await self.runs.get(run_id)
        if run is None:
            raise PlanGone(run_id=run_id)
        return run

    async def open_plan(self, run_id: int) -> TrainingRun:
        """A plan that can still be changed or started; raises like `confirm`."""
        await self._expire(run_id, int(time.time()))
        run = await self.get(run_id)
        if run.state is not RunState.PLANNED:
            await self._refuse(run_id)
        return run

    async def choices(self, run: TrainingRun, part: PlanPart) -> Sequence[str]:
        """The options for a part of the plan."""
        taken = await self.runs.suffixes()
        return choices(part, run.parameters, self.catalogue, taken=taken, base_url=self.base_url)

    async def edit(self, run_id: int, part: PlanPart, value: str) -> TrainingRun:
        """Change one part of a plan; the same choice may be repeated.

        Raises:
            ButtonGone: no button offers that value.
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
        estimate = await self.estimates.of(run.dataset, parameters.base_model, parameters.n_epochs)
        if not await self.database.write(
            lambda tx: self.runs.edit(
                tx, run_id, parameters, validation_id=validation_id, price_usd=estimate.price_usd
            )
        ):
            await self._refuse(run_id)
        return await self.get(run_id)

    async def start(self, run_id: int, *, by: int, request_id: int) -> TrainingRun | RunTwin:
        """Start the plan, unless the same was started a moment ago: then return that, and ask.

        The same transaction looks for the other run and confirms this one, so of equal plans that
        are started at once only one is. Raises like `confirm`.
        """
        return await self._start(run_id, by=by, request_id=request_id, is_sure=False)

    async def confirm(self, run_id: int, *, by: int, request_id: int) -> TrainingRun:
        """Start the plan, whatever else was started; of many presses exactly one does.

        Raises:
            PlanTaken: another press has started it.
            PlanGone: it was dropped, it expired, or it does not exist.
        """
        found = await self._start(run_id, by=by, request_id=request_id, is_sure=True)
        assert isinstance(found, TrainingRun)
        return found

    async def _start(
        self, run_id: int, *, by: int, request_id: int, is_sure: bool
    ) -> TrainingRun | RunTwin:
        now = int(time.time())
        await self._expire(run_id, now)
        models = self.catalogue.names_of((await self.get(run_id)).parameters.base_model)

        async def work(tx: Transaction) -> RunTwin | bool:
            twin = await self.runs.twin_of(tx, run_id, models=models, since=now - TWIN_S)
            if twin is not None and not is_sure:
                return twin
            return await self.runs.move(
                tx,
                run_id,
                expected=[RunState.PLANNED],
                to=RunState.CONFIRMED,
                confirmed_by=by,
                confirmed_at=now,
                confirmed_request=request_id,
            )

        started = await self.database.write(work)
        if isinstance(started, RunTwin):
            return started
        if started:
            self.on_confirmed(run_id)
        elif not await self.runs.was_confirmed_by(run_id, request_id):
            await self._refuse(run_id)
        return await self.get(run_id)

    async def drop(self, run_id: int) -> TrainingRun:
        """Drop the plan; raises like `confirm`, but may be repeated."""
        await self._expire(run_id, int(time.time()))
        dropped = await self.database.write(
            lambda tx: self.runs.move(
                tx, run_id, expected=[RunState.PLANNED, RunState.DROPPED], to=RunState.DROPPED
            )
        )
        if not dropped:
            await self._refuse(run_id)
        return await self.get(run_id)

    def _check(self, parameters: Hyperparameters) -> None:
        check_numbers(parameters)
        self.catalogue.suffix_rule(self.base_url).check(parameters.suffix)
        today = dtm.datetime.now(dtm.UTC).date()
        self.catalogue.check_tunable(parameters.base_model, today, base_url=self.base_url)

    async def _derive(
        self, parameters: Hyperparameters, dataset: Dataset, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan made from a run: an equal open plan, else a new one."""
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
        estimate = await self.estimates.of(dataset, parameters.base_model, parameters.n_epochs)
        now = int(time.time())
        await self.database.write(
            lambda tx: self.runs.plan(
                tx,
                parameters,
                dataset=dataset,
                seed=secrets.randbelow(2**31),
                price_usd=estimate.price_usd,
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
        """The run's dataset, without a deleted validation part; else the dataset in use."""
        if await self.datasets.store.get(run.dataset.id) is None:
            return await self.datasets.current()
        part = run.validation and await self.datasets.store.get(run.validation.id)
        return replace(run.dataset, validation_id=part.id if part else None)

    async def _renamed(self, parameters: Hyperparameters) -> Hyperparameters:
        rule, taken = self.catalogue.suffix_rule(self.base_url), await self.runs.suffixes()
        suffix = next_suffix(parameters.suffix, {*taken, parameters.suffix}, rule)
        return replace(parameters, suffix=suffix)

    async def _expire(self, run_id: int, now: int) -> None:
        run = await self.get(run_id)
        if run.state is RunState.PLANNED and run.expires_at < now:
            await self.database.write(
                lambda tx: self.runs.move(
                    tx, run_id, expected=[RunState.PLANNED], to=RunState.EXPIRED
                )
            )

    async def _refuse(self, run_id: int) -> NoReturn:
        """Raise the error that tells why the plan can't be changed or started."""
        run = await self.get(run_id)
        if run.state in (RunState.DROPPED, RunState.EXPIRED):
            raise PlanGone(run_id=run_id)
        raise PlanTaken(run_id=run_id)
