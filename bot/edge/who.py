"""How people's names and times are written."""

import datetime as dtm

from bot.domain.people import Person
from bot.texts import Markup, Texts, cut, shortened

NAME_UNITS = 40
LABEL_UNITS = 28
"""UTF-16 units of a name on a button."""


def name_of(name: str, number: int = 0) -> Markup:
    """A name in one line, shortened; the number if the name is empty."""
    return shortened(_line(name, number), NAME_UNITS)


def mention(person_id: int) -> Markup:
    """A number that opens the person's profile in Telegram, if they allow it."""
    return Markup(f'<a href="tg://user?id={person_id}">{person_id}</a>')


def label_of(person: Person) -> str:
    """A name for a button."""
    return cut(_line(person.name, person.id), LABEL_UNITS)


def moment(texts: Texts, unix_s: int) -> str:
    """Day and time, in the zone of shown times."""
    try:
        clock = dtm.datetime.fromtimestamp(unix_s, texts.timezone).strftime("%H:%M")
    except (ValueError, OverflowError, OSError):
        return texts.moment(unix_s)
    return f"{texts.moment(unix_s)}, {clock}"


def seen(texts: Texts, unix_s: int) -> str:
    """When somebody last wrote; 0: never."""
    return moment(texts, unix_s) if unix_s else texts.plain("seen_never")


def _line(name: str, number: int) -> str:
    return " ".join(name.split()) or str(number)
