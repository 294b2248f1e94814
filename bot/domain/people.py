"""Who writes to the bot."""

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

    @property
    def is_admin(self) -> bool:
        """Whether they may tune."""
        return self.access is Access.ADMIN

    @property
    def is_admitted(self) -> bool:
        """Whether the door is open for them at all."""
        return self.access is not Access.STRANGER
