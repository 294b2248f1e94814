"""What a person has chosen for themselves, and the buttons that change it."""

from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.domain.people import Person, Urgency
from bot.edge.buttons import button, data_of
from bot.texts import LANGUAGE_NAMES, Texts
from bot.usage.limit_views import limit_line

SOUNDS: Final = {
    True: (Urgency.IMPORTANT, Urgency.ROUTINE, Urgency.CALL),
    False: (Urgency.IMPORTANT, Urgency.ROUTINE),
}
"""What admins, and others, may want to hear; for testers nothing is more than routine."""


def settings(texts: Texts, person: Person, *, limit: int = 0) -> Screen:
    """All choices of a person, each with its buttons.

    Admins see the daily *limit* of all, too; 0: any number.
    """
    whose = "admin" if person.is_admin else "tester"
    lines = [
        texts("settings_title"),
        texts("settings_language", language=LANGUAGE_NAMES[texts.language]),
        texts(f"settings_sound_{whose}_{person.rings_from.name.lower()}"),
    ]
    sounds = [
        Button(
            text=_marked(texts.plain(f"button_sound_{whose}_{each.name.lower()}"), is_on=is_on),
            data=data_of("welcome", "sound", int(each)),
        )
        for each in SOUNDS[person.is_admin]
        for is_on in [each is person.rings_from]
    ]
    others, unasked, of_all = [], [], []
    if person.is_admin:
        is_loud = person.hears_others
        lines.append(texts("settings_others_loud" if is_loud else "settings_others_quiet"))
        change = data_of("welcome", "others", int(not is_loud))
        others = [button(texts, "mute_others" if is_loud else "hear_others", change)]
        has_daily = person.daily_at is not None
        lines.append(texts("settings_daily_on" if has_daily else "settings_daily_off"))
        change = data_of("welcome", "daily", int(not has_daily))
        unasked = [button(texts, "daily_off" if has_daily else "daily_on", change)]
        has_week = person.week_at is not None
        lines.append(texts("settings_week_on" if has_week else "settings_week_off"))
        change = data_of("welcome", "week", int(not has_week))
        unasked.append(button(texts, "week_off" if has_week else "week_on", change))
        lines.append(limit_line(texts, limit))
        of_all = [
            button(texts, "limit_all", data_of("usage", "limit")),
            button(texts, "ceiling", data_of("training", "ceiling")),
        ]
    lines.append(texts("id_yours", id=person.id))
    language = button(texts, "language", data_of("welcome", "tongue"))
    privacy = button(texts, "privacy", data_of("privacy", "show"))
    buttons = rows(sounds, others, *([each] for each in unasked), of_all, [language], [privacy])
    return Screen(text="\n".join(lines), buttons=buttons)


def language_chosen(texts: Texts) -> Screen:
    """The language that is spoken from now on."""
    return Screen(text=texts("language_chosen"), buttons=rows([opener(texts)]))


def help_tester(texts: Texts) -> Screen:
    """All that a tester may do."""
    return Screen(text=texts("help_tester"), buttons=rows([opener(texts)]))


def opener(texts: Texts) -> Button:
    """The way to the settings."""
    return button(texts, "settings", data_of("welcome", "settings"))


def _marked(label: str, *, is_on: bool) -> str:
    return f"✓ {label}" if is_on else label
