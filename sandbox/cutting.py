"""How Telegram's apps cut a text that is too long for one message.

Each app looks back from the limit for a good place. Android looks back 300 characters and takes the
end of a paragraph, a line, a sentence or a word, in this order. The desktop app looks back to the
middle and does the same; so its parts may be little longer than half of the limit. Without any
such place both cut at the limit. (This is from memory of the apps; it was not compared with them.)
"""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Final

LOOKS_BACK: Final = {"android": 300, "desktop": 2048}
"""How many characters before the limit each app looks for a place to cut at."""
_GOOD = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[.!?…]\s"), re.compile(r"\s"))


def cut(text: str, limit: int, app: str) -> list[str]:
    """The parts of *text*, none longer than *limit* UTF-16 units, and none of blanks only."""
    ends = list(accumulate(2 if char > "\uffff" else 1 for char in text))
    parts, start = [], 0
    while start < len(text):
        before = ends[start - 1] if start else 0
        end = bisect_right(ends, before + limit)
        if end < len(text):
            end = _good_end(text, max(start, end - LOOKS_BACK[app]), end)
        parts.append(text[start:end])
        start = end
    return [part for part in parts if part.strip()]


def _good_end(text: str, first: int, end: int) -> int:
    for pattern in _GOOD:
        if places := [match.end() for match in pattern.finditer(text, first, end)]:
            return places[-1]
    return end
