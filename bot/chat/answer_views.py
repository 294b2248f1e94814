"""Buttons under an answer by how it ended, and an earlier answer as it was shown."""

from bot.chat import failure_views, views
from bot.chat.incoming_answer import IncomingAnswer
from bot.chat.question import Question
from bot.delivery.screen import Screen
from bot.domain.models import Ending, PastTurn
from bot.texts import Texts


def buttons_under(texts: Texts, answer: IncomingAnswer, request_id: int) -> views.Buttons:
    """The buttons under the answer to that request, or under the rest of an earlier one."""
    past, is_cut = answer.question.continues, answer.ending is Ending.CUT_BY_LENGTH
    turn_id, n_parts = (past.request_id, past.n_parts) if past else (request_id, 0)
    part = n_parts + 1 if is_cut else None
    return views.answer_buttons(
        texts,
        turn_id,
        is_after_silence=answer.question.is_after_silence,
        part=part,
        is_rated=not answer.question.care.is_about_danger,
    )


def ask_again(texts: Texts, question: Question, *, is_below: bool) -> views.Buttons:
    """The buttons where no answer came, or only a part; *is_below*: the next is a new message."""
    if (past := question.continues) is not None:
        return [views.go_on_button(texts, past.request_id, past.n_parts)]
    if question.care.is_about_danger:
        return []
    if question.replaces is not None:
        return views.answer_buttons(texts, question.replaces.request_id)
    return failure_views.ask_again(texts, question.message_id or 0, is_below=is_below)


def last_message(
    texts: Texts, past: PastTurn, *, is_good: bool | None = None, is_rated: bool = True
) -> Screen:
    """The last message of an earlier answer; the rest as in `views.answer_buttons`."""
    turn = past.turn
    part = past.n_parts if turn.ending is Ending.CUT_BY_LENGTH else None
    buttons = views.answer_buttons(
        texts, past.request_id, is_good=is_good, part=part, is_rated=is_rated
    )
    mark = views.mark_of(texts, turn.ending)
    return views.whole(texts, turn.assistant_text, buttons=buttons, mark=mark)[-1]
