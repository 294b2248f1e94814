"""What models are called on buttons."""

from collections.abc import Sequence
from typing import Final

from bot.domain.models import ServedModel
from bot.texts import cut

LABEL_UNITS: Final = 30


def labels(models: Sequence[ServedModel]) -> dict[int, str]:
    """What buttons say, by id: titles, with the provider's code where two models share one."""
    titles = [model.title for model in models]
    return {
        model.id: cut(model.title, LABEL_UNITS)
        if titles.count(model.title) == 1
        else f"{cut(model.title, LABEL_UNITS)} · {cut(model.name.rpartition(':')[2], 12)}"
        for model in models
    }
