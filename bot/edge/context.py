"""`BotContext`: what every handler is given, and where it puts what shall happen."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.ext import CallbackContext, ExtBot

from bot.access.admission import Admission
from bot.access.invitations import Invitations
from bot.alarms.restarts import Restarts
from bot.catalogue import Catalogue
from bot.chat.chat import Chat
from bot.chat.generations import Generations
from bot.comparison.comparison import Comparisons
from bot.config import Settings
from bot.dataset.in_use import Datasets
from bot.dataset.versions import DatasetDesk
from bot.delivery.inbox_store import InboxRow, InboxStore
from bot.delivery.outbox import Outbox
from bot.delivery.outbox_store import OutboxStore, reply_key
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import Pace
from bot.delivery.screen import Screen
from bot.delivery.streaming import Frames
from bot.delivery.typing import Typing
from bot.domain.people import Person
from bot.domain.training import Hyperparameters
from bot.edge.buttons import Press, parse
from bot.edge.people import People
from bot.edge.people_store import PeopleStore
from bot.errors import NotAllowed
from bot.export import Export
from bot.gateways.provider import TrainingApi
from bot.jobs.pausing import Pausing
from bot.jobs.pictures import Pictures
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching
from bot.models.details import ModelDesk
from bot.privacy.privacy import Privacy
from bot.ratings.feedback import Feedback
from bot.ratings.quality import Quality
from bot.ratings.store import RatingStore
from bot.serving.last_days import LastDays
from bot.serving.serving import ServingDesk
from bot.storage.database import Database, Transaction
from bot.texts import Texts, choose_language
from bot.training.plans import Training
from bot.training.store import RunStore
from bot.training.submission import Submission
from bot.trials.trials import Trials
from bot.usage.accounts import Accounts

Effect = Callable[[Transaction], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that handlers may use, built once in `app.py`."""

    settings: Settings
    catalogue: Catalogue
    database: Database
    people_store: PeopleStore
    inbox: InboxStore
    outbox: OutboxStore
    jobs: JobStore
    runs: RunStore
    people: People
    admission: Admission
    invitations: Invitations
    privacy: Privacy
    accounts: Accounts
    datasets: Datasets
    desk: DatasetDesk
    export: Export
    training: Training
    submission: Submission
    watching: Watching
    restarts: Restarts
    pausing: Pausing
    pictures: Pictures
    serving: ServingDesk
    models: ModelDesk
    last_days: LastDays
    trials: Trials
    chat: Chat
    comparisons: Comparisons
    generations: Generations
    feedback: Feedback
    ratings: RatingStore
    quality: Quality
    api: TrainingApi
    poster: Poster
    pace: Pace
    sender: Outbox

    def texts_for(self, person: Person) -> Texts:
        """The sentences in the person's language."""
        language = choose_language(
            person.language, person.telegram_language, self.settings.language
        )
        return self.texts(language)

    def texts(self, language: str) -> Texts:
        """The sentences of one language."""
        return Texts(language, self.settings.zone)

    @property
    def defaults(self) -> Hyperparameters:
        """What a plan starts from."""
        return Hyperparameters(
            base_model=self.settings.base_model,
            n_epochs=self.settings.n_epochs,
            learning_rate_multiplier=self.settings.learning_rate_multiplier,
            suffix=self.settings.model_suffix,
        )


class BotContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """One update at work: who wrote, in which language, and the effects that are gathered.

    Effects and replies are stored in one transaction, together with the mark that the update is
    done, after the handler has returned; a handler that fails leaves nothing behind.
    """

    def __init__(
        self,
        application: Any,
        *,
        services: Services,
        row: InboxRow,
        update: Update,
        person: Person,
        is_replay: bool,
    ) -> None:
        super().__init__(application, chat_id=row.chat_id, user_id=person.id)
        self.services = services
        self.row = row
        self.current_update = update
        self.person = person
        self.texts = services.texts_for(person)
        self.is_replay = is_replay
        self._effects: list[Effect] = []
        self._n_replies = 0
        self._frames: Frames | None = None
        self._lent_id: int | None = None
        self.toast = ""
        """Plain text that a press in the lane of stops shows for a moment."""

    @property
    def request_id(self) -> int:
        """The mark of this update on everything that it brings about."""
        return self.row.id

    @property
    def text(self) -> str:
        """The words of the message; empty when it has none."""
        message = self.current_update.effective_message
        if message is None or self.current_update.callback_query:
            return ""
        return message.text if isinstance(message.text, str) else ""  # the library lets all pass

    @property
    def press(self) -> Press:
        """The button that was pressed."""
        query = self.current_update.callback_query
        return parse((query.data if query else None) or "")

    def also(self, effect: Effect) -> None:
        """Let *effect* happen when the update is done."""
        self._effects.append(effect)

    def reply(
        self,
        screen: Screen,
        *,
        edit_id: int | None = None,
        is_unsure: bool = False,
        key: str | None = None,
    ) -> None:
        """Answer with a new message, or by editing one; once per *key*, by default per update.

        Args:
            screen: What to show.
            edit_id: The message that shall show it.
            is_unsure: A message with a part of this answer may stand in the chat already.
            key: What may be said only once, when that is not the answer to this very update.
        """
        key = key or reply_key(self.row.id, self._n_replies)
        self._n_replies += 1
        self.also(
            lambda tx: self.services.outbox.post(
                tx,
                self.row.chat_id,
                key=key,
                payload=screen.to_json(),
                now=int(time.time()),
                edit_id=edit_id,
                floor_id=self.row.floor_id,
                is_unsure=is_unsure,
            )
        )

    def show(self, screen: Screen, *, key: str | None = None) -> None:
        """Answer a button in its own message, anything else with a new one; once per *key*."""
        query = self.current_update.callback_query
        edit_id = query.message.message_id if query and query.message else None
        self.reply(screen, edit_id=edit_id, key=key)

    def frames(self, place: int | None = None, *, is_lent: bool = False) -> Frames:
        """Where an answer is shown while it grows: in a message of ours, by default in a new one.

        *is_lent*: the message shows an earlier answer, which stands until the new one is whole.
        """
        services = self.services
        self._lent_id = place if is_lent else None

        async def remember(message_id: int) -> None:
            await services.database.write(
                lambda tx: services.inbox.set_frame(tx, self.row.id, message_id)
            )

        self._frames = Frames(
            services.poster,
            services.pace,
            chat_id=self.row.chat_id,
            floor_id=self.row.floor_id,
            message_id=self.row.frame_message_id or place,
            is_replay=self.is_replay,
            is_blocked=lambda: services.sender.has_waiting(self.row.chat_id),
            on_first=remember,
        )
        return self._frames

    @property
    def frame_message_id(self) -> int | None:
        """The message in which an answer has begun to grow, if any that is not only lent."""
        found = self._frames.message_id if self._frames else self.row.frame_message_id
        return None if found == self._lent_id else found

    def typing(self) -> Typing:
        """Show "typing…" until it is stopped."""
        return Typing(self.bot, self.row.chat_id)

    def check_admin(self) -> None:
        """Go on only for an admin.

        Raises:
            NotAllowed: for everybody else.
        """
        if not self.person.is_admin:
            raise NotAllowed

    async def commit(self, tx: Transaction) -> None:
        """Carry out what was gathered, inside the transaction that marks the update as done."""
        for effect in self._effects:
            await effect(tx)

    def forget(self) -> None:
        """Drop what was gathered: the handler failed."""
        self._effects.clear()
        self._n_replies = 0
