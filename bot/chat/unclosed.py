"""Markdown that breaks off, because it is still coming or was stopped."""

import re
from typing import Final

_FENCE: Final = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_SIGNS: Final = re.compile(r"\\.|`+|\*\*|~~|\*")


def closed(text: str) -> str:
    """The text with all Markdown of its last line closed, so that no bare asterisks are shown.

    Code blocks need no help. A character that only looks like Markdown stays as it is: a star in a
    sum, or a bullet.

    >>> closed("Ты стоишь **в лесу на рас")
    'Ты стоишь **в лесу на рас**'
    >>> closed("2 * 2 = 4")
    '2 * 2 = 4'
    """
    text = text.rstrip()
    start = text.rfind("\n") + 1
    if len(_FENCE.findall(text)) % 2:
        is_begun = _FENCE.match(text[start:])  # only the fence and its language have come
        return text[:start].rstrip() if is_begun else text
    still_open: list[str] = []
    for found in _SIGNS.finditer(text, start):
        sign, at, end = found[0], found.start(), found.end()
        before, after = text[max(0, at - 1) : at], text[end : end + 1]
        if still_open and still_open[-1].startswith("`"):
            if sign == still_open[-1]:
                still_open.pop()
        elif sign in still_open and before.strip():
            del still_open[still_open.index(sign) :]
        elif not after and not before.isalnum() and not sign.startswith("\\"):
            text = text[:at].rstrip()  # the last characters open something that is still empty
        elif after.strip() and not before.isalnum() and not sign.startswith("\\"):
            still_open.append(sign)
    if still_open and text[-1] == still_open[-1][0] and len(still_open[-1]) == 2:
        text = text[:-1]  # the first half of the closing sign
    return text + "".join(reversed(still_open))
