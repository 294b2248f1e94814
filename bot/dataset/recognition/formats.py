"""Examples as other tools write them, turned into those of the provider where that is exact.

ShareGPT and Alpaca: https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md; pairs of
answers: https://huggingface.co/docs/trl/dataset_formats; Gemini:
https://docs.cloud.google.com/vertex-ai/generative-ai/docs/models/gemini-supervised-tuning-prepare
(looked up 2026-11-29).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.dataset.recognition.names import meaning_of, speaker_of
from bot.dataset.recognition.templates import template_of, turns_of
from bot.domain import JsonDict

_TURNS: Final = (
    "conversations", "conversation", "dialog", "dialogue", "turns", "chat", "messages", "contents",
)  # fmt: skip
_WHO: Final = ("from", "role", "speaker", "author")
_SAID: Final = ("value", "content", "text", "message", "parts")
_SYSTEM: Final = ("system", "system_prompt", "systemInstruction", "system_instruction")
_ROLES: Final = frozenset({"system", "developer", "user", "assistant"})
_OWN_KEYS: Final = frozenset(
    {"messages", "tools", "functions", "parallel_tool_calls", "input", "preferred_output"}
    | {"non_preferred_output"}
)
"""Those of the provider's own format, beside which nothing of ours is looked for."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A row of another format."""

    format: str
    """Its name, in nobody's language."""
    row: JsonDict | None = None
    """The same example in the provider's format; None: not without a guess."""
    unclear: str = ""
    """What keeps us from it: the name of a field or a speaker."""
    unused: tuple[str, ...] = ()
    """Names of fields that are left behind."""


_LIST: Final = '[{"role", "content"}]'


class _Unclear(Exception):
    """A part that may change what an example means; its name."""


def converted(row: object) -> Converted | None:
    """What a row of another tool's format says; None: it is none of these formats."""
    if isinstance(row, list):
        return _turns({"messages": row}, "messages", _LIST) if _are_turns(row) else None
    if not isinstance(row, dict):
        return None
    for read in (_chat, _pair, _fields, _written_out):
        found = read(row)
        if found is not None:
            return found
    return None


def conversation(question: str, answer: str, system: str = "") -> JsonDict:
    """A row of two messages, or three, without blanks around their texts."""
    said = (("system", system), ("user", question), ("assistant", answer))
    return {
        "messages": [
            {"role": role, "content": text.strip()}
            for role, text in said
            if role != "system" or text.strip()
        ]
    }


def _chat(row: JsonDict) -> Converted | None:
    """A list of turns under some name, with or without a system prompt beside it."""
    keys = [key for key in _TURNS if _are_turns(row.get(key))]
    if len(keys) != 1:
        return None
    (key,) = keys
    if key == "messages" and not _is_odd(row):
        return None
    return _turns(row, key, _format_of(row, key))


def _format_of(row: JsonDict, key: str) -> str:
    first = row[key][0]
    if key == "contents" and "parts" in first:
        return "Gemini"
    if "value" in first:
        return "ShareGPT"
    if key != "messages":
        return key
    return "Anthropic" if "system" in row else '"content": [{"type": "text"}]'


def _is_odd(row: JsonDict) -> bool:
    """Whether the messages are not the provider's, though we know what they say."""
    messages = row["messages"]
    if any("role" not in m or "content" not in m for m in messages):
        return not any("role" in m for m in messages)
    if isinstance(row.get("system"), str):
        return True
    texts = [m["content"] for m in messages]
    if any(isinstance(text, list) for text in texts):
        return all(isinstance(text, str) or _text_of_parts(text) is not None for text in texts)
    return False


def _are_turns(value: object) -> bool:
    """Whether these are objects in which somebody says something."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(turn, dict)
            and isinstance(_one_of(_WHO, turn), str)
            and _one_of(_SAID, turn) is not None
            for turn in value
        )
    )


def _one_of(keys: Iterable[str], row: JsonDict) -> Any:
    return next((row[key] for key in keys if key in row), None)


def _turns(row: JsonDict, key: str, name: str) -> Converted:
    try:
        messages = [_message(turn, is_ours=key == "messages") for turn in row[key]]
        prompt = _system_prompt(row)
        if prompt and messages[0]["role"] == "system":
            raise _Unclear("system")
        start = [{"role": "system", "content": prompt}] if prompt else []
        used = {key, *_SYSTEM}
        kept = _OWN_KEYS & row.keys() - used if key == "messages" else set()
        unused = _unused(row, used | kept)
        new = {"messages": [*start, *messages]} | {name: row[name] for name in sorted(kept)}
    except _Unclear as exc:
        return Converted(name, unclear=str(exc))
    return Converted(name, new, unused=unused)


def _message(turn: JsonDict, *, is_ours: bool) -> JsonDict:
    who = _one_of(_WHO, turn)
    is_known = is_ours and who in _ROLES
    role = who if is_known else speaker_of(who)
    if not role:
        raise _Unclear(who)
    said = _one_of(_SAID, turn)
    text = said if isinstance(said, str) else _text_of_parts(said)
    if text is None:
        raise _Unclear(next(key for key in _SAID if key in turn))
    message: JsonDict = {"role": role, "content": text}
    rest = {key: value for key, value in turn.items() if key not in (*_WHO, *_SAID)}
    if is_known:
        return message | rest
    if role == "assistant" and rest.get("weight") in (0, 1):
        message["weight"] = int(rest.pop("weight"))
    if rest:
        raise _Unclear(next(iter(rest)))
    return message


def _text_of_parts(parts: object) -> str | None:
    """The text of parts that are nothing but text, each on lines of its own; None for others."""
    if not isinstance(parts, list) or not parts:
        return None
    return "\n".join(part["text"] for part in parts) if all(map(_is_text, parts)) else None


def _is_text(part: object) -> bool:
    """Whether a part has nothing but a text."""
    return (
        isinstance(part, dict)
        and part.keys() <= {"type", "text"}
        and isinstance(part.get("text"), str)
        and part.get("type", "text") == "text"
    )


def _system_prompt(row: JsonDict) -> str:
    prompt = _one_of(_SYSTEM, row)
    if isinstance(prompt, dict):  # of Gemini
        prompt = _text_of_parts(prompt.get("parts"))
        if prompt is None:
            raise _Unclear("systemInstruction")
    if prompt is not None and not isinstance(prompt, str):
        raise _Unclear("system")
    return (prompt or "").strip()


def _pair(row: JsonDict) -> Converted | None:
    """Two answers to a question, of which one is preferred."""
    if {"chosen", "rejected"} - row.keys() or _OWN_KEYS & row.keys():
        return None
    name = "chosen/rejected"
    chosen, rejected = row["chosen"], row["rejected"]
    try:
        if isinstance(chosen, str) and isinstance(rejected, str):
            fields = _by_meaning(row)
            given = conversation(_question(row, fields), "", _text(row, fields, "system"))
            start, ends = given["messages"][:-1], [_answer(chosen), _answer(rejected)]
            used = {"chosen", "rejected", *fields.values()}
        elif _are_turns(chosen) and _are_turns(rejected):
            one, other = (
                [_message(t, is_ours=False) for t in turns] for turns in (chosen, rejected)
            )
            start, ends, used = one[:-1], [one[-1], other[-1]], {"chosen", "rejected"}
            if other[:-1] != start:
                raise _Unclear("rejected")
            start, used = start or _prompt(row), used | {"prompt"}
        else:
            raise _Unclear("chosen")
        new = {
            "input": {"messages": start},
            "preferred_output": [ends[0]],
            "non_preferred_output": [ends[1]],
        }
        return Converted(name, new, unused=_unused(row, used))
    except _Unclear as exc:
        return Converted(name, unclear=str(exc))


def _answer(text: str) -> JsonDict:
    return {"role": "assistant", "content": text.strip()}


def _prompt(row: JsonDict) -> list[JsonDict]:
    prompt = row.get("prompt")
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt.strip()}]
    if not _are_turns(prompt):
        raise _Unclear("prompt")
    assert isinstance(prompt, list)
    return [_message(turn, is_ours=False) for turn in prompt]


def _fields(row: JsonDict) -> Converted | None:
    """A question and an answer as two fields, or an instruction, its input and the output."""
    if _OWN_KEYS - {"input"} & row.keys() or isinstance(row.get("input"), (dict, list)):
        return None
    fields = _by_meaning(row)
    if "assistant" not in fields or fields.keys().isdisjoint(("user", "input")):
        return None
    name = (
        "Alpaca"
        if "instruction" in row
        else "/".join(
            fields[meaning] for meaning in ("user", "input", "assistant") if meaning in fields
        )
    )
    try:
        question, answer = _question(row, fields), _text(row, fields, "assistant")
        unused = _unused(row, set(fields.values()))
        new = conversation(question, answer, _text(row, fields, "system"))
    except _Unclear as exc:
        return Converted(name, unclear=str(exc))
    return Converted(name, new, unused=unused)


def _written_out(row: JsonDict) -> Converted | None:
    """A text with the marks of a model's template in it, alone or beside fields of no use."""
    keys = [key for key, value in row.items() if isinstance(value, str) and template_of(value)]
    if len(keys) != 1 or _OWN_KEYS & row.keys():
        return None
    (key,) = keys
    name, said = template_of(row[key]), turns_of(row[key])
    try:
        if said is None:
            raise _Unclear(key)
        unused = _unused(row, {key})
    except _Unclear as exc:
        return Converted(name, unclear=str(exc))
    messages = [{"role": role, "content": words} for role, words in said]
    return Converted(name, {"messages": messages}, unused=unused)


def _by_meaning(row: JsonDict) -> dict[str, str]:
    """The field of each meaning; of two the one that our list of names has first is taken."""
    found: dict[str, str] = {}
    for key in row:
        meaning = meaning_of(key)
        if meaning in ("user", "assistant", "input", "system"):
            found.setdefault(meaning, key)
    return found


def _question(row: JsonDict, fields: Mapping[str, str]) -> str:
    parts = [_text(row, fields, meaning).strip() for meaning in ("user", "input")]
    return "\n\n".join(part for part in parts if part)


def _text(row: JsonDict, fields: Mapping[str, str], meaning: str) -> str:
    if meaning not in fields:
        return ""
    value = row[fields[meaning]]
    if value is None and meaning in ("input", "system"):
        return ""
    if not isinstance(value, str):
        raise _Unclear(fields[meaning])
    return value


def _unused(row: JsonDict, used: set[str]) -> tuple[str, ...]:
    """Fields that are left behind: nothing that may change what the example means."""
    found = {key: v for key, v in row.items() if key not in used and v not in (None, "", [], {})}
    for key, value in found.items():
        meaning = meaning_of(key)
        may_matter = isinstance(value, (bool, list, dict)) and key not in (
            "tags",
            "metadata",
            "meta",
        )
        if may_matter or meaning in ("telling", "user", "assistant", "chosen", "rejected"):
            raise _Unclear(key)
    return tuple(found)
