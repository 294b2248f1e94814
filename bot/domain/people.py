"""People who write to the bot, how they were admitted, and what they have used."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Access(StrEnum):
    """What a person may do here."""

    ADMIN = "admin"
    TESTER = "tester"
    STRANGER = "stranger"


class Urgency(IntEnum):
    """How much a message matters; the values are stored."""

    ROUTINE = 0
    """Answers, cards, news that can wait."""
    IMPORTANT = 1
    """The end of a training, and alarms."""
    CALL = 2
    """A person calls for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes to the bot."""

    id: int
    """Telegram's user id, which is also the id of the private chat with them."""
    name: str
    access: Access
    language: str | None = None
    """The language that they chose here, "ru" or "en"; None: Telegram's is used."""
    telegram_language: str | None = None
    """Telegram's `language_code`, an IETF tag such as "ru" or "pt-br"."""
    daily_limit: int | None = None
    """Answers that they may get per day; 0: unlimited; None: the settings' limit."""
    rings_from: Urgency = Urgency.IMPORTANT
    """The least urgent messages that come with a sound."""
    hears_others: bool = True
    """Whether news of what other admins started come with a sound."""
    week_at: int | None = None
    """When they are next told about the week, Unix time; None: they do not want it."""
    daily_at: int | None = None
    """When they next get a bad answer to go through, Unix time; None: they do not want any."""

    @property
    def is_admin(self) -> bool:
        """Whether they may train models and manage the bot."""
        return self.access is Access.ADMIN

    @property
    def is_admitted(self) -> bool:
        """Whether they may use the bot."""
        return self.access is not Access.STRANGER


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """A person as an admin sees them."""

    person: Person
    is_fixed: bool
    """The settings admit them, so admins can't remove them in the chat."""
    is_blocked: bool = False
    first_seen_at: int = 0
    """Unix time, seconds; 0: never."""
    last_seen_at: int = 0
    admitted_by: int | None = None
    admitted_at: int | None = None
    removed_at: int | None = None


class RequestState(StrEnum):
    """What became of a request to join."""

    OPEN = "open"
    ADMITTED = "admitted"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """A stranger's request for access."""

    id: int
    person_id: int
    name: str
    """First and last name, @username; empty after they deleted their data."""
    asked_at: int
    state: RequestState
    decided_by: int | None = None
    decided_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that admits one person."""

    id: int
    made_by: int
    salt: str
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The answers of one model, and their tokens."""

    model: str
    n_answers: int
    n_estimated: int
    """Of these, answers whose tokens the bot counted because the server sent no numbers."""
    prompt_tokens: int
    completion_tokens: int
