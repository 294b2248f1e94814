"""Tables as spreadsheets save them: separators, blank rows, heads, roles, rows that don't fit."""

import json

import pytest

from bot.dataset.recognition import Columns
from bot.dataset.repair.run import repair
from bot.errors import CannotRepair
from tests.dataset.odd_files import HEADS, PAIRS, ROLES, csv_of


@pytest.fixture
def learnt(tmp_path):
    """What would be learnt of a table: the texts of each example, and what was done."""

    def run(data, columns=None):
        source, target = tmp_path / "table.csv", tmp_path / "target.jsonl"
        source.write_bytes(data)
        done = repair(source, target, columns=columns)
        rows = [json.loads(line)["messages"] for line in target.read_bytes().splitlines()]
        return [tuple(message["content"] for message in row) for row in rows], done

    return run


TABLE = csv_of([HEADS, *PAIRS])
BLANK = b";\r\n\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE,
        TABLE + BLANK * 3,
        BLANK + TABLE,
        csv_of([HEADS, *PAIRS[:5]]) + BLANK + csv_of(PAIRS[5:]),
        b"sep=;\r\n" + TABLE,
        b"\xef\xbb\xbfsep=;\r\n" + TABLE,
        b'"sep=\t"\r\n' + csv_of([HEADS, *PAIRS], delimiter="\t"),
        csv_of([HEADS, *PAIRS], delimiter=","),
        csv_of([HEADS, *PAIRS], delimiter="|"),
        csv_of([HEADS, *PAIRS], delimiter="\t", end="\r"),
        csv_of([HEADS, *PAIRS], end="\r"),
        csv_of([HEADS, *PAIRS[:3]]) + csv_of(PAIRS[3:6], end="\r") + csv_of(PAIRS[6:], end="\n"),
        csv_of([(*row, "", "") for row in [HEADS, *PAIRS]]),
        csv_of([("№", *HEADS, "Дата")] + [(str(n), *row, "") for n, row in enumerate(PAIRS)]),
        csv_of([("Ответ", "Вопрос"), *((a, q) for q, a in PAIRS)]),
        csv_of([("QUESTION:", "Ответ"), *PAIRS]),
        csv_of([HEADS, *PAIRS[:5]]) + csv_of([HEADS, *PAIRS[5:]]),
        csv_of([("Датасет Наташи", ""), ("", ""), HEADS, *PAIRS]),
        csv_of([("role", "content"), *ROLES[:10]]) + csv_of([("role", "content"), *ROLES[10:]]),
        csv_of([("prompt", "completion"), *PAIRS]),
        csv_of([("instruction", "input", "output"), *((q, "", a) for q, a in PAIRS)]),
        csv_of([("Сообщение", "Ответ"), *PAIRS]),
        ("| Вопрос | Ответ |\n|---|:-:|\n" + "".join(f"|{q}|{a}|\n" for q, a in PAIRS)).encode(),
    ],
    ids=range(23),
)
def test_a_table_is_read_however_it_is_saved(learnt, data):
    assert learnt(data)[0] == PAIRS


def test_cells_keep_their_quotes_and_line_breaks(learnt):
    odd = [('Он сказал: "да";\nи ушёл, так?', "Строка\nи ещё\n\nодна"), *PAIRS]

    for end in ("\r\n", "\n", "\r"):
        assert learnt(csv_of([HEADS, *odd], end=end))[0] == odd


ALONE = [question for question, _ in PAIRS]


@pytest.mark.parametrize(
    ("head", "other"),
    [
        ("id", [str(n) for n in range(99)]),
        ("Тема", ["любовь", "деньги и работа"] * 9),
        ("Создан", [f"2026-11-{n:02} 10:00" for n in range(10, 30)]),
        ("Ссылка", [f"https://example.org/{n}" for n in range(99)]),
        ("Имя", [f"Анна{n}" for n in range(99)]),
    ],
)
@pytest.mark.parametrize("known", ["Вопрос", "Ответ"])
def test_what_is_left_is_no_answer_unless_it_says_something(check, learnt, known, head, other):
    """Beside a known column, a number, a date, a topic or a link is nobody's words."""
    data = csv_of([(head, known), *zip(other, ALONE, strict=False)])

    report = check(data)

    assert report.kind in ("table_of_labels", "table_unclear")
    with pytest.raises(CannotRepair):
        learnt(data)


@pytest.mark.parametrize(
    "heads", [("Вопрос", "Вопрос клиента", "Ответ"), ("user", "question", "answer")]
)
def test_of_two_columns_of_questions_a_person_chooses(check, learnt, heads):
    data = csv_of([heads, *((f"Ещё {q}", q, a) for q, a in PAIRS)])

    assert check(data).kind == "table_unclear"
    assert learnt(data, Columns(1, 2))[0] == PAIRS


def test_messages_are_told_from_their_numbers(learnt):
    """The column of what was said, whatever it is called."""
    rows = [(str(n), role, text) for n, (role, text) in enumerate(ROLES)]

    assert learnt(csv_of([("№", "Имя роли", "Слова"), *rows]))[0] == PAIRS


def test_brackets_in_cells_make_no_json(check):
    data = csv_of([("history", *HEADS), *(("[]", *pair) for pair in PAIRS)])

    assert check(data).kind == "csv_table"


def test_a_cell_may_begin_as_json_does(learnt):
    """A name in brackets makes no document of a table, wherever it is."""
    odd = [("[Анна] Как быть?", "Слушай."), *PAIRS, ("{Вздыхает}", "Дыши.")]

    assert learnt(csv_of([HEADS, *odd], delimiter="\t", is_quoted=False))[0] == odd


def test_a_system_prompt_may_be_a_column(learnt):
    rows = [("Ты — Наташа.", q, a) for q, a in PAIRS]

    assert learnt(csv_of([("system", "user", "assistant"), *rows]))[0] == rows


def test_an_instruction_is_followed_by_its_input(learnt):
    rows = [("instruction", "input", "output"), ("Ответь", "Кто я?", "Река."), ("Да?", "", "Да.")]

    assert learnt(csv_of(rows))[0] == [("Ответь\n\nКто я?", "Река."), ("Да?", "Да.")]


@pytest.mark.parametrize("n", [1, 600, 3_000])
def test_a_row_that_does_not_fit_is_named_as_a_spreadsheet_shows_it(check, learnt, n):
    """Also far beyond the first 64 KB, where nobody has looked before."""
    rows: list[tuple[str, ...]] = [
        (f"{q} {k}", f"{a}\nи {k}") for k in range(300) for q, a in PAIRS
    ]
    rows.insert(n - 1, ("Привет", "как дела", "хорошо"))

    report = check(csv_of([HEADS, *rows]))
    _, done = learnt(csv_of([HEADS, *rows]))

    found = [(f.rule, f.line, f.params) for f in report.findings if f.line]
    assert found == [("row_too_wide", n + 1, {"cells": 3, "columns": 2})]
    assert (done.n_after, done.n_left_out) == (len(rows) - 1, 1)
    assert [(f.rule, f.line) for f in done.left_out] == [("row_too_wide", n + 1)]


def test_rows_without_a_cell_are_named_and_left_out(check, learnt):
    rows = [PAIRS[0], ("Как быть?", ""), PAIRS[1], ("", "Слушай."), ("Только вопрос",), PAIRS[2]]
    data = csv_of([HEADS, *rows])

    found = [(f.rule, f.line) for f in check(data).findings if f.line]
    said, done = learnt(data)

    assert found == [(f.rule, f.line) for f in done.left_out]
    assert {line: rule for rule, line in found} == {
        3: "row_without_answer",
        5: "row_without_question",
        6: "row_without_answer",
    }
    assert (said, done.n_before, done.n_after) == (PAIRS[:3], 6, 3)


@pytest.mark.parametrize("heads", [("Сообщение клиента", "Ответ коуча"), ("x", "y"), None])
def test_a_person_says_what_unknown_columns_hold(check, learnt, heads):
    """Nobody guesses: without a word it is refused; heads are never an example."""
    data = csv_of([*([heads] if heads else []), *PAIRS])

    report = check(data)
    with pytest.raises(CannotRepair):
        learnt(data)

    names = heads or ("A", "B")
    assert {at: name for at, (name, _) in report.columns.items()} == dict(enumerate(names))
    assert [text[:8] for _, text in report.columns.values()] == [t[:8] for t in PAIRS[0]]
    assert learnt(data, Columns(0, 1))[0] == PAIRS
    assert learnt(data, Columns(1, 0))[0] == [(a, q) for q, a in PAIRS]


def test_one_column_is_not_both_question_and_answer(learnt):
    with pytest.raises(CannotRepair):
        learnt(csv_of(PAIRS), Columns(0, 0))


def test_columns_that_are_not_there_are_refused(learnt):
    with pytest.raises(CannotRepair):
        learnt(csv_of(PAIRS), Columns(0, 7))


def test_labels_are_neither_questions_nor_answers(check):
    """A few values that come again and again are offered for neither."""
    rows = [(("дом", "труд")[n % 2], *row) for n, row in enumerate(PAIRS)]

    report = check(csv_of([("Раздел", "Клиент пишет", "Коуч пишет"), *rows]))

    assert list(report.columns) == [1, 2]


NUMBERED = [(f"д{n // 4}", role, text) for n, (role, text) in enumerate(ROLES)]


@pytest.mark.parametrize(
    ("data", "turns"),
    [
        (csv_of([("role", "content"), *ROLES]), 2),
        (csv_of(ROLES), 2),
        (csv_of([("Роль", "Текст"), *((r.upper(), t) for r, t in ROLES)], delimiter=","), 2),
        (csv_of([("content", "role"), *((t, r) for r, t in ROLES)]), 2),
        (csv_of([("conversation_id", "role", "content"), *NUMBERED]), 4),
        (csv_of([("Диалог", "Роль", "Текст"), *NUMBERED], encoding="cp1251"), 4),
        (b"".join(csv_of(ROLES[n : n + 4]) + BLANK for n in range(0, len(ROLES), 4)), 4),
    ],
    ids=range(7),
)
def test_roles_become_conversations(learnt, data, turns):
    said = [text for _, text in ROLES]
    if b"\xc4" in data[:1]:  # of what Windows-1251 lacks nothing is left
        said = [text.encode("cp1251", "ignore").decode("cp1251") for text in said]

    examples, _ = learnt(data)

    assert examples == [tuple(said[n : n + turns]) for n in range(0, len(said), turns)]


def test_a_system_prompt_begins_a_conversation(learnt):
    rows = [
        row
        for n in range(0, len(ROLES), 4)
        for row in [("system", "Ты — Наташа."), *ROLES[n : n + 4]]
    ]

    examples, _ = learnt(csv_of([("role", "content"), *rows]))

    assert [(len(said), said[0]) for said in examples] == [(5, "Ты — Наташа.")] * 7


@pytest.mark.parametrize(
    "rows",
    [
        [("system", "Ты — Наташа."), *ROLES],
        ROLES[1:],
        [*ROLES[:5], *ROLES[4:]],
        [("narrator", "Вдруг."), *ROLES],
    ],
    ids=["one prompt for all", "an answer first", "a question twice", "an unknown role"],
)
def test_where_a_conversation_ends_is_not_guessed(check, learnt, rows):
    data = csv_of([("role", "content"), *rows])

    assert check(data).kind == "role_table_unclear"
    with pytest.raises(CannotRepair):
        learnt(data)
