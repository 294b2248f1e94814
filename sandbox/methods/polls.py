"""Methods about polls and reactions."""

from typing import Any

from sandbox.chats import own_message
from sandbox.errors import bad_request
from sandbox.keyboards import inline_keyboard
from sandbox.methods.call import Call
from sandbox.methods.sending import send
from sandbox.polls import new_poll
from sandbox.reactions import checked
from sandbox.shapes import Json

MAX_QUESTION = 300
MAX_OPTION = 100
MAX_OPTIONS = 12
"""Characters of a question and of an option, and how many options a poll may have."""


def send_poll(call: Call) -> Json:
    """SendPoll. Nothing closes it but `stopPoll`: periods and dates are kept and not obeyed."""
    chat, params = call.open_chat(), call.params
    question = call.formatted(params.values, "question", "question_entities", "question_parse_mode")
    if not question.text:
        raise bad_request("text must be non-empty")
    if len(question.text) > MAX_QUESTION:
        raise bad_request(f"poll question length must not exceed {MAX_QUESTION}")
    options = _options(call, params.get("options"))
    kind = params.text("type") or "regular"
    if kind not in ("regular", "quiz"):
        raise bad_request("unsupported poll type specified")
    revoting = params.get("allows_revoting")
    settings: Json = {
        "type": kind,
        "is_closed": params.flag("is_closed"),
        "is_anonymous": params.get("is_anonymous") is not False,
        "allows_multiple_answers": params.flag("allows_multiple_answers"),
        "allows_revoting": kind == "regular" if revoting is None else revoting is True,
    } | {name: params.integer(name) for name in ("open_period", "close_date") if params.get(name)}
    if kind == "quiz":
        settings |= _quiz(call, len(options))
    return send(call, chat, {"poll": new_poll(question.text, options, settings)})


def stop_poll(call: Call) -> Json:
    """StopPoll."""
    chat = call.open_chat()
    message = own_message(chat, call.params.message_id(), call.bot.id, "with poll to stop")
    if (poll := message.get("poll")) is None:
        raise bad_request("message with poll to stop not found")
    if poll["is_closed"]:
        raise bad_request("poll has already been closed")
    keyboard = inline_keyboard(call.params.get("reply_markup"), only_inline=True)
    kept = {name: value for name, value in message.items() if name != "reply_markup"}
    closed: Json = poll | {"is_closed": True}
    with_keyboard = {"reply_markup": keyboard} if keyboard else {}
    chat.replace(kept | {"poll": closed} | with_keyboard, is_edit=False)
    call.bot.updates.put("poll", closed)
    return closed


def set_message_reaction(call: Call) -> bool:
    """`setMessageReaction` replaces the bot's reactions; without any it removes them."""
    chat = call.open_chat()
    message_id = call.params.message_id()
    reactions = checked(call.params.get("reaction"))
    if message_id not in chat.messages:
        raise bad_request("message to react not found")
    chat.react(message_id, call.bot.as_user, reactions)
    return True


def _options(call: Call, raw: Any) -> list[str]:
    if not isinstance(raw, list):
        raise bad_request("expected an Array of String as options")
    options = [_option(call, each) for each in raw]
    if not options:
        raise bad_request("poll must have at least one answer option")
    if len(options) > MAX_OPTIONS:
        raise bad_request(f"poll can't have more than {MAX_OPTIONS} options")
    return options


def _option(call: Call, raw: Any) -> str:
    values = {"text": raw} if isinstance(raw, str) else raw
    if not isinstance(values, dict) or not isinstance(values.get("text"), str):
        raise bad_request("expected an option to be of type String")
    text = call.formatted(values, "text", "text_entities", "text_parse_mode").text
    if not text:
        raise bad_request("text must be non-empty")
    if len(text) > MAX_OPTION:
        raise bad_request(f"poll options length must not exceed {MAX_OPTION}")
    return text


def _quiz(call: Call, n_options: int) -> Json:
    ids = call.params.get("correct_option_ids")
    if ids is None and call.params.get("correct_option_id") is not None:
        ids = [call.params.integer("correct_option_id", -1)]
    if not isinstance(ids, list) or not ids:
        raise bad_request("correct quiz option list must be non-empty")
    if not all(isinstance(each, int) and 0 <= each < n_options for each in ids):
        raise bad_request("wrong quiz correct_option_id")
    if ids != sorted(set(ids)):
        raise bad_request("correct quiz option list must be increasing")
    explanation = call.formatted(
        call.params.values, "explanation", "explanation_entities", "explanation_parse_mode"
    )
    shown = explanation.as_json("explanation", "explanation_entities") if explanation.text else {}
    return {"correct_option_ids": ids} | shown
