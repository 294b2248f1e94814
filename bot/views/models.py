"""Models: who answers, what they said to the sample prompts."""

from collections.abc import Sequence

from bot.domain import ServedModel, Serving, Trial, TrialAnswer, TrialState
from bot.texts import Markup, Texts, shortened, utf16_length
from bot.views.buttons import button, data_of
from bot.views.screen import Button, Screen, fitting, rows

TRIAL_UNITS = 3400
"""UTF-16 units that a trial's answers share, so that all of it fits into one message."""
PROMPT_UNITS = 100
SYSTEM_PROMPT_UNITS = 1500


def listing(
    texts: Texts,
    models: Sequence[ServedModel],
    serving: Serving | None,
    previous: ServedModel | None = None,
) -> Screen:
    """All models, the serving one first in words, each with a button; the previous one first."""
    if not models:
        return Screen(
            text=texts("models_none"),
            buttons=rows([button(texts, "train", data_of("train", "plan"))]),
        )
    serving_id = serving.model.id if serving else None
    title = (
        texts("models_title", model=serving.model.title)
        if serving
        else texts("models_none_serving")
    )
    titles = [title, *([texts("models_before", model=previous.title)] if previous else [])]
    lines = [
        texts(
            "models_line",
            mark="🟢" if model.id == serving_id else "⚪",
            model=model.title,
            day=texts.moment(model.added_at),
            name=model.name,
        )
        for model in models
    ]
    back_id = previous.id if previous else None
    others = [model for model in models if model.id not in (serving_id, back_id)]
    back = [[_back(texts, previous)]] if previous else []
    buttons = [
        [button(texts, "use_model", data_of("model", "use", model.id), model=model.title[:30])]
        for model in others
    ]
    return Screen(text="\n".join(fitting([*titles, *lines])), buttons=rows(*back, *buttons))


def used(texts: Texts, model: ServedModel, previous: ServedModel | None = None) -> Screen:
    """The model answers from now on; what it is told first, how to change it, and the way back."""
    prompt = shortened(model.system_prompt, SYSTEM_PROMPT_UNITS)
    lines = [
        texts("use_done", model=model.title),
        texts("use_prompt", prompt=prompt) if model.system_prompt else texts("use_prompt_none"),
        texts("use_prompt_hint", model=model.name),
    ]
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, "test", data_of("model", "test", model.id))],
            [_back(texts, previous)] if previous else [],
        ),
    )


def _back(texts: Texts, previous: ServedModel) -> Button:
    """It names a model, so that a second tap does not go forth again."""
    use = data_of("model", "use", previous.id)
    return button(texts, "roll_back", use, model=previous.title[:30])


def trial(texts: Texts, found: Trial, *, promoted: bool) -> Screen:
    """What the model said to the sample prompts, and whether to put it to use."""
    model = found.model
    again = button(texts, "test", data_of("model", "test", model.id))
    use = button(texts, "use", data_of("model", "use", model.id))
    if found.state is TrialState.UNSERVED:
        return Screen(text=texts("trial_unserved", model=model.title), buttons=rows([again]))
    answered = sum(bool(answer.answer) for answer in found.answers)
    share = _share([utf16_length(answer.answer or "") for answer in found.answers])
    title = shortened(model.title, PROMPT_UNITS)
    lines = [
        texts("trial_title", model=title, answered=answered, n=len(found.answers)),
        *(_answer(texts, answer, share) for answer in found.answers),
        texts("trial_promoted" if promoted else "trial_offer"),
    ]
    return Screen(text="\n\n".join(lines), buttons=rows([again] if promoted else [use, again]))


def _answer(texts: Texts, answer: TrialAnswer, share: int) -> str:
    no_answer = Markup(texts("trial_no_answer"))
    return texts(
        "trial_answer",
        prompt=shortened(answer.prompt, PROMPT_UNITS),
        answer=shortened(answer.answer, share) if answer.answer else no_answer,
    )


def _share(lengths: Sequence[int]) -> int:
    """How long each answer may be shown, so that only the longest are shortened."""
    left = TRIAL_UNITS
    for n, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - n)
        if length > share:
            return share
        left -= length
    return TRIAL_UNITS
