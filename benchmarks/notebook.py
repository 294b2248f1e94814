"""What OpenAI's notebook "Data preparation and analysis for chat model fine-tuning" finds out.

Written anew from its description, in the plain way of its author: the whole file in a list, one
pass for every question. Source, looked up 2026-11-22:
https://cookbook.openai.com/examples/chat_finetuning_data_prep
"""

import functools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import splintr

_KEYS = {"role", "content", "name", "function_call", "weight"}
_ROLES = {"system", "user", "assistant", "function"}
_LONGEST_EXAMPLE = 65_536

JsonDict = dict[str, Any]
Encode = Callable[[str], list[int]]


def check(path: Path, *, encoding: str, is_thrifty: bool = False) -> JsonDict:
    """All that the notebook prints, as one dictionary.

    Args:
        path: the file.
        encoding: the tokenizer.
        is_thrifty: count no text twice in a row, as the notebook does with every answer and with
            the system prompt.
    """
    encode = _encoder(encoding)
    if is_thrifty:
        encode = functools.lru_cache(maxsize=8)(encode)
    with path.open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return {
        "examples": len(rows),
        "errors": format_errors(rows),
        "without_system": sum(not _has_role(row, "system") for row in rows),
        "without_user": sum(not _has_role(row, "user") for row in rows),
        "messages": distribution([len(row["messages"]) for row in rows]),
        **_tokens([row["messages"] for row in rows], encode),
    }


def format_errors(rows: list[JsonDict]) -> Counter[str]:
    """How often each of its errors of form occurs."""
    found: Counter[str] = Counter()
    for row in rows:
        if not isinstance(row, dict):
            found["data_type"] += 1
        elif not row.get("messages"):
            found["missing_messages_list"] += 1
        else:
            found.update(error for message in row["messages"] for error in _of_message(message))
            if not _has_role(row, "assistant"):
                found["example_missing_assistant_message"] += 1
    return found


def distribution(values: list[int]) -> dict[str, float]:
    """What it tells of numbers; its "p5" and "p95" are the tenths, here they are what they say."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": sum(ordered) / len(ordered),
        "median": ordered[last // 2],
        "p5": ordered[round(last * 0.05)],
        "p95": ordered[round(last * 0.95)],
    }


@functools.cache
def _encoder(encoding: str) -> Encode:
    return splintr.Tokenizer.from_pretrained(encoding).encode_ordinary


def _of_message(message: JsonDict) -> list[str]:
    errors = []
    if "role" not in message or "content" not in message:
        errors.append("message_missing_key")
    if any(key not in _KEYS for key in message):
        errors.append("message_unrecognized_key")
    if message.get("role") not in _ROLES:
        errors.append("unrecognized_role")
    content, call = message.get("content"), message.get("function_call")
    if (not content and not call) or not isinstance(content, str):
        errors.append("missing_content")
    return errors


def _has_role(row: JsonDict, role: str) -> bool:
    return any(message.get("role") == role for message in row["messages"])


def _tokens(conversations: list[list[JsonDict]], encode: Encode) -> JsonDict:
    totals, answers = [], []
    for messages in conversations:
        totals.append(_count(messages, encode))
        said = (m["content"] for m in messages if m["role"] == "assistant")
        answers.append(sum(len(encode(content)) for content in said))
    billed = sum(min(_LONGEST_EXAMPLE, total) for total in totals)
    n_epochs = _usual_epochs(len(conversations))
    return {
        "tokens": distribution(totals),
        "answer_tokens": distribution(answers),
        "too_long": sum(total > _LONGEST_EXAMPLE for total in totals),
        "epochs": n_epochs,
        "billed": billed * n_epochs,
    }


def _count(messages: list[JsonDict], encode: Encode) -> int:
    total = 3
    for message in messages:
        total += 3 + ("name" in message)
        total += sum(len(encode(value)) for value in message.values() if isinstance(value, str))
    return total


def _usual_epochs(n_examples: int) -> int:
    if n_examples * 3 < 100:
        return min(25, 100 // n_examples)
    return max(1, 25_000 // n_examples) if n_examples * 3 > 25_000 else 3
