"""Which signs of a model's answer are Markdown, and which are the model's words.

A sign counts as Markdown only where it can be nothing else. All other signs are shown as they were
written: stars of sums and masks, underscores of names, dashes of dialogues, HTML, formulas.
CommonMark is not enough for that: it reads `5*5=25, 6*6=36` as italics and drops the stars.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

from bot.chat.sign_pairs import Run, Words, pairs_of

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


def mark_line(marks: Marks, start: int, end: int, *, breaks_off: bool = False) -> None:
    """Find the formatting inside of one block of a text.

    *breaks_off*: the text ends here, but more would have come, so what is open ends here too.
    """
    runs: list[Run] = []
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
    for opening, closing, sign in pairs_of(Words(marks.text, start, end), runs, cut=breaks_off):
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


def _run(text: str, start: int, end: int, block_start: int, block_end: int) -> Run:
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
    return Run(
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
