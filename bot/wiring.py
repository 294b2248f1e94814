"""Builds every part of the bot from the settings: the whole dependency injection."""

from telegram import Bot

from bot.access.admission import Admission
from bot.access.invitation_store import InvitationStore
from bot.access.invitations import Invitations
from bot.access.request_store import JoinRequestStore
from bot.alarms.alarms import Alarms, Patience
from bot.alarms.restarts import Restarts
from bot.alarms.store import OutageStore, PulseStore, RestartStore
from bot.catalogue import load_catalogue
from bot.chat.chat import Chat
from bot.chat.fallback import Fallback
from bot.chat.generations import Generations
from bot.chat.store import ConversationStore
from bot.comparison.comparison import Comparisons
from bot.comparison.store import ComparisonStore
from bot.config import Settings
from bot.delivery.inbox_store import InboxStore
from bot.delivery.notifications import News
from bot.delivery.outbox import Outbox
from bot.delivery.outbox_store import OutboxStore
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import Pace
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import Services
from bot.edge.notifications import Newsroom
from bot.edge.people import People
from bot.edge.people_store import PeopleStore
from bot.export import Export
from bot.export.store import ExportStore
from bot.gateways.chat import OpenAIChat
from bot.gateways.openai_client import build_chat_client
from bot.jobs.outages import Outages
from bot.jobs.pausing import Pausing
from bot.jobs.pictures import Pictures
from bot.jobs.watching import Watching
from bot.models.checkpoint_store import CheckpointStore
from bot.models.details import ModelDesk
from bot.privacy.privacy import Privacy
from bot.privacy.store import PrivacyStore
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.feedback import Feedback
from bot.ratings.quality import Quality
from bot.ratings.store import RatingStore
from bot.serving.last_day_store import LastDayStore
from bot.serving.last_days import LastDays
from bot.serving.serving import ServingDesk
from bot.serving.store import ModelStore
from bot.storage.database import Database
from bot.training.composition import (
    build_training_api,
    build_workshop,
    pause_between_tries,
    sample_prompts,
)
from bot.trials.sampling import Sampling
from bot.trials.store import TrialStore
from bot.trials.trials import Trials
from bot.usage.accounts import Accounts
from bot.usage.store import UsageStore

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
