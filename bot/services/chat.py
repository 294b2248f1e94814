"""The conversation of a person with the serving model."""

import datetime as dtm
import time
import zoneinfo
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.domain import ChatMessage, Person, ServedModel, Turn, Usage
from bot.errors import ContextTooLong, DailyLimitReached, NoModel
from bot.gateways.chat import ChatApi
from bot.gateways.tokenizer import count_example_tokens, encoding_for
from bot.services.serving import ServingDesk
from bot.storage.conversations import ConversationStore
from bot.storage.database import Transaction

MOST_TURNS = 100
"""More of a conversation is not even read; the token budget is far smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the model is asked: its system prompt, a window of history, the new words."""

    model: ServedModel
    window: Sequence[Turn]
    text: str

    @property
    def messages(self) -> list[ChatMessage]:
        """The prompt, in order."""
        system = [ChatMessage(role="system", content=self.model.system_prompt)]
        said = [
            ChatMessage(role=role, content=content)
            for turn in self.window
            for role, content in (("user", turn.user_text), ("assistant", turn.assistant_text))
        ]
        return (
            system * bool(self.model.system_prompt)
            + said
            + [ChatMessage(role="user", content=self.text)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Questions to the serving model, and their answers."""

    conversations: ConversationStore
    serving: ServingDesk
    api: ChatApi
    temperature: float
    max_tokens: int
    history_max_tokens: int
    daily_limit: int
    """Answers a tester may get in a day; 0: no limit."""
    timezone: zoneinfo.ZoneInfo
    """Where a day begins at midnight."""

    async def question(self, text: str, *, person: Person, chat_id: int) -> Question:
        """What the model will be asked when the person writes *text*.

        Raises:
            NoModel: no model serves yet.
            DailyLimitReached: the tester wrote as much as they may today.
        """
        serving = await self.serving.current()
        if serving is None:
            raise NoModel
        await self._check_limit(person)
        turns = await self.conversations.recent_turns(chat_id, limit=MOST_TURNS)
        question = Question(model=serving.model, window=turns, text=text)
        return _shortened(question, self.history_max_tokens)

    async def answer(self, question: Question) -> AsyncGenerator[str | Usage, None]:
        """The answer, piece by piece, then what it cost.

        Only when the model says that it can't read so much, the window is halved and the
        question is put again.
        """
        while True:
            try:
                async with aclosing(self._ask(question)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except ContextTooLong:
                if not question.window:
                    raise
                kept = question.window[len(question.window) // 2 + 1 :]
                question = replace(question, window=kept)

    async def start_anew(self, tx: Transaction, chat_id: int) -> None:
        """Begin a new conversation."""
        await self.conversations.start(tx, chat_id, now=int(time.time()))

    async def _check_limit(self, person: Person) -> None:
        if person.is_admin or not self.daily_limit:
            return
        midnight = dtm.datetime.now(self.timezone).replace(hour=0, minute=0, second=0)
        since = int(midnight.timestamp())
        if await self.conversations.turns_since(person.id, since) >= self.daily_limit:
            raise DailyLimitReached(limit=self.daily_limit)

    def _ask(self, question: Question) -> AsyncGenerator[str | Usage, None]:
        return self.api.stream(
            question.model.name,
            question.messages,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
        )


def _shortened(question: Question, budget: int) -> Question:
    """The question with the newest turns that fit into *budget* tokens, whole pairs only."""
    encoding = encoding_for(question.model.name)
    kept = len(question.window)
    left = budget
    for turn in reversed(question.window):
        left -= count_example_tokens(
            [
                {"role": "user", "content": turn.user_text},
                {"role": "assistant", "content": turn.assistant_text},
            ],
            encoding,
        )
        if left < 0:
            break
        kept -= 1
    return replace(question, window=question.window[kept:])
