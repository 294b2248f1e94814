"""Whether a message answers a question of ours, which Telegram makes a reply to it."""

import re

from bot.delivery.messages import words_of
from bot.domain import JsonDict
from bot.edge.context import BotContext
from bot.texts import LANGUAGES, unmarked


def number_in(context: BotContext, key: str) -> int | None:
    """The plan that the question with that key is about; 0: none. None: it answers no such one."""
    if not (context.is_new and context.person.is_admin and context.text):
        return None
    found = numbers_in(context.row.written, key)
    return found if found is None else (*found, 0)[0]


def numbers_in(message: JsonDict, key: str) -> tuple[int, ...] | None:
    """The numbers in the question with that key that the message answers; None: it answers no such.

    The question is recognised by its text, in either language, so a restart forgets nothing.
    """
    replied = message.get("reply_to_message")
    asked = words_of(replied) if isinstance(replied, dict) else ""
    for language in LANGUAGES.values():
        question = re.escape(unmarked(language.messages[key]))
        if found := re.match(re.sub(r"\\\{\w+\\\}", r"(\\d{1,18})", question), asked, re.ASCII):
            return tuple(map(int, found.groups()))
    return None
