"""What people read: the numbers that matter, and buttons that say what happens next."""

import datetime as dtm
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.access import outside_views
from bot.dataset import views as dataset
from bot.delivery.screen import Screen, fitting
from bot.domain.datasets import Finding, Level, ValidationReport
from bot.domain.models import CurrentModel, ServedModel
from bot.domain.people import Access, Person, Urgency
from bot.domain.training import PastJob, TrainingRun
from bot.texts import Texts
from bot.training import edit_views as plan_edits
from bot.training import views as plan
from bot.training.edits import PlanPart
from bot.training.entities import Month
from bot.usage.cost import Estimate, estimate
from bot.welcome import settings_views
from bot.welcome import views as door
from tests.composition import PARAMETERS, TUNED
from tests.screens import CATALOGUE, EN, GOOD, OPENAI, RU, RUN, buttons_of, offers_of, shown

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
    assert f"Токенов всего 61{NBSP}480; в примере обычно 190 (от 88 до 402)" in text
    assert "один на все примеры" in text
    assert "Предупреждения" not in text
    assert GOOD.sha256[:12] in text
    assert buttons_of(screen) == [
        "training:plan:",
        "editing:disliked:1",
        "editing:tenth:1",
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
        "editing:findings:1",
        "editing:disliked:1",
        "editing:tenth:1",
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
        ({"a": 321}, "один на все примеры"),
        ({"": 321}, "нет"),
        ({"a": 300, "b": 21}, "2; примеров с самым частым: 300"),
        ({}, "0"),
    ],
)
def test_system_prompts(prompts: dict[str, int], expected: str):
    text = shown(report(replace(GOOD, system_prompts=prompts)))

    (line,) = [line for line in text.splitlines() if "ромпт" in line]
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


def of(run: TrainingRun, **more: Any) -> plan.PlanFacts:
    presets = offers_of(run)
    return plan.PlanFacts(estimate=guess(run), base_url=OPENAI, presets=presets, **more)


def test_plan_names_everything_before_anybody_pays():
    day = dtm.datetime.now(RU.timezone).date() + dtm.timedelta(days=53)
    facts = of(RUN, shutdown=day, month=Month(spent_usd=3, ceiling_usd=20))
    screen = plan.plan(RU, RUN, facts, CATALOGUE)
    text = shown(screen)

    assert text.startswith("План №12 · ещё ничего не отправлено")
    for part in (
        "Датасет №1: 321 пример, без ошибок",
        f"natasha-v1 из gpt-4.1-mini (работает до {RU.day(day)})",
        "Около $0,92 · 1,5–3 ч · $3,00 из $20 в этом месяце",
        "Быстро, 30–60 мин: ",
        "точнее всего; другая модель, gpt-4.1",
        "дней: 53",
    ):
        assert part in text
    assert "Эпох" not in text
    assert buttons_of(screen) == [
        "training:start:12",
        *(f"training:set:12-preset={name}" for name in ("quick", "production", "premium")),
        "training:details:12",
        "training:drop:12",
    ]
    assert screen.buttons[0][0].text == "🚀 Запустить за ~$0,92"
    presets = [button.text for button in screen.buttons[1]]
    assert presets == ["Быстро $0,31", "✓ Обычно $0,92", "Сильнее $7,68"]


def test_plan_that_follows_no_preset_says_its_numbers():
    run = replace(RUN, parameters=replace(PARAMETERS, n_epochs=2, learning_rate_multiplier=0.05))
    screen = plan.plan(RU, run, of(run), CATALOGUE)

    assert "Эпох: 2 · темп: осторожно" in shown(screen)
    assert not any("✓" in button.text for row in screen.buttons for button in row)


def test_details_hold_every_number_and_a_button_for_each_part():
    text = shown(screen := plan.details(RU, RUN, of(RUN), CATALOGUE))

    for part in (
        "gpt-4.1-mini-2025-04-14",
        "Эпох: 3 · темп: 0,1 (обычно) · имя: natasha-v1",
        f"184{NBSP}440",
        "около $0,92",
    ):
        assert part in text
    assert buttons_of(screen) == [
        *(f"training:edit:12-{part}" for part in ("model", "epochs", "multiplier", "suffix")),
        "training:show:12",
    ]


def test_plan_tells_what_runs_already_and_offers_the_validation_part():
    run = replace(RUN, dataset=replace(RUN.dataset, validation_id=2, n_warnings=3))
    facts = of(run, active=["natasha-v0"])
    screen = plan.plan(RU, run, facts, CATALOGUE)

    assert "уже обучается: natasha-v0" in shown(screen)
    assert "предупреждений: 3" in shown(screen)
    details = plan.details(RU, run, facts, CATALOGUE)
    assert "training:set:12-validation=1" in buttons_of(details)
    both = plan.details(RU, replace(run, validation=RUN.dataset), facts, CATALOGUE)
    assert "Проверочная часть: 321 пример" in shown(both)
    assert "training:set:12-validation=0" in buttons_of(both)


def test_time_is_learnt_from_past_jobs():
    past = [PastJob(trained_tokens=184_440, seconds=1_200)]

    assert "примерно 1,5–3 ч" in shown(plan.details(RU, RUN, of(RUN), CATALOGUE))
    learnt = plan.PlanFacts(estimate=guess(RUN, past), base_url=OPENAI)
    told = shown(plan.details(RU, RUN, learnt, CATALOGUE))
    assert "16–24 мин, по прошлым заданиям (1)" in told


def test_choice_marks_what_the_plan_has():
    options = {"0.05": None, "0.1": None}
    screen = plan_edits.choice(RU, RUN, PlanPart.MULTIPLIER, options, CATALOGUE)

    assert [b.text for row in screen.buttons for b in row] == [
        "0,05 (осторожно)",
        "✓ 0,1 (обычно)",
        "Назад к плану",
    ]
    assert buttons_of(screen) == [
        "training:set:12-multiplier=0.05",
        "training:set:12-multiplier=0.1",
        "training:show:12",
    ]


def test_plan_of_a_model_without_a_price():
    run = replace(RUN, parameters=replace(PARAMETERS, base_model="моя", suffix=""), price_usd=None)
    facts = plan.PlanFacts(estimate=guess(run), base_url=OPENAI)
    screen = plan.plan(EN, run, facts, CATALOGUE)

    assert "Price unknown" in shown(screen)
    assert "$" not in shown(screen) + screen.buttons[0][0].text
    assert buttons_of(screen)[0] == "training:start:12"


def test_days_left_are_never_less_than_none():
    text = shown(plan.plan(RU, RUN, of(RUN, shutdown=dtm.date(2000, 1, 1)), CATALOGUE))

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
        "welcome:settings:",
    }


def test_tester_hears_when_there_is_no_model_yet():
    tester = Person(id=1, name="Анна", access=Access.TESTER)
    ready, early = (
        shown(outside_views.start_tester(RU, tester, is_ready=n)) for n in (True, False)
    )

    assert "Пока Наташа учится" in early
    assert "учится и не отвечает" not in ready


def test_help_of_an_admin_opens_its_sections():
    """The first screen fits a phone; each section leads to the others."""
    first = door.help_of(RU, door.HELP)
    section = door.help_of(RU, "people")

    assert len(shown(first).splitlines()) <= 8
    assert len(first.buttons) == 2
    assert buttons_of(first) == [f"welcome:help:{name}" for name in door.HELP_SECTIONS]
    assert "/invite" in shown(section)
    assert buttons_of(section) == [each for each in buttons_of(first) if "people" not in each]


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


@pytest.mark.parametrize("texts", [RU, EN])
def test_settings_of_admins_and_testers(texts: Texts):
    """What is chosen is marked; only admins mute others, and set the limit and the ceiling."""
    admin = Person(id=1, name="Анна", access=Access.ADMIN, rings_from=Urgency.CALL)
    tester = Person(id=2, name="Олег", access=Access.TESTER)

    screen = settings_views.settings(texts, admin)
    assert buttons_of(screen) == [
        "welcome:sound:1", "welcome:sound:0", "welcome:sound:2", "welcome:others:0",
        "welcome:daily:1", "welcome:week:1", "usage:limit:", "training:ceiling:",
        "welcome:tongue:", "privacy:show:",
    ]  # fmt: skip
    chosen = [button.text for row in screen.buttons for button in row if button.text[0] == "✓"]
    assert chosen == [screen.buttons[0][2].text]
    assert buttons_of(settings_views.settings(texts, tester)) == [
        "welcome:sound:1", "welcome:sound:0", "welcome:tongue:", "privacy:show:",
    ]  # fmt: skip
