"""Pairs of answers to the same conversation, one of which is preferred: what DPO trains on.

    {"input": {"messages": [...]}, "preferred_output": [{...}], "non_preferred_output": [{...}]}

https://developers.openai.com/api/docs/guides/direct-preference-optimization (looked up 2026-11-22)
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod

INPUT: Final = "input"
PREFERRED: Final = "preferred_output"
REJECTED: Final = "non_preferred_output"
OUTPUTS: Final = (PREFERRED, REJECTED)
KEYS: Final = frozenset({INPUT, *OUTPUTS})


def method_of(row: JsonDict) -> TrainingMethod | None:
    """What an example of such keys is for; None for keys that tell nothing."""
    if not row.keys().isdisjoint(OUTPUTS) or (INPUT in row and "messages" not in row):
        return TrainingMethod.DPO
    return TrainingMethod.SUPERVISED if "messages" in row else None


def message_lists(row: JsonDict) -> Iterator[list[Any]]:
    """Every list of messages in a row, good or bad, that stands where one belongs."""
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
        lists = lists[:2] if len(lists) == len(KEYS) else []
    messages = [message for messages in lists for message in messages]
    return messages if all(isinstance(message, dict) for message in messages) else []


def is_same_output(row: Mapping[str, Any]) -> bool:
    """Whether both outputs of a sound pair say the same, blanks around them aside."""
    one, other = ({**row[key][0]} for key in OUTPUTS)
    for output in (one, other):
        if isinstance(output.get("content"), str):
            output["content"] = output["content"].strip()
    return one == other
