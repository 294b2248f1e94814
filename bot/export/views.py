"""The survey of rated answers, and the files that can be made of them."""

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
    """The rows, those left out by reason, and the files that can be made.

    *people* are the names of `named`. *least* is the fewest examples that a provider takes.
    """
    if not found.n_rated:
        return _nothing(texts, found)
    day, n_corrected = texts.moment(found.since), found.examples.n_corrections
    models = [(model_title(name), n) for name, n in found.models.items()]
    names = [(people.get(number, ""), n) for number, n in found.people.items()]
    lines = [
        texts("export_title_new", day=day) if found.since else texts("export_title"),
        texts("export_rated", n=texts.number(found.n_rated), when=_when(texts, found)),
        texts("export_models", models=_shares(texts, models)),
        texts("export_people", people=_shares(texts, names)),
        "",
        texts("export_examples", n=texts.number(found.examples.n)),
        *([texts("export_corrections", n=texts.number(n_corrected))] if n_corrected else []),
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
    """A new version: its rows, its report, and the button back to the survey."""
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


def _when(texts: Texts, found: Survey) -> str:
    first, last = texts.moment(found.first_at), texts.moment(found.last_at)
    return first if first == last else f"{first} — {last}"


def _about(texts: Texts, part: ExportPart, least: int) -> list[str]:
    lines = []
    if 0 < part.n < least:
        lines.append(texts("export_few", least=least))
    if part.left_out:
        lines.append(texts("export_without"))
        lines += [
            texts("export_left", reason=texts.plain(f"export_left_{reason}"), n=texts.number(n))
            for reason, n in sorted(part.left_out.items(), key=lambda each: -each[1])
        ]
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
    """The button from all ratings to the new ones, or back."""
    if found.since:
        return [button(texts, "export_all", data_of("export", "start", 0))]
    if found.exported_at is None or not found.n_new:
        return []
    data = data_of("export", "start", found.exported_at)
    return [button(texts, "export_new", data, n=texts.number(found.n_new))]


def _shares(texts: Texts, shares: Sequence[tuple[str, int]]) -> Markup:
    """The first few names with their numbers, and the number of the others."""
    named = [
        texts("export_share", name=name_of(name), n=texts.number(n)) for name, n in shares[:_SHOWN]
    ]
    if len(shares) > _SHOWN:
        named.append(texts("export_more", n=texts.number(len(shares) - _SHOWN)))
    return Markup(", ".join(named))
