"""What testers rated, and what can be made of it."""

from collections.abc import Mapping, Sequence

from bot.delivery.screen import Button, Screen, rows
from bot.domain.datasets import Dataset, TrainingMethod
from bot.domain.models import model_title
from bot.edge.buttons import button, data_of
from bot.edge.who import name_of
from bot.export import ExportFormat, ExportPart, Survey
from bot.texts import Markup, Texts

_SHOWN = 4
"""Models and people that are named."""


def survey(texts: Texts, found: Survey, people: Mapping[int, str], *, least: int) -> Screen:
    """What there is, what is left out and why, and the files that can be made.

    Args:
        texts: The person's language.
        found: What there is.
        people: Names of those who rated.
        least: Examples that a provider takes at least.
    """
    if not found.n_rated:
        return _nothing(texts, found)
    lines = [
        _title(texts, found),
        texts("export_rated", n=texts.number(found.n_rated), when=_when(texts, found)),
        texts("export_models", models=_shares(texts, _titles(found.models))),
        texts("export_people", people=_shares(texts, _names(found.people, people))),
        "",
        texts("export_examples", n=texts.number(found.examples.n)),
        *_corrected(texts, found.examples),
        *_about(texts, found.examples, least),
        "",
        texts("export_pairs", n=texts.number(found.pairs.n)),
        *_about(texts, found.pairs, least),
        "",
        texts("export_words" if found.examples.n or found.pairs.n else "export_useless"),
    ]
    return Screen(text="\n".join(lines), buttons=rows(*_files(texts, found), _scope(texts, found)))


def named(found: Survey) -> list[int]:
    """The people whose names `survey` shows."""
    return list(found.people)[:_SHOWN]


def made(texts: Texts, screen: Screen, dataset: Dataset, part: ExportPart, *, since: int) -> Screen:
    """A version was made: what it is made of, its report, and the way back."""
    key = "export_made_pairs" if dataset.method is TrainingMethod.DPO else "export_made"
    lines = [
        texts(
            key,
            number=dataset.id,
            n=texts.number(part.n),
            corrections=texts.number(part.n_corrections),
        )
    ]
    if dataset.parent_id is not None:
        lines.append(texts("export_made_with", parent=dataset.parent_id))
    back = button(texts, "export_back", data_of("export", "start", since))
    return Screen(
        text="\n".join([*lines, "", screen.text]), buttons=(*screen.buttons, *rows([back]))
    )


def _nothing(texts: Texts, found: Survey) -> Screen:
    if found.since:
        text = texts("export_nothing_new", day=texts.moment(found.since))
        return Screen(text=text, buttons=rows(_scope(texts, found)))
    people = button(texts, "people", data_of("access", "list", 0))
    return Screen(text=texts("export_nothing"), buttons=rows([people]))


def _title(texts: Texts, found: Survey) -> str:
    if found.since:
        return texts("export_title_new", day=texts.moment(found.since))
    return texts("export_title")


def _when(texts: Texts, found: Survey) -> str:
    first, last = texts.moment(found.first_at), texts.moment(found.last_at)
    return first if first == last else f"{first} — {last}"


def _corrected(texts: Texts, part: ExportPart) -> list[str]:
    n = part.n_corrections
    return [texts("export_corrections", n=texts.number(n))] if n else []


def _about(texts: Texts, part: ExportPart, least: int) -> list[str]:
    lines = []
    if 0 < part.n < least:
        lines.append(texts("export_few", least=least))
    if part.left_out:
        reasons = ", ".join(
            texts(f"export_left_{reason}", n=texts.number(n))
            for reason, n in sorted(part.left_out.items(), key=lambda each: -each[1])
        )
        lines.append(texts("export_without", reasons=Markup(reasons)))
    return lines


def _files(texts: Texts, found: Survey) -> list[list[Button]]:
    since, files = found.since, []
    if found.examples.n:
        data = data_of("export", ExportFormat.EXAMPLES, since)
        files.append([button(texts, "export_examples", data, n=texts.number(found.examples.n))])
    if found.pairs.n:
        data = data_of("export", ExportFormat.PAIRS, since)
        files.append([button(texts, "export_pairs", data, n=texts.number(found.pairs.n))])
    if found.in_use is not None and found.together is not None and found.together.n:
        before, more = texts.number(found.in_use.n_examples), texts.number(found.together.n)
        data, n = data_of("export", ExportFormat.TOGETHER, since), found.in_use.id
        files.append([button(texts, "export_together", data, n=n, before=before, more=more)])
    if files:
        files.append([button(texts, "export_files", data_of("export", "files", since))])
    return files


def _scope(texts: Texts, found: Survey) -> list[Button]:
    """From all ratings to the new ones, and back."""
    if found.since:
        return [button(texts, "export_all", data_of("export", "start", 0))]
    if found.exported_at is None or not found.n_new:
        return []
    data = data_of("export", "start", found.exported_at)
    return [button(texts, "export_new", data, n=texts.number(found.n_new))]


def _titles(models: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(model_title(name), n) for name, n in models.items()]


def _names(counts: Mapping[int, int], people: Mapping[int, str]) -> list[tuple[str, int]]:
    return [(people.get(number, ""), n) for number, n in counts.items()]


def _shares(texts: Texts, shares: Sequence[tuple[str, int]]) -> Markup:
    """The first few with their numbers, and how many more there are."""
    named = [
        texts("export_share", name=name_of(name), n=texts.number(n)) for name, n in shares[:_SHOWN]
    ]
    if len(shares) > _SHOWN:
        named.append(texts("export_more", n=texts.number(len(shares) - _SHOWN)))
    return Markup(", ".join(named))
