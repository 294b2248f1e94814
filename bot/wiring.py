"""Builds every part of the bot from the settings: the whole dependency injection."""

from telegram import Bot

from bot.catalogue import load_catalogue
from bot.config import Settings
from bot.context import Services
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.poster import Poster
from bot.domain import JsonDict
from bot.gateways.chat import OpenAIChat
from bot.gateways.openai_client import build_chat_client
from bot.handlers.news import Newsroom
from bot.services.admission import Admission
from bot.services.alarms import Alarms, Patience
from bot.services.chat import Chat
from bot.services.comparison import Comparisons
from bot.services.export import Export
from bot.services.fallback import Fallback
from bot.services.feedback import Feedback
from bot.services.generations import Generations
from bot.services.invitations import Invitations
from bot.services.last_days import LastDays
from bot.services.model_desk import ModelDesk
from bot.services.news import News
from bot.services.outages import Outages
from bot.services.pausing import Pausing
from bot.services.people import People
from bot.services.pictures import Pictures
from bot.services.privacy import Privacy
from bot.services.quality import Quality
from bot.services.restarts import Restarts
from bot.services.sampling import Sampling
from bot.services.serving import ServingDesk
from bot.services.trials import Trials
from bot.services.usage import Accounts
from bot.services.watching import Watching
from bot.storage.alarms import OutageStore, PulseStore, RestartStore
from bot.storage.checkpoints import CheckpointStore
from bot.storage.comparisons import ComparisonStore
from bot.storage.conversations import ConversationStore
from bot.storage.corrections import AwaitedCorrectionStore
from bot.storage.database import Database
from bot.storage.exports import ExportStore
from bot.storage.inbox import InboxStore
from bot.storage.invitations import InvitationStore
from bot.storage.join_requests import JoinRequestStore
from bot.storage.last_days import LastDayStore
from bot.storage.models import ModelStore
from bot.storage.outbox import OutboxStore
from bot.storage.people import PeopleStore
from bot.storage.privacy import PrivacyStore
from bot.storage.ratings import RatingStore
from bot.storage.trials import TrialStore
from bot.storage.usage import UsageStore
from bot.views.screen import Screen
from bot.workshop import (
    build_training_api,
    build_workshop,
    pause_between_tries,
    sample_prompts,
)

LONGEST_PATIENCE_S = 600.0
"""With a trained model that does not answer yet; shorter where jobs are polled more often than
every 3 s."""
LONGEST_CHAT_PAUSE_S = 2.0
"""Before a server that does not know the serving model is asked again: a person is waiting."""


def build_services(settings: Settings, database: Database, bot: Bot) -> Services:
    """Every part, built once; nothing is started and nothing is sent."""
    catalogue = load_catalogue()
    pause_s = pause_between_tries(settings)
    patience = patience_of(settings)
    model_patience_s = min(200 * pause_s, LONGEST_PATIENCE_S)
    api = build_training_api(settings)
    chat_api = OpenAIChat(build_chat_client(settings), secrets=settings.secrets)
    outbox = OutboxStore(database)
    models, trial_store = ModelStore(database), TrialStore(database)
    people_store, ratings = PeopleStore(database), RatingStore(database)
    usage = UsageStore(database)
    quality = Quality(ratings=ratings)
    news = News(outbox=outbox, admin_ids=settings.admin_ids)

    def watch(job_id: str) -> None:
        watching.wake(job_id)

    workshop = build_workshop(settings, database, api=api, news=news, on_submitted=watch)
    serving = ServingDesk(
        database=database, models=models, datasets=workshop.datasets, chat_model=settings.chat_model
    )
    trials = Trials(
        database=database,
        store=trial_store,
        models=models,
        jobs=workshop.jobs,
        runs=workshop.runs,
        datasets=workshop.datasets,
        serving=serving,
        sampling=Sampling(
            api=chat_api,
            prompts=sample_prompts(),
            temperature=settings.chat_temperature,
            max_tokens=settings.chat_max_tokens,
            pause_s=pause_s,
        ),
        news=news,
        patience_s=model_patience_s,
    )
    watching = Watching(
        database=database,
        jobs=workshop.jobs,
        runs=workshop.runs,
        models=models,
        trials=trial_store,
        datasets=workshop.datasets,
        api=api,
        news=news,
        alarms=Alarms(
            database=database,
            store=PulseStore(database),
            jobs=workshop.jobs,
            news=news,
            patience=patience,
        ),
        outages=Outages(
            database=database,
            store=OutageStore(database),
            news=news,
            patience_s=max(patience.outage_s, 2 * settings.poll_interval_s),
        ),
        on_trial=trials.wake,
        name_patience_s=model_patience_s,
    )
    restarts = Restarts(
        database=database,
        store=RestartStore(database),
        jobs=workshop.jobs,
        training=workshop.training,
        api=api,
        news=news,
        on_cancelled=watch,
    )
    last_days = LastDays(
        database=database,
        store=LastDayStore(),
        serving=serving,
        api=api,
        news=news,
        catalogue=catalogue,
        base_model=settings.base_model,
        training_url=settings.openai_base_url,
        chat_url=settings.chat_url,
    )
    generations = Generations()
    people = People(
        database=database,
        store=people_store,
        admin_ids=settings.admin_ids,
        tester_ids=settings.tester_ids,
    )
    admission = Admission(
        database=database,
        people=people,
        requests=JoinRequestStore(database),
        news=news,
        on_removed=generations.end,
    )
    accounts = Accounts(
        store=usage,
        catalogue=catalogue,
        zone=settings.zone,
        default_limit=settings.daily_messages_per_tester,
    )
    chat = Chat(
        conversations=ConversationStore(database),
        serving=serving,
        api=chat_api,
        temperature=settings.chat_temperature,
        max_tokens=settings.chat_max_tokens,
        history_max_tokens=settings.history_max_tokens,
        silence_s=settings.new_conversation_after_h * 3600,
        accounts=accounts,
        fallback=Fallback(
            database=database,
            models=models,
            serving=serving,
            usage=usage,
            last_days=last_days,
            news=news,
        ),
        pause_s=min(pause_s, LONGEST_CHAT_PAUSE_S),
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
        jobs=workshop.jobs,
        runs=workshop.runs,
        people=people,
        admission=admission,
        invitations=Invitations(
            database=database,
            store=InvitationStore(database),
            admission=admission,
            news=news,
            key=settings.telegram_bot_token.get_secret_value().encode(),
        ),
        privacy=Privacy(store=PrivacyStore(database)),
        accounts=accounts,
        datasets=workshop.datasets,
        desk=workshop.desk,
        export=Export(ratings=ratings, store=ExportStore(database), desk=workshop.desk),
        training=workshop.training,
        submission=workshop.submission,
        watching=watching,
        restarts=restarts,
        pausing=Pausing(watching=watching, api=api),
        pictures=Pictures(
            jobs=workshop.jobs, api=api, folder=settings.database_path.parent / "charts"
        ),
        serving=serving,
        models=ModelDesk(
            database=database,
            models=models,
            checkpoints=CheckpointStore(database),
            trials=trial_store,
            jobs=workshop.jobs,
            runs=workshop.runs,
            serving=serving,
            last_days=last_days,
            quality=quality,
            api=api,
        ),
        last_days=last_days,
        trials=trials,
        chat=chat,
        comparisons=Comparisons(
            database=database,
            store=ComparisonStore(database),
            serving=serving,
            chat=chat,
            news=news,
        ),
        generations=generations,
        feedback=Feedback(ratings=ratings, awaited=AwaitedCorrectionStore(database)),
        ratings=ratings,
        quality=quality,
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


def patience_of(settings: Settings) -> Patience:
    """How long something may take before admins are told.

    Nobody polls several times a second but tests and demonstrations, whose engines are as quick:
    there twenty seconds last one interval.
    """
    interval_s = settings.poll_interval_s
    return Patience() if interval_s >= 1 else Patience().times(interval_s / 20)
