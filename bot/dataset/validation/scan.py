"""One pass over a dataset file: hash, rules, tokens, counts."""

import codecs
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from bot.catalogue import load_catalogue
from bot.dataset.validation import tables
from bot.dataset.validation.contents import Contents
from bot.dataset.validation.examples import (
    Said,
    answer_of,
    has_blanks,
    identity_of_words,
    said_in,
    system_prompt_of,
)
from bot.dataset.validation.findings import Tally
from bot.dataset.validation.notes import noted_themes
from bot.dataset.validation.order_rules import is_usual
from bot.dataset.validation.plain import plain_messages
from bot.dataset.validation.profile import Profile
from bot.dataset.validation.reading import FileReadError, Source
from bot.dataset.validation.rows import Rows
from bot.dataset.validation.rule import Example, Head, Totals
from bot.domain.datasets import Level, TrainingMethod, ValidationReport
from bot.errors import DatasetMissing

_BUFFER: Final = 1 << 20


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
        self._tally = Tally()
        self._profile = Profile()
        self._rows = Rows(encoding, totals, self._profile, self._tally)
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
            method=self._totals.methods.main,
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
        said = self._said(number, line, bare)
        if bare != bare.strip(b" \t") or (said and has_blanks(said.messages, said.rejected)):
            self._totals.trailing_blanks.add(number)
        if said:
            self._example(number, said)
            if self._is_deep:
                self._contents.add(number, said, line)

    def _said(self, number: int, line: bytes, bare: bytes) -> Said | None:
        """What a line says on which all is sound; else tell what is wrong."""
        is_pair = self._totals.methods.last is TrainingMethod.DPO
        messages = None if is_pair else plain_messages(line)
        if messages is None:
            row = self._rows.sound(number, line)
            return said_in(row, bare) if row else None
        self._totals.methods.add(TrainingMethod.SUPERVISED, number)
        self._rows.count(messages)
        return Said(messages, identity_of_words(messages) if self._is_deep else None)

    def _example(self, number: int, said: Said) -> None:
        messages = said.messages
        self._totals.prompts.add(system_prompt_of(messages), number)
        roles = [message["role"] for message in messages]
        # Of a pair only one answer is learnt, whatever was said before.
        self._profile.add_turns(["assistant"] if said.rejected else roles)
        answer = answer_of(messages)
        if answer:
            self._totals.answers.add(answer, number)
        example = Example(messages, self._rows.n_tokens, self._max_tokens)
        self._tally.apply(tables.EXAMPLE_RULES, example, number)
        if not is_usual(roles):
            self._tally.apply(tables.ORDER_RULES, example, number)
