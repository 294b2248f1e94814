"""What training would cost and how long it would take, by prices and by our finished jobs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue
from bot.dataset.checking import Checker
from bot.domain.datasets import Dataset
from bot.domain.training import EngineEstimate, Hyperparameters, TrainingRun
from bot.errors import ModelUnknown, ProviderUnreachable
from bot.gateways.provider import TrainingApi
from bot.jobs.store import JobStore
from bot.usage.cost import Estimate, at_server, estimate, with_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Estimates for plans, and for a dataset before there is a plan."""

    jobs: JobStore
    api: TrainingApi
    checker: Checker
    catalogue: Catalogue
    base_url: str
    """The server that would train: the catalogue's prices hold only at its own provider."""

    async def of_run(self, run: TrainingRun) -> Estimate:
        """The estimate for a plan, with that of the server if it is this project's engine."""
        return await self._asked(run.dataset, run.parameters)

    async def of_others(
        self, run: TrainingRun, found: Estimate, others: Sequence[Hyperparameters]
    ) -> list[Estimate]:
        """The same for other parameters; *found*, the plan's own, tells whether to ask a server."""
        if found.engine is not None:
            return await asyncio.gather(*(self._asked(run.dataset, each) for each in others))
        return [await self.of(run.dataset, each.base_model, each.n_epochs) for each in others]

    async def _asked(self, dataset: Dataset, parameters: Hyperparameters) -> Estimate:
        found = await self.of(dataset, parameters.base_model, parameters.n_epochs)
        try:
            engine = await self._ask(dataset, parameters)
        except ModelUnknown:
            return replace(found, lacks_model=True)
        except ProviderUnreachable:
            return replace(found, is_away=True)
        return with_engine(found, engine) if engine else found

    async def of_engine(
        self, dataset: Dataset, parameters: Hyperparameters
    ) -> EngineEstimate | None:
        """What the engine says of a training; None: the server is another one, or has trouble.

        Raises:
            ModelUnknown: the engine does not have the base model.
        """
        try:
            return await self._ask(dataset, parameters)
        except ProviderUnreachable:
            return None

    async def _ask(self, dataset: Dataset, parameters: Hyperparameters) -> EngineEstimate | None:
        if self.catalogue.is_at_home(self.base_url):
            return None
        return await self.api.estimate(
            parameters,
            method=dataset.method,
            n_examples=dataset.n_examples,
            example_tokens=dataset.n_tokens,
            longest_example=self.checker.longest(dataset),
        )

    async def of(self, dataset: Dataset, base_model: str, n_epochs: int) -> Estimate:
        """The estimate for one number of epochs."""
        return (await self.by_epochs(dataset, base_model, [n_epochs]))[0]

    async def by_epochs(
        self, dataset: Dataset, base_model: str, epochs: Sequence[int]
    ) -> list[Estimate]:
        """The estimates for several numbers of epochs, in their order."""
        model = self.catalogue.model(base_model)
        names = {base_model, *(model.aliases if model else ()), *([model.name] if model else ())}
        past = [job for name in sorted(names) for job in await self.jobs.past(name)]
        found = (
            estimate(dataset.n_tokens, n, model, self.catalogue, method=dataset.method, past=past)
            for n in epochs
        )
        return [at_server(each, self.catalogue.pricing(self.base_url)) for each in found]
