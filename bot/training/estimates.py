"""What training would cost and how long it would take, by prices and by our finished jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.domain.datasets import Dataset
from bot.domain.training import TrainingRun
from bot.jobs.store import JobStore
from bot.usage.cost import Estimate, at_server, estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Estimates for plans, and for a dataset before there is a plan."""

    jobs: JobStore
    catalogue: Catalogue
    base_url: str
    """The server that would train: the catalogue's prices hold only at its own provider."""

    async def of_run(self, run: TrainingRun) -> Estimate:
        """The estimate for a plan."""
        return await self.of(run.dataset, run.parameters.base_model, run.parameters.n_epochs)

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
