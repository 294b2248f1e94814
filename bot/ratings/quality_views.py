"""What people say of the models, and their bad answers to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.chat.views import mark_of
from bot.delivery.screen import Screen, rows
from bot.domain.models import ServedModel
from bot.edge.buttons import button, data_of, page_buttons
from bot.edge.who import moment
from bot.ratings.entities import RatedTurn
from bot.ratings.quality import ENOUGH_TO_JUDGE, ModelQuality, Trend, best
from bot.ratings.views import complaint_label, share_of
from bot.safety import views as safety_views
from bot.safety.entities import DangerCounts
from bot.serving.views import labels
from bot.texts import Markup, Texts, shortened

MODELS_SHOWN = 8
"""The newest ones: admins hardly ever use older ones again."""
_QUESTION_UNITS = 700
_ANSWER_UNITS = 1600
_CORRECTION_UNITS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class CutAnswers:
    """Answers of the last days that reached the limit on their length."""

    n: int
    limit: int
    """In tokens."""


def overview(
    texts: Texts,
    models: Sequence[ModelQuality],
    cut: CutAnswers,
    dangers: DangerCounts,
    work: Sequence[Screen] = (),
) -> Screen:
    """Each model's share of good answers, how it moves, and what follows from that.

    *work* is what can be done about the bad ones. This is the one place where admins hear of
    *cut* answers of others, and how many people were perhaps in danger: when they ask.
    """
    notes = [texts("quality_cut", n=texts.number(cut.n), limit=cut.limit)] if cut.n else []
    if dangers.n:
        notes.append(texts("quality_dangers", **safety_views.numbers(texts, dangers)))
    about_dangers = [safety_views.opener(texts, dangers)]
    week = [button(texts, "week", data_of("week", "show"))]
    if not models:
        text = "\n\n".join([texts("quality_none"), *notes])
        return Screen(text=text, buttons=rows(about_dangers, week))
    shown = models[:MODELS_SHOWN]
    names = labels([each.model for each in shown])
    lines = [texts("quality_title")]
    for each in shown:
        lines += _lines(texts, names[each.model.id], each)
    is_said = any(each.share.n >= ENOUGH_TO_JUDGE for each in shown)  # else there are no brackets
    interval = [texts("quality_interval")] if is_said else []
    lines += ["", *_conclusion(texts, names, shown), *interval, *notes]
    if len(models) > MODELS_SHOWN:
        lines.append(texts("quality_more", n=MODELS_SHOWN, total=len(models)))
    lines += [each.text for each in work]
    openers = [
        [button(texts, "bad_answers", _place(each.model), model=names[each.model.id], n=each.n_bad)]
        for each in shown
        if each.n_bad
    ]
    to_dataset = button(texts, "to_dataset", data_of("export", "start"))
    to_do = [row for each in work for row in each.buttons]
    buttons = rows(*to_do, *openers, [to_dataset, *week], about_dangers)
    return Screen(text="\n".join(lines), buttons=buttons)


def bad_answer(
    texts: Texts, model: ServedModel, answer: RatedTurn | None, *, number: int, of: int
) -> Screen:
    """One bad answer, with the question and the opinion; *number* 0 is the newest."""
    back = button(texts, "back", data_of("ratings", "list"))
    title = shortened(labels([model])[model.id], 60)
    if answer is None:
        return Screen(text=texts("quality_no_bad", model=title), buttons=rows([back]))
    rating = answer.rating
    lines = [
        texts("quality_bad_title", model=title, n=number + 1, of=of),
        texts("quality_bad_at", when=moment(texts, answer.rated_at)),
        *([texts("danger_hidden")] if answer.is_hidden else _words(texts, answer)),
    ]
    if rating.complaint is not None:
        lines.append(texts("quality_complaint", reason=complaint_label(texts, rating.complaint)))
    if answer.correction is not None and not answer.is_hidden:
        correction = shortened(answer.correction, _CORRECTION_UNITS)
        lines.append(texts("quality_correction", text=correction))
    turners = page_buttons(texts, partial(_place, model), number, has_more=number + 1 < of)
    to_dataset = button(texts, "to_dataset", data_of("export", "start"))
    return Screen(text="\n".join(lines), buttons=rows(turners, [back, to_dataset]))


def _words(texts: Texts, answer: RatedTurn) -> list[str]:
    lines = [
        texts("quality_question", text=shortened(answer.user_text, _QUESTION_UNITS)),
        texts("quality_answer", text=shortened(answer.assistant_text, _ANSWER_UNITS)),
    ]
    if mark := mark_of(texts, answer.ending):
        lines.append(texts("quality_part", why=mark))
    return lines


def _lines(texts: Texts, name: str, each: ModelQuality) -> list[str]:
    if each.share.n:
        lines = [texts("quality_model", model=name, share=share_of(texts, each.share))]
    else:
        lines = [texts("quality_model_unrated", model=name)]
    if each.trend is not None:
        lines.append(_trend(texts, each.trend))
    if each.n_corrections:
        lines.append(texts("quality_corrections", n=texts.number(each.n_corrections)))
    return lines


def _trend(texts: Texts, trend: Trend) -> str:
    return texts(
        "quality_trend",
        lately=round(100 * trend.lately.value),
        n=texts.number(trend.lately.n),
        before=round(100 * trend.before.value),
        m=texts.number(trend.before.n),
        change=Markup(texts(f"quality_change_{trend.change}")),
    )


def _conclusion(texts: Texts, names: dict[int, str], models: Sequence[ModelQuality]) -> list[str]:
    rated = [each for each in models if each.share.n]
    if len(rated) < 2:
        return []
    found = best(rated)
    if found is None:
        return [texts("quality_unclear")]
    first, others = found
    worse = ", ".join(names[each.model.id] for each in others)
    return [texts("quality_better", model=names[first.model.id], others=worse)]


def _place(model: ServedModel, number: int = 0) -> str:
    """The data of a button that opens a bad answer of the model; number 0 is the newest."""
    return data_of("ratings", "bad", f"{model.id}.{number}")
