"""Versions of the dataset: the list, one of them, putting a part aside."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.dataset.split import Split
from bot.dataset.views import finding_line
from bot.delivery.screen import Attachment, Button, Screen, rows
from bot.domain.datasets import Dataset, DatasetOrigin, Finding, TrainingMethod
from bot.edge.buttons import button, data_of, page_buttons
from bot.texts import Markup, Texts, shortened

PAGE = 5
"""Versions on one page of the list."""
SHARES = (5, 10, 20)
"""Percent that may be put aside."""
SHOWN_LEAKS = 5
_NAME_UNITS = 40


def listed(
    texts: Texts,
    datasets: Sequence[Dataset],
    *,
    in_use: Dataset | None,
    people: Mapping[int, str],
    page: int,
    has_more: bool,
) -> Screen:
    """A page of versions, newest first, the one in use marked."""
    if not datasets:
        return Screen(text=texts("versions_none"))
    used = in_use.id if in_use else None
    lines = [
        _line(texts, dataset, is_used=dataset.id == used, people=people) for dataset in datasets
    ]
    openers = [[_opener(texts, dataset)] for dataset in datasets]
    data = partial(data_of, "dataset", "list")
    turners = page_buttons(texts, data, page, has_more=has_more)
    return Screen(
        text="\n".join([texts("versions_title"), *lines]),
        buttons=rows(
            *openers,
            turners,
            [
                button(texts, "from_ratings", data_of("export", "start")),
                button(texts, "from_chat", data_of("importing", "begin")),
            ],
            [button(texts, "upload", data_of("dataset", "upload"))],
        ),
    )


def manage(texts: Texts, screen: Screen, dataset: Dataset, *, is_in_use: bool) -> Screen:
    """A version's report, with what else can be done about it."""
    files = [button(texts, "download", data_of("dataset", "get", dataset.id))]
    if not is_in_use:
        files.append(button(texts, "delete", data_of("dataset", "delete", dataset.id)))
    if dataset.origin is DatasetOrigin.EDITED:
        files.append(button(texts, "edit_history", data_of("editing", "log", dataset.id)))
    pair = []
    if not is_in_use and dataset.is_valid:
        pair.append(button(texts, "pair", data_of("dataset", "pair", dataset.id)))
    return Screen(text=screen.text, buttons=(*screen.buttons, *rows(pair, files)))


def chosen(texts: Texts, dataset: Dataset, validation: Dataset | None) -> Screen:
    """A version is in use now."""
    lines = [
        texts("versions_chosen", number=dataset.id, **texts.counted("examples", dataset.n_examples))
    ]
    if validation is not None:
        lines.append(
            texts("versions_chosen_validation", **texts.counted("examples", validation.n_examples))
        )
    return Screen(
        text="\n".join(lines),
        buttons=rows([button(texts, "to_training", data_of("training", "plan"))]),
    )


def file_of(texts: Texts, dataset: Dataset) -> Screen:
    """The version as a file."""
    return Screen(
        text=texts(
            "versions_file", number=dataset.id, **texts.counted("examples", dataset.n_examples)
        ),
        attachment=Attachment(name=dataset.name or f"{dataset.id}.jsonl", path=dataset.path),
    )


def ask_delete(texts: Texts, dataset: Dataset) -> Screen:
    """Whether the version is to be deleted."""
    return Screen(
        text=texts("versions_delete_ask", number=dataset.id, name=_name(dataset)),
        buttons=rows(
            [button(texts, "delete_yes", data_of("dataset", "deleted", dataset.id))],
            [back_to(texts, dataset)],
        ),
    )


def deleted(texts: Texts, dataset: Dataset) -> Screen:
    """The version is gone."""
    return Screen(
        text=texts("versions_deleted", number=dataset.id),
        buttons=rows([button(texts, "versions", data_of("dataset", "list", 0))]),
    )


def ask_split(texts: Texts, dataset: Dataset) -> Screen:
    """How much to put aside."""
    shares = [
        button(
            texts,
            "split_share",
            data_of("dataset", "part", f"{dataset.id}-{share}"),
            share=share,
            n=texts.number(max(1, round(dataset.n_examples * share / 100))),
        )
        for share in SHARES
    ]
    return Screen(
        text=texts("split_ask", number=dataset.id), buttons=rows(shares, [back_to(texts, dataset)])
    )


def divided(texts: Texts, training: Dataset, done: Split) -> Screen:
    """The parts are made."""
    lines = [
        texts(
            "split_done",
            n_training=texts.number(done.n_training),
            n_validation=texts.number(done.n_validation),
            training=training.id,
            validation=training.validation_id,
        )
    ]
    if done.n_kept_together:
        lines.append(texts("split_together", n=texts.number(done.n_kept_together)))
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, "use_dataset", data_of("dataset", "use", training.id))],
            [button(texts, "versions", data_of("dataset", "list", 0))],
        ),
    )


def paired(
    texts: Texts, validation: Dataset, training: Dataset, leaks: Sequence[Finding]
) -> Screen:
    """Two versions belong together now, and what is in both."""
    n = texts.counted("examples", validation.n_examples)
    lines = [texts("versions_paired", number=validation.id, training=training.id, **n)]
    if leaks:
        lines.append(texts("versions_leaks", n=texts.number(len(leaks))))
        lines += [finding_line(texts, leak) for leak in leaks[:SHOWN_LEAKS]]
    else:
        lines.append(texts("versions_no_leaks"))
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, "to_training", data_of("training", "plan"))],
            [button(texts, "unpair", data_of("dataset", "unpair", training.id))],
        ),
    )


def unpaired(texts: Texts, training: Dataset) -> Screen:
    """A version trains alone again."""
    return Screen(
        text=texts("versions_unpaired", number=training.id),
        buttons=rows([back_to(texts, training)]),
    )


def back_to(texts: Texts, dataset: Dataset) -> Button:
    """The button to a version's report."""
    return button(texts, "back_to_report", data_of("dataset", "version", dataset.id))


def _line(texts: Texts, dataset: Dataset, *, is_used: bool, people: Mapping[int, str]) -> str:
    return texts(
        "versions_line",
        mark="▶" if is_used else "·",
        number=dataset.id,
        name=_name(dataset),
        verdict=verdict_of(texts, dataset),
        origin=Markup(_origin(texts, dataset, people)),
        day=texts.moment(dataset.created_at),
        tokens=texts.number(dataset.n_tokens),
        **texts.counted("examples", dataset.n_examples),
    )


def verdict_of(texts: Texts, dataset: Dataset) -> Markup:
    """What is wrong with a version, and what it is for if that is not the usual."""
    verdict = Markup(_verdict(texts, dataset))
    if dataset.method is TrainingMethod.DPO:
        return Markup(texts("versions_kind_dpo", verdict=verdict))
    return verdict


def _verdict(texts: Texts, dataset: Dataset) -> str:
    if not dataset.is_valid:
        return texts("versions_bad", n=texts.number(dataset.n_errors))
    if dataset.n_warnings:
        return texts("versions_warned", n=texts.number(dataset.n_warnings))
    return texts("versions_good")


def _origin(texts: Texts, dataset: Dataset, people: Mapping[int, str]) -> str:
    who = people.get(dataset.added_by or 0, str(dataset.added_by or ""))
    is_joined = dataset.origin is DatasetOrigin.EXPORTED and dataset.parent_id is not None
    origin = f"{dataset.origin}_with" if is_joined else dataset.origin.value
    return texts(f"versions_origin_{origin}", who=who, parent=dataset.parent_id)


def _name(dataset: Dataset) -> Markup:
    return shortened(dataset.name, _NAME_UNITS)


def _opener(texts: Texts, dataset: Dataset) -> Button:
    name = dataset.name if len(dataset.name) <= 30 else f"{dataset.name[:29]}…"
    return button(
        texts, "version", data_of("dataset", "version", dataset.id), number=dataset.id, name=name
    )
