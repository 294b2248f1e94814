"""When no answer comes: the message to the person, and to admins when a model is gone."""

from bot import errors
from bot.chat.views import Buttons
from bot.delivery.screen import Screen, rows
from bot.domain.models import ServedModel
from bot.edge.buttons import button, data_of
from bot.errors import UserError
from bot.texts import Texts, cut, shortened

_TITLE_UNITS = 60
_LABEL_UNITS = 30


def unanswered(
    texts: Texts, error: UserError, *, incident: str, is_admin: bool, buttons: Buttons = ()
) -> Screen:
    """What went wrong in plain words, what to do, and the code to look for in the log.

    Only admins see the provider's own words.
    """
    lines = [_sentence(texts, error, is_admin=is_admin), texts("failure_code", incident=incident)]
    if is_admin and error.said:
        lines.append(texts("failure_said", said=error.said))
    return Screen(text="\n".join(lines), buttons=buttons if _may_pass(error) else ())


def ask_again(texts: Texts, question_id: int, *, is_below: bool) -> Buttons:
    """The button that asks again; *question_id* is the message with the question.

    *is_below*: the answer will come as a new message and not replace this one.
    """
    action = "below" if is_below else "repeat"
    return rows([button(texts, "repeat", data_of("chat", action, question_id))])


def gone(texts: Texts, model: ServedModel, successor: ServedModel | None) -> Screen:
    """The serving model is gone: which model answers instead, and what an admin can do."""
    title = shortened(model.title, _TITLE_UNITS)
    models = [button(texts, "models", data_of("models", "list", 0))]
    if successor is None:
        train = [button(texts, "train", data_of("training", "plan"))]
        return Screen(text=texts("gone_alone", gone=title), buttons=rows(models, train))
    label = cut(model.title, _LABEL_UNITS)
    back = button(texts, "put_back", data_of("models", "use", model.id), model=label)
    name = shortened(successor.title, _TITLE_UNITS)
    text = texts("gone_replaced", gone=title, successor=name)
    return Screen(text=text, buttons=rows(models, [back]))


def _sentence(texts: Texts, error: UserError, *, is_admin: bool) -> str:
    key = "failure_later"
    match error:
        case errors.ModelGone():
            key = "error_model_gone"
        case errors.ModelUnknown():
            key = "failure_not_ready"
        case errors.KeyRefused() | errors.QuotaExceeded() | errors.NotTheApi():
            key = "failure_admin"
        case errors.ProviderBusy():
            key = "failure_busy"
        case errors.QuestionRefused():
            key = "failure_question"
        case errors.ProviderRefused():
            key = "failure_refused"
        case errors.AnswerFiltered():
            key = "error_answer_filtered"
        case errors.NoRoomToAnswer():
            key = "error_no_room_to_answer" if is_admin else "failure_no_room"
    return texts(key, **error.params)


def _may_pass(error: UserError) -> bool:
    """Whether the same question may get an answer later."""
    lasting = errors.ModelGone | errors.KeyRefused | errors.QuotaExceeded | errors.ProviderRefused
    return not isinstance(error, lasting)
