"""Builds every part of the bot from the settings: the whole dependency injection."""

from pathlib import Path

from telegram import Bot

from bot.catalogue import load_catalogue
from bot.config import Settings
from bot.context import Services
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.poster import Poster
from bot.domain import JsonDict
from bot.gateways.chat import OpenAIChat
from bot.gateways.openai_client import build_chat_client, build_training_client
from bot.gateways.provider import OpenAITraining
from bot.handlers.news import Newsroom
from bot.services.chat import Chat
from bot.services.checking import Checker
from bot.services.dataset_desk import DatasetDesk
from bot.services.datasets import Datasets
from bot.services.news import News
from bot.services.people import People
from bot.services.serving import ServingDesk
from bot.services.submission import Submission
from bot.services.training import Training
from bot.services.trials import Trials
from bot.services.watching import Watching
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database
from bot.storage.dataset_files import DatasetFiles
from bot.storage.datasets import DatasetStore
from bot.storage.inbox import InboxStore
from bot.storage.jobs import JobStore
from bot.storage.models import ModelStore, TrialStore
from bot.storage.outbox import OutboxStore
from bot.storage.people import PeopleStore
from bot.storage.runs import RunStore
from bot.views.screen import Screen

SAMPLE_PROMPTS = Path(__file__).with_name("sample_prompts.txt")
LONGEST_PAUSE_S = 15.0
"""Between two tries of what talks to the provider; shorter where jobs are polled faster."""
LONGEST_PATIENCE_S = 600.0
"""With a trained model that does not answer yet; shorter where jobs are polled more often than
every 3 s."""


def build_services(settings: Settings, database: Database, bot: Bot) -> Services:
    """Every part, built once; nothing is started and nothing is sent."""
    catalogue = load_catalogue()
    pause_s = min(settings.poll_interval_s, LONGEST_PAUSE_S)
    api = OpenAITraining(
        build_training_client(settings),
        secrets=settings.secrets,
        in_both_places=not catalogue.is_at_home(settings.openai_base_url),
    )
    chat_api = OpenAIChat(build_chat_client(settings), secrets=settings.secrets)
    outbox, jobs, runs = OutboxStore(database), JobStore(database), RunStore(database)
    models, trial_store = ModelStore(database), TrialStore(database)
    people_store = PeopleStore(database)
    news = News(outbox=outbox, admin_ids=settings.admin_ids)
    dataset_store = DatasetStore(database)
    dataset_files = DatasetFiles(settings.database_path.parent / "datasets")
    checker = Checker(catalogue=catalogue, base_model=settings.base_model)
    datasets = Datasets(
        database=database,
        store=dataset_store,
        files=dataset_files,
        checker=checker,
        api=api,
        path=settings.dataset_path,
    )
    serving = ServingDesk(
        database=database, models=models, datasets=datasets, chat_model=settings.chat_model
    )
    trials = Trials(
        database=database,
        store=trial_store,
        models=models,
        jobs=jobs,
        serving=serving,
        api=chat_api,
        news=news,
        prompts=SAMPLE_PROMPTS.read_text(encoding="utf-8").splitlines(),
        temperature=settings.chat_temperature,
        max_tokens=settings.chat_max_tokens,
        pause_s=pause_s,
        patience_s=min(200 * pause_s, LONGEST_PATIENCE_S),
    )
    watching = Watching(
        database=database,
        jobs=jobs,
        runs=runs,
        models=models,
        trials=trial_store,
        datasets=datasets,
        api=api,
        news=news,
        on_trial=trials.wake,
    )
    submission = Submission(
        database=database,
        runs=runs,
        jobs=jobs,
        datasets=datasets,
        api=api,
        news=news,
        on_submitted=watching.wake,
        pause_s=pause_s,
    )
    pace = Pace()
    poster = Poster(bot, pace, lambda floor: outbox.known_ids(above=floor))

    async def render(kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        return await Newsroom(services=services).render(kind, payload, chat_id)

    services = Services(
        settings=settings,
        catalogue=catalogue,
        database=database,
        people_store=people_store,
        inbox=InboxStore(database),
        outbox=outbox,
        jobs=jobs,
        runs=runs,
        people=People(
            database=database,
            store=people_store,
            admin_ids=settings.admin_ids,
            tester_ids=settings.tester_ids,
        ),
        datasets=datasets,
        desk=DatasetDesk(
            database=database,
            store=dataset_store,
            files=dataset_files,
            checker=checker,
            datasets=datasets,
        ),
        training=Training(
            database=database,
            runs=runs,
            jobs=jobs,
            datasets=datasets,
            catalogue=catalogue,
            base_url=settings.openai_base_url,
            on_confirmed=submission.wake,
        ),
        submission=submission,
        watching=watching,
        serving=serving,
        trials=trials,
        chat=Chat(
            conversations=ConversationStore(database),
            serving=serving,
            api=chat_api,
            temperature=settings.chat_temperature,
            max_tokens=settings.chat_max_tokens,
            history_max_tokens=settings.history_max_tokens,
            daily_limit=settings.daily_messages_per_tester,
            timezone=settings.zone,
        ),
        api=api,
        poster=poster,
        pace=pace,
        sender=Outbox(
            database=database,
            store=outbox,
            poster=poster,
            render=render,
        ),
    )
    return services
