"""Plans of training runs, and the one press that starts a plan."""

import asyncio
import datetime as dtm
import difflib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from bot.catalogue import Catalogue
from bot.dataset.current import CurrentDataset
from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters, RunState, TrainingRun
from bot.errors import (
    ButtonGone,
    MethodDiffers,
    PlanGone,
    PlanTaken,
    ProviderError,
    RunDatasetGone,
    UserError,
)
from bot.gateways.provider import TrainingApi
from bot.storage.database import Database, Transaction
from bot.training.bases import BaseOffer, ServerBases
from bot.training.edits import PlanPart, PresetOffer, choices, edited, next_suffix
from bot.training.entities import StartDoubts
from bot.training.estimates import Estimates
from bot.training.parameters import check_numbers
from bot.training.remedies import Remedy, remedied
from bot.training.spending import Spending
from bot.training.store import RunStore
from bot.usage.cost import Estimate

PLAN_LIFETIME_S = 24 * 3600
_PATIENCE_S = 2
"""For so long a plan waits for the provider's word on a model's last day."""
_SIMILAR = 0.7
TWIN_S = 3600
"""For so long after its start, a run that is over already makes an equal plan ask first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlans:
    """Plans are stored and numbered; the provider gets nothing before one is confirmed."""

    database: Database
    runs: RunStore
    estimates: Estimates
    bases: ServerBases
    spending: Spending
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
        parameters = self.remedies(run).get(remedy)
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
        base_model = await self.bases.full_name(base_model)
        parameters = replace(run.parameters, base_model=base_model)
        dataset = await self._dataset_of(run)
        return await self._derive(parameters, dataset, asked_by=asked_by, request_id=request_id)

    def remedies(self, run: TrainingRun) -> dict[Remedy, Hyperparameters]:
        """The parameters after each remedy that would change the run."""
        changes = {
            remedy: remedied(
                run.parameters,
                remedy,
                self.catalogue,
                base_url=self.base_url,
                multiplier=run.chosen_multiplier,
            )
            for remedy in Remedy
        }
        return {remedy: changed for remedy, changed in changes.items() if changed}

    async def other_bases(self, run: TrainingRun) -> list[BaseOffer]:
        """The models that buttons offer instead of the run's."""
        offers = await self.bases_for(run)
        if not offers:
            return [BaseOffer(name=name) for name in self.other_models(run)]
        return [offer for offer in offers if offer.name != run.parameters.base_model]

    async def bases_for(self, run: TrainingRun) -> Sequence[BaseOffer]:
        """The base models of this project's engine; empty: the server is another one."""
        return await self.bases.offers(run.dataset, run.parameters)

    def other_models(self, run: TrainingRun) -> list[str]:
        """The same by the catalogue."""
        options = choices(
            PlanPart.MODEL, run.parameters, self.catalogue, taken=(), base_url=self.base_url
        )
        present = self.catalogue.model(run.parameters.base_model)
        gone = {run.parameters.base_model, present.name if present else ""}
        return [name for name in options if name not in gone]

    async def similar_models(self, parameters: Hyperparameters) -> list[str]:
        """Models with names like that of one which there is not, most similar first.

        Empty if there is such a model, or if nobody knows which ones the server has. Raises like
        `plan` where there is no dataset to ask the engine about.
        """
        if self.catalogue.is_at_home(self.base_url):
            is_known = self.catalogue.model(parameters.base_model) is not None
            today = dtm.datetime.now(dtm.UTC).date()
            tunable = self.catalogue.tunable(today, base_url=self.base_url)
            names = [] if is_known else [self.catalogue.short(model.name) for model in tunable]
        else:
            names = await self.bases.instead_of(await self.datasets.current(), parameters)
        if len(names) < 2:  # an only base takes any other's place
            return []
        called = {
            spelt.casefold(): name
            for name in (*names, *await self.runs.suffixes())
            for spelt in (name, self.catalogue.short(name), name.rpartition("/")[2])
        }
        near = difflib.get_close_matches(parameters.base_model.casefold(), called, cutoff=_SIMILAR)
        return list(dict.fromkeys(called[spelt] for spelt in near))

    async def n_cut(self, run: TrainingRun) -> int:
        """How many examples are longer than the model reads; the provider silently cuts them."""
        return await self.datasets.checker.n_too_long(run.dataset, run.parameters.base_model)

    async def last_day(self, model: str) -> dtm.date | None:
        """A base model's last day, by the provider, else by the catalogue; None: not known."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                told = await self.api.shutdown_date(model)
        except (TimeoutError, ProviderError):
            told = None  # a plan needs no provider
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

    async def prices(self, run: TrainingRun, part: PlanPart) -> dict[str, Estimate | None]:
        """The options for a part of the plan, each with its estimate if it changes that."""
        options = await self.choices(run, part)
        if part not in (PlanPart.MODEL, PlanPart.EPOCHS):
            return dict.fromkeys(options)
        found = await self.estimates.of_run(run)
        others = [
            edited(run.parameters, part, value, self.catalogue, base_model=self.base_model)
            for value in options
        ]
        estimates = await self.estimates.of_others(run, found, others)
        return dict(zip(options, estimates, strict=True))

    async def presets(self, run: TrainingRun, found: Estimate) -> list[PresetOffer]:
        """What each preset would make of the plan, whose own estimate is *found*."""
        kept, names = run.parameters.base_model, list(self.catalogue.presets)
        others = []
        for name in names:
            other = edited(
                run.parameters, PlanPart.PRESET, name, self.catalogue, base_model=self.base_model
            )
            if found.engine is not None and other.base_model != kept:
                other = await self.bases.served(run.dataset, other, preset_model=kept)
            others.append(other)
        estimates = await self.estimates.of_others(run, found, others)
        return [
            PresetOffer(name=name, parameters=other, estimate=estimate)
            for name, other, estimate in zip(names, others, estimates, strict=True)
        ]

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
            await self._refuse(run_id)
        return await self.get(run_id)

    async def start(
        self, run_id: int, *, by: int, request_id: int, is_late: bool = False
    ) -> TrainingRun | StartDoubts:
        """Start the plan, unless something speaks against it: then return that, and ask.

        The same transaction looks for it and confirms the run. So of plans that are equal, or
        together above the ceiling, and are started at once, one is. That the press *is_late* speaks
        against it, too. Raises like `confirm`.
        """
        return await self._start(
            run_id, by=by, request_id=request_id, is_sure=False, is_late=is_late
        )

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
        self, run_id: int, *, by: int, request_id: int, is_sure: bool, is_late: bool = False
    ) -> TrainingRun | StartDoubts:
        now = int(time.time())
        await self._expire(run_id, now)
        run = await self.get(run_id)
        is_asked = run.state is RunState.PLANNED and not is_sure
        models = self.catalogue.names_of(run.parameters.base_model)
        in_use = await self._other_in_use(run) if is_asked else None

        async def work(tx: Transaction) -> StartDoubts | bool:
            if is_asked:
                twin = await self.runs.twin_of(tx, run_id, models=models, since=now - TWIN_S)
                month = await self.spending.month(tx)
                above = month if month.is_above_with(run.price_usd) else None
                if twin or in_use or above or is_late:
                    return StartDoubts(twin=twin, in_use=in_use, month=above, is_late=is_late)
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
        if isinstance(started, StartDoubts):
            return started
        if started:
            self.on_confirmed(run_id)
        elif not await self.runs.was_confirmed_by(run_id, request_id):
            await self._refuse(run_id)
        return await self.get(run_id)

    async def _other_in_use(self, run: TrainingRun) -> int | None:
        """The number of the dataset in use, if it is another one than the plan's."""
        try:
            dataset = await self.datasets.in_use()
        except UserError:
            return None  # there is none; the plan's own is kept
        return dataset.id if dataset and dataset.id != run.dataset.id else None

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
