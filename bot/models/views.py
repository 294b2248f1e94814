"""The list of models, and the model that answers."""

import datetime as dtm
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import CurrentModel, ServedModel, model_title
from bot.edge.buttons import button, data_of, page_buttons
from bot.ratings.quality import Share
from bot.ratings.views import share_of
from bot.serving.serving import ModelPage
from bot.serving.views import back_to, end_of_try, labels, talking_with, tried_line
from bot.texts import Markup, Texts, shortened
from bot.trials.entities import Trial, Verdict

SYSTEM_PROMPT_UNITS = 1500
_TITLE_UNITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the list of models shows."""

    serving: CurrentModel | None
    previous: ServedModel | None
    """The model on the list that answered before; None: no such model did."""
    others: ModelPage
    verdicts: Mapping[int, Verdict]
    """By model id, for judged models only."""
    shares: Mapping[int, Share]
    """Shares of good answers by model id, for rated models only."""
    has_retired: bool
    chooser: str = ""
    """The name of the admin who chose the model that answers; empty: no admin did."""
    tried: ServedModel | None = None
    """The model that the reader tries alone; None: none."""


def listing(texts: Texts, overview: Overview) -> Screen:
    """The model that answers, the one before it, and a page of the others, each with a button."""
    retired = [button(texts, "models_retired", data_of("models", "retired", 0))]
    serving, previous, page = overview.serving, overview.previous, overview.others
    known = [model for model in (serving.model if serving else None, previous) if model]
    if not known and not page.models:
        train = button(texts, "train", data_of("training", "plan"))
        last = retired if overview.has_retired else []
        return Screen(text=texts("models_none"), buttons=rows([train], last))

    def rated(model: ServedModel) -> str:
        share = overview.shares.get(model.id)
        return texts("models_share", share=share_of(texts, share)) if share else ""

    tried = overview.tried
    lines = [tried_line(texts, tried)] if tried else []
    if serving:
        shown = {"model": _title(serving.model), "number": serving.model.id}
        lines += [texts("models_title", **shown) + rated(serving.model)]
        if serving.despite is not None:
            lines.append(texts("models_despite", since=since(texts, serving, overview.chooser)))
    else:
        lines.append(texts("models_none_serving"))
    if previous:
        shown = {"model": _title(previous), "number": previous.id}
        lines.append(texts("models_before", **shown) + rated(previous))
    if page.models:
        lines.append(texts("models_others"))
    lines += [_line(texts, m, overview.verdicts.get(m.id)) + rated(m) for m in page.models]
    names = labels([*known, *page.models])
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [end_of_try(texts, tried)] if tried else [],
            [back_to(texts, previous)] if previous else [],
            *(
                [_opener(names, model, mark="🟢 " if serving and model == serving.model else "")]
                for model in known
            ),
            *([_opener(names, model)] for model in page.models),
            _turners(texts, page, "list"),
            [button(texts, "blind", data_of("comparison", "pick"))],
            retired if overview.has_retired else [],
        ),
    )


def retired(texts: Texts, page: ModelPage) -> Screen:
    """A page of the models that were taken off the list."""
    names = labels(page.models)
    return Screen(
        text=texts("models_retired" if page.models else "models_retired_none"),
        buttons=rows(
            *([_opener(names, model)] for model in page.models),
            _turners(texts, page, "retired"),
            [button(texts, "back", data_of("models", "list", 0))],
        ),
    )


def used(
    texts: Texts,
    model: ServedModel,
    previous: ServedModel | None = None,
    *,
    opening: str = "",
    over_since: dtm.date | None = None,
    trial: Trial | None = None,
) -> Screen:
    """The model answers: its system prompt, how to change that, and the way back to *previous*.

    *opening* replaces the first sentence, which says that the model answers from now on.
    *over_since* is the day on which the model was switched off. *trial* is its newest one with a
    verdict.
    """
    lines = [opening or texts("use_done", model=_title(model))]
    if over_since is not None:
        lines.append(texts("use_over", day=over_since))
    if trial is not None and trial.is_against:
        lines.append(texts("use_despite"))
    elif trial is None or trial.judgement is None or trial.judgement.probes is None:
        lines.append(texts("use_untried"))
    test = button(texts, "test", data_of("trials", "test", model.id))
    models = button(texts, "models", data_of("models", "list", 0))
    return Screen(
        text="\n".join([*lines, *_prompt(texts, model)]),
        buttons=rows([test, models], [back_to(texts, previous)] if previous else []),
    )


def tried(texts: Texts, model: ServedModel) -> Screen:
    """The model answers this admin alone."""
    use = button(texts, "use_all", data_of("models", "serve", model.id))
    text = texts("tried_begun", model=_title(model))
    return Screen(text=text, buttons=rows([use, end_of_try(texts, model)]))


def try_ended(texts: Texts, now: ServedModel | None) -> Screen:
    """The admin is answered like everybody: by *now*."""
    models = button(texts, "models", data_of("models", "list", 0))
    return Screen(text=talking_with(texts, now), buttons=rows([models]))


def current(texts: Texts, serving: CurrentModel | None, who: str) -> Screen:
    """The model that answers, its system prompt, and how to change both."""
    models = [button(texts, "models", data_of("models", "list", 0))]
    if serving is None:
        return Screen(text=texts("use_none"), buttons=rows(models))
    lines = [
        texts("use_now", model=_title(serving.model), since=since(texts, serving, who)),
        *_prompt(texts, serving.model),
        texts("use_how"),
    ]
    return Screen(text="\n".join(lines), buttons=rows(models))


def already(texts: Texts, serving: CurrentModel, who: str) -> str:
    """The chosen model answers already."""
    return texts("use_already", model=_title(serving.model), since=since(texts, serving, who))


def prompt_changed(texts: Texts, model: ServedModel) -> str:
    """The model answers already, and has a new system prompt now."""
    return texts("use_prompt_changed", model=_title(model))


def since(texts: Texts, serving: CurrentModel, who: str) -> Markup:
    """Since when a model answers, and why: an admin's choice, the settings, a lost model."""
    if not serving.since:
        return Markup(texts("model_since_settings"))
    day = texts.moment(serving.since)
    if serving.instead_of is not None:
        gone = shortened(model_title(serving.instead_of), _TITLE_UNITS)
        return Markup(texts("model_since_gone", day=day, gone=gone))
    if serving.chosen_by is None:
        return Markup(texts("model_since_first", day=day))
    key = "model_since_chosen" if serving.despite is None else "model_since_despite"
    return Markup(texts(key, day=day, who=shortened(who, _TITLE_UNITS)))


def _prompt(texts: Texts, model: ServedModel) -> list[str]:
    prompt = shortened(model.system_prompt, SYSTEM_PROMPT_UNITS)
    return [
        texts("use_prompt", prompt=prompt) if model.system_prompt else texts("use_prompt_none"),
        texts("use_prompt_hint", model=model.id),
    ]


def _line(texts: Texts, model: ServedModel, verdict: Verdict | None) -> str:
    shown = {"model": _title(model), "number": model.id, "day": texts.moment(model.added_at)}
    if verdict is None:
        return texts("models_line", **shown)
    return texts(
        "models_line_verdict", **shown, verdict=Markup(texts(f"verdict_word_{verdict.value}"))
    )


def _opener(names: Mapping[int, str], model: ServedModel, *, mark: str = "") -> Button:
    return Button(text=f"{mark}{names[model.id]}", data=data_of("models", "show", model.id))


def _turners(texts: Texts, page: ModelPage, action: str) -> list[Button]:
    data = partial(data_of, "models", action)
    return page_buttons(texts, data, page.number, has_more=page.has_more)


def _title(model: ServedModel) -> Markup:
    return shortened(model.title, _TITLE_UNITS)
