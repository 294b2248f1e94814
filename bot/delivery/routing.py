"""Finds an update's chat and lane in its raw JSON.

It does not use the library's classes: an update that those can't parse must not stop the others of
its batch from being stored.
"""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from bot.delivery.commands import place_of
from bot.delivery.inbox_store import Incoming
from bot.delivery.messages import integer, is_file, new_or_edited
from bot.domain import JsonDict

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class Lane(StrEnum):
    """Updates of one chat and lane are handled in order; lanes do not wait for each other."""

    TALK = "talk"
    """Whatever people say, and commands and presses that have to keep their order with it."""
    OTHER = "desk"
    """The value is stored in the inbox, so it keeps an earlier name."""
    STOP = "stop"
    """For a press that stops an answer of the lane TALK while it is generated."""


LaneNames = Mapping[str, Lane]
"""`/command` or `feature:action` -> its lane, where that is not `Lane.OTHER`."""

_logger = logging.getLogger(__name__)


def route(
    update: JsonDict, lanes: LaneNames, admin_ids: Collection[int] | None = None
) -> Incoming | None:
    """The update as an inbox row; in chat 0 if its chat is unknown. None: it has no id.

    Files of *admin_ids* are datasets, which keep their order with commands; None: everybody's.
    """
    update_id = update_id_of(update)
    if update_id is None:
        return None
    message = _message(update)
    chat_id = integer(message.get("chat"), "id")
    return Incoming(
        update_id=update_id,
        chat_id=chat_id,
        lane=_lane(update, lanes, takes_files=admin_ids is None or chat_id in admin_ids),
        # A pressed button's message is ours, and its id may not be stored as sent yet.
        message_id=0 if "callback_query" in update else integer(message, "message_id"),
        payload=json.dumps(update),
    )


def route_all(
    updates: Sequence[JsonDict], lanes: LaneNames, admin_ids: Collection[int] | None = None
) -> list[Incoming]:
    """The updates of a batch as inbox rows, in their order, without those that have no id."""
    routed = [route(update, lanes, admin_ids) for update in updates]
    if None in routed:
        _logger.error("%s updates without an id were left out", routed.count(None))
    return [incoming for incoming in routed if incoming is not None]


def update_id_of(update: object) -> int | None:
    """The id with which we confirm the update to Telegram; None: there is none."""
    return integer(update, "update_id") or None


def _message(update: JsonDict) -> JsonDict:
    query = update.get("callback_query")
    candidates = (
        update.get("message"),
        update.get("edited_message"),
        query.get("message") if isinstance(query, dict) else None,
        update.get("my_chat_member"),
    )
    return next((found for found in candidates if isinstance(found, dict)), {})


def _lane(update: JsonDict, lanes: LaneNames, *, takes_files: bool) -> Lane:
    message, place = new_or_edited(update), place_of(update)
    if takes_files and is_file(message):
        return Lane.OTHER
    if place:
        return lanes.get(place, Lane.OTHER)
    return Lane.TALK if message else Lane.OTHER
