"""Which signs of a model's answer are Markdown, and which are the model's words.

A sign counts as Markdown only where it can be nothing else. All other signs are shown as they were
written: stars of sums and masks, underscores of names, dashes of dialogues, HTML, formulas.
CommonMark is not enough for that: it reads `5*5=25, 6*6=36` as italics and drops the stars.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\\."
    r"|(?P<ticks>`+)"
    r"|(?P<mark>!?)\[(?P<label>[^\[\]\n]+)\]\((?P<url>(?:https?://|tg://|mailto:)"
    r"(?:[^\s()]|\([^\s()]*\))+)\)"
    r"|(?P<run>\*+|_+|~~+|\|\|+)",
    re.DOTALL,
)
_TYPES: Final = {
    "*": "italic",
    "_": "italic",
    "**": "bold",
    "__": "bold",
    "~~": "strikethrough",
    "||": "spoiler",
}
_LONGEST_RUN: Final = 3
"""Longer runs of stars or underscores are masks or lines."""
_KEY: Final = "\N{COMBINING ENCLOSING KEYCAP}"
_PICTURE_SIGNS: Final = ("\N{VARIATION SELECTOR-16}", "\N{ZERO WIDTH JOINER}", _KEY)
_QUOTED: Final = ("«»", "„“", "“”", "‘’", '""', "''", "()", "[]")
"""Signs between these are spoken of."""
_NEVER_BEFORE: Final = ")]}=+/\\^%<"
"""An opening sign after one of these is part of a formula, an address or a path."""
_NEVER_BEFORE_SINGLE: Final = _NEVER_BEFORE + ":;.,!?-&@#$~"
"""The same for a single star or underscore, which has more other meanings."""
_NEVER_AFTER: Final = "{=+/\\^@#$&<"
_NEVER_AFTER_SINGLE: Final = _NEVER_AFTER + "(["
_NEVER_FIRST: Final = re.compile(r"[,;:/\\=%&)\]}>^]|\.(?!\.)")
_NEVER_LAST: Final = "=+/\\([{<^&@#$-"
_MAY_BE_LAST: Final = re.compile(r"[^\W_](?:\+\+?|#)|\d\$")
"""C++, C#, 18+, 100$: between double signs."""
_MOST_OPEN: Final = 8
"""Signs that wait for their other half. Nobody nests deeper, and a text of signs takes no time."""
_MOST_TRIES: Final = 4
_CODE_WORD: Final = re.compile(r"[A-Za-z0-9_]+")


@dataclass(slots=True)
class Marks:
    """What has to change in a text, in positions of the text itself."""

    text: str
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    """(start, end, what is shown instead)."""
    stars: list[int] = field(default_factory=list)
    """Where lines of lists begin with a star."""
    spans: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    """(start, end, Telegram's MessageEntity without offset and length)."""

    def enclose(self, opening: tuple[int, int], closing: tuple[int, int], **entity: Any) -> None:
        """Hide both signs and format what is between them."""
        self.edits += [(*opening, ""), (*closing, "")]
        self.spans.append((opening[1], closing[0], entity))


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of equal signs, such as two stars."""

    sign: str
    start: int
    end: int
    opens: bool
    closes: bool


@dataclass(slots=True)
class _Open:
    """What is left of a run that has opened something."""

    run: _Run
    end: int
    """The signs from here on are used."""


def mark_line(marks: Marks, start: int, end: int, *, breaks_off: bool = False) -> None:
    """Find the formatting inside of one block of a text.

    *breaks_off*: the text ends here, but more would have come, so what is open ends here too.
    """
    runs: list[_Run] = []
    unclosed: set[str] = set()
    position = start
    while found := _TOKEN.search(marks.text, position, end):
        position = found.end()
        if found["ticks"]:
            if found["ticks"] not in unclosed:
                position = _mark_code(marks, found, end, unclosed, breaks_off=breaks_off)
        elif found["label"]:
            _mark_link(marks, found)
        elif found["run"]:
            runs.append(_run(marks.text, found.start(), found.end(), start, end))
    for opening, closing, sign in _pairs(_Words(marks.text, start, end), runs, cut=breaks_off):
        marks.enclose(opening, closing, type=_TYPES[sign])


def _mark_code(
    marks: Marks, found: re.Match[str], end: int, unclosed: set[str], *, breaks_off: bool
) -> int:
    """Where to go on: behind the code, or behind signs that are no code.

    Signs without another half are added to *unclosed*.
    """
    text, ticks = marks.text, found["ticks"]
    if _is_word(text[found.start() - 1 : found.start()]):
        return found.end()
    closing = re.compile(rf"(?<!`){ticks}(?![`\w])").search(text, found.end(), end)
    if closing is None:
        unclosed.add(ticks)
    elif text[found.end() : closing.start()].strip():
        marks.enclose(found.span(), closing.span(), type="code")
        return closing.end()
    if closing is None and breaks_off and text[found.end() : end].strip("` \n"):
        marks.enclose(found.span(), (end, end), type="code")
        return end
    return found.end()


def _mark_link(marks: Marks, found: re.Match[str]) -> None:
    """`![...](...)` is a picture; but the exclamation mark of a sentence stays."""
    start, url = found.start(), found["url"]
    if found["mark"] and marks.text[start - 1 : start].strip():
        start += 1
    marks.enclose((start, found.start("label")), (found.end("label"), found.end()), url=url)
    marks.spans[-1][2]["type"] = "text_link"
    mark_line(marks, *found.span("label"))


def _run(text: str, start: int, end: int, block_start: int, block_end: int) -> _Run:
    signs, is_single = text[start:end], end - start == 1
    before = text[start - 1] if start > block_start else " "
    after = text[end] if end < block_end else " "
    is_possible = end - start == 2 or (signs[0] in "*_" and end - start <= _LONGEST_RUN)
    if before + after in _QUOTED or after in _PICTURE_SIGNS:
        is_possible = False
    # "**да**/**нет**"
    ends_before, begins_after = signs + "/", "/" + signs
    never_before = _NEVER_BEFORE_SINGLE if is_single else _NEVER_BEFORE
    never_after = _NEVER_AFTER_SINGLE if is_single else _NEVER_AFTER
    may_open = before not in never_before or text.endswith(ends_before, block_start, start)
    may_close = after not in never_after or text.startswith(begins_after, end, block_end)
    is_name = after in ".," and text[end + 1 : end + 2].isalnum()
    return _Run(
        sign=signs[0],
        start=start,
        end=end,
        opens=is_possible and may_open and not (after.isspace() or _is_word(before)),
        closes=is_possible and may_close and not (before.isspace() or _is_word(after) or is_name),
    )


def _is_word(sign: str) -> bool:
    """Whether it is part of a word or number, accents included."""
    if not sign or sign in _PICTURE_SIGNS:
        return False
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


_Pair = tuple[tuple[int, int], tuple[int, int], str]
"""(place of the opening signs, place of the closing ones, the signs)."""


class _Words:
    """A block of a text, which can tell at once what is between two places."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start, self.end = start, end
        block = text[start:end]
        self._n_letters = [0, *itertools.accumulate(map(str.isalpha, block))]
        self._n_words = [0, *itertools.accumulate(map(_is_said, block))]

    def fit(self, start: int, end: int, sign: str) -> bool:
        """Whether the words between these places are formatted with that sign by anybody."""
        last = self.text[end - 1]
        may_end = last not in _NEVER_LAST or (
            len(sign) > 1 and _MAY_BE_LAST.search(self.text, max(start, end - 3), end) is not None
        )
        return may_end and self.begin(start, end, sign)

    def begin(self, start: int, end: int, sign: str) -> bool:
        """Whether words that begin like these are formatted by anybody."""
        if _NEVER_FIRST.match(self.text, start) or self.are_code(start, end, sign):
            return False
        counts = self._n_letters if len(sign) == 1 else self._n_words
        return counts[end - self.start] > counts[start - self.start]

    def are_code(self, start: int, end: int, sign: str) -> bool:
        """Whether they are a name of a program between underscores."""
        return sign[0] == "_" and _CODE_WORD.fullmatch(self.text, start, end) is not None


def _is_said(sign: str) -> bool:
    return sign.isalnum() or sign >= "\u2190"


def _pairs(words: _Words, runs: list[_Run], *, cut: bool) -> list[_Pair]:
    """The signs that belong together; a run whose signs are not all used stays a word.

    *cut*: the text breaks off, which closes whatever is open there.
    """
    owners = {place: run for run in runs for place in range(run.start, run.end)}
    for _ in range(_MOST_TRIES):
        pairs = list(_matches(words, runs, cut=cut))
        used = Counter(
            owners[place].start
            for opening, closing, _ in pairs
            for place in (*range(*opening), *range(*closing))
        )
        left = {run.start for run in runs if 0 < used[run.start] < run.end - run.start}
        if not left:
            return pairs
        runs = [run for run in runs if run.start not in left]
    return []  # a heap of signs


def _matches(words: _Words, runs: list[_Run], *, cut: bool) -> Iterator[_Pair]:
    stack: list[_Open] = []
    for run in runs:
        start = run.start
        while run.closes and start < run.end:
            index = _opener(words, stack, run, start)
            if index is None:
                break
            opener = stack[index]
            size = min(2, opener.end - opener.run.start, run.end - start)
            yield (opener.end - size, opener.end), (start, start + size), run.sign * size
            opener.end, start = opener.end - size, start + size
            del stack[index + (opener.end > opener.run.start) :]
        if run.opens and start == run.start:
            stack.append(_Open(run, run.end))
            del stack[:-_MOST_OPEN]
    for opener in stack if cut else ():
        begin, end = opener.run.end, words.end
        while (size := min(2, opener.end - opener.run.start)) and words.begin(
            begin, end, opener.run.sign * size
        ):
            yield (opener.end - size, opener.end), (end, end), opener.run.sign * size
            opener.end -= size


def _opener(words: _Words, stack: list[_Open], run: _Run, start: int) -> int | None:
    """The place in *stack* of what the run closes."""
    for index in reversed(range(len(stack))):
        opener = stack[index]
        if opener.run.sign != run.sign:
            continue
        size = min(2, opener.end - opener.run.start, run.end - start)
        if words.are_code(opener.run.end, run.start, run.sign):  # its underscores are its own
            del stack[index]
            return None
        if words.fit(opener.run.end, run.start, run.sign * size):
            return index
    return None
