"""The table of the Bot API's methods that the sandbox has.

Telegram ignores the case of a method's name, so the table is in lower case.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from sandbox.methods import (
    about,
    chats,
    copying,
    editing,
    polls,
    receiving,
    sending,
    small,
    topics,
)
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
    "sendDocument": partial(sending.send_media, "document"),
    "sendPhoto": partial(sending.send_media, "photo"),
    "sendVoice": partial(sending.send_media, "voice"),
    "sendAudio": partial(sending.send_media, "audio"),
    "sendVideo": partial(sending.send_media, "video"),
    "sendAnimation": partial(sending.send_media, "animation"),
    "sendSticker": sending.send_sticker,
    "sendDice": small.send_dice,
    "sendContact": small.send_contact,
    "sendLocation": small.send_location,
    "sendPoll": polls.send_poll,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "sendMessageDraft": sending.send_message_draft,
    "copyMessage": copying.copy_message,
    "copyMessages": copying.copy_messages,
    "forwardMessage": copying.forward_message,
    "forwardMessages": copying.forward_messages,
    # Existing messages
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "stopPoll": polls.stop_poll,
    "setMessageReaction": polls.set_message_reaction,
    "answerCallbackQuery": editing.answer_callback_query,
    # Chats and files
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "leaveChat": chats.leave_chat,
    "createForumTopic": topics.create_forum_topic,
    "getFile": chats.get_file,
}

METHODS: Final[dict[str, tuple[str, Method]]] = {
    name.lower(): (name, method) for name, method in _BY_NAME.items()
}
"""The official name and the function of each method, by its name in lower case."""
