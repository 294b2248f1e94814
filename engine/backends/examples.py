"""Checks a training or validation file as the provider does, line by line, in a thread.

The rules: https://platform.openai.com/docs/guides/supervised-fine-tuning,
https://cookbook.openai.com/examples/chat_finetuning_data_prep and, for pairs of answers,
https://platform.openai.com/docs/guides/direct-preference-optimization (looked up 2026-11-22).
"""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.backends import TRAINING_FILE, VALIDATION_FILE, JobRefused, TrainingOrder
from engine.backends.messages import Fault, check_message
from engine.domain import Method
from engine.tokens import conversation_tokens

EXAMPLE_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls"})
INPUT_KEYS = EXAMPLE_KEYS - {"functions"}
OUTPUTS = ("preferred_output", "non_preferred_output")
PAIR_KEYS = frozenset({"input", *OUTPUTS})
SHOWN_FAULTS = 5
"""How many faulty lines a refusal lists."""
MAX_LINE_BYTES = 32 * 1024 * 1024
"""Longer lines are refused unread; the longest example has 65,536 tokens."""
_LINES_BETWEEN_CHECKS = 200
"""After so many lines each, the thread checks whether it should stop."""


@dataclass(frozen=True, slots=True)
class Example:
    """A correct line."""

    messages: Sequence[dict[str, Any]]
    """The conversation with its answers; for a pair, with the preferred one."""
    rejected: Sequence[dict[str, Any]] = ()
    """The other answer of a pair."""

    @property
    def tokens(self) -> int:
        """The tokens of all its messages."""
        return conversation_tokens([*self.messages, *self.rejected])


@dataclass(frozen=True, slots=True)
class Counted:
    """The size of a correct file."""

    count: int
    """Examples."""
    tokens: int
    """Per epoch."""


MIN_EXAMPLES = 10
"""https://platform.openai.com/docs/guides/supervised-fine-tuning (looked up 2026-11-22)"""


async def check_files(order: TrainingOrder) -> Counted:
    """Check a job's files; the size of the training file. Raises `JobRefused`."""
    job, limit = order.job, order.base_model.example_tokens
    path = order.folder / TRAINING_FILE
    training = await check_examples(path, "training_file", limit, job.method)
    if training.count < MIN_EXAMPLES:
        raise JobRefused(
            "invalid_n_examples",
            f"Training file has {training.count} example(s), but must have at least "
            f"{MIN_EXAMPLES} examples",
            param="training_file",
        )
    if job.validation_file is not None:
        path = order.folder / VALIDATION_FILE
        validation = await check_examples(path, "validation_file", limit, job.method)
        if validation.count == 0:
            message = "Validation file has 0 examples, but must have at least 1"
            raise JobRefused("invalid_n_examples", message, param="validation_file")
    return training


async def check_examples(
    path: Path, param: str, max_tokens: int, method: Method = Method.SUPERVISED
) -> Counted:
    """Check a file; cancelling this ends the thread soon.

    *param* is training_file or validation_file. Examples count *max_tokens* tokens at most, because
    the provider cuts longer ones.

    Raises:
        JobRefused: with the first faulty lines.
    """
    stop = threading.Event()
    try:
        return await asyncio.to_thread(_check, path, param, max_tokens, method, stop)
    finally:
        stop.set()


def _check(
    path: Path, param: str, max_tokens: int, method: Method, stop: threading.Event
) -> Counted:
    count = tokens = n_faults = 0
    faults: list[str] = []
    for number, line in _numbered_lines(path):
        if number % _LINES_BETWEEN_CHECKS == 0 and stop.is_set():
            break
        try:
            example = read_example(line, method)
        except Fault as fault:
            n_faults += 1
            if len(faults) < SHOWN_FAULTS:
                faults.append(f"line {number}: {fault}")
            continue
        count += 1
        tokens += min(max_tokens, example.tokens)
    if faults:
        more = f" (and {n_faults - len(faults)} more)" if n_faults > len(faults) else ""
        kind = param.replace("_", " ")
        message = f"Invalid {kind}: {'; '.join(faults)}{more}"
        raise JobRefused(f"invalid_{param}", message, param=param)
    return Counted(count, tokens)


def read_example(line: bytes, method: Method | None = None) -> Example:
    """Parse a line; raises `Fault`. Without a method, the line's keys decide which rules apply."""
    example = _read(line)
    if method is None:
        method = Method.DPO if "input" in example else Method.SUPERVISED
    if method is Method.SUPERVISED:
        _check_example(example)
        return Example(example["messages"])
    _check_pair(example)
    preferred, rejected = (example[key] for key in OUTPUTS)
    return Example([*example["input"]["messages"], *preferred], rejected)


def _read(line: bytes) -> dict[str, Any]:
    if len(line) >= MAX_LINE_BYTES:
        raise Fault(f"longer than {MAX_LINE_BYTES // 1024 // 1024} MB")
    if line.startswith(b"\xef\xbb\xbf"):
        raise Fault("starts with a byte order mark; save the file as UTF-8 without BOM")
    try:
        example = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise Fault(f"not UTF-8 (byte {exc.start + 1} of the line)") from exc
    except (ValueError, RecursionError) as exc:
        raise Fault(f"not JSON ({exc})") from exc
    if not isinstance(example, dict):
        raise Fault("not a JSON object")
    return example


def _check_example(example: dict[str, Any]) -> None:
    _check_keys("", example, EXAMPLE_KEYS)
    messages = _checked_messages("messages", example.get("messages"))
    answers = [message for message in messages if message["role"] == "assistant"]
    if not answers:
        raise Fault("no assistant message")
    if all(message.get("weight") == 0 for message in answers):
        raise Fault("every assistant message has weight 0, so there is nothing to learn")


def _check_pair(example: dict[str, Any]) -> None:
    _check_keys("", example, PAIR_KEYS)
    if missing := sorted(PAIR_KEYS - example.keys()):
        raise Fault(f"no {missing[0]!r}")
    given = example["input"]
    if not isinstance(given, dict):
        raise Fault("'input' is not an object")
    _check_keys("input.", given, INPUT_KEYS)
    _checked_messages("input.messages", given.get("messages"))
    for key in OUTPUTS:
        (output, *more) = _checked_messages(key, example[key])
        if more or output["role"] != "assistant":
            raise Fault(f"{key!r} must hold exactly one message, of the assistant's")
        if "weight" in output:
            raise Fault(f"{key}[0] has an unknown key 'weight'")


def _check_keys(where: str, value: dict[str, Any], known: Set[str]) -> None:
    if unknown := sorted(value.keys() - known):
        raise Fault(f"unknown key {where + unknown[0]!r}")


def _checked_messages(where: str, messages: object) -> list[dict[str, Any]]:
    if not isinstance(messages, list) or not messages:
        raise Fault(f"{where!r} must be a list that is not empty")
    for index, message in enumerate(messages):
        check_message(f"{where}[{index}]", message)
    return messages


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, numbered from 1, each cut to `MAX_LINE_BYTES`."""
    with path.open("rb") as file:
        lines = iter(lambda: file.readline(MAX_LINE_BYTES), b"")
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line
