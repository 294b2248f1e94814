"""The dataset: its versions, which of them is in use, and what validation finds in them."""

from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import host_of
from bot.dataset.checking import Checker
from bot.dataset.current import CurrentDataset
from bot.dataset.files import DatasetFiles
from bot.dataset.handlers import DatasetHandlers
from bot.dataset.store import DatasetStore
from bot.dataset.version_handlers import VersionHandlers
from bot.dataset.versions import DatasetVersions
from bot.domain.datasets import Dataset
from bot.edge.context import BotContext
from bot.edge.core import Core
from bot.edge.feature import Feature, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFeature(Feature):
    """What other features may use of it."""

    datasets: CurrentDataset
    versions: DatasetVersions
    store: DatasetStore
    handlers: DatasetHandlers


class _NothingChosen(DatasetStore):
    """A file is named: it counts, whatever was put to use in the chat."""

    async def chosen(self) -> Dataset | None:
        """None: the file that is named is in use."""
        return None


def build(core: Core, *, file: Path | None = None) -> DatasetFeature:
    """The dataset in use and all versions. *file*: the only dataset; None: the one in use."""
    settings, database = core.settings, core.database
    store = _NothingChosen(database) if file else DatasetStore(database)
    files = DatasetFiles(settings.database_path.parent / "datasets")
    checker = Checker(catalogue=core.catalogue, base_model=settings.base_model)
    datasets = CurrentDataset(
        database=database,
        store=store,
        files=files,
        checker=checker,
        api=core.provider,
        path=file or settings.dataset_path,
    )
    versions = DatasetVersions(
        database=database, store=store, files=files, checker=checker, datasets=datasets
    )
    handlers = DatasetHandlers(
        datasets=datasets, versions=versions, host=host_of(settings.openai_base_url)
    )
    pages = VersionHandlers(versions=versions, people=core.people)
    return DatasetFeature(
        name="dataset",
        datasets=datasets,
        versions=versions,
        store=store,
        handlers=handlers,
        admin_commands={
            "validate": handlers.validate,
            "upload": handlers.upload,
            "datasets": pages.show_list,
        },
        admin_presses={
            "dataset:validate": handlers.validate,
            "dataset:upload": handlers.upload,
            "dataset:send": handlers.send,
            "dataset:keep": handlers.keep,
            "dataset:list": pages.show_list,
            "dataset:version": pages.show,
            "dataset:report": pages.full_report,
            "dataset:use": pages.use,
            "dataset:get": pages.get,
            "dataset:delete": pages.ask_delete,
            "dataset:deleted": pages.delete,
            "dataset:repair": pages.ask_repair,
            "dataset:columns": pages.ask_columns,
            "dataset:question": pages.ask_answers,
            "dataset:mend": pages.repair,
            "dataset:split": pages.ask_split,
            "dataset:part": pages.split,
            "dataset:pair": pages.pair,
            "dataset:unpair": pages.unpair,
        },
        messages=[(_is_sent, handlers.receive)],
        workers=[Worker(start=versions.tidy)],
    )


def _is_sent(context: BotContext) -> bool:
    return context.brings_dataset and context.is_new
