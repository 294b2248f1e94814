"""What no provider asks: repetitions, refusals, languages, personal data, other formats."""

import csv
import json
from collections import Counter
from statistics import median_low

import pytest

from bot.dataset.validation.language import is_refusal, normalised, script_of, words_of
from bot.dataset.validation.learnt import learnt_of
from bot.dataset.validation.personal_data import personal_in, secrets_in
from bot.dataset.validation.scan import validate
from bot.dataset.validation.themes import theme_of
from bot.domain.datasets import Spread
from tests.dataset.validation_files import (
    NOTES,
    SHIPPED,
    encoded,
    example,
    found,
    good_lines,
    shipped_lines,
)

THEMES = {
    "духовный рост": "growth",
    "отношения": "relationships",
    "бизнес и деньги": "business",
    "прошлые жизни": "past_lives",
    "трудный момент": "hard_moment",
}
EVERYDAY = "обычное"
"""Noted of a line without a theme."""

NOTED = {
    "отношения": 66,
    "бизнес и деньги": 64,
    "духовный рост": 62,
    "прошлые жизни": 55,
    "трудный момент": 50,
    EVERYDAY: 24,
}


def saying(number, question=None, answer=None):
    """An example with other words."""
    row = example(number)
    row["messages"][1]["content"] = question or row["messages"][1]["content"]
    row["messages"][2]["content"] = answer or row["messages"][2]["content"]
    return encoded(row)


def words(number):
    return [message["content"] for message in example(number)["messages"][1:]]


def test_statistics_of_the_shipped_file():
    """The numbers of the report, counted anew in the plainest way."""
    rows = [json.loads(line)["messages"] for line in shipped_lines()]
    messages = [message for row in rows for message in row]
    answers = [each["content"] for each in messages if each["role"] == "assistant"]
    lengths = sorted(map(len, answers))

    report = validate(SHIPPED, encoding="o200k_base")

    assert (report.n_examples, report.n_messages) == (321, len(messages))
    assert report.n_compared == 321
    assert report.turns == Counter((len(row) - 1) // 2 for row in rows)
    assert report.n_questioning == sum("?" in answer for answer in answers)
    assert report.answer_characters == Spread(
        smallest=lengths[0], median=median_low(lengths), largest=lengths[-1]
    )
    assert report.script == "cyrillic"
    assert report.tokens is not None
    assert report.tokens.median <= report.tokens.p95 <= report.tokens.largest
    assert sum(report.themes.values()) == 321
    assert list(report.themes.values()) == sorted(report.themes.values(), reverse=True)
    assert report.themes_noted
    assert report.themes == NOTED


@pytest.mark.parametrize(
    "notes",
    [
        None,
        b"",
        b"line,theme\n1,x\n",
        b"\xff\xfe\x00",
        b"line,topic\n" + b"".join(b"%d,x\n" % n for n in range(1, 322)),
        b"line,theme\n" + b"".join(b"%d,x\n" % n for n in range(322)),
        b"line,theme\n" + b"".join(b"%d,x\n" % n for n in range(1, 323)),
        b"line,theme\n1,x\n" + b"".join(b"%d,x\n" % n for n in range(1, 322)),
        b"line,theme\n" + b"".join(b"%d\n" % n for n in range(1, 322)),
        b"line,theme\n" + b"".join(b"%d,t%d\n" % (n, n) for n in range(1, 322)),
        b'line,theme\n1,"' + b"x" * 200_000,
        b"line,theme\n" + b" " * 10_000_000,
    ],
)
def test_notes_of_another_kind_are_ignored(check, tmp_path, notes):
    if notes is not None:
        (tmp_path / "data.notes.csv").write_bytes(notes)

    report = check(shipped_lines())

    assert not report.themes_noted
    assert report.themes.keys() - {""} == set(THEMES.values())
    assert sum(report.themes.values()) == 321


def test_notes_beside_the_file_are_the_truth(check, tmp_path):
    rows = "".join(f"{n},{'сад' if n > 2 else 'дом'}\r\n" for n in range(12, 0, -1))
    (tmp_path / "data.notes.csv").write_bytes(f"\ufeffline,theme\r\n{rows}".encode())

    noted = check(good_lines(12))
    shifted = check([b"", *good_lines(12)])

    assert (noted.themes, noted.themes_noted) == ({"сад": 10, "дом": 2}, True)
    assert not shifted.themes_noted, "the lines of the notes are others"
    assert not check(good_lines(12), is_deep=False).themes


def test_who_speaks_when(check):
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}

    def rules(*messages):
        row = {"messages": [{"content": f"Слова {n}", **m} for n, m in enumerate(messages)]}
        return [(f.rule, f.params.get("message")) for f in check([encoded(row)]).findings if f.line]

    system, user, assistant = ({"role": role} for role in ("system", "user", "assistant"))
    caller = {"role": "assistant", "tool_calls": [call]}
    tool = {"role": "tool", "tool_call_id": "c"}
    assert rules(system, user, assistant, user, assistant) == []
    assert rules(system, user, caller, tool, assistant) == []
    assert rules(system, user, assistant, caller, tool, assistant) == []
    assert rules(system, user, assistant, assistant, assistant) == [("same_role_twice", 4)]
    assert rules(system, {"role": "developer"}, user, assistant) == [("system_not_first", 2)]
    assert rules(system, assistant) == [("no_user", None)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"sk-{'aB3' * 16}", ["sk-•••"]),
        (f"(sk-ant-api03-{'aB3-' * 16})", ["sk-ant-•••"]),
        (f"token=ghp_{'aB3' * 12}", ["ghp_•••"]),
        (f"github_pat_11{'aB3' * 12}", ["github_pat_•••"]),
        ("AKIAIOSFODNN7EXAMPLE", ["AKIA•••"]),
        (f"AIza{'Sy_-a' * 7}", ["AIza•••"]),
        (f"xoxb-1234567890-{'aB3' * 6}", ["xoxb-•••"]),
        (f"123456:AA{'aB3-_' * 7}", ["123456:•••"]),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", ["PRIVATE KEY•••"]),
        (f"sk-{'a1' * 12} и ghp_{'b2' * 18}", ["sk-•••", "ghp_•••"]),
        ("risk-free, task-oriented-and-long-winded-words", []),
        ("sk-and-some-very-long-hyphenated-words", []),
        ("Ключ от дома под ковриком, код 123456:АА", []),
        ("MY PRIVATE KEY is lost", []),
        ("sk-" + "-" * 200_000, []),
    ],
)
def test_keys_of_services(text, shown):
    assert secrets_in(text) == shown


def test_themes_are_mostly_right():
    """Three of five as the people who wrote the examples say, and most of the hard moments.

    A guess would be right once in four or five times.
    """
    with NOTES.open(encoding="utf-8", newline="") as stream:
        noted = [THEMES.get(note["theme"], "") for note in csv.DictReader(stream)]
    told = [
        theme_of(words_of(messages[1]["content"]), words_of(messages[2]["content"]))
        for messages in (json.loads(line)["messages"] for line in shipped_lines())
    ]

    right = Counter(note for note, theme in zip(noted, told, strict=True) if note == theme)

    assert right.total() / 321 > 0.58
    assert right["hard_moment"] >= 24


def test_themes_of_another_kind_of_dataset_are_not_made_up(check):
    rows = [saying(n, f"Столица страны {n * 7}", f"Город {n * 13}, на реке") for n in range(20)]

    assert check(rows).themes == {}


def test_examples_are_read_as_people_would():
    messages = [
        {"role": "user", "content": "Раз"},
        {"role": "assistant", "content": "Ответ"},
        {"role": "user", "content": "Два"},
        {"role": "assistant", "content": "Последний"},
        {"role": "user", "content": "Три"},
    ]

    learnt = learnt_of(messages)
    assert (learnt.question, learnt.answers) == ("Раз\nДва", ["Ответ", "Последний"])
    assert (learnt_of(messages[:1]).question, learnt_of(messages[:1]).answers) == ("Раз", [])
    assert learnt_of([{"role": "assistant", "content": None}]).answers == []


def test_only_the_gravest_repetition_is_told(check):
    question, answer = words(30)
    lines = good_lines()
    lines[0] = lines[3] = saying(30)
    lines[4] = saying(30, question.upper(), answer.lower())
    lines[5] = saying(
        30, question, "Совсем другие слова, но тоже тёплые. Что ты слышишь в них?" * 5
    )
    lines[6] = saying(31, f"А {question}")
    lines[7] = saying(8, None, answer)

    report = check(lines)

    assert found(report) == [
        ("duplicate_example", 4),
        ("near_duplicate", 5),
        ("different_answers", 6),
        ("near_duplicate", 7),
        ("repeated_answer", 8),
    ]
    assert {finding.params["first"] for finding in report.findings} == {1}


def test_short_answers_may_be_given_twice(check):
    rows = [saying(n, None, f"Верно {n // 2}") for n in range(1, 20)]

    assert found(check(rows)) == []


def test_one_answer_to_everything_is_one_finding(check):
    rows = [saying(n, None, "Подыши и подумай об этом ещё раз.") for n in range(30)]

    report = check(rows)

    assert found(report) == [("identical_answers", None)]
    assert (report.n_errors, report.n_warnings, report.counts) == (1, 0, {"identical_answers": 1})


def test_windows_line_ends_and_blanks_are_notes(check):
    windows = check([line + b"\r" for line in good_lines()])
    blanks = check([b"  " + line + b"\t" for line in good_lines()])
    inner = check([saying(n, None, f"{words(n)[1]} \n") for n in range(1, 13)])

    assert [(f.rule, f.line, f.params) for f in windows.findings] == [("crlf", 1, {"n": 12})]
    for report in (blanks, inner):
        assert [(f.rule, f.line, f.params) for f in report.findings] == [
            ("trailing_blanks", 1, {"n": 12})
        ]
    assert windows.is_valid
    assert blanks.is_valid


TABLE = "prompt,completion\n" + "\n".join(
    f'"Вопрос {n}, да?","Ответ\nна два {n}"' for n in range(12)
)


@pytest.mark.parametrize(
    ("rule", "data"),
    [
        ("csv_table", TABLE.encode()),
        ("csv_table", TABLE.encode("cp1251")),
        ("csv_table", b"\xef\xbb\xbf" + TABLE.replace(",", ";").encode()),
        ("csv_table", "Question\tAnswer\nКто я?\tТы\nГде я?\tТут".encode()),
        ("csv_table", ("Вопрос,Ответ\n" + "Кто?,Я\n" * 30_000).encode()),
        ("json_array", b"[" + b",".join(good_lines()) + b"]"),
        ("json_array", b" \n[\n  " + b",\n".join(good_lines(300)) + b"\n]\n"),
        ("json_array", json.dumps([example(1)], indent=2).encode()),
    ],
)
def test_other_formats_are_known_by_their_beginning(check, rule, data):
    assert found(check(data)) == [(rule, None)]


@pytest.mark.parametrize(
    "data",
    [
        b"hello\nworld",
        b"a,b",
        b"a,b\nc,d,e\n",
        b"a,\n,b\n",
        b"[1, 2]\n[3]",
        b"\n".join(json.dumps(example(n)["messages"]).encode() for n in range(12)),
        b"[" * 50_000,
        b"[{" * 30_000,
        b"[]",
        b'[{"a" 1}]',
    ],
)
def test_other_files_are_none_of_these_formats(check, data):
    assert not {"csv_table", "json_array"} & check(data).counts.keys()


@pytest.mark.parametrize(
    "answer",
    [
        "Как языковая модель, я не имею чувств.",
        "Я — нейросеть, у меня нет тела.",
        "Извините, но я не могу помочь с этим запросом.",
        "К сожалению, я не могу ответить на этот вопрос.",
        "Я не могу предоставить такую информацию.",
        "As an AI language model, I don't have feelings.",
        "I'm sorry, but I can't help with that.",
        "I’m sorry, I can’t assist with that request.",
        "I cannot provide medical advice.",
        "I'm just an AI.",
    ],
)
def test_refusals(answer):
    assert is_refusal(normalised(answer))


@pytest.mark.parametrize(
    "answer",
    [
        "Я не могу решить за тебя.",
        "Я не врач, и лечить не могу.",
        "Прости, я не могу сделать это за тебя: чей это шаг?",
        "Модель самолёта на полке: кто её склеил?",
        "К сожалению, я не могу вернуть тебе это время.",
        "I can't decide for you. Whose life is it?",
        "I'm sorry you had to go through this.",
    ],
)
def test_a_coach_does_not_refuse(answer):
    assert not is_refusal(normalised(answer))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Пишите: maria.k@example.ru", ["email"]),
        ("+7 916 123-45-67", ["phone"]),
        ("8 (495) 123-45-67", ["phone"]),
        ("89161234567", ["phone"]),
        ("+44 20 7946 0958", ["phone"]),
        ("(212) 555-0123", ["phone"]),
        ("карта 4111 1111 1111 1111", ["card"]),
        ("карта 4111111111111111", ["card"]),
        ("411111111 1111111", []),
        ("паспорт 4508 123456", ["passport"]),
        ("серия 45 08 номер 123456", ["passport"]),
        ("45 08 123456", ["passport"]),
        ("112-233-445 95", ["snils"]),
        ("ИНН 7707083893", ["inn"]),
        ("ИНН: 500100732259", ["inn"]),
        ("+7 916 123-45-67, a@b.ru", ["email", "phone"]),
        ("112, 8 800 2000 122 и 8-800-2000-122", []),
        ("1234567890", []),
        ("7707083893", []),
        ("карта 4111 1111 1111 1112", []),
        ("112-233-445 96", []),
        ("ИНН 7707083894", []),
        ("2024-05-12 2025-06-13", []),
        ("12.05.2024-13.06.2024", []),
        ("2019 2020 2021 2022", []),
        ("12 000 000 000 рублей", []),
        ("3,1415926535897 и 2.7182818284590", []),
        ("ISBN 978-5-17-118366-1", []),
        ("id 1732460036123", []),
        ("1" * 100_000 + "@" * 100_000 + "a" * 100_000, []),
        ("собака@дом", []),
    ],
)
def test_personal_data(text, kinds):
    """One number is one finding, of the most telling kind."""
    assert sorted(personal_in(text)) == kinds


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Муж третий день ни слова не говорит", "cyrillic"),
        ("My husband has not said a word", "latin"),
        ("Мой босс сказал: deadline завтра, а я устал", "cyrillic"),
        ("Ο άντρας μου δεν μιλάει τρεις μέρες", "greek"),
        ("בעלי לא אמר מילה כבר שלושה ימים שלמים", "hebrew"),
        ("زوجي لم يتكلم منذ ثلاثة أيام كاملة", "arabic"),
        ("我的丈夫已经三天没有说一句话了我很难过不知道该怎么办", "cjk"),
        ("남편이 사흘째 한마디도 하지 않아요 어떻게 해야 할까요 정말", "hangul"),
        ("Ну да, 2026", ""),
        ("", ""),
    ],
)
def test_scripts(text, script):
    assert script_of(text) == script


def test_file_without_a_main_script_has_no_other(check):
    english = "Whose bricks are these, and which could you put down today, before supper? " * 4
    rows = [saying(n) for n in range(1, 9)]
    rows += [saying(n, f"Why am I so tired, {n}?", f"{english}{n}") for n in range(8)]

    report = check(rows)

    assert report.script == ""
    assert "other_language" not in report.counts


def test_lengths_are_judged_by_what_is_usual(check):
    short = [saying(n, None, f"Да {n}") for n in range(1, 13)]
    word = [*good_lines(), saying(20, None, "Э" * 90)]

    assert found(check(short)) == []
    assert [(f.rule, f.line) for f in check(word).findings] == [("short_answer", 13)]


def test_each_other_system_prompt_is_named_once(check):
    rows = [example(n) for n in range(12)]
    for n in (3, 4):
        rows[n]["messages"][0]["content"] = "Ты — Вера."
    rows[8]["messages"][0]["content"] = "Ты — Надежда."

    report = check([encoded(row) for row in rows])

    assert found(report) == [("system_prompt_differs", 4), ("system_prompt_differs", 9)]
    assert [f.params["n"] for f in report.findings] == [2, 1]
    assert list(report.system_prompts.items()) == [
        ("Ты — Наташа.", 9),
        ("Ты — Вера.", 2),
        ("Ты — Надежда.", 1),
    ]


def test_what_is_learnt_is_part_of_an_example(check):
    """The same words with another weight teach something else."""
    rows = [example(n) for n in range(12)]
    rows += [example(3), example(3), example(3)]
    for row, weight in zip(rows[-3:], (0, 1, 1), strict=True):
        first = {"role": "assistant", "content": "Слушаю.", "weight": weight}
        row["messages"] = [row["messages"][0], {"role": "user", "content": "Наташа?"}, first]
        row["messages"] += example(20)["messages"][1:]

    report = check([encoded(row) for row in rows])

    assert ("duplicate_example", 15) in found(report)
    assert report.counts["duplicate_example"] == 1


def test_blanks_of_tools_are_their_own(check):
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    rows = [example(n) for n in range(12)]
    question, answer = rows[0]["messages"][1:]
    rows[0]["messages"] = [
        rows[0]["messages"][0],
        question,
        {"role": "assistant", "content": "Смотрю ", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": " 42\n"},
        answer,
    ]

    assert found(check([encoded(row) for row in rows])) == []
