"""One pass over a dataset file: hash, rules, tokens, counts."""

import codecs
import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from bot.catalogue import load_catalogue
from bot.domain import JsonDict, Level, ValidationReport
from bot.errors import DatasetMissing
from bot.gateways.tokenizer import count_example_tokens
from bot.services.validation import tables
from bot.services.validation.contents import Contents
from bot.services.validation.examples import (
    answer_of,
    has_blanks,
    identity_of,
    identity_of_words,
    system_prompt_of,
)
from bot.services.validation.findings import Tally
from bot.services.validation.notes import noted_themes
from bot.services.validation.order_rules import is_usual
from bot.services.validation.plain import plain_messages
from bot.services.validation.profile import Profile
from bot.services.validation.reading import (
    FileReadError,
    LineParser,
    Source,
    Unreadable,
)
from bot.services.validation.rule import Example, Head, Totals

_BUFFER: Final = 1 << 20
_PLAIN: Final = frozenset({"role", "content"})


def validate(
    path: Path,
    *,
    encoding: str,
    max_example_tokens: int | None = None,
    progress: Callable[[int], None] | None = None,
    is_deep: bool = True,
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
        is_deep: whether to ask also what no provider does: repetitions, refusals, languages,
            personal data. Without, only format, roles, counts and tokens.

    Raises:
        DatasetMissing: there is no such file, or it can't be read. Nothing that stands in a file
            raises anything.
    """
    limits = load_catalogue().limits
    max_tokens = max_example_tokens or limits.max_example_tokens
    scan = _Scan(encoding, max_tokens, Totals(limits.min_examples), is_deep=is_deep)
    with _opened(path) as stream:
        source = Source(stream, progress)
        size = os.fstat(stream.fileno()).st_size
        scan.read(source, Head(source.start(), size, limits.max_file_bytes))
    source.finish()
    return scan.report(source, path)


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
    def __init__(self, encoding: str, max_tokens: int, totals: Totals, *, is_deep: bool) -> None:
        self._encoding = encoding
        self._max_tokens = max_tokens
        self._totals = totals
        self._is_deep = is_deep
        self._parser = LineParser()
        self._tally = Tally()
        self._profile = Profile()
        self._contents = Contents(totals, self._profile, self._tally)
        self._size = 0
        self._is_read = True

    def read(self, source: Source, head: Head) -> None:
        """Read all of the file, unless its beginning says that it is none of ours."""
        self._size = head.size
        if not self._tally.apply(tables.HEAD_RULES, head, None):
            if head.size <= head.max_size:
                source.skip()
            else:
                self._is_read = False
            return
        for number, line in enumerate(source.lines(), 1):
            self._line(number, self._without_bom(line) if number == 1 else line)
        self._tally.finish(tables.FILE_RULES, self._totals)
        if self._is_deep:
            self._tally.finish(tables.CONTENT_FILE_RULES, self._totals)

    def report(self, source: Source, path: Path) -> ValidationReport:
        """What was found."""
        noted = self._noted_themes(path)
        return ValidationReport(
            n_examples=self._totals.n_examples,
            n_messages=self._totals.n_messages,
            tokens=self._profile.tokens(self._encoding),
            system_prompts=self._totals.prompts.counts(),
            findings=self._tally.listed(),
            n_errors=self._tally.total(Level.ERROR),
            sha256=source.sha256 if self._is_read else "",
            size_bytes=source.size if self._is_read else self._size,
            n_warnings=self._tally.total(Level.WARNING),
            counts=dict(self._tally.counts),
            turns=self._profile.turns,
            n_questioning=self._totals.answers.n_questioning,
            themes=noted or self._profile.themes,
            themes_noted=bool(noted),
            answer_characters=self._totals.answers.spread,
            script=self._totals.scripts.main,
            n_compared=self._totals.comparison.n_kept,
        )

    def _noted_themes(self, path: Path) -> Mapping[str, int]:
        """Only where a line's number is that of its example, and somebody asks."""
        n, blank = self._totals.n_examples, self._totals.blank_lines.first_line
        if not self._is_deep or not n or (blank and blank <= n):
            return {}
        return noted_themes(path, n)

    def _without_bom(self, line: bytes) -> bytes:
        self._totals.has_bom = line.startswith(codecs.BOM_UTF8)
        return line.removeprefix(codecs.BOM_UTF8)

    def _line(self, number: int, line: bytes) -> None:
        if line.endswith(b"\r\n"):
            self._totals.crlf.add(number)
        bare = line.rstrip(b"\r\n")
        if not bare.strip():
            self._totals.blank_lines.add(number)
            return
        self._totals.n_examples += 1
        messages = plain_messages(line)
        if messages is not None:
            self._count(messages)
            identity: Hashable = identity_of_words(messages)
        else:
            row = self._row(number, line)
            messages = row["messages"] if row else []
            identity = identity_of(row, bare) if row else None
        if bare != bare.strip(b" \t") or has_blanks(messages):
            self._totals.trailing_blanks.add(number)
        if messages:
            self._example(number, messages)
            if self._is_deep:
                self._contents.add(number, messages, identity, line)

    def _row(self, number: int, line: bytes) -> JsonDict | None:
        """The row of a line on which all is sound; else tell what is wrong."""
        try:
            parsed = self._parser.parse(line)
        except Unreadable as exc:
            self._tally.add(exc.rule, Level.ERROR, number, exc.params)
            return None
        if not self._tally.apply(tables.LINE_RULES, parsed, number):
            return None
        row = parsed.row
        assert isinstance(row, dict)
        if not self._tally.apply(tables.ROW_RULES, row, number):
            return None
        self._count(row["messages"])
        return row if self._messages(number, row["messages"]) else None

    def _messages(self, number: int, messages: list[object]) -> bool:
        """Whether all messages are sound."""
        before = self._tally.total(Level.ERROR)
        for nth, message in enumerate(messages, 1):
            if self._tally.apply(tables.ITEM_RULES, message, number, nth):
                assert isinstance(message, dict)
                self._tally.apply(tables.MESSAGE_RULES, message, number, nth)
                if message.keys() != _PLAIN or message["role"] == "tool":
                    self._tally.apply(tables.EXTRA_RULES, message, number, nth)
        return self._tally.total(Level.ERROR) == before

    def _count(self, messages: Sequence[object]) -> None:
        self._n_tokens = count_example_tokens(messages, self._encoding)
        self._profile.add_tokens(self._n_tokens)
        self._totals.n_messages += len(messages)

    def _example(self, number: int, messages: list[JsonDict]) -> None:
        self._totals.prompts.add(system_prompt_of(messages), number)
        roles = [message["role"] for message in messages]
        self._profile.add_turns(roles)
        answer = answer_of(messages)
        if answer:
            self._totals.answers.add(answer, number)
        example = Example(messages, self._n_tokens, self._max_tokens)
        self._tally.apply(tables.EXAMPLE_RULES, example, number)
        if not is_usual(roles):
            self._tally.apply(tables.ORDER_RULES, example, number)
