"""When two texts are "the same words": apart from case, blanks, punctuation and ё for е."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"\w+")


def normalised(text: str) -> str:
    """The same for all texts that say the same words; empty for one without any words.

    >>> normalised("Кто  я?") == normalised("кто я")
    True
    """
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """The words and numbers of *text* in the form in which they are compared.

    >>> words_of("Ещё раз: «Привет», мир!")
    ['еще', 'раз', 'привет', 'мир']
    """
    # NFC first: macOS writes й as two characters, of which the second is part of no word.
    return _WORD.findall(unicodedata.normalize("NFC", text).lower().replace("ё", "е"))
