"""Finds an update's chat and lane in its raw JSON.

It does not use the library's classes: an update that those can't parse must not stop the others of
its batch from being stored.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.delivery.inbox_store import Incoming
from bot.delivery.old_names import current, name_of
from bot.domain import JsonDict

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class Lane(StrEnum):
    """Updates of one chat and lane are handled in order; lanes do not wait for each other."""

    TALK = "talk"
    """Texts, and commands and presses that have to keep their order with texts."""
    OTHER = "desk"
    """The value is stored in the inbox, so it keeps an earlier name."""
    STOP = "stop"
    """For a press that stops an answer of the lane TALK while it is generated."""


LaneNames = Mapping[str, Lane]
"""`/command` or `feature:action` -> its lane, where that is not `Lane.OTHER`."""

_LARGEST = 2**63 - 1

_logger = logging.getLogger(__name__)


def route(update: JsonDict, lanes: LaneNames) -> Incoming | None:
    """The update as an inbox row; in chat 0 if its chat is unknown. None: it has no id."""
    update_id = update_id_of(update)
    if update_id is None:
        return None
    message = _message(update)
    return Incoming(
        update_id=update_id,
        chat_id=_integer(message.get("chat"), "id"),
        lane=_lane(update, message, lanes),
        # A pressed button's message is ours, and its id may not be stored as sent yet.
        message_id=0 if "callback_query" in update else _integer(message, "message_id"),
        payload=json.dumps(update),
    )


def route_all(updates: Sequence[JsonDict], lanes: LaneNames) -> list[Incoming]:
    """The updates of a batch as inbox rows, in their order, without those that have no id."""
    routed = [route(update, lanes) for update in updates]
    if None in routed:
        _logger.error("%s updates without an id were left out", routed.count(None))
    return [incoming for incoming in routed if incoming is not None]


def update_id_of(update: object) -> int | None:
    """The id with which we confirm the update to Telegram; None: there is none."""
    return _integer(update, "update_id") or None


def _message(update: JsonDict) -> JsonDict:
    query = update.get("callback_query")
    candidates = (
        update.get("message"),
        update.get("edited_message"),
        query.get("message") if isinstance(query, dict) else None,
        update.get("my_chat_member"),
    )
    return next((found for found in candidates if isinstance(found, dict)), {})


def _lane(update: JsonDict, message: JsonDict, lanes: LaneNames) -> Lane:
    query = update.get("callback_query")
    if isinstance(query, dict):
        return lanes.get(name_of(current(str(query.get("data")))), Lane.OTHER)
    text = message.get("text")
    if not isinstance(text, str) or not ("message" in update or "edited_message" in update):
        return Lane.OTHER
    if not text.startswith("/"):
        return Lane.TALK
    command = text.split(maxsplit=1)[0].split("@")[0]
    return lanes.get(command, Lane.OTHER)


def _integer(holder: object, key: str) -> int:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        return 0
    return value
