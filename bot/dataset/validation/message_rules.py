"""Rules about one message of an example."""

from collections.abc import Mapping
from typing import Final

from bot.dataset.validation.rule import NOTHING_TO_ADD, Params, names, shown
from bot.dataset.validation.special_tokens import special_tokens_in
from bot.dataset.validation.tool_shapes import is_call, is_function_call
from bot.domain import JsonDict

ROLES: Final = ("system", "developer", "user", "assistant", "tool")
_COMMON_KEYS: Final = frozenset({"role", "content", "name", "weight"})
_KEYS_BY_ROLE: Final[Mapping[str, frozenset[str]]] = {
    "assistant": _COMMON_KEYS | {"tool_calls", "function_call", "refusal"},
    "tool": _COMMON_KEYS | {"tool_call_id"},
}
OUTPUT_KEYS: Final = _KEYS_BY_ROLE["assistant"] - {"weight"}
"""Of one answer of a pair."""
_ANY_KEYS: Final = _COMMON_KEYS.union(*_KEYS_BY_ROLE.values())


def message_not_object(message: object) -> Params | None:
    """Something else than an object among the messages."""
    return None if isinstance(message, dict) else {"value": shown(message)}


def bad_role(message: JsonDict) -> Params | None:
    """No role, or one that does not exist."""
    role = message.get("role")
    if isinstance(role, str) and role in ROLES:
        return None
    return {"value": shown(role), "allowed": ", ".join(ROLES)}


def unknown_key(message: JsonDict) -> Params | None:
    """Keys that messages of this role do not have."""
    if message.keys() <= _COMMON_KEYS:
        return None
    role = message.get("role")
    known = _KEYS_BY_ROLE.get(role, _COMMON_KEYS) if role in ROLES else _ANY_KEYS
    return None if message.keys() <= known else {"keys": names(message.keys() - known)}


def content_missing(message: JsonDict) -> Params | None:
    """No text, and no call of a tool instead."""
    return None if message.get("content") is not None or _calls(message) else NOTHING_TO_ADD


def content_not_text(message: JsonDict) -> Params | None:
    """Text that is no string, such as a list of parts."""
    for key in ("content", "refusal"):
        value = message.get(key)
        if value is not None and not isinstance(value, str):
            return {"key": key, "value": shown(value)}
    return None


def content_empty(message: JsonDict) -> Params | None:
    """Nothing but blanks."""
    content = message.get("content")
    blank = isinstance(content, str) and (not content or content.isspace())
    return NOTHING_TO_ADD if blank and not _calls(message) else None


def broken_character(message: JsonDict) -> Params | None:
    """Half a character or NUL, which JSON can spell and no tokenizer reads."""
    texts = (message.get("content"), message.get("name"))
    return NOTHING_TO_ADD if any(map(_is_broken, texts)) else None


def special_token(message: JsonDict) -> Params | None:
    """Words that a model takes for commands."""
    content = message.get("content")
    found = special_tokens_in(content) if isinstance(content, str) else []
    return {"tokens": names(found)} if found else None


def bad_name(message: JsonDict) -> Params | None:
    """A name that is no text."""
    if "name" not in message:
        return None
    name = message["name"]
    return None if isinstance(name, str) and name else {"value": shown(name)}


def bad_weight(message: JsonDict) -> Params | None:
    """A weight other than 0 and 1; true and 1.0 are others too."""
    if "weight" not in message:
        return None
    weight = message["weight"]
    return None if type(weight) is int and weight in (0, 1) else {"value": shown(weight)}


def weight_not_assistant(message: JsonDict) -> Params | None:
    """A weight where nothing is learnt."""
    if "weight" not in message or message.get("role") == "assistant":
        return None
    return {"role": shown(message.get("role"))}


def bad_tool_call(message: JsonDict) -> Params | None:
    """Calls of tools, or answers to them, without the parts that they need."""
    calls, call_id = message.get("tool_calls"), message.get("tool_call_id")
    sound = "tool_calls" not in message or (
        isinstance(calls, list) and calls and all(map(is_call, calls))
    )
    sound = sound and ("function_call" not in message or is_function_call(message["function_call"]))
    answers = message.get("role") != "tool" or (isinstance(call_id, str) and call_id)
    return None if sound and answers else NOTHING_TO_ADD


def _is_broken(value: object) -> bool:
    try:
        return isinstance(value, str) and b"\0" in value.encode()
    except UnicodeEncodeError:
        return True


def _calls(message: JsonDict) -> bool:
    """Whether the assistant calls a tool here, which may take the place of text."""
    called = message.get("tool_calls") or message.get("function_call")
    return bool(called) and message.get("role") == "assistant"
