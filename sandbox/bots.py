"""A bot: its name, chats, updates and menus."""

import secrets

from sandbox.chats import Chat, private_chat_view
from sandbox.commands import CommandMenus
from sandbox.events import Events
from sandbox.shapes import Json
from sandbox.signals import Closing
from sandbox.updates import UpdateQueue
from sandbox.webhooks import Webhook

_KEPT_QUERIES = 10_000


class Bot:
    """Everything that Telegram keeps for one bot."""

    def __init__(self, bot_id: int, events: Events, closing: Closing) -> None:
        self.id = bot_id
        self.bot_token: str | None = None
        """The token of its first call; None before that."""
        self.has_called = False
        self.name = "Natasha"
        self.username = f"natasha_{bot_id}_bot"
        self.has_topics = False
        """Whether private chats may have topics; from the first topic on."""
        self.profile: dict[tuple[str, str], str] = {}
        """Name, description and short description, by kind and language."""
        self.menu_buttons: dict[int | None, Json] = {}
        self.updates = UpdateQueue(closing)
        self.webhook = Webhook(self.updates, closing)
        self.menus = CommandMenus()
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, int] = {}
        """The chats of unanswered callback queries, by query id."""
        self._last_message_id = 0
        self._events = events

    @property
    def as_user(self) -> Json:
        """Telegram's User of this bot, as in its messages."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    @property
    def as_me(self) -> Json:
        """The result of getMe."""
        return {
            **self.as_user,
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": self.has_topics,
        }

    @property
    def as_listed(self) -> Json:
        """The bot as the sandbox's own API shows it."""
        return {"id": self.id, "username": self.username, "first_name": self.name}

    def told(self, what: str, language: str) -> str:
        """A part of the profile in one language, else in the default language, else empty."""
        return self.profile.get((what, language)) or self.profile.get((what, ""), "")

    def chat_with(self, user: Json) -> Chat:
        """The private chat with *user*, created if there is none yet."""
        return self.chats.get(user["id"]) or self.open_chat(private_chat_view(user))

    def open_chat(self, view: Json) -> Chat:
        """Create a chat."""
        chat_id = view["id"]
        chat = Chat(view, self._next_id, lambda name, data: self.emit(name, data, chat_id))
        self.chats[chat_id] = chat
        return chat

    def emit(self, name: str, data: Json, chat_id: int | None = None) -> None:
        """Send the page an event of this bot."""
        self._events.add(name, data, bot_id=self.id, chat_id=chat_id)

    def _next_id(self) -> int:
        """The id of a new message. Telegram counts per account, not per chat."""
        self._last_message_id += 1
        return self._last_message_id

    def new_query(self, chat_id: int) -> str:
        """The id of a callback query that can be answered once."""
        query_id = str(10**17 + secrets.randbelow(9 * 10**17))
        self.queries[query_id] = chat_id
        if len(self.queries) > _KEPT_QUERIES:
            del self.queries[next(iter(self.queries))]
        return query_id
