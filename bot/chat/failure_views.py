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
    sentence = _to_admin(texts, error) if is_admin else _sentence(texts, error)
    lines = [sentence, texts("failure_code", incident=incident)]
    if is_admin and error.said and error.said != error.params.get("message"):
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


def _to_admin(texts: Texts, error: UserError) -> str:
    """The same for who can do something about it."""
    match error:
        case errors.ModelGone():
            return texts("failure_model_gone_admin")
        case (
            errors.KeyRefused()
            | errors.QuotaExceeded()
            | errors.NotTheApi()
            | errors.NoRoomToAnswer()
        ):
            return texts(error.key, **error.params)
        case errors.QuestionRefused():
            return texts("failure_question_admin")
        case errors.ProviderRefused():
            return texts("failure_refused_admin")
    return _sentence(texts, error)


def _sentence(texts: Texts, error: UserError) -> str:
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
            key = "failure_no_room"
    return texts(key, **error.params)


def _may_pass(error: UserError) -> bool:
    """Whether the same question may get an answer later."""
    lasting = errors.ModelGone | errors.KeyRefused | errors.QuotaExceeded | errors.ProviderRefused
    return not isinstance(error, lasting)
