"""People's actions: write, send files, edit, press buttons, block, add a bot to a group."""

import time
from typing import Any

from sandbox.bots import Bot
from sandbox.chats import Chat, known_message
from sandbox.detection import with_detected
from sandbox.errors import Refused
from sandbox.files import StoredFile
from sandbox.keyboards import has_callback
from sandbox.shapes import Json
from sandbox.text import MAX_CAPTION, MAX_TEXT, Formatted, clean, utf16_len
from sandbox.world import World


class People:
    """The actions of all people in the world; the bot gets an update for each."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(
        self, bot_id: int, chat_id: int, *, text: object, reply_to: object = None, by: object = None
    ) -> Json:
        """A person writes; raises `Refused` if Telegram's app would not let them."""
        content = _typed(text, MAX_TEXT).as_json("text", "entities")
        return self._send(bot_id, chat_id, content, reply_to=reply_to, by=by)

    def send_file(
        self,
        bot_id: int,
        chat_id: int,
        file: StoredFile,
        *,
        caption: str = "",
        reply_to: object = None,
    ) -> Json:
        """A person sends a document; raises `Refused` if Telegram's app would not let them."""
        content: Json = {"document": file.as_document()}
        if caption.strip():
            content |= _typed(caption, MAX_CAPTION).as_json("caption", "caption_entities")
        return self._send(bot_id, chat_id, content, reply_to=reply_to)

    def edit(self, bot_id: int, chat_id: int, message_id: int, text: object) -> Json:
        """A person edits a message; raises `Refused` if it is not theirs or has no text."""
        bot, chat = self._world.chat(bot_id, chat_id)
        message = known_message(chat, message_id)
        if message["from"]["is_bot"]:
            raise Refused(409, "people can only edit their own messages")
        if "text" not in message:
            raise Refused(409, "there is no text in the message to edit")
        _check_not_blocked(chat)
        kept = {key: value for key, value in message.items() if key not in ("text", "entities")}
        edited = chat.replace(kept | _typed(text, MAX_TEXT).as_json("text", "entities"))
        if not chat.has_left:
            bot.updates.put("edited_message", edited)
        return edited

    def press(
        self, bot_id: int, chat_id: int, message_id: int, *, data: object, by: object = None
    ) -> str:
        """Press a button; returns the callback query's id. Raises `Refused` if none has *data*."""
        bot, chat = self._world.chat(bot_id, chat_id)
        message = known_message(chat, message_id)
        if not isinstance(data, str) or not has_callback(message, data):
            raise Refused(409, f"no button of message {message_id} has the data {data!r} now")
        _check_not_blocked(chat)
        query_id = bot.new_query(chat_id)
        query = {
            "id": query_id,
            "from": self._sender(chat, by),
            "message": message,
            "chat_instance": str(bot.id * 1_000_003 + chat_id),
            "data": data,
        }
        bot.updates.put("callback_query", query)
        return query_id

    def block(self, bot_id: int, chat_id: int, *, blocked: bool) -> None:
        """A person blocks or unblocks the bot."""
        bot, chat = self._world.chat(bot_id, chat_id)
        if chat.is_group:
            raise Refused(409, "a group cannot block a bot")
        if chat.is_blocked == blocked:
            return
        chat.is_blocked = blocked
        bot.emit("blocked", {"chat_id": chat_id, "blocked": blocked}, chat_id)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        membership_changed(bot, chat, self._world.user(chat_id), before, after)

    def make_group(self, bot_id: int, view: Json, member_id: int) -> Json:
        """A person makes a group and adds the bot."""
        bot = self._world.bot(bot_id)
        member = self._world.user(member_id)
        chat = bot.chats.get(view["id"])
        if chat is None:
            chat = bot.open_chat(view)
        elif not chat.has_left:
            raise Refused(409, f"bot {bot_id} is in group {view['id']} already")
        chat.view, chat.has_left, chat.is_started = view, False, True
        membership_changed(bot, chat, member, "left", "member")
        return view

    def _send(
        self, bot_id: int, chat_id: int, content: Json, *, reply_to: object, by: object = None
    ) -> Json:
        bot, chat = self._world.chat(bot_id, chat_id)
        sender = self._sender(chat, by)
        _check_not_blocked(chat)
        if reply_to is not None:
            if not isinstance(reply_to, int):
                raise Refused(400, "reply_to_message_id must be a whole number")
            known_message(chat, reply_to)
            content = {"reply_to_message": chat.quoted(reply_to), **content}
        chat.is_started = True
        message = chat.add(sender, content)
        if not chat.has_left:
            bot.updates.put("message", message)
        return message

    def _sender(self, chat: Chat, by: object) -> Json:
        if by is None and chat.is_group:
            raise Refused(400, "from_id must say who in the group does this")
        sender_id = chat.id if by is None else by
        if not isinstance(sender_id, int):
            raise Refused(400, "from_id must be a whole number")
        if not chat.is_group and sender_id != chat.id:
            raise Refused(400, f"chat {chat.id} is private: from_id can only be {chat.id}")
        return self._world.user(sender_id)


def membership_changed(bot: Bot, chat: Chat, by: Json, before: str, after: str) -> None:
    """Queue my_chat_member: the bot was blocked, unblocked or added, or it left."""
    bot.updates.put(
        "my_chat_member",
        {
            "chat": chat.view,
            "from": by,
            "date": int(time.time()),
            "old_chat_member": chat_member(before, bot.as_user),
            "new_chat_member": chat_member(after, bot.as_user),
        },
    )


def chat_member(status: str, user: Json) -> Json:
    """Telegram's ChatMember."""
    return {"status": status, "user": user} | ({"until_date": 0} if status == "kicked" else {})


def _typed(text: Any, longest: int) -> Formatted:
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "text must be a string that is not empty")
    if utf16_len(text) > longest:
        raise Refused(400, f"Telegram's app sends at most {longest} characters at once")
    return with_detected(clean(text, []))


def _check_not_blocked(chat: Chat) -> None:
    if chat.is_blocked:
        raise Refused(409, "this person has blocked the bot: unblock it first")
