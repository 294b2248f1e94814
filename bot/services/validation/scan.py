"""One pass over a dataset file: hash, rules, tokens, counts."""

import codecs
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from bot.catalogue import load_catalogue
from bot.domain import JsonDict, Level, ValidationReport
from bot.errors import DatasetMissing
from bot.gateways.tokenizer import count_example_tokens
from bot.services.validation import tables
from bot.services.validation.examples import answer_of, question_of
from bot.services.validation.findings import Tally
from bot.services.validation.normal import words_of
from bot.services.validation.personal import may_be_personal, personal_in
from bot.services.validation.plain import plain_messages
from bot.services.validation.profile import Profile
from bot.services.validation.reading import (
    FileReadError,
    LineParser,
    Source,
    Unreadable,
)
from bot.services.validation.rule import Content, Example, FileRule, Head, Rule, Totals

T = TypeVar("T")

_BUFFER: Final = 1 << 20
_PLAIN: Final = frozenset({"role", "content"})
_SPEAKERS: Final = frozenset({"user", "assistant"})
_WORDS: Final = frozenset({"role", "content", "name", "weight"})


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
    def __init__(self, encoding: str, max_tokens: int, totals: Totals, *, is_deep: bool) -> None:
        self._encoding = encoding
        self._max_tokens = max_tokens
        self._totals = totals
        self._is_deep = is_deep
        self._parser = LineParser()
        self._tally = Tally()
        self._profile = Profile()
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
        self._finish(tables.FILE_RULES)
        if self._is_deep:
            self._finish(tables.CONTENT_FILE_RULES)

    def report(self, source: Source) -> ValidationReport:
        """What was found."""
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
            themes=self._profile.themes,
            answer_characters=self._totals.answers.spread,
            script=self._totals.scripts.main,
            n_compared=self._totals.comparison.n_kept,
        )

    def _without_bom(self, line: bytes) -> bytes:
        self._totals.has_bom = line.startswith(codecs.BOM_UTF8)
        return line.removeprefix(codecs.BOM_UTF8)

    def _finish(self, rules: Iterable[FileRule]) -> None:
        for rule in rules:
            for where, params in rule.check(self._totals):
                self._tally.add(rule.name, rule.level, where, params)
            if rule.replaces and rule.name in self._tally.counts:
                self._tally.forget(rule.replaces)

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
            identity: Hashable = _words_of_messages(messages)
        else:
            row = self._row(number, line)
            messages = row["messages"] if row else []
            identity = _identity(row, bare) if row else None
        if bare != bare.strip(b" \t") or _has_blanks(messages):
            self._totals.trailing_blanks.add(number)
        if messages:
            self._example(number, messages)
            if self._is_deep:
                self._content(number, messages, identity)
                self._personal(number, messages, line)

    def _row(self, number: int, line: bytes) -> JsonDict | None:
        """The row of a line on which all is sound; else tell what is wrong."""
        try:
            parsed = self._parser.parse(line)
        except Unreadable as exc:
            self._tally.add(exc.rule, Level.ERROR, number, exc.params)
            return None
        if not self._apply(tables.LINE_RULES, parsed, number):
            return None
        row = parsed.row
        assert isinstance(row, dict)
        if not self._apply(tables.ROW_RULES, row, number):
            return None
        self._count(row["messages"])
        return row if self._messages(number, row["messages"]) else None

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

    def _count(self, messages: Sequence[object]) -> None:
        self._n_tokens = count_example_tokens(messages, self._encoding)
        self._profile.add_tokens(self._n_tokens)
        self._totals.n_messages += len(messages)

    def _example(self, number: int, messages: list[JsonDict]) -> None:
        self._totals.prompts.add(_system_prompt(messages), number)
        self._profile.add_turns(messages)
        answer = answer_of(messages)
        if answer:
            self._totals.answers.add(answer, number)
        example = Example(messages, self._n_tokens, self._max_tokens)
        self._apply(tables.EXAMPLE_RULES, example, number)

    def _content(self, number: int, messages: list[JsonDict], identity: Hashable) -> None:
        asked, answered = words_of(question_of(messages)), words_of(answer_of(messages))
        answer = " ".join(answered)
        kin = self._totals.comparison.kin(identity, asked, answer, number)
        self._profile.add_theme(asked, answered)
        self._totals.scripts.add(_said(messages), number)
        self._apply(tables.CONTENT_RULES, Content(answer, kin), number)

    def _personal(self, number: int, messages: list[JsonDict], line: bytes) -> None:
        if not may_be_personal(line):
            return
        for nth, message in enumerate(messages, 1):
            found = personal_in(message["content"] or "")
            if found:
                self._apply(tables.PERSONAL_RULES, found, number, nth)

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


def _system_prompt(messages: list[JsonDict]) -> str:
    first = messages[0]
    return str(first["content"]) if first["role"] in ("system", "developer") else ""


def _has_blanks(messages: list[JsonDict]) -> bool:
    """Whether any text begins or ends with a blank."""
    for message in messages:
        content = message.get("content")
        if content and content != content.strip():
            return True
    return False


def _said(messages: list[JsonDict]) -> str:
    """What user and assistant said: the language that is learnt."""
    said = [m["content"] for m in messages if m["role"] in _SPEAKERS and m.get("content")]
    return "\n".join(said)


def _words_of_messages(messages: list[JsonDict]) -> Hashable:
    return tuple([(m["role"], m["content"], m.get("name")) for m in messages])


def _identity(row: JsonDict, line: bytes) -> Hashable:
    """Equal for examples that say the same, however they are spelled in JSON."""
    messages = row["messages"]
    if len(row) > 1 or not all(message.keys() <= _WORDS for message in messages):
        return line.strip()
    return _words_of_messages(messages)
