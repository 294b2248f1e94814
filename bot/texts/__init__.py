"""The texts that people read, by key and language; the only place that escapes values."""

import datetime as dtm
import html
import math
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.texts import en, ru


@dataclass(frozen=True, slots=True)
class Language:
    """The contents of one language's module."""

    messages: Mapping[str, str]
    plurals: Mapping[str, tuple[str, str, str]]
    months: Sequence[str]


LANGUAGES: Final = {
    "ru": Language(ru.MESSAGES, ru.PLURALS, ru.MONTHS),
    "en": Language(en.MESSAGES, en.PLURALS, en.MONTHS),
}
LANGUAGE_NAMES: Final = {"ru": "Русский", "en": "English"}

CENT: Final = 0.01
_TAG: Final = re.compile(r"</?[a-z][^<>]*>")

LONGEST_VALUE: Final = 600
"""UTF-16 units of a value in a sentence, so that a long name does not fill a whole message."""


@dataclass(frozen=True, slots=True)
class Markup:
    """Telegram HTML from texts, which `Texts` does not escape a second time."""

    html: str

    def __str__(self) -> str:
        return self.html


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one language, and its formats of numbers and days."""

    language: str
    """ru or en."""
    timezone: zoneinfo.ZoneInfo
    """The zone of shown times."""

    def __call__(self, key: str, /, **params: object) -> str:
        """Return the sentence as Telegram HTML; escapes the parameters, once.

        A value beyond `LONGEST_VALUE` is cut; pass a longer one as `shortened(value, units)`.
        A date is written as in `day`.
        """
        return self._messages[key].format(**{k: self._shown(v) for k, v in params.items()})

    def plain(self, key: str, /, **params: object) -> str:
        """Return the sentence as plain text, for buttons and menus, which do not support HTML."""
        return self._messages[key].format(**params)

    def __contains__(self, key: str) -> bool:
        return key in self._messages

    def plural(self, word: str, n: int) -> str:
        """The form of *word* (a key of PLURALS) for the number *n*."""
        one, few, many = LANGUAGES[self.language].plurals[word]
        if self.language == "en":
            return one if n == 1 else many
        if n % 10 == 1 and n % 100 != 11:
            return one
        return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many

    def counted(self, word: str, n: int) -> dict[str, str]:
        """The parameters of a sentence that counts: the number as `n`, and the word's form."""
        return {"n": self.number(n), word: self.plural(word, n)}

    def number(self, value: float, *, digits: int = 0) -> str:
        """A number as people write it: 61 480 or 0,92 in Russian."""
        text = f"{value:,.{digits}f}"
        if self.language == "ru":
            text = text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
        return text

    def short_number(self, value: float) -> str:
        """A number without trailing zeros."""
        text = f"{value:g}"
        return text.replace(".", ",") if self.language == "ru" else text

    def significant(self, value: float) -> str:
        """A number above 0 with two digits that matter, never as a power of ten: 0,00002."""
        digits = max(0, 1 - math.floor(math.log10(value)))
        text = f"{value:.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", ",") if self.language == "ru" else text

    def money(self, usd: float) -> str:
        """US dollars, to the cent; less than a cent says so."""
        if 0 < usd < CENT:
            return f"<${self.number(CENT, digits=2)}"
        return f"${self.number(usd, digits=2)}"

    def roughly(self, usd: float) -> str:
        """The same for an estimate, as in "~$1.53"."""
        return self.money(usd) if usd < CENT else f"~{self.money(usd)}"

    def day(self, day: dtm.date) -> str:
        """A day of the year, as in "14 января"; with the year when it is not this one."""
        month = LANGUAGES[self.language].months[day.month - 1]
        text = f"{day.day} {month}" if self.language == "ru" else f"{month} {day.day}"
        is_near = day.year == dtm.datetime.now(self.timezone).year
        return text if is_near else f"{text} {day.year}"

    def moment(self, unix_s: int) -> str:
        """The day of a moment, in `timezone`; "?" for an impossible moment."""
        local = self._local(unix_s)
        return self.day(local.date()) if local else "?"

    def clock(self, unix_s: int) -> str:
        """The time of day of a moment, as in "14:05"; "?" as in `moment`."""
        local = self._local(unix_s)
        return f"{local:%H:%M}" if local else "?"

    def duration(self, seconds: float) -> str:
        """A duration, rounded to seconds or minutes."""
        if seconds < 60:
            return self("unit_seconds", n=max(0, round(seconds)))
        minutes = round(seconds / 60)
        if minutes < 120:
            return self("unit_minutes", n=minutes)
        hours, minutes = divmod(minutes, 60)
        return self("unit_hours" if minutes else "unit_whole_hours", hours=hours, minutes=minutes)

    def _local(self, unix_s: int) -> dtm.datetime | None:
        try:
            return dtm.datetime.fromtimestamp(unix_s, self.timezone)
        except (ValueError, OverflowError, OSError):  # for instance milliseconds instead of seconds
            return None

    def _shown(self, value: object) -> str:
        return _escaped(self.day(value) if isinstance(value, dtm.date) else value)

    @property
    def _messages(self) -> Mapping[str, str]:
        return LANGUAGES[self.language].messages


def choose_language(chosen: str | None, telegram: str | None, default: str) -> str:
    """The language for a person: their choice, else Telegram's if we have it, else the default.

    *telegram* is an IETF tag such as "pt-br".
    """
    for candidate in (chosen, (telegram or "").split("-")[0].lower()):
        if candidate in LANGUAGES:
            return candidate
    return default


def utf16_length(text: str) -> int:
    """The length of *text* as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, units: int) -> str:
    """*text*, or its first words and "…" if it is longer than so many UTF-16 units."""
    if utf16_length(text) <= units:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (units - 2)]
    words, space, last = kept.decode("utf-16-le", "ignore").rpartition(" ")
    return f"{words} …" if space and len(last) < 40 else f"{words}{space}{last}…"


def last_of(text: str, units: int) -> str:
    """*text*, or "…" and its last words if it is longer than so many UTF-16 units."""
    if utf16_length(text) <= units:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[-2 * (units - 2) :]
    first, space, words = kept.decode("utf-16-le", "ignore").partition(" ")
    return f"… {words}" if space and len(first) < 40 else f"…{first}{space}{words}"


def unmarked(text: str) -> str:
    """Telegram HTML of ours as plain text."""
    return html.unescape(_TAG.sub("", text))


def shortened(text: str, units: int) -> Markup:
    """*text* as a value for a sentence, cut to so many UTF-16 units."""
    return Markup(html.escape(cut(text, units), quote=False))


def _escaped(value: object) -> str:
    return value.html if isinstance(value, Markup) else shortened(str(value), LONGEST_VALUE).html
