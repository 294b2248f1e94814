"""Who is in a chat: people block the bot, let it back, and add it to groups."""

import time

from sandbox.bots import Bot
from sandbox.chats import Chat
from sandbox.errors import Refused
from sandbox.shapes import Json
from sandbox.world import World


def block(world: World, bot_id: int, chat_id: int, *, blocked: bool) -> None:
    """A person blocks or unblocks the bot."""
    bot, chat = world.chat(bot_id, chat_id)
    if chat.is_group:
        raise Refused(409, "a group cannot block a bot")
    if chat.is_blocked == blocked:
        return
    chat.is_blocked = blocked
    bot.emit("blocked", {"chat_id": chat_id, "blocked": blocked}, chat_id)
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    membership_changed(bot, chat, world.user(chat_id), before, after)


def make_group(world: World, bot_id: int, view: Json, member_id: int) -> Json:
    """A person makes a group and adds the bot."""
    bot, member = world.bot(bot_id), world.user(member_id)
    chat = bot.chats.get(view["id"])
    if chat is None:
        chat = bot.open_chat(view)
    elif not chat.has_left:
        raise Refused(409, f"bot {bot_id} is in group {view['id']} already")
    chat.view, chat.has_left, chat.is_started = view, False, True
    membership_changed(bot, chat, member, "left", "member")
    return view


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


def actor(world: World, chat: Chat, by: int | None) -> Json:
    """The person who does something in a chat; raises `Refused` if it cannot be this one."""
    if by is None and chat.is_group:
        raise Refused(400, "from_id must say who in the group does this")
    if not chat.is_group and by not in (None, chat.id):
        raise Refused(400, f"chat {chat.id} is private: from_id can only be {chat.id}")
    return world.user(chat.id if by is None else by)


def check_not_blocked(chat: Chat) -> None:
    """Raise `Refused` if the person has blocked the bot."""
    if chat.is_blocked:
        raise Refused(409, "this person has blocked the bot: unblock it first")
