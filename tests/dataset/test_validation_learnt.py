"""All that is learnt is looked at, in each turn, and nothing that is not."""

import pytest

from bot.dataset.repair.run import repair
from bot.dataset.split import leaks
from bot.dataset.validation.learnt import learnt_of, learnt_of_row
from tests.dataset.pair_files import LINE as PAIR_LINE
from tests.dataset.pair_files import changed as changed_pair
from tests.dataset.validation_files import encoded, example, found, good_lines, pair

LINE = 5
REFUSAL = "Как языковая модель, я не могу этого обсуждать. Давай поговорим о чём-нибудь другом."


def longer(number, *said):
    """A good example with more turns behind it: texts of user and assistant, or whole messages."""
    row = example(number)
    for nth, text in enumerate(said):
        role = ("user", "assistant")[nth % 2]
        row["messages"].append(text if isinstance(text, dict) else {"role": role, "content": text})
    return row


def answer(text, weight):
    return {"role": "assistant", "content": text, "weight": weight}


def with_line(row):
    lines = good_lines()
    lines[LINE - 1] = encoded(row)
    return lines


def rules(report):
    return [(f.rule, f.line, f.params.get("message")) for f in report.findings]


def test_last_answers_of_weight_0_say_nothing_about_the_file(check):
    """The thanks behind each example are the same, and nobody learns them."""
    rows = [longer(n, "Спасибо", answer("Обнимаю.", 0)) for n in range(12)]

    report = check(map(encoded, rows))

    assert found(report) == []
    assert report.is_valid
    assert report.turns == {1: 12}
    plain = check([encoded(example(n)) for n in range(12)])
    assert report.answer_characters == plain.answer_characters
    assert report.n_questioning == plain.n_questioning
    assert report.themes == plain.themes


def test_one_answer_to_everything_is_found_before_answers_of_weight_0(check):
    rows = [longer(n, "А ещё?", answer(f"Слова номер {n}", 0)) for n in range(12)]
    for row in rows:
        row["messages"][2]["content"] = "Подыши и подумай об этом ещё раз."

    assert found(check(map(encoded, rows))) == [("identical_answers", None)]


def test_a_few_answers_that_are_the_same_are_not_everything(check):
    """In a file of calls there are few words to learn, and too few to judge."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    rows = [example(n) for n in range(12)]
    for n, row in enumerate(rows[:11]):
        row["messages"][2] = {"role": "assistant", "tool_calls": [{**call, "id": f"c{n}"}]}

    assert "identical_answers" not in check(map(encoded, rows)).counts


@pytest.mark.parametrize("weight", [None, 1])
def test_refusal_in_an_earlier_turn_is_named_with_its_message(check, weight):
    row = example(LINE)
    refusal = {"role": "assistant", "content": REFUSAL}
    row["messages"][2:2] = [
        refusal if weight is None else answer(REFUSAL, weight),
        {"role": "user", "content": "Скажи по-своему."},
    ]

    assert rules(check(with_line(row))) == [("refusal", LINE, 3)]


@pytest.mark.parametrize(
    "said",
    [
        REFUSAL,
        "Да.",
        "слово " * 2_000,
        "Why am I so tired of all this, and whose bricks are these?",
    ],
    ids=["refusal", "short", "long", "language"],
)
def test_what_is_not_learnt_may_be_anything(check, said):
    row = example(LINE)
    unlearnt = answer(said.strip(), 0)
    row["messages"][2:2] = [unlearnt, {"role": "user", "content": "Скажи по-своему."}]

    assert found(check(with_line(row))) == []


@pytest.mark.parametrize(
    ("said", "rule"),
    [("Понимаю.", "short_answer"), (" ".join(f"слово{n}" for n in range(900)), "long_answer")],
)
def test_lengths_of_each_answer_count(check, said, rule):
    row = example(LINE)
    row["messages"][2:2] = [
        {"role": "assistant", "content": said},
        {"role": "user", "content": "Скажи ещё."},
    ]

    assert rules(check(with_line(row))) == [(rule, LINE, 3)]


def test_repeated_answer_in_an_earlier_turn(check):
    stock = "Расскажи, пожалуйста, подробнее, что именно случилось и кто был рядом с тобой."
    rows = [example(n) for n in range(12)]
    for row in (rows[3], rows[7]):
        more = {"role": "user", "content": f"Ну вот, {row['messages'][1]['content']}"}
        row["messages"][2:2] = [{"role": "assistant", "content": stock}, more]

    report = check(map(encoded, rows))

    assert [(f.rule, f.line, f.params) for f in report.findings] == [
        ("repeated_answer", 8, {"first": 4})
    ]


def test_other_answer_to_an_earlier_question(check):
    """The first turn of one example is asked again by another, and answered otherwise."""
    rows = [example(n) for n in range(12)]
    rows[3] = longer(3, "Что дальше делать?", example(40)["messages"][2]["content"])
    rows[7]["messages"][1] = rows[3]["messages"][1]

    report = check(map(encoded, rows))

    assert [(f.rule, f.line, f.params) for f in report.findings] == [
        ("different_answers", 8, {"first": 4})
    ]


def test_the_same_greeting_begins_many_conversations(check):
    rows = [example(n) for n in range(12)]
    for n, row in enumerate(rows):
        row["messages"][1:1] = [
            {"role": "user", "content": "Привет!"},
            {
                "role": "assistant",
                "content": f"Здравствуй, дорогая душа номер {n}! С чем ты пришла?",
            },
        ]

    assert found(check(map(encoded, rows))) == []


def test_questions_are_those_of_what_is_learnt(check):
    """What is said before an answer of weight 0 belongs to the next one that counts."""
    rows = [example(n) for n in range(12)]
    rows[7] = longer(3, "Спасибо тебе большое", answer("Обнимаю.", 0))

    assert found(check(map(encoded, rows))) == [("near_duplicate", 8)]


def test_example_in_which_nothing_is_learnt_is_named(check):
    row = longer(LINE, "Спасибо", answer("Обнимаю.", 0))
    row["messages"][2]["weight"] = 0

    assert found(check(with_line(row))) == [("no_assistant", LINE)]


def test_of_a_pair_only_the_preferred_answer_is_learnt(check):
    def refused_before(row):
        row["input"]["messages"] += [
            {"role": "assistant", "content": REFUSAL},
            {"role": "user", "content": "Скажи по-своему."},
        ]

    before = check(changed_pair(refused_before))
    preferred = check(changed_pair(lambda row: row["preferred_output"][0].update(content=REFUSAL)))

    assert found(before) == []
    assert before.turns == {1: 12}
    assert rules(preferred) == [("refusal", PAIR_LINE, "preferred_output")]


def test_leaks_look_at_what_is_learnt(tmp_path):
    """The same thanks of weight 0 in both parts prove nothing; the same learnt answer does."""
    trained, validated = tmp_path / "trained.jsonl", tmp_path / "validated.jsonl"
    thanks = answer("Обнимаю тебя, береги себя, дорогая.", 0)
    rows = [longer(n, "Спасибо", thanks) for n in range(12)]
    rows[9]["messages"][2] = rows[2]["messages"][2]
    trained.write_bytes(b"\n".join(map(encoded, rows[:6])))
    validated.write_bytes(b"\n".join(map(encoded, rows[6:])))

    assert [(f.line, f.params["first"]) for f in leaks(trained, validated)] == [(4, 3)]


def test_a_row_is_read_like_its_messages():
    row = pair(3)

    assert learnt_of_row(row).answers == [row["preferred_output"][0]["content"]]
    assert learnt_of_row({"messages": "x"}) == learnt_of([])
    assert learnt_of_row(example(3)) == learnt_of(example(3)["messages"])


def test_repair_keeps_weights(tmp_path):
    """Weight 0 stays weight 0, whatever else is corrected."""
    source, target = tmp_path / "source.jsonl", tmp_path / "target.jsonl"
    source.write_bytes(b"\n".join([*good_lines(), encoded(longer(20, "Да ", answer("Нет.", 0)))]))

    repair(source, target)

    assert b'"weight": 0' in target.read_bytes()
