"""What people say of answers: buttons, reason, correction, and the share of good answers."""

from bot.chat.views import answer_buttons
from bot.delivery.screen import Button, Screen, rows
from bot.edge.buttons import button, data_of
from bot.ratings.entities import Complaint, Rating
from bot.ratings.quality import Share
from bot.texts import Markup, Texts, shortened

CORRECTION_UNITS = 1500
"""UTF-16 units of a correction that is shown again."""


def keyboard(
    texts: Texts,
    turn_id: int,
    *,
    is_good: bool | None,
    is_after_silence: bool,
    part: int | None = None,
) -> Screen:
    """Change only the buttons of the answer's message: mark the rating.

    *part*: the number of the answer's last part, if it was cut by length.
    """
    buttons = answer_buttons(
        texts, turn_id, is_good=is_good, is_after_silence=is_after_silence, part=part
    )
    return Screen(text="", buttons=buttons)


def opinion(texts: Texts, turn_id: int, rating: Rating) -> Screen:
    """Ask why the answer is bad, and what Natasha would have said."""
    lines = [texts("feedback_why" if rating.is_good is False else "feedback_not_bad")]
    if rating.correction is not None:
        lines.append(_correction(texts, rating.correction))
    reasons = [_reason(texts, turn_id, each, rating) for each in Complaint]
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            *([reasons[:2], reasons[2:4], reasons[4:]] if rating.is_good is False else []),
            *correction_buttons(texts, turn_id, has_correction=rating.correction is not None),
        ),
    )


def ask(texts: Texts, turn_id: int, rating: Rating, *, until: int) -> Screen:
    """Ask for the correction as the next message, until that Unix time."""
    lines = [texts("feedback_write", until=texts.clock(until))]
    if rating.correction is not None:
        lines.append(_correction(texts, rating.correction))
    leave = button(texts, "write_not", data_of("ratings", "correction_leave", turn_id))
    return Screen(text="\n".join(lines), buttons=rows([leave]))


def noted(texts: Texts, turn_id: int) -> Screen:
    """The correction is stored."""
    under = correction_buttons(texts, turn_id, has_correction=True)
    return Screen(text=texts("feedback_noted"), buttons=rows(*under))


def left_off(texts: Texts, turn_id: int) -> Screen:
    """A command came instead of the correction, so messages are questions again."""
    under = correction_buttons(texts, turn_id, has_correction=False)
    return Screen(text=texts("feedback_left_off"), buttons=rows(*under))


def correction_buttons(texts: Texts, turn_id: int, *, has_correction: bool) -> list[list[Button]]:
    """Buttons to write a correction, or to change or delete it."""
    write = data_of("ratings", "correction_write", turn_id)
    if not has_correction:
        return [[button(texts, "write", write)]]
    drop = button(texts, "write_drop", data_of("ratings", "correction_drop", turn_id))
    return [[button(texts, "write_again", write), drop]]


def complaint_label(texts: Texts, complaint: Complaint) -> str:
    """What is wrong with an answer, in few words."""
    return texts.plain(f"complaint_{complaint}")


def share_of(texts: Texts, share: Share) -> Markup:
    """The share of good answers, as in "👍 81 % (64–91, n=32)"."""
    low, high = share.interval
    return Markup(
        texts(
            "quality_share",
            percent=round(100 * share.value),
            low=round(100 * low),
            high=round(100 * high),
            n=texts.number(share.n),
        )
    )


def _reason(texts: Texts, turn_id: int, complaint: Complaint, rating: Rating) -> Button:
    label = complaint_label(texts, complaint)
    mark = " ✓" if complaint is rating.complaint else ""
    return Button(text=f"{label}{mark}", data=data_of("ratings", f"why_{complaint}", turn_id))


def _correction(texts: Texts, correction: str) -> str:
    return texts("feedback_correction", text=shortened(correction, CORRECTION_UNITS))
