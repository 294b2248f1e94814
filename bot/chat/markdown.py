"""A model's Markdown as Telegram's formatting. People read what the model wrote.

The shown text is the model's text without the signs that became formatting, and nothing else is
left out or replaced, except for two things: a star before a line of a list becomes a dot, and the
cells of a table are put below each other. `markup` decides which signs those are.
"""

import bisect
import itertools
import re
from collections.abc import Iterator
from typing import Final

from bot.chat.markup import Marks, mark_line
from bot.edge.rich import Rich, Span

_FENCE: Final = re.compile(
    r" {0,3}(?P<sign>`{3,}|~{3,})(?P<language>(?:[A-Za-z][\w+#.-]*)?)[ \t]*", re.ASCII
)
_HEADING: Final = re.compile(r" {0,3}#{1,6} +(?=\S)(?!\d)|#{2,6} +(?=\S)")
_QUOTE: Final = re.compile(
    r" {0,3}>(?: ?>)? (?=\s*(?:[^\W\d_]|[-–—«„“\"'*_~`\[#…•¡¿!]|[\u2190-\U0010ffff]))(?!.*<\s*\Z)"
)
"""Not a number that is compared, and not a face."""
_EMPTY_QUOTE: Final = re.compile(r" {0,3}>[ >]*")
_STAR: Final = re.compile(r"[ \t]*(?P<sign>\*) +(?=\S)(?!\d|\*(?:\s|$))")
_FOOTNOTE: Final = re.compile(r"""(?<=[\w₽$€£%°)\]»”"'’])\*{1,2}(?![\w*])""")
_RULER: Final = re.compile(r"\|?(?: *:?-+:? *\|)+(?: *:?-+:?)?")
"""The line below the heads of a table, without white space around it."""
_HALF: Final = re.compile(
    r"(?<!\S)(?:\*{1,3}|_{1,3}|~~|\|\||`{1,3})\Z"  # opens what has not come yet
    r"|^ {0,3}(?:`{3,}+|~{3,}+)\S*\Z"  # a fence whose code has not come yet
    r"|(?P<pair>\*\*|__|~~|\|\|)(?=\S)(?:(?!(?P=pair)).)*[^\s*_~|](?P<half>[*_~|])\Z",
    re.MULTILINE,
)
"""At the end of a growing answer: signs of which the other half is still to come."""
_CODE: Final = ("code", "pre")
_EMPHASIS: Final = ("bold", "italic", "code")
"""Formatting without which words say the same."""
_PHONE_WIDTH: Final = 36
"""Characters of code in a line of a phone."""
_Line = tuple[int, int]
"""Where a line starts and ends in the text, without its line end."""


def formatted(text: str, *, breaks_off: bool = False) -> Rich:
    """The text with its Markdown as formatting, without white space around it.

    *breaks_off*: the text is only the beginning of an answer, so open formatting ends with it.
    """
    text = text.replace("\r\n", "\n").rstrip()
    marks = Marks(text)
    lines, place = _lines(text), 0
    while place < len(lines):
        place = _mark_block(marks, lines, place, breaks_off=breaks_off)
    _mark_stars(marks)
    rich = _applied(marks)
    if not rich.text.strip():  # a table of empty cells
        rich = Rich(text)
    return rich.part(0, len(rich.text))


def growing(text: str) -> Rich:
    """The same for an answer that is still coming: of half a sign nothing is shown."""
    text = text.rstrip()
    half = _HALF.search(text)
    if half is None:
        return formatted(text, breaks_off=True)
    is_closing = half["half"] is not None and half["pair"].startswith(half["half"])
    end = len(text) - 1 if is_closing else len(text) if half["half"] else half.start()
    return formatted(text[:end], breaks_off=True)


def fence_around(text: str, position: int) -> str:
    """The line that opened the block of code around *position*; empty outside of code."""
    fence = ""
    for start, end in _lines(text[:position]):
        found = _FENCE.fullmatch(text, start, end)
        if found and not fence:
            fence = found[0]
        elif _closes(found, fence):
            fence = ""
    return fence


def _lines(text: str) -> list[_Line]:
    ends = [found.start() for found in re.finditer(r"\n|\Z", text)]
    return list(zip([0, *(end + 1 for end in ends)], ends, strict=False))


def _mark_block(marks: Marks, lines: list[_Line], place: int, *, breaks_off: bool) -> int:
    """Mark the block that begins with the line at *place*; returns the place of the next one."""
    text, (start, end) = marks.text, lines[place]
    if fence := _FENCE.fullmatch(text, start, end):
        return _mark_fence(marks, lines, place, fence)
    if _is_table(text, lines, place):
        return _mark_table(marks, lines, place)
    if heading := _HEADING.match(text, start, end):
        is_last = place + 1 == len(lines)
        _mark_heading(marks, heading, end, breaks_off=breaks_off and is_last)
        return place + 1
    is_quote = _QUOTE.match(text, start, end) is not None
    next_place = place + 1
    while next_place < len(lines) and _goes_on(text, lines, next_place, is_quote=is_quote):
        next_place += 1
    if is_quote:
        _mark_quote(marks, lines[place:next_place])
    else:
        found = (_STAR.match(text, *line) for line in lines[place:next_place])
        marks.stars += [star.start("sign") for star in found if star]
    is_last = next_place == len(lines)
    mark_line(marks, start, lines[next_place - 1][1], breaks_off=breaks_off and is_last)
    return next_place


def _is_table(text: str, lines: list[_Line], place: int) -> bool:
    if "|" not in text[slice(*lines[place])] or place + 1 == len(lines):
        return False
    return _RULER.fullmatch(text[slice(*lines[place + 1])].strip()) is not None


def _goes_on(text: str, lines: list[_Line], place: int, *, is_quote: bool) -> bool:
    """Whether the line at *place* belongs to the block before it."""
    line = lines[place]
    begins_other = _FENCE.fullmatch(text, *line) or _HEADING.match(text, *line)
    if begins_other or not text[slice(*line)].strip() or _is_table(text, lines, place):
        return False
    if is_quote and _EMPTY_QUOTE.fullmatch(text, *line):
        return True
    return (_QUOTE.match(text, *line) is not None) == is_quote


def _mark_fence(marks: Marks, lines: list[_Line], place: int, fence: re.Match[str]) -> int:
    text, end = marks.text, place + 1
    while end < len(lines) and not _closes(_FENCE.fullmatch(text, *lines[end]), fence[0]):
        end += 1
    is_closed = end < len(lines)
    closing = (lines[end][0] - 1, lines[end][1]) if is_closed else (len(text), len(text))
    if text[fence.end() : closing[0]].strip():
        language = {"language": fence["language"]} if fence["language"] else {}
        marks.enclose((lines[place][0], lines[place + 1][0]), closing, type="pre", **language)
    return end + is_closed


def _closes(found: re.Match[str] | None, opening: str) -> bool:
    if found is None or found["language"]:
        return False
    return opening.strip().startswith(found["sign"])


def _mark_heading(marks: Marks, heading: re.Match[str], end: int, *, breaks_off: bool) -> None:
    n_before = len(marks.spans)
    mark_line(marks, heading.end(), end, breaks_off=breaks_off)
    marks.spans[n_before:] = [span for span in marks.spans[n_before:] if span[2]["type"] != "bold"]
    marks.enclose(heading.span(), (end, end), type="bold")


def _mark_quote(marks: Marks, block: list[_Line]) -> None:
    for start, end in block:
        sign = _QUOTE.match(marks.text, start, end) or _EMPTY_QUOTE.match(marks.text, start, end)
        if sign:
            marks.edits.append((*sign.span(), ""))
    marks.spans.append((block[0][0], block[-1][1], {"type": "blockquote"}))


def _mark_stars(marks: Marks) -> None:
    """Stars of lists become dots, unless a star in the text before may point to a footnote."""
    known = bytearray(len(marks.text))
    hidden = [(start, end) for start, end, shown in marks.edits if not shown]
    tables = {(start, end) for start, end, shown in marks.edits if shown}
    codes = {span[:2] for span in marks.spans if span[2]["type"] in _CODE}
    for start, end in (*hidden, *(codes - tables)):
        known[start:end] = b"1" * (end - start)
    notes = (found.start() for found in _FOOTNOTE.finditer(marks.text))
    note = next((place for place in notes if not known[place]), len(marks.text))
    marks.edits += [(star, star + 1, "•") for star in marks.stars if star < note]


def _mark_table(marks: Marks, lines: list[_Line], place: int) -> int:
    end = place + 2
    while end < len(lines) and "|" in marks.text[slice(*lines[end])]:
        end += 1
    table = lines[place:end]
    rows = [_cells(marks.text[slice(*line)]) for line in [table[0], *table[2:]]]
    if len({len(row) for row in rows}) == 1:
        whole = (table[0][0], table[-1][1])
        marks.edits.append((*whole, "\n".join(_aligned(rows))))
        marks.spans.append((*whole, {"type": "pre"}))
    return end


def _cells(line: str) -> list[str]:
    return [_cell(cell) for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _cell(text: str) -> str:
    """Its words. A table has no links, and no words that are struck out: these stay as written."""
    marks = Marks(text)
    mark_line(marks, 0, len(text))
    is_clear = all(entity["type"] in _EMPHASIS for _, _, entity in marks.spans)
    return (_applied(marks).text if is_clear else text).strip()


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 3 * len(widths) > _PHONE_WIDTH:
        widths = [0] * len(widths)
    for row in rows:
        yield " | ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()


def _applied(marks: Marks) -> Rich:
    """The text after the edits, with the spans at their new places."""
    edits = sorted(marks.edits)
    starts = [start for start, _, _ in edits]
    gained = [0, *itertools.accumulate(len(shown) - (end - start) for start, end, shown in edits)]
    pieces, position = [], 0
    for start, end, shown in edits:
        pieces += [marks.text[position:start], shown]
        position = end
    pieces.append(marks.text[position:])

    def moved(place: int) -> int:
        n_before = bisect.bisect_left(starts, place)
        ahead = max(0, edits[n_before - 1][1] - place) if n_before else 0
        return place + gained[n_before] + ahead

    spans = [Span(moved(start), moved(end), entity) for start, end, entity in marks.spans]
    return Rich("".join(pieces), [span for span in spans if span.start < span.end])
