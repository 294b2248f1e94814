"""A chat between a bot and a person or a group: its messages and permissions."""

import asyncio
import time
from collections.abc import Callable

from sandbox.errors import Refused, bad_request, forbidden
from sandbox.shapes import Json

ACTION_LASTS_S = 5.0
TOPIC_COLOR = 0x6FB9F0
"""The colour of every topic: one of those that Telegram offers."""

Emit = Callable[[str, Json], None]
"""Sends the page an event of this chat: its name and data."""


class Chat:
    """The messages of one chat, and the state of the bot in it."""

    def __init__(self, view: Json, next_id: Callable[[], int], emit: Emit) -> None:
        self.view = view
        """Telegram's Chat."""
        self.messages: dict[int, Json] = {}
        """Messages by id, oldest first."""
        self.rings: list[int] = []
        """The messages of the bot that made the phone ring, oldest first."""
        self.asking: set[int] = set()
        """The messages that ask for a reply."""
        self.reactions: dict[int, dict[int, list[Json]]] = {}
        """Who reacted with what, by message and then by the id of the person or the bot."""
        self.votes: dict[int, dict[int, list[int]]] = {}
        """The options that people chose, by the poll's message and the person's id."""
        self.topics: dict[int, str] = {}
        """The names of the topics, by `message_thread_id`."""
        self.is_started = False
        """Whether the person has written, so that the bot may write."""
        self.is_blocked = False
        self.has_left = False
        """Whether the bot has left the group."""
        self.action: str | None = None
        """The shown action of the bot, such as "typing"; None: no action."""
        self._action_end: asyncio.TimerHandle | None = None
        self._next_id = next_id
        self._emit = emit

    @property
    def id(self) -> int:
        """The chat's id; of a private chat, the person's."""
        return int(self.view["id"])

    @property
    def is_group(self) -> bool:
        """Whether it is a group, not a private chat."""
        return self.id < 0

    def check_bot_may_write(self) -> None:
        """Raise `TelegramError` 403, as Telegram words it, when the bot may not write."""
        if self.has_left:
            raise forbidden("bot is not a member of the group chat")
        if self.is_blocked:
            raise forbidden("bot was blocked by the user")
        if not self.is_started:
            raise forbidden("bot can't initiate conversation with a user")

    def add(self, sender: Json, content: Json, *, rings: bool = False) -> Json:
        """Add a message from *sender*, with the bot's next id; returns it.

        *content* may hold a `date`, else it is now. *rings*: the person's phone makes a sound.
        """
        message: Json = {
            "message_id": content.get("message_id") or self._next_id(),
            "from": sender,
            "chat": self.view,
            "date": int(time.time()),
            **content,
        }
        self.messages[message["message_id"]] = message
        if sender["is_bot"]:
            self.show_action(None)
        self._emit("message", message)
        if rings:
            self.rings.append(message["message_id"])
            self._emit("ring", {"chat_id": self.id, "message_id": message["message_id"]})
        return message

    def ask(self, message_id: int, placeholder: str) -> None:
        """The app begins a reply to that message; the field shows *placeholder*."""
        self.asking.add(message_id)
        self._emit(
            "ask", {"chat_id": self.id, "message_id": message_id, "placeholder": placeholder}
        )

    def open_topic(self, sender: Json, name: str) -> Json:
        """Begin a topic; returns its service message, whose id is also that of the topic."""
        thread_id = self._next_id()
        self.topics[thread_id] = name
        created = {"name": name, "icon_color": TOPIC_COLOR}
        content = {"message_thread_id": thread_id, "is_topic_message": True}
        return self.add(sender, content | {"message_id": thread_id, "forum_topic_created": created})

    def react(self, message_id: int, actor: Json, reactions: list[Json]) -> list[Json]:
        """Set what one person or bot thinks of a message; returns what it was before."""
        of_message = {**self.reactions.pop(message_id, {})}
        before = of_message.pop(actor["id"], [])
        if reactions:
            of_message[actor["id"]] = reactions
        if of_message:
            self.reactions[message_id] = of_message
        shown = {"chat_id": self.id, "message_id": message_id, "reactions": self.shown(message_id)}
        self._emit("reactions", shown)
        return before

    def shown(self, message_id: int) -> list[Json]:
        """The reactions to a message: `{user_id, reaction}` for each."""
        of_message = self.reactions.get(message_id, {})
        return [
            {"user_id": actor_id, "reaction": reaction}
            for actor_id, reactions in of_message.items()
            for reaction in reactions
        ]

    def replace(self, message: Json, *, is_edit: bool = True) -> Json:
        """Replace a message by its changed form; an edit gives it an edit_date."""
        if is_edit:
            message["edit_date"] = int(time.time())
        self.messages[message["message_id"]] = message
        self._emit("edited", message)
        return message

    def delete(self, message_id: int) -> None:
        """Delete a message."""
        del self.messages[message_id]
        self.reactions.pop(message_id, None)
        self.votes.pop(message_id, None)
        self._emit("deleted", {"chat_id": self.id, "message_id": message_id})

    def quoted(self, message_id: int) -> Json | None:
        """The message as a reply to it shows it; None when there is none."""
        if (message := self.messages.get(message_id)) is None:
            return None
        return {key: value for key, value in message.items() if key != "reply_to_message"}

    def show_action(self, action: str | None) -> None:
        """Show the bot's action for `ACTION_LASTS_S` seconds; None ends it."""
        if self._action_end is not None:
            self._action_end.cancel()
            self._action_end = None
        if action is not None:
            loop = asyncio.get_running_loop()
            self._action_end = loop.call_later(ACTION_LASTS_S, self.show_action, None)
        if action != self.action:
            self.action = action
            self._emit("action", {"chat_id": self.id, "action": action})


def private_chat_view(user: Json) -> Json:
    """Telegram's Chat of a conversation with *user*."""
    names = ("username", "first_name", "last_name")
    return {"id": user["id"], "type": "private", **{k: user[k] for k in names if k in user}}


def own_message(chat: Chat, message_id: int, bot_id: int, what: str = "to edit") -> Json:
    """A message that the bot may edit, that is, its own; raises `TelegramError` for others."""
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(f"message {what} not found")
    is_forward = "forward_origin" in message
    # Telegram edits only messages without a markup, or with an inline keyboard.
    if message["from"]["id"] != bot_id or is_forward or message_id in chat.asking:
        raise bad_request("message can't be edited")
    return message


def known_message(chat: Chat, message_id: int) -> Json:
    """A message, for the sandbox's own API; raises `Refused` when there is none."""
    if (message := chat.messages.get(message_id)) is None:
        raise Refused(404, f"chat {chat.id} has no message {message_id}")
    return message
