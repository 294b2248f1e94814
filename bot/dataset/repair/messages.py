"""The messages of a row made better in place, where it is certain what is meant."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from bot.dataset.validation.damage import unescaped, without_reasoning
from bot.dataset.validation.example_rules import objects_of
from bot.dataset.validation.examples import message_lists
from bot.dataset.validation.message_rules import null_fields
from bot.dataset.validation.mojibake import restored
from bot.dataset.validation.spelling import meant_role, meant_weight, misspelt_keys
from bot.domain import JsonDict


class Change(NamedTuple):
    """A part of a row that was changed."""

    kind: str
    """The rule whose finding is gone."""
    before: str
    after: str


def mend_messages(row: JsonDict) -> Iterator[Change]:
    """Correct keys, roles, weights and damaged texts; each change is told when it is made."""
    for found, known in objects_of(row):
        wrong = misspelt_keys(found, known)
        if wrong:
            renamed = {wrong.get(key, key): value for key, value in found.items()}
            found.clear()
            found.update(renamed)
            yield Change("misspelt_key", _spelled(list(wrong)), _spelled(list(wrong.values())))
    for messages in message_lists(row):
        for message in messages:
            if isinstance(message, dict):
                yield from _fields(message)
                yield from _text(message)


def _fields(message: JsonDict) -> Iterator[Change]:
    for key in null_fields(message):
        del message[key]
        yield Change("null_field", _spelled({key: None}), "{}")
    role = meant_role(message.get("role"))
    if role:
        yield _changed(message, "role", role, "misspelt_role")
    if "weight" in message and message.get("role") != "assistant":
        yield Change("weight_not_assistant", _spelled({"weight": message.pop("weight")}), "{}")
    weight = meant_weight(message.get("weight", 1))
    if weight is not None:
        yield _changed(message, "weight", weight, "misspelt_weight")
    content = message.get("content")
    if type(content) is int:
        yield _changed(message, "content", str(content), "content_number")


def _text(message: JsonDict) -> Iterator[Change]:
    role, text = message.get("role"), message.get("content")
    if not isinstance(text, str):
        return
    while found := _better(text, role):
        kind, text = found
        yield Change(kind, *_from_the_difference(message["content"], text))
        message["content"] = text


def _better(text: str, role: object) -> tuple[str, str] | None:
    """The first kind of damage that can be taken away, and the text without it."""
    if better := restored(text):
        return "mojibake", better
    if role != "tool" and (better := unescaped(text)):
        return "escaped_twice", better
    if role == "assistant" and (better := without_reasoning(text)):
        return "reasoning", better
    return None


def _changed(message: JsonDict, key: str, value: object, kind: str) -> Change:
    before = _spelled({key: message[key]})
    message[key] = value
    return Change(kind, before, _spelled({key: value}))


def _spelled(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_IN_FRONT = 20


def _from_the_difference(before: str, after: str) -> tuple[str, str]:
    """Both from shortly before the first character in which they differ."""
    pairs = zip(before, after, strict=False)
    same = next((n for n, (one, other) in enumerate(pairs) if one != other), 0)
    start = max(same - _IN_FRONT, 0)
    mark = "…" if start else ""
    return mark + before[start:], mark + after[start:]
