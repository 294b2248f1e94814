"""Rules about one message of an example, and the parts that tools and calls of them need.

The latter are those of the provider's published schema of a training example
(FineTuneChatRequestInput in https://github.com/openai/openai-openapi, version 2.3.0, looked up
2026-11-22).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.dataset.validation.examples import calls_tool
from bot.dataset.validation.language import special_tokens_in
from bot.dataset.validation.rules import NOTHING_TO_ADD, Params, names, shown
from bot.dataset.validation.spelling import ROLES, meant_role, meant_weight, spelt
from bot.domain import JsonDict

MOST_FUNCTIONS: Final = 128

_COMMON_KEYS: Final = frozenset({"role", "content", "name", "weight"})
_KEYS_BY_ROLE: Final[Mapping[str, frozenset[str]]] = {
    "assistant": _COMMON_KEYS | {"tool_calls", "function_call", "refusal"},
    "tool": _COMMON_KEYS | {"tool_call_id"},
}
MESSAGE_KEYS: Final = _COMMON_KEYS.union(*_KEYS_BY_ROLE.values())
"""Every key that a message of some role may have."""
_NULLABLE: Final = frozenset({"role", "content", "refusal", "tool_call_id"})
"""Keys of which null says something, or is told by another rule."""
_ODD_IN_NAMES: Final = re.compile(r"[\s<|\\/>]")
_OUTPUT_KEYS: Final = _KEYS_BY_ROLE["assistant"] - {"weight"}
_OF_CALLS: Final[Mapping[object, tuple[str, str]]] = {
    "function": ("name", "arguments"),
    "custom": ("name", "input"),
}
_OF_FUNCTIONS: Final[Mapping[str, tuple[type, ...]]] = {
    "description": (str,),
    "parameters": (dict,),
    "strict": (bool, type(None)),
}


def message_not_object(message: object) -> Params | None:
    """Something else than an object among the messages."""
    return None if isinstance(message, dict) else {"value": shown(message)}


def null_fields(message: JsonDict) -> list[str]:
    """Keys whose value is null and says nothing, as libraries write what was never set."""
    return [key for key, value in message.items() if value is None and key not in _NULLABLE]


def null_field(message: JsonDict) -> Params | None:
    """Keys without a value, which the provider's schema does not know as null."""
    return {"keys": names(found)} if (found := null_fields(message)) else None


def misspelt_role(message: JsonDict) -> Params | None:
    """A role of which it is certain which one is meant."""
    role = message.get("role")
    right = meant_role(role)
    return {"value": spelt(str(role)), "right": right} if right else None


def misspelt_output_role(output: JsonDict) -> Params | None:
    """The same for an answer of a pair, which is the assistant's."""
    found = misspelt_role(output)
    return found if found and found["right"] == "assistant" else None


def bad_role(message: JsonDict) -> Params | None:
    """No role, or one that does not exist."""
    role = message.get("role")
    if (isinstance(role, str) and role in ROLES) or meant_role(role):
        return None
    return {"value": _quoted(role), "allowed": ", ".join(ROLES)}


def bad_output_role(output: JsonDict) -> Params | None:
    """An answer of a pair that is not the assistant's."""
    role = output.get("role")
    if role == "assistant" or misspelt_output_role(output):
        return None
    return {"value": _quoted(role), "allowed": "assistant"}


def unknown_key(message: JsonDict) -> Params | None:
    """Keys that messages of this role do not have."""
    if message.keys() <= _COMMON_KEYS:
        return None
    role = message.get("role")
    known = _KEYS_BY_ROLE.get(role, _COMMON_KEYS) if role in ROLES else MESSAGE_KEYS
    return None if message.keys() <= known else {"keys": names(message.keys() - known)}


def unknown_output_key(output: JsonDict) -> Params | None:
    """Keys that an output does not have; a weight is one: an output is learnt or avoided whole."""
    return None if output.keys() <= _OUTPUT_KEYS else {"keys": names(output.keys() - _OUTPUT_KEYS)}


def content_missing(message: JsonDict) -> Params | None:
    """No text, and no call of a tool instead."""
    return None if message.get("content") is not None or _calls(message) else NOTHING_TO_ADD


def content_number(message: JsonDict) -> Params | None:
    """A whole number in place of text, as tables are turned into JSON."""
    content = message.get("content")
    return {"value": shown(content)} if type(content) is int else None


def content_not_text(message: JsonDict) -> Params | None:
    """Text that is no string, such as a list of parts."""
    for key in ("content", "refusal"):
        value = message.get(key)
        is_told = key == "content" and type(value) is int
        if value is not None and not isinstance(value, str) and not is_told:
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
    name = message.get("name", "…")
    return None if isinstance(name, str) and name else {"value": shown(name)}


def odd_name(message: JsonDict) -> Params | None:
    """A name with a blank or a sign for which chat requests are refused with status 400.

    https://github.com/FlowiseAI/Flowise/issues/2948 (looked up 2026-11-29); what the provider's
    check of training files says to it is not public.
    """
    name = message.get("name", "…")
    is_odd = isinstance(name, str) and _ODD_IN_NAMES.search(name)
    return {"value": spelt(name)} if is_odd else None


def misspelt_weight(message: JsonDict) -> Params | None:
    """A weight of which it is certain that it means 0 or 1: a text, a truth value, 1.0."""
    weight = message.get("weight", 1)
    right = meant_weight(weight)
    return None if right is None else {"value": _quoted(weight), "right": right}


def bad_weight(message: JsonDict) -> Params | None:
    """A weight other than 0 and 1."""
    weight = message.get("weight", 1)
    is_right = type(weight) is int and weight in (0, 1)
    return None if is_right or meant_weight(weight) is not None else {"value": _quoted(weight)}


def weight_not_assistant(message: JsonDict) -> Params | None:
    """A weight where nothing is learnt."""
    if "weight" not in message or message.get("role") == "assistant":
        return None
    return {"role": _quoted(message.get("role"))}


def bad_tool_call(message: JsonDict) -> Params | None:
    """Calls of tools, or answers to them, without the parts that they need."""
    calls, call_id = message.get("tool_calls"), message.get("tool_call_id")
    sound = "tool_calls" not in message or (
        isinstance(calls, list) and calls and all(map(_is_call, calls))
    )
    sound = sound and (
        "function_call" not in message or _has(message["function_call"], _OF_CALLS["function"])
    )
    answers = message.get("role") != "tool" or (isinstance(call_id, str) and call_id)
    return None if sound and answers else NOTHING_TO_ADD


def are_tools(value: object) -> bool:
    """Whether these are sound `tools` of an example; there may be none."""
    return isinstance(value, list) and all(
        isinstance(tool, dict)
        and tool.get("type") == "function"
        and _is_function(tool.get("function"))
        for tool in value
    )


def are_functions(value: object) -> bool:
    """Whether these are sound `functions` of an example, the older way."""
    return (
        isinstance(value, list)
        and 0 < len(value) <= MOST_FUNCTIONS
        and all(map(_is_function, value))
    )


def _is_function(value: object) -> bool:
    return _has(value, ["name"]) and all(
        isinstance(value[key], kinds)  # type: ignore[index]
        for key, kinds in _OF_FUNCTIONS.items()
        if key in value  # type: ignore[operator]
    )


def _is_call(value: object) -> bool:
    """One of a message's `tool_calls`: which tool, and what it is given."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    kind = value.get("type")
    return isinstance(kind, str) and kind in _OF_CALLS and _has(value.get(kind), _OF_CALLS[kind])


def _has(value: object, keys: Iterable[str]) -> bool:
    """Whether *value* is an object with a text under each of *keys*."""
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in keys)


def _quoted(value: object) -> str:
    """A value for a sentence; a text in quotes, so that "1" is not taken for 1."""
    return spelt(value) if isinstance(value, str) else shown(value)


def _is_broken(value: object) -> bool:
    try:
        return isinstance(value, str) and b"\0" in value.encode()
    except UnicodeEncodeError:
        return True


def _calls(message: JsonDict) -> bool:
    """Whether the assistant calls a tool here, which may take the place of text."""
    return message.get("role") == "assistant" and calls_tool(message)
