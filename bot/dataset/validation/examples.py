"""The shape of an example: its messages, or a pair of answers to the same conversation.

What supervised training takes, and what DPO takes:

    {"messages": [{...}, ...]}
    {"input": {"messages": [...]}, "preferred_output": [{...}], "non_preferred_output": [{...}]}

https://developers.openai.com/api/docs/guides/direct-preference-optimization (looked up 2026-11-22)
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod

INPUT: Final = "input"
PREFERRED: Final = "preferred_output"
REJECTED: Final = "non_preferred_output"
OUTPUTS: Final = (PREFERRED, REJECTED)
PAIR_KEYS: Final = frozenset({INPUT, *OUTPUTS})
CALL_KEYS: Final = ("tool_calls", "function_call")

_TEXT_KEYS: Final = frozenset({"role", "content", "name", "weight"})
_STRIPPED: Final = frozenset({"system", "developer", "user", "assistant"})


@dataclass(slots=True)  # frozen ones take three times as long to make, and there is one a line
class TrainingExample:
    """A sound example."""

    messages: Sequence[JsonDict]
    """The conversation with the answer to be learnt."""
    identity: Hashable
    """Equal for examples that teach the same; None where nobody compares them."""
    n_tokens: int
    """Of a pair, with the longer of its outputs."""
    max_tokens: int
    rejected: Sequence[JsonDict] = ()
    """Of a pair, the other answer."""

    def places(self) -> Iterator[tuple[int | str, JsonDict]]:
        """Each message with its place: its number from 1, or the key of a pair's answer."""
        if not self.rejected:
            yield from enumerate(self.messages, 1)
            return
        *given, preferred = self.messages
        yield from enumerate(given, 1)
        yield PREFERRED, preferred
        yield from ((REJECTED, message) for message in self.rejected)


def method_of(row: JsonDict) -> TrainingMethod | None:
    """What an example of such keys is for; None for keys that tell nothing."""
    has_input = isinstance(row.get(INPUT), dict) and "messages" not in row
    if has_input or not row.keys().isdisjoint(OUTPUTS):
        return TrainingMethod.DPO
    return TrainingMethod.SUPERVISED if "messages" in row else None


def message_lists(row: JsonDict) -> Iterator[list[Any]]:
    """Every list of messages in a row, good or bad, in a place where one belongs."""
    if method_of(row) is TrainingMethod.DPO:
        given = row.get(INPUT)
        found = [given.get("messages") if isinstance(given, dict) else None]
        found += [row.get(key) for key in OUTPUTS]
    else:
        found = [row.get("messages")]
    yield from (messages for messages in found if isinstance(messages, list))


def conversation_of(row: object) -> list[JsonDict]:
    """The conversation with the answer to be learnt; empty for what is no example.

    Of a pair, its input with the preferred answer.
    """
    if not isinstance(row, dict):
        return []
    lists = list(message_lists(row))
    if method_of(row) is TrainingMethod.DPO:
        lists = lists[:2] if len(lists) == len(PAIR_KEYS) else []
    messages = [message for messages in lists for message in messages]
    return messages if all(isinstance(message, dict) for message in messages) else []


def system_prompt_of(messages: Sequence[Mapping[str, object]]) -> str:
    """What the example begins with as its system prompt; empty when it has none."""
    first = messages[0] if messages else {}
    return _text(first) if first.get("role") in ("system", "developer") else ""


def identity_of(row: JsonDict, line: bytes) -> Hashable:
    """Equal for examples that teach the same, however they are spelled in JSON.

    Args:
        row: its messages, or those of its input and its outputs, are objects with a role.
        line: its bytes in the file; compared where there is more than words.
    """
    lists = list(message_lists(row))
    has_more = len(row) > len(lists) or len(row.get(INPUT, ())) > 1
    if has_more or not all(m.keys() <= _TEXT_KEYS for messages in lists for m in messages):
        return line.strip()
    if len(lists) == 1:
        return identity_of_words(lists[0])
    return tuple(map(identity_of_words, lists))


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


def calls_tool(message: JsonDict) -> bool:
    """Whether it calls a tool, the new way or the older one."""
    return bool(message.get("tool_calls") or message.get("function_call"))


def may_strip(message: JsonDict) -> bool:
    """Whether the blanks around its text say nothing: not those of tools and their callers."""
    is_text = isinstance(message.get("content"), str) and message.get("role") in _STRIPPED
    return is_text and not any(key in message for key in CALL_KEYS)


def has_blanks(*lists: Sequence[JsonDict]) -> bool:
    """Whether any text begins or ends with blanks that say nothing."""
    for messages in lists:
        for message in messages:
            content = message.get("content")
            if content and content != content.strip() and may_strip(message):
                return True
    return False


def _text(message: Mapping[str, object]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""
