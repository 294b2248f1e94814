"""Methods that send a new message."""

import secrets
from typing import Any

from sandbox.chats import Chat
from sandbox.errors import bad_request
from sandbox.keyboards import inline_keyboard
from sandbox.methods.call import Call, caption_of
from sandbox.shapes import Json

_CHAT_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
MEDIA_KINDS = ("photo", "document")
MAX_ALBUM = 10


def send_message(call: Call) -> Json:
    """SendMessage."""
    chat = call.open_chat()
    return _send(call, chat, call.text_content())


def send_document(call: Call) -> Json:
    """SendDocument."""
    chat = call.open_chat()
    content = {"document": call.file("document").as_document()}
    return _send(call, chat, content | call.caption())


def send_photo(call: Call) -> Json:
    """SendPhoto."""
    chat = call.open_chat()
    content: Json = {"photo": call.file("photo").as_photo()}
    return _send(call, chat, content | call.caption())


def send_media_group(call: Call) -> list[Json]:
    """SendMediaGroup."""
    chat = call.open_chat()
    media = call.params.get("media")
    if not isinstance(media, list):
        raise bad_request("can't parse media: expected an Array of InputMedia")
    if len(media) < 2:
        raise bad_request("media must include 2-10 items")
    if len(media) > MAX_ALBUM:
        raise bad_request("too many messages to send as an album")
    contents = [media_content(call, item) for item in media]
    if len({next(kind for kind in MEDIA_KINDS if kind in content) for content in contents}) > 1:
        raise bad_request("document can't be mixed with other media types")
    group = {"media_group_id": str(10**16 + secrets.randbelow(9 * 10**16))}
    reply = call.reply(chat)
    return [chat.add(call.bot.as_user, reply | group | content) for content in contents]


def media_content(call: Call, item: Any) -> Json:
    """An InputMedia's fields of a message; raises `TelegramError` for a bad kind or no file."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in MEDIA_KINDS:
        raise bad_request(f"can't parse InputMedia: type {kind} is not supported by the sandbox")
    file = call.file_at(str(item.get("media") or ""))
    media = file.as_photo() if kind == "photo" else file.as_document()
    return {kind: media} | caption_of(item)


def send_chat_action(call: Call) -> bool:
    """SendChatAction."""
    chat = call.open_chat()
    action = call.params.text("action")
    if action not in _CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.show_action(action)
    return True


def send_message_draft(call: Call) -> bool:
    """Check a `sendMessageDraft`; the page does not show drafts."""
    chat = call.open_chat()
    if chat.is_group:
        raise bad_request("message drafts can be sent to private chats only")
    if not call.params.integer("draft_id"):
        raise bad_request("draft identifier must be non-zero")
    if call.params.text("text"):
        call.text_content()
    return True


def copy_message(call: Call) -> Json:
    """CopyMessage."""
    chat, original = call.open_chat(), _original(call, "copy")
    left_out = (
        "message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup",
    )  # fmt: skip
    content = {key: value for key, value in original.items() if key not in left_out}
    if call.params.get("caption") is not None and "text" not in content:
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content |= call.caption()
    return {"message_id": _send(call, chat, content)["message_id"]}


def forward_message(call: Call) -> Json:
    """ForwardMessage."""
    chat, original = call.open_chat(), _original(call, "forward")
    origin = {"type": "user", "date": original["date"], "sender_user": original["from"]}
    kept = ("text", "entities", "caption", "caption_entities", "photo", "document")
    content = {key: original[key] for key in kept if key in original}
    return chat.add(call.bot.as_user, {"forward_origin": origin} | content)


def _send(call: Call, chat: Chat, content: Json) -> Json:
    reply = call.reply(chat)
    keyboard = inline_keyboard(call.params.get("reply_markup"))
    if reply or keyboard:
        content = reply | content | ({"reply_markup": keyboard} if keyboard else {})
    if call.params.flag("protect_content"):
        content["has_protected_content"] = True
    return chat.add(call.bot.as_user, content)


def _original(call: Call, what: str) -> Json:
    source = call.world.chat_for_bot(call.bot, call.params.chat_id("from_chat_id"))
    if (message := source.messages.get(call.params.message_id())) is None:
        raise bad_request(f"message to {what} not found")
    return message
