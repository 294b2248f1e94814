"""Imports: examples from a chat with somebody, sent as a file or forwarded."""

from bot.dataset.feature import DatasetFeature
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick, Worker
from bot.importing.handlers import ImportHandlers
from bot.importing.importing import Importing
from bot.importing.store import ImportStore, forget_imports

_LOOK_EVERY_S = 300.0


def build(core: Core, *, dataset: DatasetFeature) -> Feature:
    """Put imports together; an exported chat that comes as a file is asked about here."""
    importing = Importing(
        database=core.database,
        store=ImportStore(core.database),
        versions=dataset.versions,
        folder=core.settings.database_path.parent / "imports",
    )
    handlers = ImportHandlers(
        importing=importing,
        outbox=core.outbox,
        zone=core.settings.zone,
    )
    dataset.handlers.takes_export.append(handlers.take_export)
    # In the lane of what is forwarded, so that nothing of it comes after them.
    in_order = {"importing:ask": handlers.ask, "importing:drop": handlers.drop}
    return Feature(
        name="importing",
        admin_presses={
            "importing:begin": handlers.begin,
            "importing:who": handlers.show,
            "importing:take": handlers.take,
            **in_order,
        },
        talks=tuple(in_order),
        around=handlers.around,
        workers=[Worker(start=importing.tidy)],
        ticks=[
            Tick(
                name="late imports",
                run=importing.end_late,
                interval_s=_LOOK_EVERY_S,
                first_s=_LOOK_EVERY_S,
            )
        ],
        forgets=forget_imports,
    )
