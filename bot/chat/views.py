"""A model's answer: as it grows, and whole. Its text is never parsed as HTML."""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from telegramify_markdown import convert
from telegramify_markdown.config import RenderConfig

from bot.chat.unclosed import closed
from bot.delivery.screen import MAX_UNITS, Button, Screen
from bot.edge.buttons import button, data_of
from bot.edge.rich import Rich
from bot.texts import Texts

CURSOR = " ▌"
FRAME_UNITS = MAX_UNITS - 100
FRAME_SOURCE = 8_192
"""A frame shows the last so many characters of Markdown, which takes some milliseconds."""

Buttons = Sequence[Sequence[Button]]

_FENCE: Final = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
_logger = logging.getLogger(__name__)


def growing(texts: Texts, text: str, request_id: int) -> Screen:
    """A frame: the answer so far, or its end if it is longer than a message."""
    rich = formatted(closed(_recent(text))).end_of(FRAME_UNITS)
    return with_stop(texts, rich.followed_by(CURSOR).screen(), request_id)


def whole(
    texts: Texts,
    text: str,
    *,
    buttons: Buttons = (),
    is_stopped: bool = False,
    incident: str = "",
) -> list[Screen]:
    """The answer in as many messages as it needs, with *buttons* under the last; nothing is cut.

    *is_stopped*: the person stopped the answer. *incident*: the answer broke off; this code finds
    the reason in the log.
    """
    rich = formatted(closed(text) if incident or is_stopped else text)
    if incident:
        broken = texts.plain("failure_broken", incident=incident)
        rich = rich.followed_by(f" … ({broken})", type="italic")
    elif is_stopped:
        rich = rich.followed_by(f" … ({texts.plain('chat_stopped')})", type="italic")
    *others, last = [part.screen() for part in rich.messages()]
    return [*others, replace(last, buttons=buttons)]


def with_stop(texts: Texts, screen: Screen, request_id: int) -> Screen:
    """The screen with a button that stops the answer to that request."""
    return replace(screen, buttons=[[button(texts, "stop", data_of("chat", "stop", request_id))]])


def answer_buttons(
    texts: Texts, request_id: int, *, is_good: bool | None = None, is_after_silence: bool = False
) -> Buttons:
    """The buttons under a whole answer, which is the turn of that request.

    *is_good*: how the person rated it; None: they did not. *is_after_silence*: offer a new
    conversation.
    """
    again = button(texts, "another", data_of("chat", "again", request_id))
    under = [[*_rating_buttons(texts, request_id, is_good=is_good), again]]
    if is_after_silence:
        under.append([button(texts, "anew", data_of("chat", "anew", request_id))])
    return under


def _rating_buttons(
    texts: Texts, request_id: int, *, is_good: bool | None
) -> tuple[Button, Button]:
    """Only a marked button takes the rating back, so a double tap does the same as one press."""
    good = button(texts, "good", data_of("ratings", "up", request_id))
    bad = button(texts, "bad", data_of("ratings", "down", request_id))
    back = data_of("ratings", "unrate", request_id)
    if is_good is None:
        return good, bad
    if is_good:
        return button(texts, "good_marked", back), bad
    return good, button(texts, "bad_marked", back)


def formatted(text: str) -> Rich:
    """The text with its Markdown as formatting, or unchanged if a word would get lost."""
    try:
        shown, entities = convert(text, config=_STYLE)
    except Exception:  # the answer has to be shown, whatever a model writes
        _logger.exception("An answer's formatting could not be read")
        return Rich(text).part(0, len(text))
    found: list[dict[str, Any]] = [entity.to_dict() for entity in entities]
    if not _says_all(text, shown, found):
        shown, found = text, []
    return Rich.from_entities(shown, found).part(0, len(shown))


def _recent(text: str) -> str:
    """The last lines of a long text; they begin with a fence if they are inside a code block."""
    if len(text) <= FRAME_SOURCE:
        return text
    start = len(text) - FRAME_SOURCE
    start = text.find("\n", start, start + 1000) + 1 or start
    fences = _FENCE.findall(text, 0, start)
    return "…\n" + (f"{fences[-1]}\n" if len(fences) % 2 else "") + text[start:]


def _says_all(text: str, shown: str, entities: Sequence[dict[str, Any]]) -> bool:
    """Whether every word is there: the converter drops, for example, what looks like HTML."""
    hidden = [entity.get("url") or entity.get("language") or "" for entity in entities]
    there = " ".join([shown, *hidden])
    missing = set(_words(text)) - set(_words(there))
    return bool(shown.strip()) and all(word in there for word in missing)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _style() -> RenderConfig:
    """The converter adds nothing to the model's words, except a dot before lines of a list."""
    style = RenderConfig.isolated()
    for level in range(1, 7):
        setattr(style.markdown_symbol, f"heading_level_{level}", "")
    style.markdown_symbol.unordered_list_item = "•"
    return style


_STYLE: Final = _style()
