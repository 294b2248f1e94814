"""Checks a message of a training file as the provider does."""

from collections.abc import Mapping
from typing import Any

from engine.tokens import text_of

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
MESSAGE_KEYS = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}
)
SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|endofprompt|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
)


class Fault(Exception):
    """A line has this fault."""


def check_message(where: str, message: object) -> None:
    """Raise `Fault` for a faulty message; *where* is its place in the line."""
    if not isinstance(message, dict):
        raise Fault(f"{where} is not an object")
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise Fault(
            f"{where}.role is {role!r}, not one of system, developer, user, assistant, tool"
        )
    if unknown := sorted(message.keys() - MESSAGE_KEYS):
        raise Fault(f"{where} has an unknown key {unknown[0]!r}")
    if not isinstance(message.get("name", ""), str):
        raise Fault(f"{where}.name is not a string")
    _check_characters(f"{where}.name", message.get("name", ""))
    _check_content(where, message)
    if "weight" in message:
        _check_weight(where, message)


def _check_content(where: str, message: Mapping[str, Any]) -> None:
    content = message.get("content")
    calls = message.get("tool_calls") or message.get("function_call")
    is_parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    if content is None and message["role"] == "assistant" and calls:
        return
    if not isinstance(content, str) and not (is_parts and content):
        raise Fault(f"{where}.content is not a string")
    text = text_of(content)
    _check_characters(f"{where}.content", text)
    if found := next((token for token in SPECIAL_TOKENS if token in text), None):
        raise Fault(f"{where}.content contains the special token {found}, which is not allowed")


def _check_characters(where: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise Fault(f"{where} has half a character at {exc.start + 1}, which is no text") from exc


def _check_weight(where: str, message: Mapping[str, Any]) -> None:
    weight = message["weight"]
    if message["role"] != "assistant":
        raise Fault(f"{where}.weight: only assistant messages may have a weight")
    if isinstance(weight, bool) or weight not in (0, 1):
        raise Fault(f"{where}.weight is {weight!r}, not 0 or 1")
