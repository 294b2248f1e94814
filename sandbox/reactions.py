"""Reactions to messages: https://core.telegram.org/bots/api#reactiontypeemoji."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.shapes import Json

_ALL = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 "
    "🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 "
    "🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡 "
)
EMOJI = frozenset(_ALL.split())
"""The emoji that may be reactions, without the sign that asks for colour (U+FE0F)."""


def checked(raw: Any) -> list[Json]:
    """The reactions of one bot or person, at most one.

    Raises:
        TelegramError: for one that Telegram does not know, or for several.
    """
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list):
        raise bad_request("expected an Array of ReactionType")
    reactions = [_checked(each) for each in raw]
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    return reactions


def _checked(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise bad_request("can't parse ReactionType: expected an Object")
    if raw.get("type") != "emoji":
        raise bad_request("can't parse ReactionType: the sandbox knows the type emoji only")
    emoji = str(raw.get("emoji")).replace("\ufe0f", "")
    if emoji not in EMOJI:
        raise bad_request("REACTION_INVALID")
    return {"type": "emoji", "emoji": emoji}
