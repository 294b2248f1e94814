"""One pass over a dataset file: hash, rules, tokens, counts."""

import codecs
import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from bot.catalogue import load_catalogue
from bot.domain import JsonDict, Level, TokenStatistics, ValidationReport
from bot.errors import DatasetMissing
from bot.gateways.tokenizer import count_example_tokens
from bot.services.validation import tables
from bot.services.validation.findings import Tally
from bot.services.validation.reading import (
    FileReadError,
    LineParser,
    ParsedLine,
    Source,
    Unreadable,
)
from bot.services.validation.rule import Example, Head, Rule, Totals

T = TypeVar("T")

_BUFFER: Final = 1 << 20
_REMEMBERED: Final = 1_000_000
"""Examples of which duplicates are looked for; later ones are compared with these."""

_PLAIN: Final = frozenset({"role", "content"})
_WORDS: Final = frozenset({"role", "content", "name", "weight"})


def validate(
    path: Path,
    *,
    encoding: str,
    max_example_tokens: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> ValidationReport:
    """Read a dataset and say everything that is wrong with it; blocking, so use a thread.

    Memory does not grow with the file. A byte order mark is a warning: the file is accepted, and
    who uploads it must leave out the first three bytes.

    Args:
        path: a file of training examples, one a line.
        encoding: the tokenizer of the model to be trained, see `gateways.tokenizer`.
        max_example_tokens: that model's limit; None: the catalogue's for unknown models.
        progress: told the number of bytes read, every megabyte or so and at the end. What it
            raises travels on: that is the way to stop early.

    Raises:
        DatasetMissing: there is no such file, or it can't be read. Nothing that stands in a file
            raises anything.
    """
    limits = load_catalogue().limits
    scan = _Scan(encoding, max_example_tokens or limits.max_example_tokens, limits.min_examples)
    with _opened(path) as stream:
        source = Source(stream, progress)
        size = os.fstat(stream.fileno()).st_size
        scan.read(source, Head(source.start(), size, limits.max_file_bytes))
    source.finish()
    return scan.report(source)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        if not path.is_file():  # a pipe would keep us waiting
            raise DatasetMissing(path=path)
        stream = path.open("rb", buffering=_BUFFER)
    except (OSError, ValueError) as exc:  # ValueError: a name that no file can have
        raise DatasetMissing(path=path) from exc
    with stream:
        try:
            yield stream
        except FileReadError as exc:
            raise DatasetMissing(path=path) from exc


class _Scan:
    def __init__(self, encoding: str, max_tokens: int, min_examples: int) -> None:
        self._encoding = encoding
        self._max_tokens = max_tokens
        self._parser = LineParser()
        self._tally = Tally()
        self._totals = Totals(min_examples)
        self._lengths: Counter[int] = Counter()
        self._first_lines: dict[int, int] = {}
        self._size = 0
        self._is_read = True

    def read(self, source: Source, head: Head) -> None:
        """Read all of the file, unless its beginning says that it is none of ours."""
        self._size = head.size
        if not self._apply(tables.HEAD_RULES, head, None):
            if head.size <= head.max_size:
                source.skip()
            else:
                self._is_read = False
            return
        for number, line in enumerate(source.lines(), 1):
            self._line(number, self._without_bom(line) if number == 1 else line)
        for rule in tables.FILE_RULES:
            for where, params in rule.check(self._totals):
                self._tally.add(rule.name, rule.level, where, params)

    def report(self, source: Source) -> ValidationReport:
        """What was found."""
        return ValidationReport(
            n_examples=self._totals.n_examples,
            n_messages=self._totals.n_messages,
            tokens=self._token_statistics(),
            system_prompts=self._totals.prompts.counts(),
            findings=self._tally.listed(),
            n_errors=self._tally.total(Level.ERROR),
            sha256=source.sha256 if self._is_read else "",
            size_bytes=source.size if self._is_read else self._size,
            n_warnings=self._tally.total(Level.WARNING),
            counts=dict(self._tally.counts),
        )

    def _without_bom(self, line: bytes) -> bytes:
        self._totals.has_bom = line.startswith(codecs.BOM_UTF8)
        return line.removeprefix(codecs.BOM_UTF8)

    def _line(self, number: int, line: bytes) -> None:
        if not line.strip():
            self._totals.n_blank += 1
            self._totals.first_blank = self._totals.first_blank or number
            return
        self._totals.n_examples += 1
        try:
            parsed = self._parser.parse(line)
        except Unreadable as exc:
            self._tally.add(exc.rule, Level.ERROR, number, exc.params)
            return
        self._row(number, parsed, line)

    def _row(self, number: int, parsed: ParsedLine, line: bytes) -> None:
        if not self._apply(tables.LINE_RULES, parsed, number):
            return
        row = parsed.row
        assert isinstance(row, dict)
        if not self._apply(tables.ROW_RULES, row, number):
            return
        messages = row["messages"]
        n_tokens = count_example_tokens(messages, self._encoding)
        self._lengths[n_tokens] += 1
        self._totals.n_messages += len(messages)
        if self._messages(number, messages):
            self._example(number, messages, n_tokens, _identity(row, line))

    def _messages(self, number: int, messages: list[object]) -> bool:
        """Whether all messages are sound."""
        before = self._tally.total(Level.ERROR)
        for nth, message in enumerate(messages, 1):
            if self._apply(tables.ITEM_RULES, message, number, nth):
                assert isinstance(message, dict)
                self._apply(tables.MESSAGE_RULES, message, number, nth)
                if message.keys() != _PLAIN or message["role"] == "tool":
                    self._apply(tables.EXTRA_RULES, message, number, nth)
        return self._tally.total(Level.ERROR) == before

    def _example(
        self, number: int, messages: list[JsonDict], n_tokens: int, identity: Hashable
    ) -> None:
        twin_line = self._twin_line(hash(identity), number)
        self._totals.prompts.add(_system_prompt(messages), number)
        example = Example(messages, n_tokens, self._max_tokens, twin_line)
        self._apply(tables.EXAMPLE_RULES, example, number)

    def _twin_line(self, identity: int, number: int) -> int | None:
        if len(self._first_lines) >= _REMEMBERED:
            return self._first_lines.get(identity)
        first = self._first_lines.setdefault(identity, number)
        return None if first == number else first

    def _apply(
        self, rules: Iterable[Rule[T]], subject: T, line: int | None, nth: int | None = None
    ) -> bool:
        """Ask every rule; whether the subject is fit for the next table."""
        for rule in rules:
            params = rule.check(subject)
            if params is not None:
                shown = params if nth is None else {**params, "message": nth}
                self._tally.add(rule.name, rule.level, line, shown)
                if rule.ends:
                    return False
        return True

    def _token_statistics(self) -> TokenStatistics | None:
        if not self._lengths:
            return None
        return TokenStatistics(
            encoding=self._encoding,
            total=sum(length * count for length, count in self._lengths.items()),
            smallest=min(self._lengths),
            median=_median(self._lengths),
            largest=max(self._lengths),
        )


def _system_prompt(messages: list[JsonDict]) -> str:
    first = messages[0]
    return str(first["content"]) if first["role"] in ("system", "developer") else ""


def _identity(row: JsonDict, line: bytes) -> Hashable:
    """Equal for examples that say the same, however they are spelled in JSON."""
    messages = row["messages"]
    if len(row) > 1 or not all(message.keys() <= _WORDS for message in messages):
        return line.strip()
    return tuple((m["role"], m["content"], m.get("name")) for m in messages)


def _median(lengths: Counter[int]) -> int:
    """The middle of all lengths; of an even number the lower of both."""
    rest = (lengths.total() + 1) // 2
    for length in sorted(lengths):
        rest -= lengths[length]
        if rest <= 0:
            return length
    raise AssertionError("a median of nothing")
