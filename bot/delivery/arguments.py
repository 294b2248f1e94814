"""What the Bot API needs to be told to show a screen."""

from dataclasses import replace
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.constants import ParseMode

from bot.delivery.screen import Button, Screen
from bot.texts import unmarked

Arguments = dict[str, Any]


def arguments_of(screen: Screen) -> Arguments:
    """The arguments of a send or an edit, but for the ids and a file's content."""
    buttons = _keyboard(screen)
    if screen.has_only_buttons:
        return {"reply_markup": buttons}
    is_caption = screen.attachment is not None
    arguments: Arguments = {
        "caption" if is_caption else "text": screen.text,
        "parse_mode": ParseMode.HTML,
    }
    if screen.entities is not None:
        arguments["parse_mode"] = None
        arguments["caption_entities" if is_caption else "entities"] = [
            MessageEntity(**entity) for entity in screen.entities
        ]
    return arguments | ({"reply_markup": buttons} if buttons else {})


def without_formatting(screen: Screen) -> Screen:
    """The same words, as plain text."""
    if screen.entities is not None:
        return replace(screen, entities=[])
    return replace(screen, text=unmarked(screen.text), entities=[])


def _keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    if not screen.buttons:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in screen.buttons])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.text, url=button.url)
    return InlineKeyboardButton(button.text, callback_data=button.data)
