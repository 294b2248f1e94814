"""What a model is asked: its prompt, as much of the conversation as fits, and the new words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

from bot.chat import seam
from bot.domain.models import ChatMessage, PastTurn, ServedModel, Turn
from bot.gateways.tokenizer import count_example_tokens, encoding_for, most_tokens
from bot.safety.entities import Care


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the model is asked: its system prompt, a window of history, the new words."""

    model: ServedModel
    window: Sequence[Turn]
    text: str
    message_id: int | None = None
    """Telegram's id of the message with the new words."""
    replaces: PastTurn | None = None
    """The turn that the new one replaces."""
    is_after_silence: bool = False
    """The last turn is so old that the question may be about something else."""
    continues: PastTurn | None = None
    """The turn whose answer was cut, if the model is asked for its rest."""
    wish: str = ""
    """The words that ask for the rest. They are neither shown nor stored."""
    note: str = ""
    """What the model is told besides its system prompt; empty: nothing."""
    care: Care = field(default_factory=Care)
    """Whether the person may be in danger."""

    @property
    def system_prompt(self) -> str:
        """The model's system prompt with the note; empty: there is neither."""
        return "\n\n".join(filter(None, [self.model.system_prompt, self.note]))

    @property
    def messages(self) -> list[ChatMessage]:
        """The prompt, in order."""
        prompt = self.system_prompt
        system = [ChatMessage(role="system", content=prompt)] if prompt else []
        said = [message for turn in self.window for message in _said(turn)]
        return [*system, *said, ChatMessage(role="user", content=self.text), *self._begun]

    @property
    def _begun(self) -> list[ChatMessage]:
        """The answer so far, and the wish that it goes on: any server understands that."""
        if self.continues is None:
            return []
        begun = seam.kept(self.continues.turn.assistant_text)
        return [
            ChatMessage(role="assistant", content=begun),
            ChatMessage(role="user", content=self.wish),
        ]


def _said(turn: Turn) -> list[ChatMessage]:
    if not turn.assistant_text.strip():  # nothing but reasoning, in an old turn
        return []
    return [
        ChatMessage(role="user", content=turn.user_text),
        ChatMessage(role="assistant", content=turn.assistant_text),
    ]


def shortened(question: Question, budget: int) -> Question:
    """The question with the newest turns that fit into *budget* tokens, whole pairs only."""
    if most_tokens(question.messages) <= budget:
        return question
    encoding = encoding_for(question.model.name)
    kept = len(question.window)
    left = budget - _count(replace(question, window=()).messages, encoding)
    for turn in reversed(question.window):
        left -= _count(_said(turn), encoding)
        if left < 0:
            break
        kept -= 1
    return replace(question, window=question.window[kept:])


def _count(messages: Sequence[ChatMessage], encoding: str) -> int:
    return count_example_tokens([asdict(message) for message in messages], encoding)
