"""What an example asks, what it answers, and when two of them are the same."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from bot.domain import JsonDict

_SPOKEN: Final = frozenset({"role", "content", "name", "weight"})
_STRIPPED: Final = frozenset({"system", "developer", "user", "assistant"})
_CALLS: Final = ("tool_calls", "function_call")


def question_of(messages: Sequence[Mapping[str, object]]) -> str:
    """All that the user said before the last answer, in order, a line break between."""
    until = _last_answer(messages)
    said = [_text(message) for message in messages[:until] if message.get("role") == "user"]
    return said[0] if len(said) == 1 else "\n".join(said)


def answer_of(messages: Sequence[Mapping[str, object]]) -> str:
    """The last answer of the assistant; empty when there is none, or it only calls a tool."""
    until = _last_answer(messages)
    return _text(messages[until]) if until < len(messages) else ""


def _last_answer(messages: Sequence[Mapping[str, object]]) -> int:
    """Its index; that behind the last message when nobody answers."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].get("role") == "assistant":
            return index
    return len(messages)


def _text(message: Mapping[str, object]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""


def system_prompt_of(messages: Sequence[Mapping[str, object]]) -> str:
    """What the example begins with as its system prompt; empty when it has none."""
    first = messages[0]
    return _text(first) if first.get("role") in ("system", "developer") else ""


def identity_of(row: JsonDict, line: bytes) -> Hashable:
    """Equal for examples that teach the same, however they are spelled in JSON.

    Args:
        row: it holds a list of messages, each an object with a role.
        line: as it stands in the file; compared where there is more than words.
    """
    messages = row["messages"]
    if len(row) > 1 or not all(message.keys() <= _SPOKEN for message in messages):
        return line.strip()
    return identity_of_words(messages)


def identity_of_words(messages: Sequence[JsonDict]) -> Hashable:
    """The same for messages that have nothing but words, a name and a weight."""
    return tuple(
        [
            # repr: true, 1 and 1.0 are equal, but only one of them is a weight.
            (m["role"], m["content"])
            if len(m) == 2
            else (m["role"], m["content"], repr(m.get("name")), repr(m.get("weight")))
            for m in messages
        ]
    )


def may_strip(message: JsonDict) -> bool:
    """Whether the blanks around its text say nothing: not those of tools and their callers."""
    is_text = isinstance(message.get("content"), str) and message.get("role") in _STRIPPED
    return is_text and not any(key in message for key in _CALLS)


def has_blanks(messages: Sequence[JsonDict]) -> bool:
    """Whether any text begins or ends with blanks that say nothing."""
    for message in messages:
        content = message.get("content")
        if content and content != content.strip() and may_strip(message):
            return True
    return False
