"""What buttons offer for a plan: other models, other values with their prices, remedies."""

import asyncio
import datetime as dtm
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.dataset.current import CurrentDataset
from bot.domain.training import Hyperparameters, TrainingRun
from bot.errors import ProviderError
from bot.gateways.provider import TrainingApi
from bot.training.bases import BaseOffer, ServerBases
from bot.training.edits import PlanPart, PresetOffer, choices, edited
from bot.training.estimates import Estimates
from bot.training.remedies import Remedy, remedied
from bot.training.store import RunStore
from bot.usage.cost import Estimate

_PATIENCE_S = 2
"""For so long a plan waits for the provider's word on a model's last day."""
_SIMILAR = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffers:
    """Reads what there is to choose; it changes nothing."""

    runs: RunStore
    estimates: Estimates
    bases: ServerBases
    datasets: CurrentDataset
    api: TrainingApi
    catalogue: Catalogue
    base_url: str
    """The provider's address: the catalogue's last days hold only at its own provider."""
    base_model: str
    """The model of presets that name none."""

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
