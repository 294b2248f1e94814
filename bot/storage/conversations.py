"""Conversations and their turns: question and answer, stored together or not at all."""

from bot.domain import Turn, Usage
from bot.storage.database import Database, Transaction


class ConversationStore:
    """Tables `conversations` and `turns`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def recent_turns(self, chat_id: int, *, limit: int) -> list[Turn]:
        """Turns of the chat's current conversation, oldest first, the last *limit* of them."""
        rows = await self._db.rows(
            """
            SELECT user_text, assistant_text
            FROM turns
            WHERE conversation_id = (
                SELECT id FROM conversations WHERE chat_id = :chat_id ORDER BY id DESC LIMIT 1
            )
            ORDER BY id DESC
            LIMIT :limit
            """,
            {"chat_id": chat_id, "limit": limit},
        )
        turns = [Turn(user_text=r["user_text"], assistant_text=r["assistant_text"]) for r in rows]
        return turns[::-1]

    async def turns_since(self, person_id: int, since: int) -> int:
        """How many answers the person got from *since* (Unix time) on."""
        row = await self._db.row(
            """
            SELECT count(*) AS n
            FROM turns
            WHERE person_id = :person_id AND created_at >= :since
            """,
            {"person_id": person_id, "since": since},
        )
        assert row is not None
        return int(row["n"])

    async def start(self, tx: Transaction, chat_id: int, *, now: int) -> None:
        """Begin a new conversation: what was said before is not shown to the model any more."""
        await tx.execute(
            "INSERT INTO conversations (chat_id, started_at) VALUES (:chat_id, :now)",
            {"chat_id": chat_id, "now": now},
        )

    async def add_turn(
        self,
        tx: Transaction,
        turn: Turn,
        *,
        chat_id: int,
        person_id: int,
        request_id: int,
        model: str,
        usage: Usage | None,
        now: int,
    ) -> None:
        """Append a turn to the chat's current conversation, which begins with its first turn."""
        row = await tx.row(
            "SELECT id FROM conversations WHERE chat_id = :chat_id ORDER BY id DESC LIMIT 1",
            {"chat_id": chat_id},
        )
        conversation_id = row["id"] if row else None
        if conversation_id is None:
            conversation_id = await tx.insert(
                "INSERT INTO conversations (chat_id, started_at) VALUES (:chat_id, :now)",
                {"chat_id": chat_id, "now": now},
            )
        await tx.execute(
            """
            INSERT INTO turns (
                conversation_id, person_id, request_id, model, user_text, assistant_text,
                prompt_tokens, completion_tokens, created_at
            ) VALUES (
                :conversation_id, :person_id, :request_id, :model, :user_text, :assistant_text,
                :prompt_tokens, :completion_tokens, :now
            )
            """,
            {
                "conversation_id": conversation_id,
                "person_id": person_id,
                "request_id": request_id,
                "model": model,
                "user_text": turn.user_text,
                "assistant_text": turn.assistant_text,
                "prompt_tokens": usage.prompt_tokens if usage else None,
                "completion_tokens": usage.completion_tokens if usage else None,
                "now": now,
            },
        )
