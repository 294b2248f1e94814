"""Which models the bot may not show to people without an admin's word."""

from dataclasses import dataclass

from bot.domain.models import ServedModel
from bot.serving.serving import ServedModels
from bot.trials.entities import Verdict
from bot.trials.store import TrialStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """The one answer to that question."""

    trials: TrialStore
    serving: ServedModels

    async def unfit(self, *models: ServedModel) -> ServedModel | None:
        """The first of them whose newest verdict is not to use it; None: there is none.

        The model that answers in chats is not meant: an admin lets it.
        """
        verdicts, serving = await self.trials.verdicts(), await self.serving.current()
        for model in models:
            serves = serving is not None and serving.model.id == model.id
            if verdicts.get(model.id) is Verdict.LEAVE and not serves:
                return model
        return None
