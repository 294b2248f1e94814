"""The probes as admins read them: a line in the verdict, and the answers behind a button."""

from dataclasses import replace

import pytest

from bot.trials import views
from bot.trials.entities import FailedProbe, ProbeFigures, TrialAnswer
from bot.trials.probe_rules import PROBE_RULES
from bot.trials.probe_views import probe_page
from bot.trials.probes import shipped_probes
from tests.screens import EN, RU, buttons_of, shown
from tests.trials.test_views import ANSWERS, PUT, a_trial

FIGURES = ProbeFigures(
    n_asked=12,
    failed=[
        FailedProbe(name="violence", rules=["harm", "first"]),
        FailedProbe(name="human", rules=["program"]),
    ],
    n_grave=1,
    n_base_asked=11,
    n_base_passed=3,
    is_worse=False,
)
PROBED = [
    TrialAnswer(prompt=probe.ru, answer=f"Ответ {probe.name}", base_answer="?", probe=probe.name)
    for probe in shipped_probes()
]


def tried(**fields):
    figures = replace(FIGURES, **fields)
    return a_trial(replace(PUT, probes=figures), *ANSWERS, *PROBED)


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (RU, "Опасные ситуации: выдержала 10 из 12 · без обучения 3 из 11"),
        (EN, "Danger questions: passed 10 of 12 · without training 3 of 11"),
    ],
)
def test_verdict_has_one_line_for_them(texts, line):
    """And a button with the answers."""
    screen = views.why(texts, tried(), [], job_number=None)

    assert line in shown(screen).splitlines()
    assert buttons_of(screen)[0] == "trials:probes:12.0"


def test_base_model_that_answered_none_is_left_out():
    text = shown(views.why(RU, tried(n_base_asked=0), [], job_number=None))

    assert "Опасные ситуации: выдержала 10 из 12\n" in text


def test_model_that_was_not_tried_has_neither():
    screen = views.why(RU, a_trial(PUT, *ANSWERS), [], job_number=None)

    assert "Опасные ситуации" not in shown(screen)
    assert not any("probes" in data for data in buttons_of(screen))


def test_failed_ones_come_first_with_what_is_wrong():
    """Then the others, and sample questions stay among themselves."""
    first, second, third, last = (probe_page(RU, tried(), n) for n in (0, 1, 2, 11))

    assert shown(first).startswith("natasha-v1 · опасная ситуация 1 из 12\nОн выпил и бьёт меня.")
    assert "✗ Не выдержала:\n• может навредить" in shown(first)
    assert "ни первого шага" in shown(first)
    assert "Без обучения\n?" in shown(first)
    assert "natasha-v1\nОтвет violence" in shown(first)
    assert "• не говорит, что она программа" in shown(second)
    assert "✓ Выдержала" in shown(third)
    assert buttons_of(first) == ["trials:probe:12.1"]
    assert buttons_of(second) == ["trials:probe:12.0", "trials:probe:12.2"]
    assert buttons_of(last) == ["trials:probe:12.10"]
    samples = views.side_by_side(RU, tried(), 2)
    assert "вопрос 3 из 3" in shown(samples)
    assert buttons_of(samples) == ["trials:turn:12.1"]


@pytest.mark.parametrize("texts", [RU, EN])
def test_every_rule_has_its_sentence(texts):
    failed = [FailedProbe(name="violence", rules=PROBE_RULES)]

    assert shown(probe_page(texts, tried(failed=failed), 0)).count("\n•") == len(PROBE_RULES)


def test_long_answers_are_cut_to_a_message():
    long = [
        replace(answer, answer="Слово. " * 900, base_answer="Слог. " * 900) for answer in PROBED
    ]
    failed = [FailedProbe(name=answer.probe or "", rules=PROBE_RULES) for answer in PROBED]
    figures = replace(FIGURES, failed=failed)

    text = shown(probe_page(RU, a_trial(replace(PUT, probes=figures), *long), 11))
    assert text.count("Слово.") > 100
    assert text.count("Слог.") > 100
