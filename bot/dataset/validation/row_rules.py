"""Rules about one line of the file, its row, and the example that it holds."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.dataset.validation.reading import ParsedLine
from bot.dataset.validation.rule import NOTHING_TO_ADD, Example, Params, names, shown
from bot.dataset.validation.tool_shapes import are_functions, are_tools
from bot.domain import JsonDict

_ROW_KEYS: Final = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})
_SOUND: Final[Mapping[str, Callable[[object], bool]]] = {
    "tools": are_tools,
    "functions": are_functions,
    "parallel_tool_calls": lambda value: isinstance(value, bool),
}


def duplicate_keys(line: ParsedLine) -> Params | None:
    """An object with the same key twice."""
    return {"keys": names(line.repeated_keys)} if line.repeated_keys else None


def not_object(line: ParsedLine) -> Params | None:
    """A line that is JSON, but not an object."""
    return None if isinstance(line.row, dict) else {"value": shown(line.row)}


def prompt_completion(row: JsonDict) -> Params | None:
    """A row of the older format, which repairing turns into a chat."""
    is_pair = row.keys() == {"prompt", "completion"}
    return NOTHING_TO_ADD if is_pair and all(isinstance(v, str) for v in row.values()) else None


def messages_missing(row: JsonDict) -> Params | None:
    """No `messages`."""
    return None if "messages" in row else {"keys": names(row) or "—"}


def messages_not_list(row: JsonDict) -> Params | None:
    """`messages` is no list, or an empty one."""
    messages = row["messages"]
    return None if isinstance(messages, list) and messages else {"value": shown(messages)}


def unknown_field(row: JsonDict) -> Params | None:
    """Keys beside `messages` that the provider does not know."""
    return None if row.keys() <= _ROW_KEYS else {"keys": names(row.keys() - _ROW_KEYS)}


def bad_tools(row: JsonDict) -> Params | None:
    """`tools` and its kin of a wrong type, or without the parts that they need."""
    wrong = [key for key, is_sound in _SOUND.items() if key in row and not is_sound(row[key])]
    return {"keys": names(wrong)} if wrong else None


def no_assistant(example: Example) -> Params | None:
    """Nothing to learn from: no message of the assistant's, or none that counts."""
    weights = [m.get("weight", 1) for m in example.messages if m["role"] == "assistant"]
    return None if any(weights) else NOTHING_TO_ADD


def last_not_assistant(example: Example) -> Params | None:
    """An example that ends with somebody else's words."""
    last = example.messages[-1]["role"]
    return None if last == "assistant" or no_assistant(example) is not None else {"role": last}


def example_too_long(example: Example) -> Params | None:
    """An example that the provider would cut."""
    if example.n_tokens <= example.max_tokens:
        return None
    return {"tokens": example.n_tokens, "limit": example.max_tokens}
