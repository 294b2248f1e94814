"""Takes phones, addresses, @names and links out of a text; what they were stays readable.

It errs on the side of hiding: a long row of digits that is no phone goes, too.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.dataset.validation.personal_data import EMAIL

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "link": ("[ссылка]", "[link]"),
    "email": ("[почта]", "[email]"),
    "name": ("[имя]", "[name]"),
    "number": ("[номер]", "[number]"),
}
"""In a Russian text, and in any other."""
HIDDEN: Final = re.compile("|".join(re.escape(word) for words in _WORDS.values() for word in words))
"""What stands in their places."""
_ENTITIES: Final = {
    "link": "link",
    "email": "email",
    "mention": "name",
    "mention_name": "name",
    "phone": "number",
    "bank_card": "number",
}
"""Types of Telegram's export that are hidden whatever they look like."""
_RUSSIAN: Final = re.compile("[а-яё]", re.IGNORECASE)
_LINK: Final = re.compile(
    r"\b(?:[a-z][a-z+.-]{1,15}://|www\.|tel:|mailto:|(?:t|wa|telegram)\.me/)\S+"
    r"|\b(?:[\w-]{1,63}\.){1,4}(?:com|ru|рф|org|net|io|su|by|kz|ua|info)\b(?:/\S*)?",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?<!\w)@\w{2,64}")
# Up to four signs between two digits, keycaps (8️⃣) and invisible ones among them. Or 345-67-89.
_NUMBER: Final = re.compile(
    r"(?:\+[\s(]{0,2})?\(?(?<!\d)\d"
    r"(?:[\s().\u2010-\u2015\u2212_/\\·•*~\u200b-\u200f\u2060\ufe0f\u20e3\u00ad-]{0,4}\d){9,}"
    r"|(?<![\d-])\d{3}[-\u2010-\u2013]\d\d[-\u2010-\u2013]\d\d(?![\d-])"
)
_DATE: Final = re.compile(r"(?:[0-3]?\d\.[01]?\d\.(?:19|20)\d\d|(?:19|20)\d\d-[01]\d-[0-3]\d)\b")
_BESIDE_DATE: Final = 6
"""Digits of a clock. With more of them it is a number that begins like a date."""


def hidden(text: str) -> str:
    """The text with a word in brackets for whatever leads to a person.

    >>> hidden("Звони: 8 (912) 345-67-89 или @anna_k")
    'Звони: [номер] или [имя]'
    """
    for pattern, what in ((EMAIL, "email"), (_LINK, "link"), (_NAME, "name")):
        if pattern is _LINK or "@" in text:
            text = pattern.sub(_word(what, text), text)
    number = _word("number", text)
    return _NUMBER.sub(lambda found: found[0] if _is_date(found[0]) else number, text)


def hidden_entity(kind: str, text: str, whole: str) -> str:
    """A part of the message *whole* that Telegram's app has marked as *kind*."""
    what = _ENTITIES.get(kind)
    return _word(what, whole) if what and text.strip() else text


def _word(what: str, text: str) -> str:
    return _WORDS[what][0 if _RUSSIAN.search(text) else 1]


def _is_date(digits: str) -> bool:
    is_one = _DATE.match(digits) is not None
    return is_one and sum(map(str.isdigit, _DATE.sub("", digits))) <= _BESIDE_DATE
