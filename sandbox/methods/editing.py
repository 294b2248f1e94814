"""Methods that change or delete messages, and answer presses of buttons."""

from sandbox.chats import Chat, own_message
from sandbox.errors import bad_request
from sandbox.keyboards import inline_keyboard
from sandbox.methods.call import Call
from sandbox.methods.media import MEDIA, input_media, kind_of
from sandbox.shapes import Json

MAX_DELETED_AT_ONCE = 100
MAX_ANSWER = 200

_TEXT = ("text", "entities", "link_preview_options")
_CAPTION = ("caption", "caption_entities")


def edit_message_text(call: Call) -> Json:
    """EditMessageText."""
    chat, message = _target(call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edited(call, chat, message, call.text_content(), replaced=_TEXT)


def edit_message_caption(call: Call) -> Json:
    """EditMessageCaption."""
    chat, message = _target(call)
    if kind_of(message) is None:
        raise bad_request("there is no caption in the message to edit")
    return _edited(call, chat, message, call.caption(), replaced=_CAPTION)


def edit_message_media(call: Call) -> Json:
    """EditMessageMedia."""
    chat, message = _target(call)
    content = input_media(call, call.params.get("media"))
    return _edited(call, chat, message, content, replaced=(*_TEXT, *_CAPTION, *MEDIA))


def edit_message_reply_markup(call: Call) -> Json:
    """EditMessageReplyMarkup."""
    chat, message = _target(call)
    return _edited(call, chat, message, {}, replaced=())


def delete_message(call: Call) -> bool:
    """DeleteMessage."""
    chat = call.open_chat()
    message = chat.messages.get(call.params.message_id())
    if message is None:
        raise bad_request("message to delete not found")
    if not _may_delete(call, chat, message):
        raise bad_request("message can't be deleted")
    chat.delete(message["message_id"])
    return True


def delete_messages(call: Call) -> bool:
    """`deleteMessages` skips messages that do not exist."""
    chat = call.open_chat()
    ids = call.params.get("message_ids")
    if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
        raise bad_request("can't parse message identifiers JSON array")
    if not 1 <= len(ids) <= MAX_DELETED_AT_ONCE:
        raise bad_request("message identifiers must be 1-100")
    messages = [chat.messages[each] for each in dict.fromkeys(ids) if each in chat.messages]
    if not all(_may_delete(call, chat, message) for message in messages):
        raise bad_request("message can't be deleted")
    for message in messages:
        chat.delete(message["message_id"])
    return True


def answer_callback_query(call: Call) -> bool:
    """`answerCallbackQuery` works once for each query."""
    params = call.params
    query_id = params.text("callback_query_id")
    text = params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    chat_id = call.bot.queries.pop(query_id, None)
    if chat_id is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    answer = {
        "chat_id": chat_id,
        "callback_query_id": query_id,
        "text": text or None,
        "show_alert": params.flag("show_alert"),
        "url": params.text("url") or None,
    }
    call.bot.emit("callback_answer", answer, chat_id)
    return True


def _target(call: Call) -> tuple[Chat, Json]:
    if call.params.get("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = call.open_chat()
    return chat, own_message(chat, call.params.message_id(), call.bot.id)


def _edited(
    call: Call, chat: Chat, message: Json, content: Json, *, replaced: tuple[str, ...]
) -> Json:
    """Replace parts of a message, and its keyboard: an edit without one removes it."""
    keyboard = inline_keyboard(call.params.get("reply_markup"), only_inline=True)
    edited = {k: v for k, v in message.items() if k not in replaced and k != "reply_markup"}
    edited |= content | ({"reply_markup": keyboard} if keyboard else {})
    if edited == message:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    return chat.replace(edited)


def _may_delete(call: Call, chat: Chat, message: Json) -> bool:
    return not chat.is_group or bool(message["from"]["id"] == call.bot.id)
