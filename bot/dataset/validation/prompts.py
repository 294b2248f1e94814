"""Which system prompts a file has, and where."""

from collections.abc import Iterator
from typing import Final

_MAX_PROMPTS: Final = 1_000
_MAX_CHARACTERS: Final = 4_000_000


class SystemPrompts:
    """Counts system prompts; keeps the words of the first thousand different ones."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}
        self._room = _MAX_CHARACTERS
        self._n_unkept = 0
        self._first_unkept: int | None = None
        self.n_missing = 0
        """Examples that do not begin with one."""
        self.first_missing: int | None = None

    def add(self, prompt: str, line: int) -> None:
        """Count the prompt of the example on *line*; "" stands for none."""
        if not prompt:
            self.n_missing += 1
            self.first_missing = self.first_missing or line
            return
        count, first = self._seen.get(prompt, (0, line))
        if count or (len(self._seen) < _MAX_PROMPTS and len(prompt) <= self._room):
            self._room -= 0 if count else len(prompt)
            self._seen[prompt] = (count + 1, first)
        else:
            self._n_unkept += 1
            self._first_unkept = self._first_unkept or line

    @property
    def main(self) -> str:
        """The most frequent one; of equals the first. Empty when there is none."""
        return max(self._seen, key=lambda prompt: self._seen[prompt][0], default="")

    def counts(self) -> dict[str, int]:
        """How often each occurs, most frequent first; "" stands for none."""
        counted = {prompt: count for prompt, (count, _) in self._seen.items()}
        if self.n_missing:
            counted[""] = self.n_missing
        return dict(sorted(counted.items(), key=lambda item: item[1], reverse=True))

    def others(self) -> Iterator[tuple[str, int, int | None]]:
        """Every prompt but the main one: its words, how often, and its first line."""
        main = self.main
        for prompt, (count, line) in self._seen.items():
            if prompt != main:
                yield prompt, count, line
        if self._n_unkept:
            yield "…", self._n_unkept, self._first_unkept
