"""What training on a version of the dataset costs."""

from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.dataset.versions import DatasetVersions
from bot.edge.context import BotContext
from bot.edge.core import today_utc
from bot.training.plans import TrainingPlans
from bot.training.price_views import PriceTable, prices


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceHandlers:
    """For admins."""

    versions: DatasetVersions
    plans: TrainingPlans
    catalogue: Catalogue
    base_url: str
    """The provider's address."""
    base_model: str
    """What presets start from that name no model."""

    async def show_prices(self, context: BotContext) -> None:
        """What training on a version costs, for every model that can be tuned."""
        catalogue, plans = self.catalogue, self.plans
        dataset = await self.versions.get(context.press.number)
        epochs = sorted({preset.n_epochs for preset in catalogue.presets.values()})
        models = [
            (model, await plans.estimates(dataset, model.name, epochs))
            for model in catalogue.tunable(today_utc(), base_url=self.base_url)
        ]
        presets = {}
        for name, preset in catalogue.presets.items():
            base_model = preset.base_model or self.base_model
            guess = await plans.estimate_of(dataset, base_model, preset.n_epochs)
            presets[name] = preset, guess
        offers = PriceTable(dataset=dataset, epochs=epochs, models=models, presets=presets)
        elsewhere = "" if catalogue.is_at_home(self.base_url) else self.base_url
        context.reply(prices(context.texts, offers, catalogue, elsewhere=elsewhere))
