"""The answer to a command that does not exist: which one may have been meant."""

import difflib
from collections.abc import Collection
from typing import Final

from bot.delivery.commands import RUN
from bot.delivery.screen import Screen, plain, rows
from bot.edge.buttons import button, data_of
from bot.texts import Markup, Texts
from bot.texts.command_words import OTHER_WORDS, typed_in_russian

MOST_NAMED: Final = 2
LEAST_SIMILAR: Final = 0.62
"""Of difflib's ratio, which is 0.8 when two of five letters are swapped."""
LEAST_SIMILAR_WORD: Final = 0.75
"""The same for other words than commands, which are many."""

ACTS_AT_ONCE: Final = {"test"}
"""Without a question, and it costs something: these get no button."""


def nearest(name: str, usable: Collection[str]) -> list[str]:
    """The commands that are most like *name*, at most two, the most similar first.

    Only if none is: the command that another word means, typed in the Latin or Russian layout.
    """
    if near := difflib.get_close_matches(name, usable, MOST_NAMED, LEAST_SIMILAR):
        return near
    meant = {word: command for word, command in OTHER_WORDS.items() if command in usable}
    for typed in (name, typed_in_russian(name)):
        if found := difflib.get_close_matches(typed, meant, 1, LEAST_SIMILAR_WORD):
            return [meant[found[0]]]
    return []


def unknown_command(texts: Texts, name: str, usable: Collection[str]) -> Screen:
    """What to do instead; *usable* are the commands that the person may use."""
    near = nearest(name, usable)
    if not near:
        return plain(texts, "unknown_command")
    feature, action = RUN.split(":")
    named = [
        # Telegram sends a command at once when it is tapped; code is only copied.
        f"<code>/{each}</code>" if each in ACTS_AT_ONCE else f"/{each}"
        for each in near
    ]
    run = [
        button(texts, "run", data_of(feature, action, each), command=each)
        for each in near
        if each not in ACTS_AT_ONCE
    ]
    between = texts("unknown_command_or")
    text = texts("unknown_command_near", commands=Markup(between.join(named)))
    return Screen(text=text, buttons=rows(run))
