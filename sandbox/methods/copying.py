"""Methods that copy or forward messages."""

from collections.abc import Sequence
from typing import Any

from sandbox.errors import bad_request
from sandbox.forwards import copied, forwarded, regrouped
from sandbox.methods.call import Call
from sandbox.methods.media import kind_of
from sandbox.methods.sending import add_all, send
from sandbox.shapes import Json

MAX_AT_ONCE = 100
"""Messages that one call may copy or forward."""


def copy_message(call: Call) -> Json:
    """CopyMessage."""
    chat, original = call.open_chat(), _original(call, call.params.message_id(), "copy")
    content = copied(original)
    content.pop("media_group_id", None)
    if call.params.get("caption") is not None and kind_of(content):
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content |= call.caption()
    return {"message_id": send(call, chat, content)["message_id"]}


def forward_message(call: Call) -> Json:
    """ForwardMessage."""
    chat, original = call.open_chat(), _original(call, call.params.message_id(), "forward")
    content = forwarded(original)
    content.pop("media_group_id", None)
    return chat.add(call.bot.as_user, call.thread(chat) | content, rings=call.rings)


def copy_messages(call: Call) -> list[Json]:
    """`copyMessages` skips messages that do not exist."""
    chat = call.open_chat()
    return _ids(add_all(call, chat, regrouped(map(copied, _originals(call)))))


def forward_messages(call: Call) -> list[Json]:
    """`forwardMessages` skips messages that do not exist."""
    chat = call.open_chat()
    return _ids(add_all(call, chat, regrouped(map(forwarded, _originals(call)))))


def _originals(call: Call) -> list[Json]:
    ids: Any = call.params.get("message_ids")
    if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
        raise bad_request("can't parse message identifiers JSON array")
    if not 1 <= len(ids) <= MAX_AT_ONCE:
        raise bad_request("message identifiers must be 1-100")
    source = call.world.chat_for_bot(call.bot, call.params.chat_id("from_chat_id"))
    return [source.messages[each] for each in sorted(set(ids)) if each in source.messages]


def _original(call: Call, message_id: int, what: str) -> Json:
    source = call.world.chat_for_bot(call.bot, call.params.chat_id("from_chat_id"))
    if (message := source.messages.get(message_id)) is None:
        raise bad_request(f"message to {what} not found")
    return message


def _ids(messages: Sequence[Json]) -> list[Json]:
    return [{"message_id": message["message_id"]} for message in messages]
