"""Chats as messengers and assistants export them: known by name, never guessed at.

Who in them is Natasha and where a conversation ends, only a person knows.
"""

import re
from typing import Final

from bot.dataset.recognition.outline import Outline

_OBJECTS: Final[tuple[tuple[str, set[str], set[str]], ...]] = (
    ("Telegram", {"chats", "about"}, set()),
    ("Telegram", {"chats", "personal_information"}, set()),
    ("Telegram", {"about", "personal_information"}, set()),  # before many contacts come the chats
    ("Telegram", {"messages"}, {"id", "type", "date_unixtime"}),
    ("Telegram", {"messages"}, {"id", "type", "date", "from_id"}),
    ("Telegram", {"messages", "type", "id"}, {"id", "type", "date"}),
    ("Discord", {"guild", "channel", "messages"}, set()),
    ("Facebook / Instagram", {"participants", "messages"}, set()),
    ("ChatGPT", {"mapping", "title"}, set()),
    ("Claude", {"chat_messages"}, set()),
)
"""Name, keys of the object, and keys of the first message."""
_LISTS: Final = (
    ("ChatGPT", {"mapping"}),
    ("Claude", {"chat_messages"}),
    ("Slack", {"type", "user", "text", "ts"}),
    ("Telegram", {"id", "type", "date", "from_id"}),
)
_TIME: Final = (
    r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4},? +(?:\w+ +)?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?"
)
_LINES: Final = (
    ("WhatsApp", re.compile(r"\u200e?\[?" + _TIME + r"\]?(?: [-–])? [^:\n]{1,60}: ")),
    ("Telegram", re.compile(r"[^\n\[]{1,60}, \[" + _TIME + r"\]")),
)
_LOOKED_AT: Final = 60
_LEAST: Final = 3
_SHARE: Final = 0.2
"""So many of the first lines begin a message: a message may have lines of its own."""


def app_of(outline: Outline) -> str:
    """Which program wrote a JSON document of that shape; "" for none that we know."""
    first = outline.lists.get("messages", set())
    if outline.sign == "{":
        for app, keys, message_keys in _OBJECTS:
            if keys <= outline.keys and message_keys <= first:
                return app
    if outline.sign == "[":
        for app, keys in _LISTS:
            if keys <= outline.lists.get("", set()):
                return app
    return ""


def app_of_text(text: str) -> str:
    """Which messenger wrote a chat as lines of text; "" for none that we know."""
    lines = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]
    for app, beginning in _LINES:
        n = sum(beginning.match(line.strip("\ufeff")) is not None for line in lines)
        if n >= max(_LEAST, _SHARE * len(lines)):
            return app
    return ""
