"""What people say of answers: buttons, reason, correction, and the share of good answers."""

from bot.chat.views import answer_buttons
from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import ServedModel
from bot.edge.buttons import button, data_of
from bot.ratings.entities import Complaint, Rating
from bot.ratings.quality import ENOUGH_TO_JUDGE, Share
from bot.serving.views import back_to
from bot.texts import Markup, Texts, shortened

_TITLE_UNITS = 60
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


def noted_late(texts: Texts, *, is_good: bool | None) -> str:
    """The rating of an answer that is not one of the last ones; None: it is taken back."""
    if is_good is None:
        return texts.plain("feedback_late_none")
    mark = texts.plain("button_good" if is_good else "button_bad")
    return texts.plain("feedback_late", mark=mark)


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


def waiting(texts: Texts, turn_id: int, rating: Rating, *, until: int) -> Screen:
    """What a correction is for, and until which Unix time it may come without being a reply."""
    lines = [texts("feedback_write", until=texts.clock(until))]
    if rating.correction is not None:
        lines.append(_correction(texts, rating.correction))
    leave = button(texts, "write_not", data_of("ratings", "correction_leave", turn_id))
    return Screen(text="\n".join(lines), buttons=rows([leave]))


def prompt(texts: Texts) -> Screen:
    """The question whose replies are corrections."""
    return Screen(text=texts("feedback_prompt"), placeholder=texts.plain("feedback_placeholder"))


def ask_which(texts: Texts, request_id: int) -> Screen:
    """Are these words a correction, or a question to Natasha?"""
    return Screen(
        text=texts("feedback_which"),
        buttons=rows(
            [button(texts, "is_correction", data_of("ratings", "correction_file", request_id))],
            [button(texts, "is_question", data_of("ratings", "correction_ask", request_id))],
        ),
    )


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
    """The share of good answers, as in "👍 81 % (64–91, 32 ratings)"; few say nothing yet."""
    low, high = share.interval
    if share.n < ENOUGH_TO_JUDGE:
        ratings = texts.plural("ratings", share.n)
        return Markup(
            texts("quality_share_early", n=share.n, ratings=ratings, enough=ENOUGH_TO_JUDGE)
        )
    return Markup(
        texts(
            "quality_share",
            percent=round(100 * share.value),
            low=round(100 * low),
            high=round(100 * high),
            n=texts.number(share.n),
        )
    )


def offer_way_back(
    texts: Texts, now: tuple[ServedModel, Share], earlier: tuple[ServedModel, Share]
) -> Screen:
    """The model that serves now is liked less than the earlier one."""
    (model, share), (before, share_before) = now, earlier
    text = texts(
        "way_back_offer",
        model=shortened(model.title, _TITLE_UNITS),
        before=shortened(before.title, _TITLE_UNITS),
        share=share_of(texts, share),
        share_before=share_of(texts, share_before),
    )
    return Screen(text=text, buttons=rows([back_to(texts, before, model)]))


def _reason(texts: Texts, turn_id: int, complaint: Complaint, rating: Rating) -> Button:
    label = complaint_label(texts, complaint)
    mark = " ✓" if complaint is rating.complaint else ""
    return Button(text=f"{label}{mark}", data=data_of("ratings", f"why_{complaint}", turn_id))


def _correction(texts: Texts, correction: str) -> str:
    return texts("feedback_correction", text=shortened(correction, CORRECTION_UNITS))
