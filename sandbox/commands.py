"""The command menus of a bot, and the list that a person sees.

https://core.telegram.org/bots/api#determining-list-of-commands
"""

import re
from typing import Any

from sandbox.errors import bad_request
from sandbox.shapes import Json

MAX_COMMANDS = 100
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_PLAIN = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_OF_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})

ScopeKey = tuple[object, ...]


class CommandMenus:
    """Lists of commands by scope and language."""

    def __init__(self) -> None:
        self._lists: dict[tuple[ScopeKey, str], list[Json]] = {}

    def set(self, scope: ScopeKey, language: str, commands: Any) -> None:
        """Store a list, or remove it by an empty one; raises `TelegramError` for a bad command."""
        checked = _checked(commands)
        if checked:
            self._lists[scope, language] = checked
        else:
            self.delete(scope, language)

    def get(self, scope: ScopeKey, language: str) -> list[Json]:
        """The list of exactly this scope and language."""
        return self._lists.get((scope, language), [])

    def delete(self, scope: ScopeKey, language: str) -> None:
        """Remove a list."""
        self._lists.pop((scope, language), None)

    def seen_by(self, chat_id: int, user_id: int, language: str) -> list[Json]:
        """What a person sees in a chat: the narrowest scope, their language before no language."""
        scopes: list[ScopeKey] = [("chat", chat_id)]
        if chat_id < 0:
            scopes = [("chat_member", chat_id, user_id), *scopes, ("all_group_chats",)]
        else:
            scopes.append(("all_private_chats",))
        scopes.append(("default",))
        for scope in scopes:
            for code in (language, ""):
                if commands := self.get(scope, code):
                    return commands
        return []


def scope_key(scope: Any) -> ScopeKey:
    """A BotCommandScope as the key of a dictionary; raises `TelegramError` for an invalid one."""
    if scope is None or scope == "":
        return ("default",)
    kind = str(scope.get("type")) if isinstance(scope, dict) else None
    if kind in _PLAIN:
        return (kind,)
    if kind not in _OF_CHAT:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    key = (kind, _identifier(scope, "chat_id"))
    return (*key, _identifier(scope, "user_id")) if kind == "chat_member" else key


def checked_language(code: str) -> str:
    """A language_code of two letters or none; raises `TelegramError` for others."""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _identifier(scope: Json, field: str) -> int:
    try:
        return int(scope[field])
    except KeyError:
        raise bad_request(f"can't parse BotCommandScope: Can't find field \"{field}\"") from None
    except (TypeError, ValueError):
        raise bad_request("chat not found") from None


def _checked(commands: Any) -> list[Json]:
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_checked_command(command) for command in commands]


def _checked_command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not _NAME.fullmatch(name.removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= len(description.strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description.strip()}
