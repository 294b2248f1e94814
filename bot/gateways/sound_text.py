"""Takes characters that are no words out of text that comes from outside.

Telegram refuses a message with a NUL, SQLite and UTF-8 refuse half of a surrogate pair, and nobody
reads a control character. Joiners and marks of direction stay, because scripts and emoji need them.

Unicode's list: https://www.unicode.org/charts/PDF/U0000.pdf and section 23.7, "Noncharacters".
"""

import re
from typing import Final

_NO_WORDS: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}"
        for plane in range(0x1_0000, 0x11_0000, 0x1_0000)
    )
    + "]"
)
_LINE_END: Final = re.compile("\r\n|[\r\x0b\x0c\x85]")
_HALF: Final = re.compile("[\ud800-\udfff]")


class SoundText:
    """Reads a text that comes in pieces; together they give what `sound_text` gives for all."""

    def __init__(self) -> None:
        self._held = ""
        """What may be the first half of a pair or of a line end."""

    def feed(self, piece: str) -> str:
        """What can be read of the text with this piece."""
        whole = self._held + piece
        end = len(whole) - (whole[-1:] == "\r" or "\ud800" <= whole[-1:] <= "\udbff")
        self._held = whole[end:]
        return sound_text(whole[:end])

    def finish(self) -> str:
        """The rest."""
        return sound_text(self._held)


def sound_text(text: str) -> str:
    r"""*text* without control characters other than \n and \t, and without halves of characters.

    >>> sound_text("a\x00b\r\nc")
    'ab\nc'
    """
    text = _LINE_END.sub("\n", text)
    if _HALF.search(text):
        units = text.encode("utf-16-le", "surrogatepass")
        text = units.decode("utf-16-le", "ignore")
    return _NO_WORDS.sub("", text)
