"""Plans of training runs: made, made of other runs, and changed."""

import datetime as dtm
import secrets
import time
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue
from bot.dataset.current import CurrentDataset
from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters, TrainingRun
from bot.errors import ButtonGone, MethodDiffers, RunDatasetGone
from bot.storage.database import Database
from bot.training.bases import ServerBases
from bot.training.edits import PlanPart, edited, next_suffix
from bot.training.estimates import Estimates
from bot.training.parameters import check_numbers
from bot.training.plan_offers import PlanOffers
from bot.training.plan_starts import PlanStarts
from bot.training.remedies import Remedy
from bot.training.store import RunStore

PLAN_LIFETIME_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlans:
    """Plans are stored and numbered; the provider hears of none of them."""

    database: Database
    runs: RunStore
    estimates: Estimates
    bases: ServerBases
    datasets: CurrentDataset
    catalogue: Catalogue
    starts: PlanStarts
    offers: PlanOffers
    base_url: str
    base_model: str
    """The model of presets that name none."""

    async def plan(
        self,
        parameters: Hyperparameters,
        *,
        asked_by: int,
        request_id: int,
        is_named: bool = True,
        is_once: bool = False,
    ) -> TrainingRun:
        """Make and store a plan; the same request makes it once.

        Its base model may be another than the asked one, see `ServerBases.served`. If nobody
        chose its name (*is_named*), it gets the next free one. With *is_once*, an equal open plan
        of the same person is returned instead.

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
        is_of_preset = parameters.base_model in self.catalogue.preset_models
        kept = self.base_model if is_of_preset else ""
        parameters = await self.bases.served(dataset, parameters, preset_model=kept)
        if not is_named:
            parameters = await self._free(parameters)
        make = self._derive if is_once else self._store
        return await make(parameters, dataset, asked_by=asked_by, request_id=request_id)

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
        run = await self.starts.get(run_id)
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
        run = await self.starts.get(run_id)
        parameters = self.offers.remedies(run).get(remedy)
        if parameters is None:
            raise ButtonGone
        parameters, dataset = await self._renamed(parameters), await self._dataset_of(run)
        return await self._derive(parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_on_current(self, run_id: int, *, asked_by: int, request_id: int) -> TrainingRun:
        """A plan with that run's parameters on the dataset in use; raises like `plan_like`."""
        run, dataset = await self.starts.get(run_id), await self.datasets.current()
        return await self._derive(run.parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def plan_with(
        self, run_id: int, base_model: str, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """A plan like that run with another base model; raises like `plan_like`."""
        run = await self.starts.get(run_id)
        base_model = await self.bases.full_name(base_model)
        parameters = replace(run.parameters, base_model=base_model)
        dataset = await self._dataset_of(run)
        return await self._derive(parameters, dataset, asked_by=asked_by, request_id=request_id)

    async def edit(self, run_id: int, part: PlanPart, value: str) -> TrainingRun:
        """Change one part of a plan; the same choice may be repeated.

        Raises:
            ButtonGone: no button offers that value.
            BadValue, ModelShutDown: the parameters make no sense.
            PlanTaken, PlanGone: see `confirm`.
        """
        run = await self.starts.open_plan(run_id)
        parameters, validation_id = run.parameters, run.validation.id if run.validation else None
        if part is PlanPart.VALIDATION:
            validation_id = run.dataset.validation_id if value == "1" else None
        else:
            value = await self.bases.full_name(value) if part is PlanPart.MODEL else value
            parameters = edited(parameters, part, value, self.catalogue, base_model=self.base_model)
            if part is PlanPart.PRESET:
                parameters = await self._free(parameters)
                kept = run.parameters.base_model
                parameters = await self.bases.served(run.dataset, parameters, preset_model=kept)
            self._check(parameters)
        estimate = await self.estimates.of(run.dataset, parameters.base_model, parameters.n_epochs)
        if not await self.database.write(
            lambda tx: self.runs.edit(
                tx, run_id, parameters, validation_id=validation_id, price_usd=estimate.price_usd
            )
        ):
            await self.starts.refuse(run_id)
        return await self.starts.get(run_id)

    def _check(self, parameters: Hyperparameters) -> None:
        check_numbers(parameters)
        self.catalogue.suffix_rule(self.base_url).check(parameters.suffix)
        today = dtm.datetime.now(dtm.UTC).date()
        self.catalogue.check_tunable(parameters.base_model, today, base_url=self.base_url)

    async def _derive(
        self, parameters: Hyperparameters, dataset: Dataset, *, asked_by: int, request_id: int
    ) -> TrainingRun:
        """An equal open plan, else a new one."""
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

    async def _free(self, parameters: Hyperparameters) -> Hyperparameters:
        """The parameters with the next free name, if a model has theirs."""
        is_taken = parameters.suffix in await self.runs.suffixes()
        return await self._renamed(parameters) if is_taken else parameters

    async def _renamed(self, parameters: Hyperparameters) -> Hyperparameters:
        rule, taken = self.catalogue.suffix_rule(self.base_url), await self.runs.suffixes()
        suffix = next_suffix(parameters.suffix, {*taken, parameters.suffix}, rule)
        return replace(parameters, suffix=suffix)
