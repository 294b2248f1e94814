"""Turns the rows of a file into token numbers and labels.

The base's own chat template renders each conversation; only the answers that are to be learnt have
labels. Their labels end with the token that ends a turn, so that the model learns to stop.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.backends.lora.worker.rendering import Rendering, Unfit

UNLEARNT = -100
"""The label of a token that is only read."""
_SHOWN_FAULTS = 5


class BadFile(Exception):
    """A file can't be learnt from; the text names the lines."""


class BaseUnusable(Exception):
    """The base can't be trained; the text says why, without paths."""


class _Fault(Exception):
    """A row has this fault."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text of a row, after the cut: the numbers, and as many labels."""

    ids: "array[int]"
    labels: "array[int]"
    is_cut: bool

    @property
    def learnt(self) -> int:
        """How many tokens have a label."""
        return len(self.labels) - self.labels.count(UNLEARNT)


@dataclass(frozen=True, slots=True)
class Pair:
    """A row with two answers; the token numbers after the cut."""

    prompt: "array[int]"
    chosen: "array[int]"
    rejected: "array[int]"
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Turn:
    """A text and the stretch of it that is to be learnt."""

    text: str
    start: int
    end: int


class Encoder:
    """Encodes rows with the tokenizer of a base."""

    def __init__(self, tokenizer: Any, limit: int) -> None:
        """Texts longer than *limit* tokens are cut."""
        if not tokenizer.chat_template:
            raise BaseUnusable("The base has no chat template, so it can't learn from chats")
        self._limit = limit
        self._special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
        self._rendering = Rendering(tokenizer)

    def conversations(self, path: Path) -> Iterator[list[Tokens]]:
        """The rows of a file, each as the texts that it takes.

        One is enough unless the template shows an answer of the past differently from one that is
        being written, as those of thinking models do: then each answer takes a text of its own.

        Raises:
            BadFile: at the end, if a row can't be learnt from.
        """
        return self._rows(path, self._conversation)

    def pairs(self, path: Path) -> Iterator[Pair]:
        """The pairs of a file. Raises `BadFile` at the end, if a row can't be learnt from."""
        return self._rows(path, self._pair)

    def _rows(self, path: Path, encode: Any) -> Iterator[Any]:
        faults = []
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    yield encode(json.loads(line))
                except _Fault as fault:
                    faults.append(f"line {number}: {fault}")
                    if len(faults) == _SHOWN_FAULTS:
                        break
        if faults:
            raise BadFile("; ".join(faults))

    def _conversation(self, row: Mapping[str, Any]) -> list[Tokens]:
        messages = row["messages"]
        answers = [
            place
            for place, message in enumerate(messages)
            if message["role"] == "assistant" and message.get("weight") != 0
        ]
        texts: list[list[_Turn]] = []
        for place in answers:
            turn = self._turn(messages[: place + 1], _tools(row))
            if texts and turn.text.startswith(texts[-1][-1].text):
                texts[-1].append(turn)
            else:
                texts.append([turn])
            if self._begins_late(turn):
                break
        encoded = [self._tokens(turns) for turns in texts]
        if not any(tokens.learnt for tokens in encoded):
            raise _Fault(f"nothing to learn within the first {self._limit} tokens")
        return [tokens for tokens in encoded if tokens.learnt]

    def _pair(self, row: Mapping[str, Any]) -> Pair:
        given = row["input"]
        chosen, rejected = (
            self._tokens([self._turn([*given["messages"], *row[key]], _tools(given))])
            for key in ("preferred_output", "non_preferred_output")
        )
        if not chosen.learnt or not rejected.learnt:
            raise _Fault(f"an answer does not begin within the first {self._limit} tokens")
        shared = _shared_prefix(chosen, rejected)
        return Pair(
            chosen.ids[:shared],
            chosen.ids[shared:],
            rejected.ids[shared:],
            chosen.is_cut or rejected.is_cut,
        )

    def _turn(self, messages: Sequence[Mapping[str, Any]], tools: Any) -> _Turn:
        """The text up to the end of the last message, which is an answer."""
        try:
            text, start = self._rendering.turn(messages, tools)
        except Unfit as unfit:
            raise _Fault(f"the base's chat template refuses it ({unfit})") from unfit
        return _Turn(text, start, len(text))

    def _begins_late(self, turn: _Turn) -> bool:
        """Whether an answer, and with it each later one, begins behind the limit.

        To render them all would take hours for a row of very many answers.
        """
        if turn.start <= self._limit:
            return False
        return len(self._rendering.encode(turn.text[: turn.start])[0]) > self._limit

    def _tokens(self, turns: Sequence[_Turn]) -> Tokens:
        ids, places = self._rendering.encode(turns[-1].text)
        labels = array("i", [UNLEARNT]) * len(ids)
        for turn in turns:
            stretch = [
                number for number, (start, _) in enumerate(places) if turn.start <= start < turn.end
            ]
            while stretch and ids[stretch[-1]] not in self._special:
                stretch.pop()  # a line break behind the end of the turn is never generated
            if not stretch:
                raise BaseUnusable("The base's chat template does not end answers with a token")
            for number in stretch:
                labels[number] = ids[number]
        length = max(number for number, label in enumerate(labels) if label != UNLEARNT) + 1
        kept = min(length, self._limit)
        return Tokens(array("i", ids[:kept]), labels[:kept], is_cut=kept < length)


def _tools(row: Mapping[str, Any]) -> Any:
    functions = [{"type": "function", "function": each} for each in row.get("functions") or ()]
    return row.get("tools") or functions or None


def _shared_prefix(chosen: Tokens, rejected: Tokens) -> int:
    """How many tokens both prompts share; an answer never begins later."""
    ends = [
        next(number for number, label in enumerate(tokens.labels) if label != UNLEARNT)
        for tokens in (chosen, rejected)
    ]
    pairs = zip(chosen.ids[: min(ends)], rejected.ids[: min(ends)], strict=True)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(ends))
