"""The cards that follow jobs: one message for each person and job, edited as the job moves."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.delivery.chats_store import newest_message_id, saw_message
from bot.storage.database import Database, Transaction

_MOVED = 1
"""Bit of `cards.is_stale`: the job has moved since the card was shown."""
_TRIED = 2
"""Bit of `cards.is_stale`: the card was about to be shown, and what came of that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The message that shows a job to one person, edited as the job moves."""

    chat_id: int
    job_id: str
    message_id: int | None
    floor_id: int
    shown: str
    """Digest of what Telegram shows now."""
    is_unsure: bool
    """An earlier try may have reached Telegram: look for it above `floor_id` first."""


class CardStore:
    """Table `cards`."""

    def __init__(self, database: Database, on_new: Callable[[int], None]) -> None:
        self._db = database
        self._on_new = on_new

    async def touch(self, tx: Transaction, job_id: str, chat_ids: Collection[int]) -> None:
        """The job moved: its card goes to each of the chats again."""
        for chat_id in chat_ids:
            await tx.execute(
                """
                INSERT INTO cards (chat_id, job_id, floor_id, is_stale)
                VALUES (:chat_id, :job_id, :floor_id, :moved)
                ON CONFLICT (chat_id, job_id) DO UPDATE SET is_stale = is_stale | :moved
                """,
                {
                    "chat_id": chat_id,
                    "job_id": job_id,
                    "moved": _MOVED,
                    "floor_id": await newest_message_id(tx),
                },
            )
            tx.after_commit(lambda chat_id=chat_id: self._on_new(chat_id))  # type: ignore[misc]

    async def renew(self, tx: Transaction, job_id: str, chat_id: int) -> None:
        """Send the job's card as a new message, at the bottom of the chat."""
        await tx.execute(
            "DELETE FROM cards WHERE chat_id = :chat_id AND job_id = :job_id",
            {"chat_id": chat_id, "job_id": job_id},
        )
        await self.touch(tx, job_id, [chat_id])

    async def stale(self, chat_id: int) -> Card | None:
        """A card of the chat that shows less than we know, or None."""
        return await self._db.one(
            Card,
            """
            SELECT chat_id, job_id, message_id, floor_id, shown,
                message_id IS NULL AND is_stale & :tried AS is_unsure
            FROM cards
            WHERE chat_id = :chat_id AND is_stale != 0 AND is_parked = 0
            ORDER BY job_id
            LIMIT 1
            """,
            {"chat_id": chat_id, "tried": _TRIED},
        )

    async def take(self, tx: Transaction, card: Card) -> None:
        """The card is about to be shown; a later change of the job makes it stale again."""
        await tx.execute(
            "UPDATE cards SET is_stale = :tried WHERE chat_id = :chat_id AND job_id = :job_id",
            {"chat_id": card.chat_id, "job_id": card.job_id, "tried": _TRIED},
        )

    async def give_back(self, tx: Transaction, card: Card) -> None:
        """The try has certainly failed."""
        await tx.execute(
            "UPDATE cards SET is_stale = :moved WHERE chat_id = :chat_id AND job_id = :job_id",
            {
                "chat_id": card.chat_id,
                "job_id": card.job_id,
                "moved": _MOVED | (_TRIED if card.is_unsure else 0),
            },
        )

    async def shown(
        self, tx: Transaction, card: Card, *, message_id: int | None, shown: str
    ) -> None:
        """Telegram shows the card in that message (None: it does not take it).

        A card that was renewed meanwhile is another one, which still has to be sent.
        """
        await tx.execute(
            """
            UPDATE cards
            SET message_id = :message_id, shown = :shown, is_stale = is_stale & :moved
            WHERE chat_id = :chat_id AND job_id = :job_id AND message_id IS :before
            """,
            {
                "chat_id": card.chat_id,
                "job_id": card.job_id,
                "before": card.message_id,
                "message_id": message_id,
                "shown": shown,
                "moved": _MOVED,
            },
        )
        await saw_message(tx, card.chat_id, message_id or 0)
