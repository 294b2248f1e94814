"""Conversations and their turns: question and answer, stored together or not at all."""

from bot.domain import PastTurn, Turn, Usage
from bot.storage.database import Database, Row, Transaction


class ConversationStore:
    """Tables `conversations` and `turns`.

    A turn that was replaced stays in the table (it may be rated, and it has cost something), but
    is history no more.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    async def recent_turns(
        self, chat_id: int, *, limit: int, before: int | None = None
    ) -> list[PastTurn]:
        """Turns of the chat's current conversation, oldest first, the last *limit* of them.

        *before*: only those before the turn with that id.
        """
        rows = await self._db.rows(
            """
            SELECT id, request_id, question_id, created_at, user_text, assistant_text, is_stopped
            FROM turns
            WHERE conversation_id = (
                SELECT id FROM conversations WHERE chat_id = :chat_id ORDER BY id DESC LIMIT 1
            ) AND id < :before AND replaced_by IS NULL
            ORDER BY id DESC
            LIMIT :limit
            """,
            {"chat_id": chat_id, "limit": limit, "before": before or 2**63 - 1},
        )
        return [_past_turn(row) for row in reversed(rows)]

    async def last_turn(self, chat_id: int) -> PastTurn | None:
        """The newest turn of the chat's current conversation; None: it has none yet."""
        turns = await self.recent_turns(chat_id, limit=1)
        return turns[0] if turns else None

    async def last_question(self, person_id: int) -> int | None:
        """The message of the person that was answered last, in whichever conversation.

        0: some message from before they were kept; None: no message was ever answered.
        """
        row = await self._db.row(
            """
            SELECT question_id
            FROM turns
            WHERE person_id = :person_id
            ORDER BY created_at DESC, id DESC
            LIMIT 1
            """,
            {"person_id": person_id},
        )
        return (row["question_id"] or 0) if row else None

    async def replacement(self, request_id: int) -> int | None:
        """The request id of the turn that took the place of that one; None: nothing did."""
        row = await self._db.row(
            "SELECT replaced_by FROM turns WHERE request_id = :request_id",
            {"request_id": request_id},
        )
        return row["replaced_by"] if row else None

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
        system_prompt: str,
        n_window: int,
        usage: Usage | None,
        now: int,
    ) -> None:
        """Append a turn to the chat's current conversation, which begins with its first turn.

        *n_window*: how many earlier turns the model was shown, the newest ones.
        """
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
            "INSERT OR IGNORE INTO prompts (text) VALUES (:text)", {"text": system_prompt}
        )
        await tx.execute(
            """
            INSERT INTO turns (
                conversation_id, person_id, request_id, question_id, model, prompt_id, n_window,
                user_text, assistant_text, is_stopped, prompt_tokens, completion_tokens, created_at
            ) VALUES (
                :conversation_id, :person_id, :request_id, :question_id, :model,
                (SELECT id FROM prompts WHERE text = :system_prompt), :n_window,
                :user_text, :assistant_text, :is_stopped, :prompt_tokens, :completion_tokens, :now
            )
            """,
            {
                "conversation_id": conversation_id,
                "person_id": person_id,
                "request_id": request_id,
                "question_id": turn.question_id,
                "model": model,
                "system_prompt": system_prompt,
                "n_window": n_window,
                "user_text": turn.user_text,
                "assistant_text": turn.assistant_text,
                "is_stopped": turn.is_stopped,
                "prompt_tokens": usage.prompt_tokens if usage else None,
                "completion_tokens": usage.completion_tokens if usage else None,
                "now": now,
            },
        )

    async def replace(self, tx: Transaction, replaced: int, *, by: int) -> None:
        """Let the turn of request *by* stand in the place of that of request *replaced*."""
        await tx.execute(
            "UPDATE turns SET replaced_by = :by WHERE request_id = :replaced",
            {"by": by, "replaced": replaced},
        )


def _past_turn(row: Row) -> PastTurn:
    return PastTurn(
        id=row["id"],
        request_id=row["request_id"],
        created_at=row["created_at"],
        turn=Turn(
            user_text=row["user_text"],
            assistant_text=row["assistant_text"],
            question_id=row["question_id"],
            is_stopped=bool(row["is_stopped"]),
        ),
    )
