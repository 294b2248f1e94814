"""What is done about what people wrote and pressed while the bot was away.

All that somebody wrote to the model is one question, so that one answer comes and not thirty. Of
commands that only ask to be shown something, the last one is enough.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.delivery.commands import place_of
from bot.delivery.inbox_store import InboxRow
from bot.delivery.messages import integer, new_or_edited, thread_in, words_of
from bot.domain import JsonDict

MOST_MESSAGES: Final = 300
"""Of one question; of more, these are the newest."""
_NOTHING: Final = "{}"
"""The payload of what only counts as a part."""

_Group = list[InboxRow]
"""Updates that are handled as one, in whose place the first stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What comes next of the late updates of a lane."""

    handled: list[InboxRow]
    """As one."""
    left: list[InboxRow]
    """Nothing is done about these."""


def backlog(rows: Sequence[InboxRow], *, is_talk: bool) -> Backlog:
    """What to do about late updates of a chat and lane, of which there is at least one.

    Args:
        rows: All of the lane that are late and not done, oldest first.
        is_talk: The lane is that of questions to the model, where each update may cost money.
    """
    updates = [_Late(row, json.loads(row.payload)) for row in rows]
    kept = _questions(updates) if is_talk else _wishes(updates)
    held = {row.id for group in kept for row in group}
    return Backlog(handled=kept[0], left=[row for row in rows if row.id not in held])


class _Late:
    """An update with what it says."""

    def __init__(self, row: InboxRow, update: JsonDict) -> None:
        self.row, self.update = row, update
        self.place = place_of(update)
        self.message = new_or_edited(update)
        self.message_id = integer(self.message, "message_id")
        self.is_edit = "edited_message" in update
        self.press = update.get("callback_query")

    @property
    def is_reply_to_bot(self) -> bool:
        """It may answer a question of ours, and then it is not for the model."""
        replied = self.message.get("reply_to_message")
        sender = replied.get("from") if isinstance(replied, dict) else None
        return isinstance(sender, dict) and bool(sender.get("is_bot"))

    @property
    def wish(self) -> tuple[str, ...]:
        """Equal for two of which the later one is enough."""
        if isinstance(self.press, dict):
            message_id = integer(self.press.get("message"), "message_id")
            return "press", str(self.press.get("data")), str(message_id)
        words = words_of(self.message).split()
        if self.place and len(words) == 1:
            return ("command",)
        if self.place:
            return "command", *words
        return "other", str(self.row.id)


def _questions(updates: Sequence[_Late]) -> list[_Group]:
    """One question of each topic; replies to the bot by themselves; else the last update."""
    talk = [each for each in updates if each.message and not each.place]
    if not talk:
        return [[updates[-1].row]]
    groups = [[each.row] for each in talk if each.is_reply_to_bot]
    topics: dict[int, list[_Late]] = {}
    for each in talk:
        if not each.is_reply_to_bot:
            topics.setdefault(thread_in(each.message), []).append(each)
    groups += filter(None, map(_question, topics.values()))
    return sorted(groups, key=lambda group: group[0].id) or [[talk[-1].row]]


def _question(said: Sequence[_Late]) -> _Group:
    """All messages in their newest form; without new ones, none: an edit asks nothing by itself."""
    newest = {each.message_id: each.message for each in said}
    new = [each for each in said if not each.is_edit][-MOST_MESSAGES:]
    read = [
        replace(each.row, payload=json.dumps(each.update | {"message": newest[each.message_id]}))
        for each in new
    ]
    ids = {row.id for row in read}
    unread = [replace(each.row, payload=_NOTHING) for each in said if each.row.id not in ids]
    return [*read, *unread] if read else []


def _wishes(updates: Iterable[_Late]) -> list[_Group]:
    """Of equal ones the last, and of all commands without words one."""
    last = {each.wish: each.row for each in updates}
    return [[row] for row in sorted(last.values(), key=lambda row: row.id)]
