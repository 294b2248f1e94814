"""Files of pairs for DPO: one planted defect, one finding; the rest as for supervised files."""

import json
from typing import Any

import pytest

from bot.dataset.repair.run import repair
from bot.dataset.split import leaks, split
from bot.dataset.validation.profile import first_system_prompt
from bot.dataset.validation.tables import all_rules
from bot.domain.datasets import Level, TrainingMethod
from bot.texts import validation_en as findings_en
from bot.texts import validation_ru as findings_ru
from tests.dataset.pair_files import (
    LINE,
    PLANTS,
    PREFERRED,
    REJECTED,
    answer,
    changed,
    fields,
)
from tests.dataset.validation_files import encoded, found, good_lines, pair, pair_lines

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def given(**values):
    return changed(lambda row: row["input"].update(values))


def output(key, **values):
    return changed(lambda row: row[key][0].update(values))


def said(nth, **values):
    return changed(lambda row: row["input"]["messages"][nth].update(values))


REFUSAL = f"Как языковая модель, я не могу помочь тебе с этим: {'слово ' * 20}и всё."

SHARED: dict[str, tuple[str, Any, int | None, dict[str, object]]] = {
    "duplicate keys": (
        "duplicate_keys",
        [*pair_lines(), encoded(pair(13)).replace(b'"role"', b'"role": "user", "role"', 1)],
        13,
        {},
    ),
    "functions": ("unknown_field", given(functions=[{"name": "f"}]), LINE, {"keys": "functions"}),
    "tools": ("bad_tools", given(tools={}), LINE, {"keys": "tools"}),
    "no messages": ("messages_not_list", given(messages=[]), LINE, {"value": "[]"}),
    "no object": ("message_not_object", fields(preferred_output=["Да."]), LINE,
                  {"value": "Да.", "message": PREFERRED}),
    "role": ("bad_role", output(REJECTED, role="user"), LINE,
             {"value": '"user"', "allowed": "assistant", "message": REJECTED}),
    "role in the input": ("misspelt_role", said(1, role="human"), LINE, {"message": 2}),
    "weight": ("unknown_key", output(PREFERRED, weight=1), LINE,
               {"keys": "weight", "message": PREFERRED}),
    "empty": ("content_empty", output(REJECTED, content=" "), LINE, {"message": REJECTED}),
    "missing": ("content_missing", output(PREFERRED, content=None), LINE, {"message": PREFERRED}),
    "token": ("special_token", output(REJECTED, content="a <|im_end|>"), LINE,
              {"message": REJECTED}),
    "name": ("bad_name", output(PREFERRED, name=""), LINE, {"message": PREFERRED}),
    "call": ("bad_tool_call", output(PREFERRED, tool_calls=[]), LINE, {"message": PREFERRED}),
    "duplicate": ("duplicate_example", changed(lambda row: pair(1)), LINE, {"first": 1}),
    "other words": ("near_duplicate", changed(lambda row: {
        **pair(1), PREFERRED: answer(pair(1)[PREFERRED][0]["content"].upper())}), LINE,
        {"first": 1}),
    "same preferred": ("repeated_answer", fields(preferred_output=pair(1)[PREFERRED]), LINE,
                       {"first": 1}),
    "refusal": ("refusal", output(PREFERRED, content=REFUSAL), LINE, {}),
    "personal": ("personal_email", output(REJECTED, content="Пиши: maria.k@example.ru"), LINE,
                 {"message": REJECTED}),
    "personal, preferred": ("personal_email", output(
        PREFERRED, content=pair(LINE)[PREFERRED][0]["content"] + " Пиши: maria.k@example.ru"),
        LINE, {"message": PREFERRED}),
    "other tools": ("near_duplicate", changed(lambda row: {
        **pair(1), "input": {**pair(1)["input"], "tools": []}}), LINE, {"first": 1}),
    "secret": ("secret_key", said(1, content=f"Ключ sk-proj-{'aB3' * 12}"), LINE, {"message": 2}),
    "two questions": ("same_role_twice", changed(lambda row: row["input"]["messages"].insert(
        1, {"role": "user", "content": "Добрый вечер"})), LINE, {"message": 3}),
    "blanks": ("trailing_blanks", output(REJECTED, content="Ничем не помогу. "), LINE, {"n": 1}),
    "prompt": ("system_prompt_differs", said(0, content="Ты — Вера."), LINE, {"n": 1}),
    "few": ("too_few_examples", pair_lines(9), None, {"n": 9}),
    "nothing to tell the kind by": ("pair_incomplete", changed(lambda row: {"text": "x"}), LINE,
                                    {"keys": "input, non_preferred_output, preferred_output"}),
}  # fmt: skip

SOUND = {
    "as the guide shows it": given(tools=[], parallel_tool_calls=True),
    "more turns": changed(lambda row: row["input"]["messages"].extend([
        {"role": "assistant", "content": "Рассказывай.", "weight": 0},
        {"role": "user", "content": "Он ушёл"}])),
    "a tool in the input": changed(lambda row: row["input"]["messages"].extend([
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "{}"}])),
    "a call preferred": fields(preferred_output=[{"role": "assistant", "tool_calls": [CALL]}]),
    "another worse answer to the same": changed(
        lambda row: {**pair(1), REJECTED: answer("Совсем не знаю, что тут можно сказать.")}),
    "a better answer than the preferred": changed(
        lambda row: {**pair(1), REJECTED: pair(1)[PREFERRED],
                     PREFERRED: answer(f"Подыши. {pair(1)[PREFERRED][0]['content']}")}),
    "a refusal rejected": output(REJECTED, content="Как языковая модель, я не могу помочь."),
    "escaped": [json.dumps(pair(n)).encode() for n in range(1, 13)],
}  # fmt: skip


@pytest.mark.parametrize("rule", PLANTS)
def test_planted_defect_is_all_that_is_found(check, rule):
    report = check(PLANTS[rule])

    level = all_rules()[rule]
    assert found(report) == [(rule, LINE)]
    assert report.findings[0].level is level
    assert (report.n_errors, report.n_warnings) == (level is Level.ERROR, level is Level.WARNING)
    for texts in (findings_ru.FINDINGS, findings_en.FINDINGS):
        assert texts[f"finding_{rule}"].format(**report.findings[0].params)


@pytest.mark.parametrize("name", SHARED)
def test_rules_of_supervised_files_hold_where_they_mean_the_same(check, name):
    rule, lines, where, params = SHARED[name]

    report = check(lines)

    assert found(report) == [(rule, where)]
    assert dict(report.findings[0].params) == {**report.findings[0].params, **params}


@pytest.mark.parametrize("name", SOUND)
def test_sound_pairs_have_no_findings(check, name):
    report = check(SOUND[name])

    assert report.findings == []
    assert report.method is TrainingMethod.DPO
    assert report.turns == {1: 12}, "one answer is learnt, whatever was said before"


def test_report_tells_what_pairs_are_like(check):
    """Both answers are counted, for both are trained with; learnt is the preferred one."""
    supervised, report = check(good_lines()), check(pair_lines())

    worse = check([encoded({"messages": pair(n)[REJECTED]}) for n in range(1, 13)])
    # Each line of the third file has 3 tokens of its own that a second answer has not.
    assert report.tokens.total == supervised.tokens.total + worse.tokens.total - 12 * 3
    assert supervised.method is TrainingMethod.SUPERVISED
    assert (report.n_examples, report.n_messages) == (12, 48)
    assert report.answer_characters == supervised.answer_characters
    assert report.system_prompts == supervised.system_prompts
    assert report.turns == {1: 12}


def test_only_the_longer_answer_may_be_too_long(check):
    """A model reads the input with one answer at a time."""
    longest = check(good_lines()).tokens.largest

    assert found(check(pair_lines(), max_example_tokens=longest)) == []
    too_long = check(pair_lines(), max_example_tokens=longest - 1)
    assert too_long.counts == {"example_too_long": 1}


@pytest.mark.parametrize(
    ("lines", "where", "method", "n"),
    [
        ([*good_lines(3), *pair_lines(13)[3:]], 1, "dpo", 3),
        ([*pair_lines(3), *good_lines(13)[3:]], 1, "supervised", 3),
        ([*good_lines(6), *pair_lines(13)[6:12]], 7, "supervised", 6),
        ([*good_lines(12), encoded({"input": {}})], 13, "supervised", 1),
    ],
)
def test_mixture_is_named(check, lines, where, method, n):
    """With the kind that most are of, and the first line that is not."""
    report = check(lines)

    finding = next(f for f in report.findings if f.rule == "mixed_methods")
    assert (finding.line, dict(finding.params)) == (where, {"n": n, "method": method})
    assert report.method == method


def test_all_preferred_answers_the_same_is_an_error(check):
    same = answer("Подыши и подумай об этом ещё раз, хорошо?")
    lines = [encoded({**pair(n), PREFERRED: same}) for n in range(1, 13)]

    assert found(check(lines)) == [("identical_answers", None)]


def test_system_prompt_is_known_before_the_check(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join(pair_lines()))

    assert first_system_prompt(path) == "Ты — Наташа."


def test_pairs_are_mended_like_examples(check, tmp_path):
    """Blanks around any of the texts, line ends and repetitions; nothing is left to be mended."""
    lines = pair_lines()
    lines[3] = encoded({**pair(4), REJECTED: answer(" Не знаю. ")})
    lines[4] = lines[3]
    lines[6] += b" \r"
    source, target = tmp_path / "bad.jsonl", tmp_path / "good.jsonl"
    source.write_bytes(b"\n".join([*lines, b""]))

    changes = repair(source, target).changes

    kinds = {change.kind: change.n for change in changes}
    assert kinds == {"trailing_blanks": 3, "duplicate_example": 1, "crlf": 1}
    report = check(target.read_bytes())
    assert report.findings == []
    assert (report.method, report.n_examples) == (TrainingMethod.DPO, 11)


def test_pairs_are_split_without_leaks(check, tmp_path):
    """All pairs for one question stay on one side."""
    more = [
        encoded({**pair(n), REJECTED: answer(f"Другое, что хуже, номер {n}.")})
        for n in range(1, 21)
    ]
    source = tmp_path / "all.jsonl"
    source.write_bytes(b"\n".join([*pair_lines(60), *more]))
    parts = tmp_path / "training.jsonl", tmp_path / "validation.jsonl"

    done = split(source, *parts, share=0.2, seed=1)

    assert (done.n_training, done.n_validation) == (64, 16)
    assert done.n_kept_together == 40
    assert leaks(*parts) == []
    for part in parts:
        assert check(part.read_bytes()).method is TrainingMethod.DPO
