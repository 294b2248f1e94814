"""Rules about who speaks when: asked only where it is not the usual order."""

from itertools import pairwise
from typing import Final

from bot.dataset.validation.rule import NOTHING_TO_ADD, Example, Params
from bot.domain import JsonDict

_PROMPTS: Final = frozenset({"system", "developer"})
_TAKE_TURNS: Final = frozenset({"user", "assistant"})
_USUAL: Final = (["system", "user", "assistant"], ["user", "assistant"])


def is_usual(roles: list[str]) -> bool:
    """Whether no rule of this module would find anything in an example of these roles."""
    return roles in _USUAL


def no_user(example: Example) -> Params | None:
    """Nobody asks anything."""
    asks = any(message["role"] == "user" for message in example.messages)
    return None if asks else NOTHING_TO_ADD


def same_role_twice(example: Example) -> Params | None:
    """Two messages in a row of the user's or of the assistant's, and no tool in play."""
    for nth, (one, other) in enumerate(pairwise(example.messages), 2):
        role = other["role"]
        if one["role"] == role and role in _TAKE_TURNS and not (_calls(one) or _calls(other)):
            return {"message": nth, "role": role}
    return None


def system_not_first(example: Example) -> Params | None:
    """A system prompt behind the first place, where few models expect one."""
    for nth, message in enumerate(example.messages[1:], 2):
        if message["role"] in _PROMPTS:
            return {"message": nth, "role": message["role"]}
    return None


def _calls(message: JsonDict) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))
