"""What people say of answers: the buttons, the question why, and how Natasha would have put it."""

from bot.chat.views import Buttons, answer_buttons
from bot.delivery.screen import Button, Screen, rows
from bot.edge.buttons import button, data_of
from bot.ratings.entities import Complaint, Rating
from bot.texts import Texts, shortened

CORRECTION_UNITS = 1500
"""Of a correction that is shown again."""


def keyboard(texts: Texts, turn_id: int, *, is_good: bool | None, is_after_silence: bool) -> Screen:
    """The answer's buttons, which alone change, with the rating marked."""
    under: Buttons = answer_buttons(
        texts, turn_id, is_good=is_good, is_after_silence=is_after_silence
    )
    return Screen(text="", buttons=under)


def opinion(texts: Texts, turn_id: int, rating: Rating) -> Screen:
    """Why the answer is bad, if they like to tell, and what she would have said."""
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
    """The next message is the correction, until that Unix time; or there is none."""
    lines = [texts("feedback_write", until=texts.clock(until))]
    if rating.correction is not None:
        lines.append(_correction(texts, rating.correction))
    leave = button(texts, "write_not", data_of("ratings", "correction_leave", turn_id))
    return Screen(text="\n".join(lines), buttons=rows([leave]))


def noted(texts: Texts, turn_id: int) -> Screen:
    """The correction is kept."""
    under = correction_buttons(texts, turn_id, has_correction=True)
    return Screen(text=texts("feedback_noted"), buttons=rows(*under))


def left_off(texts: Texts, turn_id: int) -> Screen:
    """They went on to something else, so their messages are questions again."""
    under = correction_buttons(texts, turn_id, has_correction=False)
    return Screen(text=texts("feedback_left_off"), buttons=rows(*under))


def correction_buttons(texts: Texts, turn_id: int, *, has_correction: bool) -> list[list[Button]]:
    """To write it, or what may be done with it."""
    write = data_of("ratings", "correction_write", turn_id)
    if not has_correction:
        return [[button(texts, "write", write)]]
    drop = button(texts, "write_drop", data_of("ratings", "correction_drop", turn_id))
    return [[button(texts, "write_again", write), drop]]


def complaint_label(texts: Texts, complaint: Complaint) -> str:
    """What is wrong, in few words."""
    return texts.plain(f"complaint_{complaint}")


def _reason(texts: Texts, turn_id: int, complaint: Complaint, rating: Rating) -> Button:
    label = complaint_label(texts, complaint)
    mark = " ✓" if complaint is rating.complaint else ""
    return Button(text=f"{label}{mark}", data=data_of("ratings", f"why_{complaint}", turn_id))


def _correction(texts: Texts, correction: str) -> str:
    return texts("feedback_correction", text=shortened(correction, CORRECTION_UNITS))
