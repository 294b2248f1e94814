"""Checks the shape of keyboards, as strictly as Telegram does."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.shapes import Json

MAX_BUTTONS = 100
MAX_CALLBACK_DATA_BYTES = 64
MAX_PLACEHOLDER = 64
_INLINE_KINDS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip
_OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def inline_keyboard(markup: Any, *, only_inline: bool = False) -> Json | None:
    """The inline keyboard that the message will have; None without one.

    *markup* is the decoded `reply_markup`; None and "" mean none. *only_inline* refuses other kinds
    of markup, as in edits.

    Raises:
        TelegramError: when the keyboard has a shape that Telegram refuses.
    """
    if markup is None or markup == "":
        return None
    if isinstance(markup, str):
        raise bad_request("can't parse reply keyboard markup JSON object")
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup, "inline_keyboard", "InlineKeyboardMarkup")
        checked = [[_inline_button(button) for button in row] for row in rows if row]
        if sum(map(len, checked)) > MAX_BUTTONS:
            raise bad_request("REPLY_MARKUP_TOO_LONG")
        return {"inline_keyboard": checked} if checked else None
    if only_inline and any(kind in markup for kind in _OTHER_MARKUPS):
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        for row in _rows(markup, "keyboard", "ReplyKeyboardMarkup"):
            for button in row:
                _reply_button(button)
    return None


def forced_reply(markup: Any) -> str | None:
    """What the input field shows when the message asks for a reply; None: it does not ask.

    Raises:
        TelegramError: the words for the field are too long.
    """
    if not isinstance(markup, dict) or markup.get("force_reply") is not True:
        return None
    placeholder = str(markup.get("input_field_placeholder") or "")
    if len(placeholder) > MAX_PLACEHOLDER:
        raise bad_request("REPLY_MARKUP_PLACEHOLDER_TOO_LONG")
    return placeholder


def has_callback(message: Json, data: str) -> bool:
    """Whether a button of *message* sends *data*."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)


def _rows(markup: Json, field: str, kind: str) -> list[list[Any]]:
    rows = markup[field]
    if not isinstance(rows, list):
        raise bad_request(f'field "{field}" of the {kind} must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{field}" of the {kind} must be an Array of Arrays')
    return rows


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(kind in button for kind in _INLINE_KINDS):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        return {**button, "url": _url(button["url"])}
    return button


def _url(url: Any) -> str:
    scheme, separator, rest = str(url).partition("://")
    is_known = scheme.lower() in {"http", "https", "tg", "ton", "tonsite"}
    if separator and is_known and rest and not any(character.isspace() for character in rest):
        return str(url)
    if not separator and "." in scheme.strip(".") and " " not in scheme:
        return f"http://{url}"
    raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply_button(button: Any) -> None:
    text = button.get("text") if isinstance(button, dict) else button
    if not isinstance(text, str):
        raise bad_request(
            "can't parse keyboard button: KeyboardButton must be a String or an Object"
        )
    if not text:
        raise bad_request("keyboard button text must be non-empty")
