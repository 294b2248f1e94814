"""The table of the Bot API's methods that the sandbox has.

Telegram ignores the case of a method's name, so the table is in lower case.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from sandbox.methods import about, chats, editing, receiving, sending
from sandbox.methods.call import Call

Method = Callable[[Call], Any | Awaitable[Any]]

_BY_NAME: dict[str, Method] = {
    # Receiving
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    # The bot itself
    "getMe": about.get_me,
    "logOut": about.log_out,
    "close": about.log_out,
    "setMyCommands": about.set_my_commands,
    "getMyCommands": about.get_my_commands,
    "deleteMyCommands": about.delete_my_commands,
    "setMyName": about.set_my_name,
    "getMyName": about.get_my_name,
    "setMyDescription": partial(about.set_profile, "description"),
    "getMyDescription": partial(about.get_profile, "description"),
    "setMyShortDescription": partial(about.set_profile, "short_description"),
    "getMyShortDescription": partial(about.get_profile, "short_description"),
    "setChatMenuButton": about.set_chat_menu_button,
    "getChatMenuButton": about.get_chat_menu_button,
    # New messages
    "sendMessage": sending.send_message,
    "sendDocument": sending.send_document,
    "sendPhoto": sending.send_photo,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "sendMessageDraft": sending.send_message_draft,
    "copyMessage": sending.copy_message,
    "forwardMessage": sending.forward_message,
    # Existing messages
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": editing.answer_callback_query,
    # Chats and files
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "leaveChat": chats.leave_chat,
    "getFile": chats.get_file,
}

METHODS: Final[dict[str, tuple[str, Method]]] = {
    name.lower(): (name, method) for name, method in _BY_NAME.items()
}
"""The official name and the function of each method, by its name in lower case."""
