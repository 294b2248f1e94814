"""A blind comparison: the two answers as a tester sees them, and what an admin sees of it."""

from collections.abc import Sequence

from bot.chat.views import formatted
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
    """Two answers, 1 and 2 and nothing else; in one message where they fit into one.

    Args:
        texts: The person's language.
        answers: What the models said.
        request_id: What the pair is known by.
        vote: The button that was pressed.
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
    """Which model is to be compared; with *first*, with which one that is."""
    if len(models) < 2 - bool(first):
        return Screen(text=texts("compare_too_few"))
    if first is None:
        text, before, action = texts("compare_pick_first"), "", "first"
    else:
        text = texts("compare_pick_second", model=_shown(first.title))
        before, action = f"{first.id}-", "second"
    names = _names(models)
    lines = [f"{model.id} · {_shown(names[model.id])}" for model in models]
    choices = (
        [
            Button(
                text=cut(names[model.id], _LABEL_UNITS),
                data=data_of("comparison", action, f"{before}{model.id}"),
            )
        ]
        for model in models
    )
    return Screen(text="\n".join([text, "", *lines]), buttons=rows(*choices))


def pick_votes(texts: Texts, a: ServedModel, b: ServedModel) -> Screen:
    """How many votes to collect."""
    names = _names([a, b])
    choices = [
        button(texts, "compare_votes", data_of("comparison", "start", f"{a.id}-{b.id}-{n}"), n=n)
        for n in VOTES
    ]
    text = texts("compare_pick_votes", a=_shown(names[a.id]), b=_shown(names[b.id]))
    return Screen(text=text, buttons=rows(choices))


def state(texts: Texts, standing: ComparisonResult, *, is_refused: bool = False) -> Screen:
    """A comparison that runs, without what comes out of it; else its result.

    *is_refused*: another one was to be started.
    """
    comparison, n = standing.comparison, standing.votes.n
    if not comparison.is_running:
        return result(texts, standing)
    every = comparison.every
    lines = [texts("compare_runs_already"), ""] if is_refused else []
    lines += [
        _title(texts, standing),
        texts("compare_running", n=n, wanted=comparison.n_wanted),
        texts("compare_every_one") if every == 1 else texts("compare_every", every=every),
    ]
    look = button(texts, "compare_result", data_of("comparison", "result", comparison.id))
    return Screen(
        text="\n".join(lines),
        buttons=rows([_stop(texts, comparison), look], _how_often(texts, comparison)),
    )


def result(texts: Texts, standing: ComparisonResult, *, is_used: bool = False) -> Screen:
    """Who is better, if anybody; the votes; what may be done now.

    *is_used*: the better model answers already.
    """
    comparison, votes, better = standing.comparison, standing.votes, standing.better
    names = _names([standing.a, standing.b])
    a, b = _shown(names[standing.a.id]), _shown(names[standing.b.id])
    lines = [
        _title(texts, standing),
        _sentence(texts, standing),
        "",
        texts("compare_votes", a=a, b=b, n_a=votes.n_a, n_b=votes.n_b, n_same=votes.n_same),
    ]
    if votes.n_a + votes.n_b:
        lines.append(_share(texts, standing))
    lines.append(
        texts("compare_people", n=votes.n, wanted=comparison.n_wanted, people=votes.n_people)
    )
    use = longer = stop = None
    if better is not None and not is_used:
        use = button(
            texts,
            "compare_use",
            data_of("models", "use", better.id),
            model=cut(names[better.id], _LABEL_UNITS),
        )
    if standing.longer is not None:
        more = data_of("comparison", "longer", comparison.id)
        longer = button(texts, "compare_longer", more, n=standing.longer)
    if comparison.is_running:
        stop = _stop(texts, comparison)
    return Screen(
        text="\n".join(lines), buttons=rows(*([each] for each in (use, longer, stop) if each))
    )


def _numbered(n: int, answer: str) -> Rich:
    return Rich("").followed_by(str(n), type="bold").followed_by("\n").joined_by(formatted(answer))


def _ballot(texts: Texts, request_id: int, vote: Vote, chosen: Vote | None) -> Button:
    ballot = data_of("comparison", f"vote_{vote}", request_id)
    shown = button(texts, f"vote_{vote}", ballot)
    return Button(text=f"{shown.text} ✓", data=ballot) if vote is chosen else shown


def _sentence(texts: Texts, standing: ComparisonResult) -> str:
    """What a person may conclude."""
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
    """Of the model with more votes, with the interval for a share."""
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


def _title(texts: Texts, standing: ComparisonResult) -> str:
    names = _names([standing.a, standing.b])
    return texts("compare_title", a=_shown(names[standing.a.id]), b=_shown(names[standing.b.id]))


def _stop(texts: Texts, comparison: Comparison) -> Button:
    return button(texts, "compare_stop", data_of("comparison", "stop", comparison.id))


def _how_often(texts: Texts, comparison: Comparison) -> list[Button]:
    """The other choices."""
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
    """Titles; where two share one, with their numbers, by which /compare knows them."""
    titles = [model.title for model in models]
    return {
        model.id: model.title
        if titles.count(model.title) == 1
        else f"{cut(model.title, _LABEL_UNITS)} (#{model.id})"
        for model in models
    }


def _shown(name: str) -> Markup:
    return shortened(name, _TITLE_UNITS)
