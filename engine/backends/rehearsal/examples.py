"""Checks a training or validation file as the provider does, a line at a time, in a thread.

The rules: https://platform.openai.com/docs/guides/supervised-fine-tuning and
https://cookbook.openai.com/examples/chat_finetuning_data_prep (looked up 2026-11-22).
"""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.backends import JobRefused
from engine.tokens import conversation_tokens, text_of

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
MESSAGE_KEYS = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}
)
EXAMPLE_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls"})
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
SHOWN_FAULTS = 5
"""How many faulty lines a refusal tells of."""
MAX_LINE_BYTES = 32 * 1024 * 1024
"""Longer lines are refused unread; the longest example counts 65,536 tokens."""
_LOOK_UP_LINES = 200
"""How often the thread asks whether it should go on."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A good file."""

    count: int
    """Examples."""
    tokens: int
    """Of one epoch."""


class _Fault(Exception):
    """What is wrong with a line."""


async def check_examples(path: Path, param: str, max_tokens: int) -> Counted:
    """Check a file; cancelling this ends the thread soon.

    Args:
        path: The file.
        param: training_file or validation_file: whose fault it is.
        max_tokens: Examples are cut to this many tokens, as the provider does.

    Raises:
        JobRefused: with the first faulty lines.
    """
    stop = threading.Event()
    try:
        return await asyncio.to_thread(_check, path, param, max_tokens, stop)
    finally:
        stop.set()


def _check(path: Path, param: str, max_tokens: int, stop: threading.Event) -> Counted:
    count = tokens = n_faults = 0
    faults: list[str] = []
    for number, line in _numbered_lines(path):
        if number % _LOOK_UP_LINES == 0 and stop.is_set():
            break
        try:
            messages = read_example(line)
        except _Fault as fault:
            n_faults += 1
            if len(faults) < SHOWN_FAULTS:
                faults.append(f"line {number}: {fault}")
            continue
        count += 1
        tokens += min(max_tokens, conversation_tokens(messages))
    if faults:
        more = f" (and {n_faults - len(faults)} more)" if n_faults > len(faults) else ""
        kind = param.replace("_", " ")
        message = f"Invalid {kind}: {'; '.join(faults)}{more}"
        raise JobRefused(f"invalid_{param}", message, param=param)
    return Counted(count, tokens)


def read_example(line: bytes) -> list[dict[str, Any]]:
    """The messages of a line; raises with what is wrong."""
    if len(line) >= MAX_LINE_BYTES:
        raise _Fault(f"longer than {MAX_LINE_BYTES // 1024 // 1024} MB")
    if line.startswith(b"\xef\xbb\xbf"):
        raise _Fault("starts with a byte order mark; save the file as UTF-8 without BOM")
    try:
        example = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise _Fault(f"not UTF-8 (byte {exc.start + 1} of the line)") from exc
    except (ValueError, RecursionError) as exc:
        raise _Fault(f"not JSON ({exc})") from exc
    _check_example(example)
    messages: list[dict[str, Any]] = example["messages"]
    return messages


def _check_example(example: object) -> None:
    if not isinstance(example, dict):
        raise _Fault("not a JSON object")
    if unknown := sorted(example.keys() - EXAMPLE_KEYS):
        raise _Fault(f"unknown key {unknown[0]!r}")
    messages = example.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _Fault("'messages' must be a list that is not empty")
    for index, message in enumerate(messages):
        _check_message(f"messages[{index}]", message)
    answers = [message for message in messages if message["role"] == "assistant"]
    if not answers:
        raise _Fault("no assistant message")
    if all(message.get("weight") == 0 for message in answers):
        raise _Fault("every assistant message has weight 0, so there is nothing to learn")


def _check_message(where: str, message: object) -> None:
    if not isinstance(message, dict):
        raise _Fault(f"{where} is not an object")
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise _Fault(
            f"{where}.role is {role!r}, not one of system, developer, user, assistant, tool"
        )
    if unknown := sorted(message.keys() - MESSAGE_KEYS):
        raise _Fault(f"{where} has an unknown key {unknown[0]!r}")
    if not isinstance(message.get("name", ""), str):
        raise _Fault(f"{where}.name is not a string")
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
        raise _Fault(f"{where}.content is not a string")
    text = text_of(content)
    _check_characters(f"{where}.content", text)
    if found := next((token for token in SPECIAL_TOKENS if token in text), None):
        raise _Fault(f"{where}.content contains the special token {found}, which is not allowed")


def _check_characters(where: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise _Fault(f"{where} has half a character at {exc.start + 1}, which is no text") from exc


def _check_weight(where: str, message: Mapping[str, Any]) -> None:
    weight = message["weight"]
    if message["role"] != "assistant":
        raise _Fault(f"{where}.weight: only assistant messages may have a weight")
    if isinstance(weight, bool) or weight not in (0, 1):
        raise _Fault(f"{where}.weight is {weight!r}, not 0 or 1")


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines from 1 that are not blank, never more than the limit in memory."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            if line.strip():
                yield number, line
