"""Conversations and their turns: question and answer, stored together or not at all."""

from dataclasses import asdict, replace
from typing import Final

from bot.domain.models import Ending, OpenQuestion, PastTurn, Topic, Turn, Usage
from bot.gateways.old_answers import in_words
from bot.storage.database import Database, Transaction

_CURRENT: Final = """
    SELECT id FROM conversations
    WHERE chat_id = :chat_id AND thread_id = :thread_id
    ORDER BY id DESC
    LIMIT 1
"""


class ConversationStore:
    """Tables `conversations`, of which the newest of a topic is the current one, and `turns`.

    A turn that was replaced stays in the table (it may be rated, and it has cost something), but
    is history no more.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    async def recent_turns(
        self, topic: Topic, *, limit: int, before: int | None = None
    ) -> list[PastTurn]:
        """Turns of the topic's current conversation, oldest first, the last *limit* of them.

        *before*: only those before the turn with that id.
        """
        newest_first = await self._db.all(
            PastTurn,
            f"""
            SELECT id, request_id, question_id, created_at, model, n_parts, user_text,
                assistant_text, ending
            FROM turns
            WHERE conversation_id = ({_CURRENT}) AND id < :before AND replaced_by IS NULL
            ORDER BY id DESC
            LIMIT :limit
            """,
            asdict(topic) | {"limit": limit, "before": before or 2**63 - 1},
        )
        return [replace(past, turn=in_words(past.turn)) for past in newest_first[::-1]]

    async def last_turn(self, topic: Topic) -> PastTurn | None:
        """The newest turn of the topic's current conversation; None: it has none yet."""
        turns = await self.recent_turns(topic, limit=1)
        return turns[0] if turns else None

    async def last_question(self, topic: Topic) -> int | None:
        """The message that was answered last in the topic, in whichever conversation.

        0: some message from before they were kept; None: no message was ever answered.
        """
        return await self._db.one(
            int,
            """
            SELECT coalesce(question_id, 0)
            FROM conversations c CROSS JOIN turns ON turns.conversation_id = c.id
            WHERE chat_id = :chat_id AND thread_id = :thread_id
            ORDER BY c.id DESC, turns.id DESC
            LIMIT 1
            """,
            asdict(topic),
        )

    async def answer_of(self, request_id: int) -> str | None:
        """What was said in the turn of that request; None: it is not stored any more."""
        query = "SELECT assistant_text FROM turns WHERE request_id = :request_id"
        return await self._db.one(str, query, {"request_id": request_id})

    async def replacement(self, request_id: int) -> int | None:
        """The request id of the turn that took the place of that one; None: nothing did."""
        query = "SELECT replaced_by FROM turns WHERE request_id = :request_id"
        return await self._db.one(int, query, {"request_id": request_id})

    async def part_to_continue(self, request_id: int) -> int | None:
        """The number of the last part of that turn, from 1; None: it was not cut by length."""
        query = "SELECT n_parts FROM turns WHERE request_id = :request_id AND ending = :ending"
        return await self._db.one(
            int, query, {"request_id": request_id, "ending": Ending.CUT_BY_LENGTH}
        )

    async def n_cut(self, *, since: int) -> int:
        """How many answers since that Unix time reached the limit, later continued or not."""
        query = """
            SELECT count(*) FROM turns
            WHERE created_at >= :since AND (ending = 'cut_by_length' OR n_parts > 1)
            """
        return await self._db.one(int, query, {"since": since}) or 0

    async def asked(self, since: int, until: int) -> list[tuple[int, str]]:
        """(person, first words) of each question between those Unix times, asked again or not.

        Without what was said in a conversation since the person was perhaps in danger.
        """
        rows = await self._db.rows(
            """
            SELECT person_id, substr(user_text, 1, 500)
            FROM turns t
            WHERE created_at BETWEEN :since AND :until AND replaced_by IS NULL AND NOT EXISTS (
                SELECT 1 FROM turns e JOIN danger_messages d ON d.request_id = e.request_id
                WHERE e.conversation_id = t.conversation_id AND e.id <= t.id
            )
            """,
            {"since": since, "until": until},
        )
        return [(person_id, words) for person_id, words in rows]

    async def leave_open(self, tx: Transaction, topic: Topic, question: OpenQuestion) -> None:
        """No answer came: the question can be asked again until another one is answered."""
        await tx.execute(
            """
            INSERT OR REPLACE INTO open_questions (chat_id, thread_id, question_id, text)
            VALUES (:chat_id, :thread_id, :message_id, :text)
            """,
            asdict(topic) | asdict(question),
        )

    async def open_question(self, topic: Topic) -> OpenQuestion | None:
        """The topic's last question, if no answer came."""
        return await self._db.one(
            OpenQuestion,
            """
            SELECT question_id AS message_id, text
            FROM open_questions
            WHERE chat_id = :chat_id AND thread_id = :thread_id
            """,
            asdict(topic),
        )

    async def drop_question(self, tx: Transaction, topic: Topic) -> None:
        """There is nothing to be asked again any more."""
        await tx.execute(
            "DELETE FROM open_questions WHERE chat_id = :chat_id AND thread_id = :thread_id",
            asdict(topic),
        )

    async def start(self, tx: Transaction, topic: Topic, *, now: int) -> int:
        """Begin a new conversation: what was said before is not shown to the model any more."""
        await self.drop_question(tx, topic)
        return await tx.insert(
            """
            INSERT INTO conversations (chat_id, thread_id, started_at)
            VALUES (:chat_id, :thread_id, :now)
            """,
            asdict(topic) | {"now": now},
        )

    async def start_all(self, tx: Transaction, chat_id: int, *, now: int) -> None:
        """Begin a new conversation in each topic of the chat."""
        rows = await tx.rows(
            "SELECT DISTINCT thread_id FROM conversations WHERE chat_id = :id", {"id": chat_id}
        )
        for thread_id in {0, *(row["thread_id"] for row in rows)}:
            await self.start(tx, Topic(chat_id, thread_id), now=now)

    async def add_turn(
        self,
        tx: Transaction,
        turn: Turn,
        *,
        topic: Topic,
        person_id: int,
        request_id: int,
        model: str,
        usage: Usage | None,
        now: int,
    ) -> None:
        """Append a turn to the topic's current conversation, which begins with its first turn."""
        conversation_id = await tx.one(int, _CURRENT, asdict(topic))
        if conversation_id is None:
            conversation_id = await self.start(tx, topic, now=now)
        await tx.execute(
            """
            INSERT INTO turns (
                conversation_id, person_id, request_id, question_id, model, user_text,
                assistant_text, ending, prompt_tokens, completion_tokens, created_at
            ) VALUES (
                :conversation_id, :person_id, :request_id, :question_id, :model, :user_text,
                :assistant_text, :ending, :prompt_tokens, :completion_tokens, :now
            )
            """,
            asdict(turn)
            | {
                "conversation_id": conversation_id,
                "person_id": person_id,
                "request_id": request_id,
                "model": model,
                "prompt_tokens": usage.prompt_tokens if usage else None,
                "completion_tokens": usage.completion_tokens if usage else None,
                "now": now,
            },
        )

    async def extend(
        self, tx: Transaction, past: PastTurn, text: str, *, ending: Ending, usage: Usage | None
    ) -> None:
        """Give a turn that was cut its whole text; nothing happens if it has another part by now.

        *usage* is what the new part has cost.
        """
        await tx.execute(
            """
            UPDATE turns
            SET assistant_text = :text, ending = :ending, n_parts = n_parts + 1,
                prompt_tokens = prompt_tokens + :prompt_tokens,
                completion_tokens = completion_tokens + :completion_tokens
            WHERE request_id = :request_id AND n_parts = :n_parts
            """,
            {
                "request_id": past.request_id,
                "n_parts": past.n_parts,
                "text": text,
                "ending": ending,
                "prompt_tokens": usage.prompt_tokens if usage else None,
                "completion_tokens": usage.completion_tokens if usage else None,
            },
        )

    async def remember_shown(
        self, tx: Transaction, request_id: int, *, system_prompt: str, n_window: int
    ) -> None:
        """What the model was shown besides the question of that turn, for whoever learns from it.

        *n_window*: how many of the turns before, the newest ones.
        """
        await tx.execute(
            "INSERT OR IGNORE INTO prompts (text) VALUES (:text)", {"text": system_prompt}
        )
        await tx.execute(
            """
            UPDATE turns
            SET n_window = :n_window, prompt_id = (SELECT id FROM prompts WHERE text = :text)
            WHERE request_id = :request_id
            """,
            {"request_id": request_id, "text": system_prompt, "n_window": n_window},
        )

    async def replace(self, tx: Transaction, replaced: int, *, by: int) -> None:
        """Let the turn of request *by* stand in the place of that of request *replaced*."""
        await tx.execute(
            "UPDATE turns SET replaced_by = :by WHERE request_id = :replaced",
            {"by": by, "replaced": replaced},
        )

    async def prefer(self, tx: Transaction, kept: int, *, over: int) -> None:
        """Of two answers to one question, let that one be history, if both are still the last.

        Args:
            tx: The transaction.
            kept: The request id of its turn.
            over: That of the other answer's turn.
        """
        await tx.execute(
            """
            UPDATE turns
            SET replaced_by = iif(request_id = :kept, NULL, :kept)
            WHERE request_id IN (:kept, :over) AND NOT EXISTS (
                SELECT 1
                FROM turns later
                WHERE later.conversation_id = turns.conversation_id AND later.id > turns.id
                    AND later.request_id NOT IN (:kept, :over)
            )
            """,
            {"kept": kept, "over": over},
        )


async def forget_conversations(tx: Transaction, person_id: int) -> None:
    """Delete what was said, and the question that got no answer.

    A private chat's id is the person's id.
    """
    await tx.execute("DELETE FROM turns WHERE person_id = :id", {"id": person_id})
    await tx.execute(
        """
        DELETE FROM conversations
        WHERE chat_id = :id
          AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation_id = conversations.id)
        """,
        {"id": person_id},
    )
    await tx.execute("DELETE FROM open_questions WHERE chat_id = :id", {"id": person_id})
