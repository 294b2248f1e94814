"""What every feature uses: settings, storage, the provider, and the people."""

import datetime as dtm
from collections.abc import Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from functools import partial

from bot.catalogue import Catalogue, load_catalogue
from bot.config import Settings
from bot.delivery.inbox_store import InboxStore
from bot.delivery.notifications import Notifications
from bot.delivery.outbox_store import OutboxStore
from bot.domain.people import Person
from bot.edge.people import People
from bot.edge.people_store import PeopleStore
from bot.gateways.chat import ChatApi
from bot.gateways.openai_client import build_chat_client, build_training_client
from bot.gateways.provider import TrainingApi
from bot.storage.database import Database
from bot.texts import Texts, choose_language

_QUICK_POLL_S = 20
"""A poll interval below a second is divided by this; see `Pacing.of`."""


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """How long the bot waits, in seconds by its own clock."""

    pause_s: float
    """Between two tries of a request to the provider."""
    chat_pause_s: float
    """Between two tries if the server does not know the serving model; a person is waiting."""
    model_patience_s: float
    """For how long a trained model may have no name or not answer."""
    speaks_after_s: float = 120
    """Admins hear of a success by then, also if the model has not answered all sample prompts."""
    queued_s: float = 3600
    """After this time in the queue admins are told about the job."""
    validating_s: float = 2 * 3600
    """After this time admins are told that the provider still checks the job's files."""
    stall_s: float = 600
    """The least time without a new step after which a job counts as stalled."""
    outage_s: float = 600
    """After this time admins are told that the provider does not answer."""
    tokenizer_s: float = 300
    """So long after its last use a tokenizer leaves the memory."""
    silent_s: float = 300
    """After this time without an answer of Telegram `/healthz` says that the bot is not well."""
    beat_s: float = 30
    """Between two looks of the heart."""
    refusal_s: float = 60
    """Between two questions whether Telegram still knows the token."""

    @classmethod
    def of(cls, poll_interval_s: float) -> "Pacing":
        """The waiting times that fit the poll interval.

        Only tests and the demo's rehearsal poll more than once per second. Their engines are as
        fast, so the thresholds of the alarms shrink: twenty seconds become one interval.
        """
        pause_s = min(poll_interval_s, 15.0)
        factor = 1 if poll_interval_s >= 1 else poll_interval_s / _QUICK_POLL_S
        return cls(
            pause_s=pause_s,
            chat_pause_s=min(pause_s, 2.0),
            model_patience_s=min(200 * pause_s, 600.0),
            speaks_after_s=min(60 * pause_s, cls.speaks_after_s),
            queued_s=cls.queued_s * factor,
            validating_s=cls.validating_s * factor,
            stall_s=cls.stall_s * factor,
            outage_s=max(cls.outage_s * factor, 2 * poll_interval_s),
            silent_s=max(cls.silent_s * factor, 20),
            beat_s=max(cls.beat_s * factor, 1),
            refusal_s=max(cls.refusal_s * factor, 1),
        )


def today_utc() -> dtm.date:
    """Today in UTC, which decides whether a model's last day has come."""
    return dtm.datetime.now(dtm.UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Built once per process, before the features."""

    settings: Settings
    catalogue: Catalogue
    database: Database
    inbox: InboxStore
    outbox: OutboxStore
    people: People
    notifications: Notifications
    provider: TrainingApi
    chat_model: ChatApi
    pacing: Pacing
    today: Callable[[], dtm.date] = today_utc

    def texts(self, language: str) -> Texts:
        """The sentences of one language."""
        return Texts(language, self.settings.zone)

    def texts_for(self, person: Person) -> Texts:
        """The sentences in the person's language."""
        usual = self.settings.language
        return self.texts(choose_language(person.language, person.telegram_language, usual))


def build_core(
    settings: Settings,
    database: Database,
    *,
    provider: TrainingApi,
    chat_model: ChatApi,
    pacing: Pacing | None = None,
    today: Callable[[], dtm.date] = today_utc,
) -> Core:
    """Build the parts; this starts nothing and sends nothing."""
    outbox = OutboxStore(database)
    return Core(
        settings=settings,
        catalogue=load_catalogue(),
        database=database,
        inbox=InboxStore(database),
        outbox=outbox,
        people=People(
            database=database,
            store=PeopleStore(database),
            admin_ids=settings.admin_ids,
            tester_ids=settings.tester_ids,
        ),
        notifications=Notifications(outbox=outbox, admin_ids=settings.admin_ids),
        provider=provider,
        chat_model=chat_model,
        pacing=pacing or Pacing.of(settings.poll_interval_s),
        today=today,
    )


async def open_core(settings: Settings, stack: AsyncExitStack) -> Core:
    """Open the database and the two clients; *stack* closes them.

    Raises:
        CannotStart: the database can't be used.
    """
    database = await Database.open(settings.database_path)
    stack.push_async_callback(database.close)
    provider = await stack.enter_async_context(aclosing(build_provider(settings)))
    chat_model = await stack.enter_async_context(aclosing(build_chat_model(settings)))
    return build_core(settings, database, provider=provider, chat_model=chat_model)


def build_provider(settings: Settings) -> TrainingApi:
    """The provider that the settings name."""
    return TrainingApi(
        partial(build_training_client, settings),
        secrets=settings.secrets,
        in_both_places=not load_catalogue().is_at_home(settings.openai_base_url),
    )


def build_chat_model(settings: Settings) -> ChatApi:
    """The server that answers in chats."""
    return ChatApi(
        partial(build_chat_client, settings),
        secrets=settings.secrets,
        first_s=settings.chat_first_piece_s,
    )
