"""The parts that own datasets and training runs: the same for the bot and for the terminal."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.catalogue import load_catalogue
from bot.config import Settings
from bot.dataset.checking import Checker
from bot.dataset.files import DatasetFiles
from bot.dataset.in_use import Datasets
from bot.dataset.store import DatasetStore
from bot.dataset.versions import DatasetDesk
from bot.delivery.notifications import News
from bot.domain.datasets import Dataset
from bot.gateways.openai_client import build_training_client
from bot.gateways.provider import OpenAITraining, TrainingApi
from bot.jobs.store import JobStore
from bot.storage.database import Database
from bot.training.plans import Training
from bot.training.store import RunStore
from bot.training.submission import Submission

_LONGEST_PAUSE_S: Final = 15.0
_SAMPLE_PROMPTS: Final = Path(__file__).parents[1] / "trials" / "sample_prompts.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Built once; nothing is started and nothing is sent."""

    jobs: JobStore
    runs: RunStore
    datasets: Datasets
    desk: DatasetDesk
    training: Training
    submission: Submission


class _NothingChosen(DatasetStore):
    """A file is named: it counts, whatever was put to use in the chat."""

    async def chosen(self) -> Dataset | None:
        """None: the file that is named is in use."""
        return None


def build_workshop(
    settings: Settings,
    database: Database,
    *,
    api: TrainingApi,
    news: News,
    on_submitted: Callable[[str], None],
    file: Path | None = None,
) -> Workshop:
    """Put the parts together.

    Args:
        settings: Where files lie, and what a plan starts from.
        database: Open.
        api: The provider.
        news: Who hears of what becomes of a run.
        on_submitted: Called with the job's id once the provider has it.
        file: The only dataset there is; None: the one in use.
    """
    catalogue = load_catalogue()
    jobs, runs = JobStore(database), RunStore(database)
    store = _NothingChosen(database) if file else DatasetStore(database)
    files = DatasetFiles(settings.database_path.parent / "datasets")
    checker = Checker(catalogue=catalogue, base_model=settings.base_model)
    datasets = Datasets(
        database=database,
        store=store,
        files=files,
        checker=checker,
        api=api,
        path=file or settings.dataset_path,
    )
    submission = Submission(
        database=database,
        runs=runs,
        jobs=jobs,
        datasets=datasets,
        api=api,
        news=news,
        on_submitted=on_submitted,
        pause_s=pause_between_tries(settings),
    )
    return Workshop(
        jobs=jobs,
        runs=runs,
        datasets=datasets,
        desk=DatasetDesk(
            database=database, store=store, files=files, checker=checker, datasets=datasets
        ),
        training=Training(
            database=database,
            runs=runs,
            jobs=jobs,
            datasets=datasets,
            api=api,
            catalogue=catalogue,
            base_url=settings.openai_base_url,
            base_model=settings.base_model,
            on_confirmed=submission.wake,
        ),
        submission=submission,
    )


def build_training_api(settings: Settings) -> OpenAITraining:
    """The provider that the settings name."""
    return OpenAITraining(
        build_training_client(settings),
        secrets=settings.secrets,
        in_both_places=not load_catalogue().is_at_home(settings.openai_base_url),
    )


def pause_between_tries(settings: Settings) -> float:
    """Seconds between two tries of what talks to the provider: no more than between two looks."""
    return min(settings.poll_interval_s, _LONGEST_PAUSE_S)


def sample_prompts() -> list[str]:
    """What every new model is asked."""
    return _SAMPLE_PROMPTS.read_text(encoding="utf-8").splitlines()
