"""A blind comparison: the two answers for a tester, and the choices and results for admins."""

from collections.abc import Sequence

from bot.chat.markdown import formatted
from bot.comparison.entities import Comparison, ComparisonEnding, Vote
from bot.comparison.results import ComparisonResult
from bot.delivery.screen import Button, Screen, rows
from bot.domain.models import ServedModel
from bot.edge.buttons import button, data_of
from bot.edge.rich import Rich
from bot.ratings.quality import wilson
from bot.texts import Markup, Texts, cut, shortened

VOTES = (20, 50, 100)
EVERY = (1, 3, 10)
_TITLE_UNITS = 60
_LABEL_UNITS = 30


def pair(
    texts: Texts, answers: Sequence[str], request_id: int, vote: Vote | None = None
) -> list[Screen]:
    """Two answers, called only 1 and 2; in one message if they fit into one.

    *request_id* identifies the pair. *vote* is the person's vote, whose button is marked.
    """
    one, other = (_numbered(n, answer) for n, answer in enumerate(answers, start=1))
    parts = list(one.followed_by("\n\n").joined_by(other).messages())
    if len(parts) > 1:
        parts = [*one.messages(), *other.messages()]
    *before, last = (part.screen() for part in parts)
    under = [[Vote.FIRST, Vote.SECOND], [Vote.SAME]]
    buttons = [[_ballot(texts, request_id, each, vote) for each in row] for row in under]
    return [*before, Screen(text=last.text, entities=last.entities, buttons=buttons)]


def pick(texts: Texts, models: Sequence[ServedModel], first: ServedModel | None) -> Screen:
    """Ask for the first model to compare; if *first* is given, for the second one."""
    if len(models) < 2 - bool(first):
        return Screen(text=texts("compare_too_few"))
    if first is None:
        text, before, action = texts("compare_pick_first"), "", "first"
    else:
        text = texts("compare_pick_second", model=_shown(first.title))
        before, action = f"{first.id}-", "second"
    names = _names(models)
    lines = [f"{model.id} · {_shown(names[model.id])}" for model in models]
    choices = []
    for model in models:
        data = data_of("comparison", action, f"{before}{model.id}")
        choices.append([Button(text=cut(names[model.id], _LABEL_UNITS), data=data)])
    return Screen(text="\n".join([text, "", *lines]), buttons=rows(*choices))


def pick_votes(texts: Texts, a: ServedModel, b: ServedModel) -> Screen:
    """Ask how many votes to collect."""
    names = _names([a, b])
    choices = [
        button(texts, "compare_votes", data_of("comparison", "start", f"{a.id}-{b.id}-{n}"), n=n)
        for n in VOTES
    ]
    text = texts("compare_pick_votes", a=_shown(names[a.id]), b=_shown(names[b.id]))
    return Screen(text=text, buttons=rows(choices))


def state(texts: Texts, standing: ComparisonResult, *, is_refused: bool = False) -> Screen:
    """A running comparison without the result so far; one that is over with its result.

    *is_refused*: the admin wanted to start another one.
    """
    comparison, n = standing.comparison, standing.votes.n
    if not comparison.is_running:
        return result(texts, standing)
    every, names = comparison.every, _names([standing.a, standing.b])
    a, b = (_shown(names[model.id]) for model in (standing.a, standing.b))
    lines = [texts("compare_runs_already"), ""] if is_refused else []
    lines += [
        texts("compare_title", a=a, b=b),
        texts("compare_running", n=n, wanted=comparison.n_wanted),
        texts("compare_every_one") if every == 1 else texts("compare_every", every=every),
    ]
    look = button(texts, "compare_result", data_of("comparison", "result", comparison.id))
    return Screen(
        text="\n".join(lines),
        buttons=rows([_stop(texts, comparison), look], _how_often(texts, comparison)),
    )


def result(texts: Texts, standing: ComparisonResult, *, is_used: bool = False) -> Screen:
    """Which model is better, if any; the votes; what an admin can do now.

    *is_used*: the better model answers in chats already.
    """
    comparison, votes, better = standing.comparison, standing.votes, standing.better
    names = _names([standing.a, standing.b])
    a, b = (_shown(names[model.id]) for model in (standing.a, standing.b))
    lines = [
        texts("compare_title", a=a, b=b),
        _sentence(texts, standing),
        "",
        texts("compare_votes", a=a, b=b, n_a=votes.n_a, n_b=votes.n_b, n_same=votes.n_same),
    ]
    if votes.n_a + votes.n_b:
        lines.append(_share(texts, standing))
    lines.append(
        texts("compare_people", n=votes.n, wanted=comparison.n_wanted, people=votes.n_people)
    )
    buttons = []
    if better is not None and not is_used:
        label = cut(names[better.id], _LABEL_UNITS)
        use = data_of("models", "use", better.id)
        buttons.append([button(texts, "compare_use", use, model=label)])
    if standing.longer is not None:
        more = data_of("comparison", "longer", comparison.id)
        buttons.append([button(texts, "compare_longer", more, n=standing.longer)])
    if comparison.is_running:
        buttons.append([_stop(texts, comparison)])
    return Screen(text="\n".join(lines), buttons=rows(*buttons))


def _numbered(n: int, answer: str) -> Rich:
    return Rich("").followed_by(str(n), type="bold").followed_by("\n").joined_by(formatted(answer))


def _ballot(texts: Texts, request_id: int, vote: Vote, chosen: Vote | None) -> Button:
    ballot = data_of("comparison", f"vote_{vote}", request_id)
    shown = button(texts, f"vote_{vote}", ballot)
    return Button(text=f"{shown.text} ✓", data=ballot) if vote is chosen else shown


def _sentence(texts: Texts, standing: ComparisonResult) -> str:
    """What follows from the votes."""
    votes, ending, better = standing.votes, standing.comparison.ending, standing.better
    if better is not None:
        name = _names([standing.a, standing.b])[better.id]
        most, of = max(votes.n_a, votes.n_b), votes.n_a + votes.n_b
        percent = 1 if standing.is_sure else 5
        said = texts("compare_better", model=_shown(name), n=most, of=of)
        return f"{said}\n{texts('compare_chance', percent=percent)}"
    match ending:
        case None:
            return texts("compare_not_yet")
        case ComparisonEnding.STOPPED:
            return texts("compare_stopped")
        case ComparisonEnding.GONE:
            return texts("compare_gone")
    return texts("compare_no_difference")


def _share(texts: Texts, standing: ComparisonResult) -> str:
    """The share of the model with more votes, with its interval."""
    votes, names = standing.votes, _names([standing.a, standing.b])
    ahead = standing.a if votes.n_a >= votes.n_b else standing.b
    most, of = max(votes.n_a, votes.n_b), votes.n_a + votes.n_b
    low, high = wilson(most, of)
    return texts(
        "compare_share",
        model=_shown(names[ahead.id]),
        share=round(100 * most / of),
        low=round(100 * low),
        high=round(100 * high),
    )


def _stop(texts: Texts, comparison: Comparison) -> Button:
    return button(texts, "compare_stop", data_of("comparison", "stop", comparison.id))


def _how_often(texts: Texts, comparison: Comparison) -> list[Button]:
    return [
        button(
            texts,
            "every_one" if every == 1 else "every",
            data_of("comparison", "every", f"{comparison.id}-{every}"),
            every=every,
        )
        for every in EVERY
        if every != comparison.every
    ]


def _names(models: Sequence[ServedModel]) -> dict[int, str]:
    """Titles; models with the same title also get their number, which /compare understands."""
    titles = [model.title for model in models]
    return {
        model.id: model.title
        if titles.count(model.title) == 1
        else f"{cut(model.title, _LABEL_UNITS)} (#{model.id})"
        for model in models
    }


def _shown(name: str) -> Markup:
    return shortened(name, _TITLE_UNITS)
