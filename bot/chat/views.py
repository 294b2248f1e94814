"""A model's answer: as it grows, and whole. Its text is never parsed as HTML."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat import markdown
from bot.delivery.screen import MAX_UNITS, Button, Screen
from bot.domain.models import Ending
from bot.edge.buttons import button, data_of
from bot.edge.rich import Rich
from bot.texts import Texts

CURSOR = " ▌"
FRAME_UNITS = MAX_UNITS - 100
FRAME_SOURCE = 8_192
"""A frame shows the last so many characters of Markdown, which takes some milliseconds."""

Buttons = Sequence[Sequence[Button]]


def growing(texts: Texts, text: str, request_id: int, *, start: int = 0) -> Screen:
    """A frame: the answer so far, or its end if it is longer than a message.

    *start*: the frame shows the text from there on.
    """
    if start and len(text) <= FRAME_SOURCE:
        rich = _from(start, text, markdown.growing(text))
    else:
        rich = markdown.growing(_recent(text[start:]))
    return with_stop(texts, rich.end_of(FRAME_UNITS).followed_by(CURSOR).screen(), request_id)


def whole(
    texts: Texts,
    text: str,
    *,
    start: int = 0,
    buttons: Buttons = (),
    mark: str = "",
) -> list[Screen]:
    """The answer in as many messages as it needs, with *buttons* under the last; nothing is cut.

    *start*: earlier messages show the text before. *mark* says why the answer is only a part;
    empty: it is whole.
    """
    rich = _from(start, text, markdown.formatted(text, breaks_off=bool(mark)))
    if mark:
        rich = rich.followed_by(f" … ({mark})", type="italic")
    *others, last = [part.screen() for part in rich.messages()]
    return [*others, replace(last, buttons=buttons)]


def mark_of(texts: Texts, ending: Ending | None) -> str:
    """Why the answer is only a part, in few words; empty if it is whole or nobody knows."""
    match ending:
        case Ending.STOPPED:
            return texts.plain("chat_stopped")
        case Ending.CUT_BY_LENGTH:
            return texts.plain("chat_cut")
        case Ending.FILTERED:
            return texts.plain("chat_filtered")
    return ""


def with_stop(texts: Texts, screen: Screen, request_id: int) -> Screen:
    """The screen with a button that stops the answer to that request."""
    return replace(screen, buttons=[[button(texts, "stop", data_of("chat", "stop", request_id))]])


def answer_buttons(
    texts: Texts,
    request_id: int,
    *,
    is_good: bool | None = None,
    is_after_silence: bool = False,
    part: int | None = None,
    is_rated: bool = True,
) -> Buttons:
    """The buttons under an answer, which is the turn of that request.

    *is_good*: how the person rated it; None: they did not. *is_after_silence*: offer a new
    conversation. *part*: the number of the answer's last part, if it was cut by length. Under an
    answer that nobody rates, not *is_rated*, only «Дальше» may be.
    """
    again = button(texts, "another", data_of("chat", "again", request_id))
    under = [go_on_button(texts, request_id, part)] if part is not None else []
    if not is_rated:
        return under
    under.append([*_rating_buttons(texts, request_id, is_good=is_good), again])
    if is_after_silence:
        under.append([button(texts, "anew", data_of("chat", "anew", request_id))])
    return under


def go_on_button(texts: Texts, request_id: int, part: int) -> list[Button]:
    """«Дальше»: asks for what comes after that part. A press on an earlier one asks nothing."""
    return [button(texts, "go_on", data_of("chat", "more", f"{request_id}-{part}"))]


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


def _from(start: int, text: str, rich: Rich) -> Rich:
    """What *rich*, the formatted text, shows from *start* on: perhaps the rest of a code block.

    Where the text before looks different because of what follows it, the rest is shown alone.
    """
    before = markdown.formatted(text[:start], breaks_off=True).text
    rest = rich.part(len(before), len(rich.text))
    return rest if rest.text and rich.text.startswith(before) else markdown.formatted(text[start:])


def _recent(text: str) -> str:
    """The last lines of a long text; they begin with a fence if they are inside a code block."""
    if len(text) <= FRAME_SOURCE:
        return text
    start = len(text) - FRAME_SOURCE
    start = text.find("\n", start, start + 1000) + 1 or start
    fence = markdown.fence_around(text, start)
    return "…\n" + (f"{fence}\n" if fence else "") + text[start:]
