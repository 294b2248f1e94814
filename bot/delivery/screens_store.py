"""The newest message of each named screen, so that an older one can be put away."""

from dataclasses import dataclass

from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class OldScreen:
    """A message that is to become one line without buttons."""

    message_id: int
    later: str
    """The line, as Telegram's HTML."""


async def replaced_by(
    tx: Transaction, chat_id: int, message_id: int, *, name: str, later: str
) -> OldScreen | None:
    """The message shows a screen of that name: store it, and return the one that it replaces.

    An older message than the stored one replaces nothing: it was edited late.
    """
    values = {"chat_id": chat_id, "name": name, "message_id": message_id, "later": later}
    old = await tx.one(
        OldScreen,
        "SELECT message_id, later FROM screens WHERE chat_id = :chat_id AND name = :name",
        values,
    )
    await tx.execute(
        """
        INSERT INTO screens (chat_id, name, message_id, later)
        VALUES (:chat_id, :name, :message_id, :later)
        ON CONFLICT (chat_id, name) DO UPDATE SET message_id = :message_id, later = :later
            WHERE message_id <= :message_id
        """,
        values,
    )
    return old if old and old.message_id < message_id else None


async def turned(tx: Transaction, chat_id: int, message_id: int, *, name: str) -> None:
    """The message will show a screen of that name or of none, and none of another any more."""
    await tx.execute(
        """
        DELETE FROM screens
        WHERE chat_id = :chat_id AND message_id = :message_id AND name != :name
        """,
        {"chat_id": chat_id, "message_id": message_id, "name": name},
    )
