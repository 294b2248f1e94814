"""Which messages belong together: a person sent them at once, Telegram hands them over one by one.

Telegram's apps cut a text at about 4,096 UTF-16 units, where a paragraph or a word ends. They send
a comment and what it forwards as two messages, and each picture of an album as one.
"""

import math
from collections.abc import Sequence
from typing import Final

from bot.delivery.commands import command_in
from bot.delivery.messages import PART_UNITS, integer, is_forward, words_of
from bot.domain import JsonDict
from bot.texts import utf16_length

MOST_PARTS: Final = 20
"""Further ones begin a new message, so that nobody can hold a lane for ever."""
PARTS_WITHIN_S: Final = 3
"""Between the dates of two parts of a text, which Telegram counts in whole seconds."""
FORWARDS_WITHIN_S: Final = 1
"""The same for a comment and forwards. Nobody writes a new message so fast."""
FULL_UNITS: Final = 4000
"""A text of this length was cut, even if the next one looks like a command."""
WAIT_FOR_TEXT_S: Final = 2.0
WAIT_FOR_ALBUM_S: Final = 1.0
WAIT_FOR_FORWARD_S: Final = 1.0
WAIT_BEHIND_COMMENT_S: Final = 0.2
"""Any words may be a comment on a forward, which comes a moment later."""


def belongs(later: JsonDict, earlier: JsonDict) -> bool:
    """Whether a message belongs to the one before it; both are new messages of one chat."""
    if not (earlier and later) or _topic(earlier) != _topic(later):
        return False
    if album := earlier.get("media_group_id"):
        return bool(album == later.get("media_group_id"))
    if is_next_part(later, earlier):
        return True
    if _seconds_between(earlier, later) > FORWARDS_WITHIN_S:
        return False
    if is_forward(earlier):
        return is_forward(later) or _may_be_comment(later)
    return is_forward(later) and _may_be_comment(earlier)


def is_next_part(later: JsonDict, earlier: JsonDict) -> bool:
    """Whether Telegram's app has cut the earlier text, and this is how it goes on."""
    n_units = _own_units(earlier)
    if n_units <= PART_UNITS or not _own_units(later) or later.get("reply_to_message"):
        return False
    if _seconds_between(earlier, later) > PARTS_WITHIN_S:
        return False
    return n_units >= FULL_UNITS or command_in(words_of(later)) is None


def wait_s(last: JsonDict, *, is_talk: bool = True) -> float:
    """For how many seconds something may follow that belongs to this message; 0: nothing does.

    Outside of talk only long texts go on, with which a command may come. Files stay apart there.
    """
    if _own_units(last) > PART_UNITS:
        return WAIT_FOR_TEXT_S
    if not is_talk:
        return 0
    if last.get("media_group_id"):
        return WAIT_FOR_ALBUM_S
    if is_forward(last):
        return WAIT_FOR_FORWARD_S
    return WAIT_BEHIND_COMMENT_S if _may_be_comment(last) else 0


def together(messages: Sequence[JsonDict], *, is_talk: bool = True) -> int:
    """How many of these successive messages, of which there is one, belong to the first.

    *is_talk* as in `wait_s`.
    """
    rule, n = belongs if is_talk else is_next_part, 1
    while n < min(len(messages), MOST_PARTS) and rule(messages[n], messages[n - 1]):
        n += 1
    return n


def _own_units(message: JsonDict) -> int:
    """The length of a text that the person has written; 0: it is none."""
    is_own = "text" in message and not is_forward(message)
    return utf16_length(words_of(message)) if is_own else 0


def _may_be_comment(message: JsonDict) -> bool:
    """Telegram's apps forward with a comment, which is neither a command nor a reply."""
    is_plain = bool(_own_units(message)) and not message.get("reply_to_message")
    return is_plain and command_in(words_of(message)) is None


def _seconds_between(earlier: JsonDict, later: JsonDict) -> float:
    """By their dates; infinite if the later one is older."""
    seconds = integer(later, "date") - integer(earlier, "date")
    return seconds if seconds >= 0 else math.inf


def _topic(message: JsonDict) -> int:
    return integer(message, "message_thread_id")
