"""Which answers of an example are learnt: the one place that answers this.

Training repeats an assistant's message unless its weight is 0; without a weight it is 1. Of a pair
only the preferred answer is learnt, whatever was said before it.
https://developers.openai.com/api/docs/guides/supervised-fine-tuning (looked up 2026-11-22)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.dataset.validation.examples import CALL_KEYS, conversation_of, method_of
from bot.domain.datasets import TrainingMethod


@dataclass(slots=True)  # frozen ones take three times as long to make, and there is one a line
class Turn:
    """A learnt answer."""

    number: int
    """Of its message in the example, from 1; 0 for the answer of a pair."""
    question: str
    """All that the user said since the learnt answer before; a line break between messages."""
    answer: str
    """Empty for an answer that calls a tool: what it says meanwhile may well be said again."""


@dataclass(slots=True)
class Learnt:
    """What an example teaches, answer by answer."""

    turns: list[Turn] = field(default_factory=list)
    unanswered: str = ""
    """What the user said behind the last of them."""

    @property
    def question(self) -> str:
        """All that the user said before the last learnt answer; where none is, all of it."""
        said = [turn.question for turn in self.turns] or [self.unanswered]
        return "\n".join(filter(None, said))

    @property
    def answers(self) -> list[str]:
        """The words of each learnt answer that has any."""
        return [turn.answer for turn in self.turns if turn.answer]


def learnt_of(messages: Sequence[Mapping[str, object]], *, is_pair: bool = False) -> Learnt:
    """The learnt answers of a conversation.

    Args:
        messages: as in the file, good or bad.
        is_pair: whether this is the input of a pair, with the preferred answer as its last message.
    """
    found = Learnt()
    asked: list[str] = []
    for number, message in enumerate(messages, 1):
        if message.get("role") == "user":
            asked.append(_text(message))
        elif is_learnt(message) and (not is_pair or number == len(messages)):
            place, answer = 0 if is_pair else number, "" if _calls(message) else _text(message)
            found.turns.append(Turn(place, _joined(asked), answer))
            asked.clear()
    found.unanswered = _joined(asked)
    return found


def learnt_of_row(row: object) -> Learnt:
    """The same for the JSON value of a line; nothing for what is no example."""
    is_pair = isinstance(row, dict) and method_of(row) is TrainingMethod.DPO
    return learnt_of(conversation_of(row), is_pair=is_pair)


def is_learnt(message: Mapping[str, object]) -> bool:
    """Whether training repeats this message of a conversation."""
    return message.get("role") == "assistant" and message.get("weight", 1) != 0


def _calls(message: Mapping[str, object]) -> bool:
    return any(message.get(key) for key in CALL_KEYS)


def _joined(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else "\n".join(filter(None, texts))


def _text(message: Mapping[str, object]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""
