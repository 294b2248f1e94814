"""Prints a chat in the terminal as it changes: messages, edits, a job's card."""

import re
from collections.abc import Sequence
from typing import Any, Final

from bot.chat.views import CURSOR
from bot.demo.terminal import Terminal, cut_rows
from bot.domain import JsonDict
from bot.edge.buttons import data_of
from bot.jobs.card_views import SPARKS

BOT: Final = "Бот"
"""The name for the program's messages."""
MODEL: Final = "Наташа"
"""The name for the model's answers."""

_MOST_PARAGRAPHS = 4
_MOST_ROWS = 2
_PICTURE = re.compile(rf"[▓░{SPARKS}]{{2}}")
_CARD_BUTTON = data_of("jobs", "refresh")


class Transcript:
    """One person's chat with the bot."""

    def __init__(self, terminal: Terminal, person: str) -> None:
        self._terminal = terminal
        self._person = person
        self._speaker = BOT
        self._texts: dict[int, str] = {}
        """The text of each message when it was last shown, by id."""
        self._card_headlines: dict[int, str] = {}

    def says(self, text: str) -> None:
        """The person writes; the program answers commands, the model the rest."""
        self._speaker = BOT if text.startswith("/") else MODEL
        self._terminal.gap()
        self._terminal.say(self._person, text)

    def presses(self, label: str) -> None:
        """The person presses a button."""
        self._speaker = BOT
        self._terminal.gap()
        self._terminal.does(self._person, f"нажимает «{label}»")

    def show(self, view: JsonDict) -> None:
        """Print what is new in the chat, which the sandbox describes as *view*."""
        for message in view["messages"]:
            if not message["from"]["is_bot"]:
                continue
            before = self._texts.get(message["message_id"])
            if before != words_of(message):
                self._texts[message["message_id"]] = words_of(message)
                self._show(message, before)
            if is_card(message):
                break  # Messages below a card are printed when its job has ended.
        if view["action"] == "typing":
            self._terminal.move(self._speaker, "печатает…")

    def _show(self, message: JsonDict, before: str | None) -> None:
        text = words_of(message)
        if is_card(message) or message["message_id"] in self._card_headlines:
            self._show_card(message)
        elif text.endswith(CURSOR):
            self._terminal.grow(self._speaker, text.removesuffix(CURSOR), is_whole=False)
        elif before is not None and not before.endswith(CURSOR):
            known = before.split("\n")
            news = [line for line in text.split("\n") if line not in known]
            if news:
                self._terminal.say(self._speaker, "\n".join(news))
        elif self._speaker == MODEL:
            self._terminal.say(MODEL, text)
        else:
            self._terminal.say(BOT, self._shortened(message))
            for row in _keyboard(message):
                self._terminal.does("", " ".join(f"[{each['text']}]" for each in row))

    def _show_card(self, message: JsonDict) -> None:
        headline, *lines = words_of(message).split("\n")
        pictures = [line for line in lines if _PICTURE.search(line)]
        line = "  ".join([headline, " · ".join(pictures)]).rstrip()
        is_new = self._card_headlines.get(message["message_id"]) != headline
        self._card_headlines[message["message_id"]] = headline
        if not is_card(message):
            self._terminal.say(BOT, line)
        elif self._terminal.is_live:
            self._terminal.move(BOT, line)
        elif is_new:
            self._terminal.say(BOT, headline)

    def _shortened(self, message: JsonDict) -> str:
        paragraphs = _folded(message).split("\n\n")
        hidden = len(paragraphs) - _MOST_PARAGRAPHS
        if hidden > 0:
            paragraphs[_MOST_PARAGRAPHS - 1 : -1] = [f"… и ещё {hidden} таких же"]
        width = self._terminal.text_width
        return "\n".join(
            cut_rows(line, width, _MOST_ROWS) for line in "\n\n".join(paragraphs).split("\n")
        )


def words_of(message: JsonDict) -> str:
    """The message's text, or the caption of its picture or file."""
    words: str = message.get("text") or message.get("caption") or ""
    return words


def is_card(message: JsonDict) -> bool:
    """Whether the message is the card of a job that has not ended."""
    return button(message, _CARD_BUTTON) is not None


def button(message: JsonDict, data: str) -> JsonDict | None:
    """The button whose data begins with *data*."""
    buttons = [each for row in _keyboard(message) for each in row]
    return next((each for each in buttons if each.get("callback_data", "").startswith(data)), None)


def _keyboard(message: JsonDict) -> Sequence[Sequence[dict[str, Any]]]:
    keyboard: Sequence[Sequence[dict[str, Any]]]
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    return keyboard


def _folded(message: JsonDict) -> str:
    """The text with each expandable quotation folded to its first line, as Telegram shows it."""
    # Telegram counts in UTF-16 units: https://core.telegram.org/bots/api#messageentity
    units = words_of(message).encode("utf-16-le")
    for entity in reversed(message.get("entities") or message.get("caption_entities") or []):
        if entity["type"] == "expandable_blockquote":
            begin, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
            first_line = units[begin:end].decode("utf-16-le").split("\n")[0]
            units = units[:begin] + f"▸ {first_line}…".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le")
