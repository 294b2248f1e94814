"""The parts that tools, and calls of them, need.

They are those of the provider's published schema of a training example (FineTuneChatRequestInput
in https://github.com/openai/openai-openapi, version 2.3.0, looked up 2026-11-22).
"""

from collections.abc import Iterable, Mapping
from typing import Final

_OF_CALLS: Final[Mapping[object, tuple[str, str]]] = {
    "function": ("name", "arguments"),
    "custom": ("name", "input"),
}
_OF_FUNCTIONS: Final[Mapping[str, tuple[type, ...]]] = {
    "description": (str,),
    "parameters": (dict,),
    "strict": (bool, type(None)),
}
MOST_FUNCTIONS: Final = 128


def is_call(value: object) -> bool:
    """One of a message's `tool_calls`: which tool, and what it is given."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    kind = value.get("type")
    return isinstance(kind, str) and kind in _OF_CALLS and _has(value.get(kind), _OF_CALLS[kind])


def is_function_call(value: object) -> bool:
    """A message's `function_call`, the older way."""
    return _has(value, _OF_CALLS["function"])


def are_tools(value: object) -> bool:
    """The `tools` of an example; there may be none."""
    return isinstance(value, list) and all(map(_is_tool, value))


def are_functions(value: object) -> bool:
    """The `functions` of an example, the older way."""
    return isinstance(value, list) and 0 < len(value) <= MOST_FUNCTIONS and all(map(_is_one, value))


def _is_tool(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "function"
        and _is_one(value.get("function"))
    )


def _is_one(value: object) -> bool:
    return _has(value, ["name"]) and all(
        isinstance(value[key], kinds)  # type: ignore[index]
        for key, kinds in _OF_FUNCTIONS.items()
        if key in value  # type: ignore[operator]
    )


def _has(value: object, keys: Iterable[str]) -> bool:
    """Whether *value* is an object with a text under each of *keys*."""
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in keys)
