"""The newest message id that is known of each chat, below which no lost message is looked for."""

from collections.abc import Mapping

from bot.storage.database import Transaction


async def newest_message_id(tx: Transaction) -> int:
    """The newest message id that we know of in any private chat; 0 before there is any.

    Telegram counts messages for each account, not for each of its private chats.
    """
    return await tx.one(int, "SELECT max(newest_message_id) FROM chats WHERE id > 0") or 0


async def saw_message(tx: Transaction, chat_id: int, message_id: int) -> None:
    """Remember that the chat has a message with that id (ids only grow)."""
    await saw_messages(tx, {chat_id: message_id})


async def saw_messages(tx: Transaction, newest: Mapping[int, int]) -> None:
    """The same for several chats: *newest* has a message id of each."""
    await tx.execute_many(
        """
        INSERT INTO chats (id, newest_message_id)
        VALUES (:id, :message_id)
        ON CONFLICT (id) DO UPDATE SET newest_message_id = :message_id
            WHERE newest_message_id < :message_id
        """,
        [{"id": chat_id, "message_id": message_id} for chat_id, message_id in newest.items()],
    )
