"""Turns tokens into the text of an answer, as far as it is certain."""

from collections.abc import Callable, Sequence
from enum import Enum, auto

Decode = Callable[[Sequence[int]], str]

_UNFINISHED = "\ufffd"
"""What a tokenizer shows for bytes that are not a whole character."""
_OPEN, _CLOSE = "<think>", "</think>"


class AnswerText:
    """The text of one answer, piece by piece.

    A part that may still turn out to be no text is held back: half a character, the begin of a
    stop string, and everything between `<think>` and `</think>`.
    """

    def __init__(self, decode: Decode, stop: Sequence[str], *, is_thinking: bool) -> None:
        self._characters = _Characters(decode)
        self._thought = Thought(is_thinking=is_thinking)
        self._stop = _Stop(stop)

    @property
    def is_stopped(self) -> bool:
        """Whether a stop string was found; the text ends before it."""
        return self._stop.is_found

    def feed(self, token: int) -> str:
        """The text that is certain after this token."""
        return self._stop.feed(self._thought.feed(self._characters.feed(token)))

    def end(self) -> str:
        """The text that was held back, when no more tokens come."""
        last = self._thought.feed(self._characters.end()) + self._thought.end()
        return self._stop.feed(last) + self._stop.end()


class _Characters:
    """Decodes the newest tokens behind those before, because spaces depend on their neighbours."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self._tokens: list[int] = []
        self._n_said = 0
        """How many of the tokens are in the text already."""

    def feed(self, token: int) -> str:
        self._tokens.append(token)
        new = self._new()
        if new.endswith(_UNFINISHED):
            return ""
        self._tokens = self._tokens[self._n_said :]
        self._n_said = len(self._tokens)
        return new

    def end(self) -> str:
        return self._new().rstrip(_UNFINISHED)

    def _new(self) -> str:
        said = self._decode(self._tokens[: self._n_said])
        return self._decode(self._tokens)[len(said) :]


class _At(Enum):
    BEGIN = auto()
    INSIDE = auto()
    BEHIND = auto()
    TEXT = auto()


class Thought:
    """Cuts out what a reasoning model thinks before it answers."""

    def __init__(self, *, is_thinking: bool = False) -> None:
        """Make it; *is_thinking* if the prompt ends with `<think>`."""
        self._at = _At.INSIDE if is_thinking else _At.BEGIN
        self._held = ""

    def feed(self, text: str) -> str:
        """What is to be shown of the text so far, and was not yet."""
        if self._at is _At.TEXT:
            return text
        self._held += text
        if self._at is _At.BEGIN:
            self._begin(self._held.lstrip())
        if self._at is _At.INSIDE and _CLOSE in self._held:
            self._held = self._held.partition(_CLOSE)[2]
            self._at = _At.BEHIND
        if self._at is _At.BEHIND:
            self._held = self._held.lstrip()
            self._at = _At.TEXT if self._held else _At.BEHIND
        if self._at is not _At.TEXT:
            return ""
        certain, self._held = self._held, ""
        return certain

    def end(self) -> str:
        """What was held back, when no more text comes."""
        return self._held if self._at is _At.BEGIN else ""

    def _begin(self, text: str) -> None:
        if text.startswith(_OPEN):
            self._at = _At.INSIDE
        elif not _OPEN.startswith(text):
            self._at = _At.TEXT


class _Stop:
    """Ends the text before the first stop string."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [word for word in stop if word]
        self._held = ""
        self.is_found = False

    def feed(self, text: str) -> str:
        if self.is_found:
            return ""
        self._held += text
        ends = [at for word in self._stop if (at := self._held.find(word)) >= 0]
        self.is_found = bool(ends)
        cut = min(ends) if ends else len(self._held) - self._n_uncertain()
        certain, self._held = self._held[:cut], self._held[cut:]
        return certain

    def end(self) -> str:
        return "" if self.is_found else self._held

    def _n_uncertain(self) -> int:
        """The length of the longest end of the text that may become a stop string."""
        longest = max((len(word) for word in self._stop), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            if any(word.startswith(self._held[-length:]) for word in self._stop):
                return length
        return 0
