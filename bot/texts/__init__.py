"""Everything that people read, by key and language, escaped in one place."""

import datetime as dtm
import html
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.texts import en, ru


@dataclass(frozen=True, slots=True)
class Language:
    """What one language's module holds."""

    messages: Mapping[str, str]
    plurals: Mapping[str, tuple[str, str, str]]
    months: Sequence[str]


LANGUAGES: Final = {
    "ru": Language(ru.MESSAGES, ru.PLURALS, ru.MONTHS),
    "en": Language(en.MESSAGES, en.PLURALS, en.MONTHS),
}
LANGUAGE_NAMES: Final = {"ru": "Русский", "en": "English"}


@dataclass(frozen=True, slots=True)
class Markup:
    """Telegram HTML that was made from texts, and is not escaped a second time."""

    html: str

    def __str__(self) -> str:
        return self.html


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one language, with its ways of writing numbers and days."""

    language: str
    """ru or en."""
    timezone: zoneinfo.ZoneInfo
    """The zone of shown times."""

    def __call__(self, key: str, /, **params: object) -> str:
        """Return the sentence as Telegram HTML; parameters are escaped here, once."""
        return self._messages[key].format(**{k: _escaped(v) for k, v in params.items()})

    def plain(self, key: str, /, **params: object) -> str:
        """Return the sentence as plain text, for buttons and menus, which know no HTML."""
        return self._messages[key].format(**params)

    def __contains__(self, key: str) -> bool:
        return key in self._messages

    def plural(self, word: str, n: int) -> str:
        """The form of *word* (a key of PLURALS) that goes with *n*."""
        one, few, many = LANGUAGES[self.language].plurals[word]
        if self.language == "en":
            return one if n == 1 else many
        if n % 10 == 1 and n % 100 != 11:
            return one
        return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many

    def number(self, value: float, *, digits: int = 0) -> str:
        """A number as people write it: 61 480 or 0,92 in Russian."""
        text = f"{value:,.{digits}f}"
        if self.language == "ru":
            text = text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
        return text

    def short_number(self, value: float) -> str:
        """A number without zeros at its end."""
        text = f"{value:g}"
        return text.replace(".", ",") if self.language == "ru" else text

    def money(self, usd: float) -> str:
        """US dollars, to the cent; less than a cent says so."""
        return f"${self.number(usd, digits=2)}" if usd >= 0.01 or usd == 0 else "<$0.01"

    def day(self, day: dtm.date) -> str:
        """A day of the year, as in "14 января"; with the year when it is not this one."""
        month = LANGUAGES[self.language].months[day.month - 1]
        text = f"{day.day} {month}" if self.language == "ru" else f"{month} {day.day}"
        is_near = day.year == dtm.datetime.now(self.timezone).year
        return text if is_near else f"{text} {day.year}"

    def moment(self, unix_s: int) -> str:
        """The day of a moment, in the zone of shown times."""
        return self.day(dtm.datetime.fromtimestamp(unix_s, self.timezone).date())

    def duration(self, seconds: float) -> str:
        """How long something takes, roughly."""
        if seconds < 60:
            return self("unit_seconds", n=max(0, round(seconds)))
        minutes = round(seconds / 60)
        if minutes < 120:
            return self("unit_minutes", n=minutes)
        return self("unit_hours", hours=minutes // 60, minutes=minutes % 60)

    @property
    def _messages(self) -> Mapping[str, str]:
        return LANGUAGES[self.language].messages


def choose_language(chosen: str | None, telegram: str | None, default: str) -> str:
    """The language to speak: the person's choice, else Telegram's if we have it, else the default.

    Args:
        chosen: What the person chose here.
        telegram: Telegram's IETF tag, "pt-br" say.
        default: `LANGUAGE` of the settings.
    """
    for candidate in (chosen, (telegram or "").split("-")[0].lower()):
        if candidate in LANGUAGES:
            return candidate
    return default


def _escaped(value: object) -> str:
    return value.html if isinstance(value, Markup) else html.escape(str(value), quote=False)
