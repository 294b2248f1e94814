"""The one rule that says what a command is, and which place an update is for.

Routing chooses the lane with it and dispatch the handler, so they can't disagree.
"""

import re
from dataclasses import dataclass
from typing import Final

from bot.delivery.messages import is_forward, new_or_edited, words_of
from bot.delivery.old_names import current, name_of
from bot.domain import JsonDict

RUN: Final = "command:run"
"""The name of a button that runs the command in its data, for example `command:run:train`."""

_COMMAND: Final = re.compile(
    r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?=[,.:;!?…]*(?:\s|\Z))"
)


@dataclass(frozen=True, slots=True)
class Command:
    """The command at the start of a text."""

    name: str
    """Without the slash, in lower case."""
    bot: str
    """The name of the bot behind the @, in lower case; empty: none is named."""


def command_in(text: str) -> Command | None:
    """The command with which a text begins; None: the text is words.

    A command is "/" and 1 to 32 Latin letters, digits or "_", perhaps with "@name", in any case.
    Punctuation, white space or the end follows. Telegram's entities do not count: some servers
    and some kinds of messages have none.

    >>> command_in("/Train@Natasha_bot, quick")
    Command(name='train', bot='natasha_bot')
    >>> command_in("/etc/passwd") or command_in("/привет") or command_in("/ - это дробь?")
    """
    found = _COMMAND.match(text.lstrip())
    return Command(found[1].lower(), (found[2] or "").lower()) if found else None


def place_of(update: JsonDict) -> str:
    """The `/command` or the button's `feature:action`; empty for anything else.

    A forwarded command is words: somebody else wrote it, or it was meant for another moment.
    """
    query = update.get("callback_query")
    if isinstance(query, dict):
        return place_of_press(str(query.get("data")))
    message = new_or_edited(update)
    command = None if is_forward(message) else command_in(words_of(message))
    return f"/{command.name}" if command else ""


def place_of_press(data: str) -> str:
    """The `feature:action` of a button's data, or the `/command` that it runs."""
    data = current(data)
    name = name_of(data)
    return f"/{data.removeprefix(f'{RUN}:')}" if name == RUN else name
