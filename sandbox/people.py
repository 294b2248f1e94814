"""What people send: words, files, albums, forwards. The bot gets an update for each message."""

import time
from collections.abc import Sequence

from sandbox import rich
from sandbox.chats import known_message
from sandbox.cutting import LOOKS_BACK, cut
from sandbox.errors import Refused
from sandbox.forwards import forwarded, new_group_id, origin, regrouped
from sandbox.manners import Manner
from sandbox.membership import actor, check_not_blocked
from sandbox.sent_files import sent_file
from sandbox.shapes import Json
from sandbox.text import MAX_TEXT, utf16_len
from sandbox.typed import typed
from sandbox.world import World


class People:
    """The messages of all people in the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, bot_id: int, chat_id: int, raw: Json, manner: Manner) -> list[Json]:
        """A person writes; raises `Refused` if Telegram's app would not let them.

        The app cuts a long text in parts. Only the first of them is a reply.
        """
        if "rich_message" in raw:
            return self._send(
                bot_id, chat_id, [{"rich_message": rich.checked(raw["rich_message"])}], manner
            )
        text, app = raw.get("text"), raw.get("app", "android")
        if app not in LOOKS_BACK:
            raise Refused(400, f"app must be one of {', '.join(LOOKS_BACK)}")
        is_long = isinstance(text, str) and utf16_len(text) > MAX_TEXT
        if is_long and raw.get("entities"):
            raise Refused(400, "a text that is cut cannot have entities")
        parts = cut(str(text), MAX_TEXT, app) if is_long else [text]
        contents = [
            typed(part, MAX_TEXT, raw.get("entities")).as_json("text", "entities") for part in parts
        ]
        return self._send(bot_id, chat_id, contents, manner)

    def send_files(
        self, bot_id: int, chat_id: int, files: Sequence[Json], manner: Manner
    ) -> list[Json]:
        """A person sends files, each as its field of a message; several are an album."""
        group = {"media_group_id": new_group_id()} if len(files) > 1 else {}
        return self._send(bot_id, chat_id, [group | file for file in files], manner)

    def forward(self, bot_id: int, chat_id: int, raw: Json, manner: Manner) -> list[Json]:
        """A person forwards messages, perhaps with a comment, which comes first."""
        contents = regrouped(self._forwarded(bot_id, chat_id, raw))
        if comment := raw.get("comment"):
            contents.insert(0, typed(comment, MAX_TEXT).as_json("text", "entities"))
        return self._send(bot_id, chat_id, contents, manner)

    def open_topic(self, bot_id: int, chat_id: int, name: object) -> Json:
        """A person begins a topic in the chat."""
        bot, chat = self._world.chat(bot_id, chat_id)
        if not isinstance(name, str) or not 1 <= len(name) <= 128:
            raise Refused(400, "name must be a string of 1 to 128 characters")
        check_not_blocked(chat)
        bot.has_topics = chat.is_started = True
        message = chat.open_topic(actor(self._world, chat, None), name)
        bot.updates.put("message", message)
        return message

    def _forwarded(self, bot_id: int, chat_id: int, raw: Json) -> list[Json]:
        if "message_ids" in raw:
            ids = raw["message_ids"]
            if not isinstance(ids, list) or not ids or not all(isinstance(n, int) for n in ids):
                raise Refused(400, "message_ids must be a list of whole numbers")
            _, chat = self._world.chat(bot_id, raw.get("from_chat_id", chat_id))
            return [forwarded(known_message(chat, number)) for number in ids]
        if "rich_message" in raw:
            content: Json = {"rich_message": rich.checked(raw["rich_message"])}
        elif "kind" in raw:
            content = sent_file(self._world.files, str(raw["kind"]), raw, None)
        else:
            content = typed(raw.get("text"), MAX_TEXT).as_json("text", "entities")
        return [{"forward_origin": origin(raw.get("origin", {"name": "Сосед"}))} | content]

    def _send(
        self, bot_id: int, chat_id: int, contents: Sequence[Json], manner: Manner
    ) -> list[Json]:
        """Send messages in the same second, one after the other; the first one is the reply."""
        bot, chat = self._world.chat(bot_id, chat_id)
        sender = actor(self._world, chat, manner.by)
        check_not_blocked(chat)
        common = manner.content(chat)
        topic = {
            name: value for name, value in common.items() if "topic" in name or "thread" in name
        }
        chat.is_started = True
        date = {"date": int(time.time())}
        sent = [
            chat.add(sender, (topic if number else common) | content | date)
            for number, content in enumerate(contents)
        ]
        if not chat.has_left:
            for message in sent:
                bot.updates.put("message", message)
        return sent
