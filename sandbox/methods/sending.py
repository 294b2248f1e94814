"""Methods that send a new message."""

from collections.abc import Sequence

from sandbox.chats import Chat
from sandbox.errors import bad_request
from sandbox.forwards import new_group_id
from sandbox.keyboards import forced_reply, inline_keyboard
from sandbox.methods.call import Call
from sandbox.methods.media import ALONE_IN_ALBUMS, IN_ALBUMS, input_media, kind_of, send_content
from sandbox.shapes import Json

_CHAT_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
MAX_ALBUM = 10


def send_message(call: Call) -> Json:
    """SendMessage."""
    chat = call.open_chat()
    return send(call, chat, call.text_content())


def send_media(kind: str, call: Call) -> Json:
    """Send a file of a kind: `sendDocument`, `sendPhoto`, `sendVoice`..."""
    chat = call.open_chat()
    return send(call, chat, send_content(call, kind))


def send_sticker(call: Call) -> Json:
    """SendSticker."""
    chat = call.open_chat()
    sticker = call.file("sticker").as_sticker(call.params.text("emoji") or "🙂")
    return send(call, chat, {"sticker": sticker})


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
    contents = [input_media(call, item) for item in media]
    kinds = {kind_of(content) for content in contents}
    for kind in kinds:
        if kind not in IN_ALBUMS:
            raise bad_request("can't use the media of the specified type in the album")
        if kind in ALONE_IN_ALBUMS and len(kinds) > 1:
            raise bad_request(f"{kind} can't be mixed with other media types")
    common = call.reply(chat) | call.thread(chat) | {"media_group_id": new_group_id()}
    return add_all(call, chat, [common | content for content in contents])


def send_chat_action(call: Call) -> bool:
    """SendChatAction."""
    chat = call.open_chat()
    action = call.params.text("action")
    if action not in _CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.thread(chat)
    chat.show_action(action)
    return True


def send_message_draft(call: Call) -> bool:
    """Check a `sendMessageDraft`; the page does not show drafts."""
    chat = call.open_chat()
    if chat.is_group:
        raise bad_request("message drafts can be sent to private chats only")
    if not call.params.integer("draft_id"):
        raise bad_request("draft identifier must be non-zero")
    call.thread(chat)
    if call.params.text("text"):
        call.text_content()
    return True


def send(call: Call, chat: Chat, content: Json) -> Json:
    """Add a message to the chat, with what the call says besides its content."""
    markup = call.params.get("reply_markup")
    keyboard, placeholder = inline_keyboard(markup), forced_reply(markup)
    content = call.thread(chat) | call.reply(chat) | content
    if keyboard:
        content["reply_markup"] = keyboard
    if call.params.flag("protect_content"):
        content["has_protected_content"] = True
    message = chat.add(call.bot.as_user, content, rings=call.rings)
    if placeholder is not None:
        chat.ask(message["message_id"], placeholder)
    return message


def add_all(call: Call, chat: Chat, contents: Sequence[Json]) -> list[Json]:
    """Add messages; the phone rings once for all of them."""
    thread = call.thread(chat)
    return [
        chat.add(call.bot.as_user, thread | content, rings=call.rings and number == 0)
        for number, content in enumerate(contents)
    ]
