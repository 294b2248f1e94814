"""Who writes to the bot, how they were let in, and what they have used."""

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """What a person may do here."""

    ADMIN = "admin"
    TESTER = "tester"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes to the bot."""

    id: int
    """Telegram's user id, which is also the id of the private chat with them."""
    name: str
    access: Access
    language: str | None = None
    """The language that they chose here, "ru" or "en"; None: whatever Telegram says."""
    telegram_language: str | None = None
    """Telegram's `language_code`, an IETF tag such as "ru" or "pt-br"."""
    daily_limit: int | None = None
    """Answers that they may get in a day, 0: any number; None: what the settings say."""

    @property
    def is_admin(self) -> bool:
        """Whether they may tune."""
        return self.access is Access.ADMIN

    @property
    def is_admitted(self) -> bool:
        """Whether the door is open for them at all."""
        return self.access is not Access.STRANGER


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """A person as an admin sees them."""

    person: Person
    is_fixed: bool
    """They come from the settings, so nobody can remove them here."""
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
    """A stranger asks to be let in."""

    id: int
    person_id: int
    name: str
    """First and last name, @username; empty once they had it deleted."""
    asked_at: int
    state: RequestState
    decided_by: int | None = None
    decided_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that lets one person in."""

    id: int
    made_by: int
    salt: str
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Answers of one model, and their tokens."""

    model: str
    n_answers: int
    n_estimated: int
    """Of these, answers whose tokens we counted because the server did not tell."""
    prompt_tokens: int
    completion_tokens: int
