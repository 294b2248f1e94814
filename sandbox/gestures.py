"""What people do to messages that are there: edit, delete, press, react, vote."""

import time
from typing import Any

from sandbox.bots import Bot
from sandbox.chats import Chat, known_message
from sandbox.errors import Refused
from sandbox.keyboards import has_callback
from sandbox.membership import actor, check_not_blocked
from sandbox.polls import checked_vote, counted
from sandbox.reactions import checked
from sandbox.shapes import Json
from sandbox.text import MAX_TEXT
from sandbox.typed import caption_of, typed
from sandbox.world import World


class Gestures:
    """The gestures of one world; each raises `Refused` if Telegram's app would not allow it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def edit(self, bot_id: int, chat_id: int, message_id: int, text: object) -> Json:
        """A person edits the text of a message of theirs, or its caption."""
        bot, chat, message = self._own(bot_id, chat_id, message_id)
        kept = {key: value for key, value in message.items() if key not in ("text", "entities")}
        if "text" in message:
            content = typed(text, MAX_TEXT).as_json("text", "entities")
        elif {"photo", "document", "voice"} & message.keys():
            kept = {key: value for key, value in kept.items() if not key.startswith("caption")}
            content = caption_of(text)
        else:
            raise Refused(409, "there is no text in the message to edit")
        edited = chat.replace(kept | content)
        if not chat.has_left:
            bot.updates.put("edited_message", edited)
        return edited

    def delete(self, bot_id: int, chat_id: int, message_id: int) -> None:
        """A person deletes a message; Telegram does not tell the bot."""
        _, chat = self._world.chat(bot_id, chat_id)
        known_message(chat, message_id)
        chat.delete(message_id)

    def press(
        self,
        bot_id: int,
        chat_id: int,
        message_id: int,
        *,
        data: object,
        by: Any,
        is_late: bool = False,
    ) -> str:
        """Press a button; returns the callback query's id.

        *is_late*: the app has not heard yet that the bot took the button away.
        """
        bot, chat = self._world.chat(bot_id, chat_id)
        message = known_message(chat, message_id)
        if not isinstance(data, str) or not (is_late or has_callback(message, data)):
            raise Refused(409, f"no button of message {message_id} has the data {data!r} now")
        check_not_blocked(chat)
        query_id = bot.new_query(chat_id)
        query = {
            "id": query_id,
            "from": actor(self._world, chat, by),
            "message": message,
            "chat_instance": str(bot.id * 1_000_003 + chat_id),
            "data": data,
        }
        bot.updates.put("callback_query", query)
        return query_id

    def react(self, bot_id: int, chat_id: int, message_id: int, *, emoji: Any, by: Any) -> None:
        """Set a person's reactions; the bot hears of it if it asked for `message_reaction`.

        In groups Telegram tells only bots that are administrators, which the sandbox's are not.
        """
        bot, chat = self._world.chat(bot_id, chat_id)
        known_message(chat, message_id)
        check_not_blocked(chat)
        if not isinstance(emoji, list):
            raise Refused(400, "emoji must be a list, which may be empty")
        reactions = checked([{"type": "emoji", "emoji": each} for each in emoji])
        user = actor(self._world, chat, by)
        before = chat.react(message_id, user, reactions)
        if chat.is_group or before == reactions:
            return
        bot.updates.put(
            "message_reaction",
            {
                "chat": chat.view,
                "message_id": message_id,
                "user": user,
                "date": int(time.time()),
                "old_reaction": before,
                "new_reaction": reactions,
            },
        )

    def vote(self, bot_id: int, chat_id: int, message_id: int, *, options: Any, by: Any) -> Json:
        """Vote in a poll of the bot, which gets `poll`, and `poll_answer` if it shows who voted."""
        bot, chat = self._world.chat(bot_id, chat_id)
        message = known_message(chat, message_id)
        if "poll" not in message:
            raise Refused(409, f"message {message_id} has no poll")
        check_not_blocked(chat)
        user, votes = actor(self._world, chat, by), chat.votes.setdefault(message_id, {})
        vote = checked_vote(message["poll"], options, votes.get(user["id"], []))
        votes[user["id"]] = vote
        poll = counted(message["poll"], votes.values())
        chat.replace(message | {"poll": poll}, is_edit=False)
        if not poll["is_anonymous"]:
            chosen = [poll["options"][number]["persistent_id"] for number in vote]
            answer = {"poll_id": poll["id"], "user": user, "option_ids": vote}
            bot.updates.put("poll_answer", answer | {"option_persistent_ids": chosen})
        bot.updates.put("poll", poll)
        return poll

    def _own(self, bot_id: int, chat_id: int, message_id: int) -> tuple[Bot, Chat, Json]:
        bot, chat = self._world.chat(bot_id, chat_id)
        message = known_message(chat, message_id)
        if message["from"]["is_bot"] or "forward_origin" in message:
            raise Refused(409, "people can only edit their own messages")
        check_not_blocked(chat)
        return bot, chat, message
