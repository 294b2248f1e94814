"""What admins see of ratings that a model can learn from."""

from dataclasses import replace

import pytest

from bot.dataset import version_views as versions
from bot.dataset import views as dataset
from bot.domain.datasets import DatasetOrigin, TrainingMethod
from bot.export import ExportPart, LeftOut, Survey
from bot.export import views as export
from tests.screens import EN, GOOD, RU, RUN, buttons_of, shown

DAY = 1_763_800_000
IN_USE = RUN.dataset
NONE = ExportPart(n=0, n_corrections=0, left_out={})
FOUND = Survey(
    since=0,
    exported_at=None,
    n_new=0,
    examples=ExportPart(
        n=25, n_corrections=7, left_out={LeftOut.KNOWN: 1, LeftOut.NOT_CORRECTED: 12}
    ),
    pairs=ExportPart(n=7, n_corrections=7, left_out={}),
    models={"ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC": 30, "gpt-4.1": 8},
    people={5: 38},
    first_at=DAY,
    last_at=DAY + 20 * 86_400,
    in_use=IN_USE,
)
PEOPLE = {5: "Олег <b>"}


def screen(found=FOUND, texts=RU):
    return export.survey(texts, found, PEOPLE, least=10)


def test_numbers_come_with_the_reasons():
    """What is left out, the most frequent reason first; names are names, not markup."""
    text = shown(screen())

    for part in (
        "за всё время",
        "Оценённых ответов: 38 · 22 ноября 2025 — 12 декабря 2025",
        "Модели: natasha-v1 — 30, gpt-4.1 — 8",
        "Оценивали: Олег <b> — 38",
        "Примеры: 25\nиз них исправлено тестировщиками: 7",
        "не вошло:\n• 👎 без исправления — 12\n• уже есть в датасете — 1\n",
        "Пары ответов: 7\n⚠️ провайдеры берут от 10: пока мало",
        "слова тестировщиков, без имён и ID",
    ):
        assert part in text, text
    assert text.count("пока мало") == 1
    assert shown(screen(texts=EN))


def test_buttons_make_what_was_counted():
    """Each carries the moment since which ratings count."""
    assert buttons_of(screen()) == [
        "export:sft:0",
        "export:dpo:0",
        "export:all:0",
        "export:files:0",
    ]
    newest = replace(FOUND, since=DAY, exported_at=DAY, n_new=3)
    assert buttons_of(screen(newest)) == [
        f"export:sft:{DAY}",
        f"export:dpo:{DAY}",
        f"export:all:{DAY}",
        f"export:files:{DAY}",
        "export:start:0",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pairs": NONE}, ["export:sft:0", "export:all:0", "export:files:0"]),
        ({"examples": NONE}, ["export:dpo:0", "export:files:0"]),
        ({"in_use": None}, ["export:sft:0", "export:dpo:0", "export:files:0"]),
        (
            {"in_use": replace(IN_USE, n_errors=1)},
            ["export:sft:0", "export:dpo:0", "export:files:0"],
        ),
        ({"examples": NONE, "pairs": NONE}, []),
    ],
)
def test_nothing_is_offered_that_would_be_empty(changes, expected):
    found = screen(replace(FOUND, **changes))

    assert buttons_of(found) == expected
    assert ("Учить пока не на чём" in shown(found)) == (not expected)


def test_to_a_dataset_of_pairs_pairs_are_added():
    found = replace(FOUND, in_use=replace(IN_USE, method=TrainingMethod.DPO))

    labels = [button.text for row in screen(found).buttons for button in row]
    assert f"С датасетом №{IN_USE.id}: 321+7" in labels


def test_new_ratings_are_offered_where_there_are_any():
    """And only after an export."""
    assert "export:start" not in str(buttons_of(screen(replace(FOUND, exported_at=DAY))))
    found = screen(replace(FOUND, exported_at=DAY, n_new=3))

    assert buttons_of(found)[-1] == f"export:start:{DAY}"
    assert found.buttons[-1][0].text == "Только новые (3)"


def test_empty_states_say_what_to_do():
    nothing = replace(FOUND, models={}, people={}, examples=NONE, pairs=NONE, first_at=0, last_at=0)
    since = replace(nothing, since=DAY, exported_at=DAY)

    assert "Попросите тестировщиков нажимать 👍 и 👎" in shown(screen(nothing))
    assert buttons_of(screen(nothing)) == ["access:list:0"]
    assert "С прошлого экспорта (22 ноября 2025) новых оценок нет." in shown(screen(since))
    assert buttons_of(screen(since)) == ["export:start:0"]
    for found in (nothing, since):
        assert shown(screen(found, EN))


@pytest.mark.parametrize(("texts", "more"), [(RU, "и ещё 5"), (EN, "and 5 more")])
def test_many_models_and_long_names_fit(texts, more):
    """The rest is counted, and only those are looked up whose names are shown."""
    found = replace(
        FOUND,
        models={f"модель {n} " + "я" * 300: n for n in range(9, 0, -1)},
        people={n: n for n in range(9, 0, -1)},
        examples=replace(FOUND.examples, left_out=dict.fromkeys(LeftOut, 10000)),
        pairs=replace(FOUND.pairs, left_out=dict.fromkeys(LeftOut, 10000)),
    )

    text = shown(export.survey(texts, found, dict.fromkeys(range(10), "Я" * 300), least=10))

    assert text.count(more) == 2
    assert export.named(found) == [9, 8, 7, 6]


@pytest.mark.parametrize("texts", [RU, EN])
def test_made_version_shows_its_report_and_the_way_back(texts):
    version = replace(IN_USE, origin=DatasetOrigin.EXPORTED, parent_id=3)
    report = dataset.report(texts, GOOD, version, is_in_use=False)

    done = export.made(texts, report, version, FOUND.examples, since=DAY)

    assert shown(report) in shown(done)
    assert buttons_of(done) == [*buttons_of(report), f"export:start:{DAY}"]
    if texts is RU:
        assert shown(done).startswith(
            "Собрана версия №1. Примеров из оценок: 25, из них исправлений: 7.\n"
            "Они стоят после примеров версии №3."
        )
    pairs = replace(version, method=TrainingMethod.DPO, parent_id=None)
    assert shown(export.made(texts, report, pairs, FOUND.pairs, since=0))


def test_list_of_versions_says_where_they_are_from():
    alone = replace(IN_USE, origin=DatasetOrigin.EXPORTED, added_by=5)
    behind = replace(alone, id=2, parent_id=1)

    text = shown(
        versions.listed(
            RU, [behind, alone], in_use=None, people={5: "Мария"}, page=0, has_more=False
        )
    )

    assert "из оценок: Мария" in text
    assert "№1 и оценки: Мария" in text
