"""The state of the sandbox: people, bots, files, events and calls."""

import re

from sandbox.bots import Bot
from sandbox.calls import CallLog
from sandbox.chats import Chat, private_chat_view
from sandbox.errors import Refused, TelegramError, bad_request
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.files import FileStore
from sandbox.limits import Limits
from sandbox.network import Network
from sandbox.shapes import Json
from sandbox.signals import Closing

_LIKE_A_TOKEN = re.compile(r"(?!0)\d+:")
_TOKEN = re.compile(r"(\d{1,16}):[A-Za-z0-9_-]{30,}")


class World:
    """Telegram, as far as this sandbox imitates it."""

    def __init__(
        self, *, bot_tokens: frozenset[str] = frozenset(), has_limits: bool = False
    ) -> None:
        self.closing = Closing()
        self.users: dict[int, Json] = {}
        """People by id."""
        self.roles: dict[int, str] = {}
        """Their roles from the command line: admin, tester..."""
        self.bots: dict[int, Bot] = {}
        self.files = FileStore()
        self.events = Events(self.closing)
        self.calls = CallLog(self.closing)
        self.faults = Faults()
        self.network = Network(self.closing)
        self.limits = Limits() if has_limits else None
        self._bot_tokens = bot_tokens

    def authorize(self, bot_token: str) -> Bot:
        """The bot of a token; a bot's first token is its only valid one.

        Raises:
            TelegramError: 401 when it is malformed, or `--token` does not name it.
        """
        if not _LIKE_A_TOKEN.match(bot_token):
            raise TelegramError(401, "Unauthorized: invalid token specified")
        match = _TOKEN.fullmatch(bot_token)
        if match is None or (self._bot_tokens and bot_token not in self._bot_tokens):
            raise TelegramError(401, "Unauthorized")
        bot = self.bot(int(match[1]))
        if bot.bot_token is None:
            bot.bot_token = bot_token
        elif bot.bot_token != bot_token:
            raise TelegramError(401, "Unauthorized")
        if not bot.has_called:
            bot.has_called = True
            self.events.add("bot", bot.as_listed)
        return bot

    def bot(self, bot_id: int) -> Bot:
        """A bot by its id, even before its first call: Telegram keeps its updates meanwhile.

        Raises:
            Refused: when `--token` names other bots only.
        """
        if bot_id not in self.bots:
            is_known = any(token.startswith(f"{bot_id}:") for token in self._bot_tokens)
            if self._bot_tokens and not is_known:
                raise Refused(404, f"there is no bot {bot_id}")
            self.bots[bot_id] = Bot(bot_id, self.events, self.closing)
        return self.bots[bot_id]

    def put_user(self, user: Json, *, role: str = "") -> Json:
        """Create or change a person, in all chats too."""
        self.users[user["id"]] = user
        if role:
            self.roles[user["id"]] = role
        for bot in self.bots.values():
            if chat := bot.chats.get(user["id"]):
                chat.view = private_chat_view(user)
        self.events.add("user", user)
        return user

    def user(self, user_id: int) -> Json:
        """A person by id; raises `Refused` when there is none."""
        if user_id not in self.users:
            raise Refused(404, f"there is no user {user_id}: PUT /sandbox/users/{user_id} first")
        return self.users[user_id]

    def chat(self, bot_id: int, chat_id: int) -> tuple[Bot, Chat]:
        """A chat for the sandbox's own API; a private one is created when needed.

        Raises:
            Refused: when there is no such bot, person or group.
        """
        bot = self.bot(bot_id)
        if chat_id in bot.chats:
            return bot, bot.chats[chat_id]
        if chat_id < 0:
            raise Refused(404, f"there is no group {chat_id}: POST /sandbox/groups first")
        return bot, bot.chat_with(self.user(chat_id))

    def chat_for_bot(self, bot: Bot, chat_id: int) -> Chat:
        """The chat of a bot's call; raises `TelegramError` when there is none."""
        if chat := bot.chats.get(chat_id):
            return chat
        if chat_id not in self.users:
            raise bad_request("chat not found")
        return bot.chat_with(self.users[chat_id])
