"""What people read: the numbers that matter, and buttons that say what happens next."""

import datetime as dtm
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.access import outside_views
from bot.dataset import views as dataset
from bot.delivery.screen import Screen, fitting
from bot.domain.datasets import Finding, Level, ValidationReport
from bot.domain.models import CurrentModel, ServedModel
from bot.domain.people import Access, Person
from bot.domain.training import PastJob, TrainingRun
from bot.training import edit_views as plan_edits
from bot.training import views as plan
from bot.training.edits import PlanPart
from bot.usage.cost import Estimate, estimate
from bot.welcome import views as door
from tests.composition import PARAMETERS, TUNED
from tests.screens import CATALOGUE, EN, GOOD, OPENAI, RU, RUN, buttons_of, shown

NBSP = "\N{NO-BREAK SPACE}"

MODEL = ServedModel(
    id=3, name=TUNED, system_prompt="Ты Наташа.", job_id="ftjob-1", added_at=1_700_000_000
)


# Fitting


def test_lines_fit_as_a_person_sees_them():
    """Tags and escapes cost nothing; what does not fit is left out whole."""
    lines = ["<b>&lt;&amp;</b>" + "а" * 10, "<code>б</code>", "в" * 100]

    assert fitting(lines) == lines
    assert fitting(lines, units=15) == lines[:2]
    assert fitting(lines, units=14) == lines[:1]
    assert fitting(lines, units=5) == []
    assert fitting(["🌲🌲"], units=4) == []


# The dataset


def report(found: ValidationReport) -> Screen:
    return dataset.report(RU, found, RUN.dataset, is_in_use=True)


def test_good_dataset():
    screen = report(GOOD)
    text = shown(screen)

    assert text.startswith("✅ Датасет готов: 321 пример\n")
    assert f"61{NBSP}480 · в примере 88–402, обычно 190" in text
    assert "одна у всех" in text
    assert "Предупреждения" not in text
    assert GOOD.sha256[:12] in text
    assert buttons_of(screen) == [
        "training:plan:",
        "dataset:split:1",
        "training:prices:1",
        "dataset:list:0",
    ]


def test_bad_dataset_shows_errors_first_and_how_many_more():
    """Also those that were only counted; no button leads to a training that would fail."""
    findings = [
        Finding(level=Level.WARNING, rule="duplicate_example", line=n, params={"first": 1})
        for n in range(2, 8)
    ] + [
        Finding(level=Level.NOTE, rule="bom"),
        *(Finding(level=Level.ERROR, rule="no_assistant", line=n) for n in range(90, 98)),
    ]
    bad = replace(GOOD, findings=findings, n_errors=1_000, n_warnings=500)
    screen = report(bad)
    text = shown(screen)

    lines = [line for line in text.splitlines() if line.startswith("строка")]
    assert [int(line.split()[1].rstrip(":")) for line in lines] == [90, 91, 92, 2, 3, 4]
    assert f"ошибок — 1{NBSP}000" in text
    assert "Предупреждения: 500" in text
    assert f"и ещё 1{NBSP}494" in text
    assert buttons_of(screen) == [
        "dataset:report:1",
        "training:prices:1",
        "dataset:list:0",
    ]


def test_few_findings_leave_nothing_unsaid():
    finding = Finding(level=Level.ERROR, rule="empty_file")
    text = shown(report(replace(GOOD, findings=[finding], n_errors=1, tokens=None)))

    assert "файл: файл пуст" in text
    assert "и ещё" not in text


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ({"a": 321}, "одна у всех"),
        ({"": 321}, "нет"),
        ({"a": 300, "b": 21}, "2, самая частая — у 300"),
        ({}, "0"),
    ],
)
def test_system_prompts(prompts: dict[str, int], expected: str):
    text = shown(report(replace(GOOD, system_prompts=prompts)))

    (line,) = [line for line in text.splitlines() if "подсказ" in line]
    assert expected in line


def test_upload():
    screen = dataset.uploaded(RU, RUN.dataset, "file-abc")

    assert "321 пример" in shown(screen)
    assert "<code>file-abc</code>" in screen.text
    assert buttons_of(screen) == ["training:plan:"]


# The plan


def guess(run: TrainingRun, past: Sequence[PastJob] = ()) -> Estimate:
    model = CATALOGUE.model(run.parameters.base_model)
    return estimate(run.dataset.n_tokens, run.parameters.n_epochs, model, CATALOGUE, past=past)


def test_plan_names_everything_before_anybody_pays():
    day = dtm.datetime.now(RU.timezone).date() + dtm.timedelta(days=53)
    screen = plan.plan(RU, RUN, guess(RUN), CATALOGUE, base_url=OPENAI, shutdown=day)
    text = shown(screen)

    assert text.startswith("План №12 · ещё ничего не отправлено")
    for part in (
        f"gpt-4.1-mini-2025-04-14 (работает до {RU.day(day)})",
        "Эпохи 3 · множитель 0,1 · имя natasha-v1",
        "321 пример",
        f"184{NBSP}440",
        "около $0,92",
        "дней: 53",
    ):
        assert part in text
    assert buttons_of(screen) == [
        "training:start:12",
        *(f"training:set:12-preset={name}" for name in ("quick", "production", "premium")),
        *(f"training:edit:12-{part}" for part in ("model", "epochs", "multiplier", "suffix")),
        "training:drop:12",
    ]
    assert screen.buttons[0][0].text == "🚀 Запустить за ~$0,92"


def test_plan_tells_what_runs_already_and_offers_the_validation_part():
    run = replace(RUN, dataset=replace(RUN.dataset, validation_id=2, n_warnings=3))
    screen = plan.plan(
        RU, run, guess(run), CATALOGUE, base_url=OPENAI, shutdown=None, active=["natasha-v0"]
    )

    assert "уже обучается: natasha-v0" in shown(screen)
    assert "Предупреждений в датасете: 3" in shown(screen)
    assert "training:set:12-validation=1" in buttons_of(screen)
    both = plan.plan(
        RU,
        replace(run, validation=RUN.dataset),
        guess(run),
        CATALOGUE,
        base_url=OPENAI,
        shutdown=None,
    )
    assert "Проверочная часть: 321 пример" in shown(both)
    assert "training:set:12-validation=0" in buttons_of(both)


def test_time_is_learnt_from_past_jobs():
    past = [PastJob(trained_tokens=184_440, seconds=1_200)]

    assert "1,5–3 ч (по руководству)" in shown(
        plan.plan(RU, RUN, guess(RUN), CATALOGUE, base_url=OPENAI, shutdown=None)
    )
    assert "16–24 мин по прошлым заданиям (1)" in shown(
        plan.plan(RU, RUN, guess(RUN, past), CATALOGUE, base_url=OPENAI, shutdown=None)
    )


def test_choice_marks_what_the_plan_has():
    screen = plan_edits.choice(RU, RUN, PlanPart.MULTIPLIER, ["0.05", "0.1"])

    assert [b.text for row in screen.buttons for b in row] == ["0,05", "• 0,1", "Назад к плану"]
    assert buttons_of(screen) == [
        "training:set:12-multiplier=0.05",
        "training:set:12-multiplier=0.1",
        "training:show:12",
    ]


def test_plan_of_a_model_without_a_price():
    run = replace(RUN, parameters=replace(PARAMETERS, base_model="моя", suffix=""), price_usd=None)
    screen = plan.plan(EN, run, guess(run), CATALOGUE, base_url=OPENAI, shutdown=None)

    assert "unknown" in shown(screen)
    assert "$" not in shown(screen) + screen.buttons[0][0].text
    assert buttons_of(screen)[0] == "training:start:12"


def test_days_left_are_never_less_than_none():
    text = shown(
        plan.plan(RU, RUN, guess(RUN), CATALOGUE, base_url=OPENAI, shutdown=dtm.date(2000, 1, 1))
    )

    assert "дней: 0" in text


def test_uncertain_run_has_its_three_ways_out():
    listed, unlisted = (plan.uncertain(RU, RUN, is_listed=n) for n in (True, False))

    expected = ["training:look:12", "training:again:12", "training:giveup:12"]
    assert buttons_of(listed) == buttons_of(unlisted) == expected
    assert shown(listed) != shown(unlisted)


# Models


# The door


def test_admin_sees_how_things_stand():
    admin = Person(id=1, name="Мария", access=Access.ADMIN)
    serving = CurrentModel(model=MODEL, since=1_700_000_000, chosen_by=5)

    busy = door.start_admin(RU, admin, report=GOOD, serving=serving, training=["natasha-v2"])
    idle = door.start_admin(RU, admin, report=None, serving=None, training=[])

    lines = shown(busy).splitlines()
    assert lines[0] == "Здравствуйте, Мария. Вы администратор."
    assert lines[1] == "Датасет: 321 пример, без ошибок"
    assert "natasha-v1 (с 1" in lines[2]
    assert "natasha-v2" in lines[3]
    assert "файл не найден" in shown(idle)
    assert set(buttons_of(idle)) == {
        "dataset:validate:",
        "training:plan:",
        "models:list:",
        "jobs:status:",
        "access:list:0",
    }


def test_tester_hears_when_there_is_no_model_yet():
    tester = Person(id=1, name="Анна", access=Access.TESTER)
    ready, early = (
        shown(outside_views.start_tester(RU, tester, is_ready=n)) for n in (True, False)
    )

    assert "Модель пока не готова" in early
    assert "не готова" not in ready


def test_languages_are_named_in_themselves():
    screen = door.language(EN)

    assert [b.text for row in screen.buttons for b in row] == ["Русский", "English"]
    assert buttons_of(screen) == ["welcome:language:ru", "welcome:language:en"]


def test_themes_are_shown_as_noted_or_called_a_guess():
    many = {f"тема {n}": 1 for n in range(30)}
    noted = shown(report(replace(GOOD, themes={"сад и <дом>": 3, "море": 1}, themes_noted=True)))
    guessed = shown(report(replace(GOOD, themes={"growth": 3, "": 1})))

    assert "Темы: сад и <дом> 75" in noted
    assert "Темы, примерно, по ключевым словам: духовный рост 75" in guessed
    assert "и ещё 20" in shown(report(replace(GOOD, themes=many, themes_noted=True)))
