"""Whether a message answers a question of ours, which Telegram makes a reply to it."""

import re

from bot.edge.context import BotContext
from bot.texts import LANGUAGES


def number_in(context: BotContext, key: str) -> int | None:
    """The plan that the question with that key is about; 0: none. None: it answers no such one.

    The question is recognised by its text, in either language, so a restart forgets nothing.
    """
    quote = context.said.quote
    if not (context.is_new and context.person.is_admin and context.text) or quote is None:
        return None
    for language in LANGUAGES.values():
        pattern = re.escape(language.messages[key]).replace(r"\{run_id\}", r"(\d{1,18})")
        if found := re.match(pattern, quote.text, re.ASCII):
            return int(found[1]) if found.groups() else 0
    return None
