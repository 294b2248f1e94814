"""Export: turns the ratings and corrections of testers into training files."""

from dataclasses import dataclass

from bot.dataset.feature import DatasetFeature
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.export.export import Export
from bot.export.handlers import ExportHandlers
from bot.export.store import ExportStore
from bot.ratings.feature import RatingsFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFeature(Feature):
    """What other features may use of it."""

    export: Export


def build(core: Core, *, dataset: DatasetFeature, ratings: RatingsFeature) -> ExportFeature:
    """Build /export, which makes versions of the dataset of rated answers."""
    export = Export(
        ratings=ratings.store, store=ExportStore(core.database), versions=dataset.versions
    )
    handlers = ExportHandlers(
        export=export,
        versions=dataset.versions,
        people=core.people,
        least=core.catalogue.limits.min_examples,
        zone=core.settings.zone,
    )
    return ExportFeature(
        name="export",
        export=export,
        admin_commands={"export": handlers.start},
        admin_presses={
            "export:start": handlers.start,
            "export:sft": handlers.make,
            "export:dpo": handlers.make,
            "export:all": handlers.make,
            "export:files": handlers.send,
        },
    )
