"""What people read: the numbers that matter, and buttons that say what happens next."""

import datetime as dtm
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.catalogue import load_catalogue
from bot.domain import (
    Access,
    Dataset,
    Finding,
    JobStatus,
    Level,
    PastJob,
    Person,
    Refusal,
    RunState,
    ServedModel,
    Serving,
    TokenStatistics,
    TrackedJob,
    TrainingRun,
    Trial,
    TrialAnswer,
    TrialState,
    ValidationReport,
)
from bot.services.cost import Estimate, estimate
from bot.services.plan_edits import Part
from bot.views import dataset, door, jobs, models, plan, plan_edits
from bot.views.jobs import SPARK_WIDTH, SPARKS, sparkline
from bot.views.screen import Screen, fitting
from tests.fakes import job_of
from tests.services.house import PARAMETERS, TUNED
from tests.views.screens import EN, RU, buttons_of, shown

CATALOGUE = load_catalogue()
OPENAI, ELSEWHERE = "https://api.openai.com/v1", "https://models.example/v1"
NBSP = "\N{NO-BREAK SPACE}"

GOOD = ValidationReport(
    n_examples=321,
    n_messages=963,
    tokens=TokenStatistics(
        encoding="o200k_base", total=61_480, smallest=88, median=190, largest=402
    ),
    system_prompts={"Ты Наташа.": 321},
    findings=[],
    n_errors=0,
    sha256="0123456789abcdef" * 4,
    size_bytes=500_000,
)
RUN = TrainingRun(
    id=12,
    state=RunState.PLANNED,
    asked_by=5,
    parameters=PARAMETERS,
    dataset=Dataset(
        id=1,
        path="a.jsonl",
        sha256="aa",
        n_examples=321,
        n_tokens=61_480,
        system_prompt="Ты Наташа.",
        created_at=1,
    ),
    seed=7,
    price_usd=0.92,
    created_at=1,
    expires_at=2,
)
MODEL = ServedModel(
    id=3, name=TUNED, system_prompt="Ты Наташа.", job_id="ftjob-1", added_at=1_700_000_000
)


# The sparkline


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([1.0], ""),
        ([1.0, 1.0], "▁▁"),
        ([1.0, 2.0], "▁▇"),
        ([3.0, 2.0, 1.0], "▇▄▁"),
        ([-5.0, 0.0, 5.0], "▁▄▇"),
        ([float(n) for n in range(7)], SPARKS),
        ([1e300, -1e300], "▇▁"),
    ],
)
def test_sparkline(values: list[float], expected: str):
    assert sparkline(values) == expected


@pytest.mark.parametrize("n", [9, 10, 11, 99, 100, 1001])
def test_sparkline_of_many_values_goes_from_the_first_to_the_last(n: int):
    falling = [float(n - x) for x in range(n)]
    line = sparkline(falling)

    assert len(line) == min(n, SPARK_WIDTH)
    assert (line[0], line[-1]) == (SPARKS[-1], SPARKS[0])
    assert list(line) == sorted(line, reverse=True)


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
        "train:plan:",
        "dataset:split:1",
        "dataset:prices:1",
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
        "dataset:prices:1",
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
    assert buttons_of(screen) == ["train:plan:"]


# The plan


def guess(run: TrainingRun, past: Sequence[PastJob] = ()) -> Estimate:
    model = CATALOGUE.model(run.parameters.base_model)
    return estimate(run.dataset.n_tokens, run.parameters.n_epochs, model, CATALOGUE, past=past)


def test_plan_names_everything_before_anybody_pays():
    day = dtm.datetime.now(RU.timezone).date() + dtm.timedelta(days=53)
    screen = plan.plan(RU, RUN, guess(RUN), CATALOGUE, shutdown=day)
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
        "train:start:12",
        *(f"train:set:12-preset={name}" for name in ("quick", "production", "premium")),
        *(f"train:edit:12-{part}" for part in ("model", "epochs", "multiplier", "suffix")),
        "train:drop:12",
    ]
    assert screen.buttons[0][0].text == "🚀 Запустить за ~$0,92"


def test_plan_tells_what_runs_already_and_offers_the_validation_part():
    run = replace(RUN, dataset=replace(RUN.dataset, validation_id=2, n_warnings=3))
    screen = plan.plan(RU, run, guess(run), CATALOGUE, shutdown=None, active=["natasha-v0"])

    assert "уже обучается: natasha-v0" in shown(screen)
    assert "Предупреждений в датасете: 3" in shown(screen)
    assert "train:set:12-validation=1" in buttons_of(screen)
    both = plan.plan(RU, replace(run, validation=RUN.dataset), guess(run), CATALOGUE, shutdown=None)
    assert "Проверочная часть: 321 пример" in shown(both)
    assert "train:set:12-validation=0" in buttons_of(both)


def test_time_is_learnt_from_past_jobs():
    past = [PastJob(trained_tokens=184_440, seconds=1_200)]

    assert "1,5–3 ч по руководству" in shown(
        plan.plan(RU, RUN, guess(RUN), CATALOGUE, shutdown=None)
    )
    assert "16–24 мин по прошлым заданиям (1)" in shown(
        plan.plan(RU, RUN, guess(RUN, past), CATALOGUE, shutdown=None)
    )


def test_choice_marks_what_the_plan_has():
    screen = plan_edits.choice(RU, RUN, Part.MULTIPLIER, ["0.05", "0.1"])

    assert [b.text for row in screen.buttons for b in row] == ["0,05", "• 0,1", "Назад к плану"]
    assert buttons_of(screen) == [
        "train:set:12-multiplier=0.05",
        "train:set:12-multiplier=0.1",
        "train:show:12",
    ]


def test_plan_of_a_model_without_a_price():
    run = replace(RUN, parameters=replace(PARAMETERS, base_model="моя", suffix=""), price_usd=None)
    screen = plan.plan(EN, run, guess(run), CATALOGUE, shutdown=None)

    assert "unknown" in shown(screen)
    assert "$" not in shown(screen) + screen.buttons[0][0].text
    assert buttons_of(screen)[0] == "train:start:12"


def test_days_left_are_never_less_than_none():
    text = shown(plan.plan(RU, RUN, guess(RUN), CATALOGUE, shutdown=dtm.date(2000, 1, 1)))

    assert "дней: 0" in text


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refusal(code="key_refused", message="x"), "Ключ не принят"),
        (Refusal(code="invalid_training_file", message="строка <7>"), "строка <7>"),
        (Refusal(code="never_heard_of", message="потому"), "Провайдер ответил: потому"),
        (Refusal(code="never_heard_of", message=""), "код never_heard_of"),
        (None, "не назвал причины"),
    ],
)
def test_refused_run_says_why_and_what_to_do(refusal: Refusal | None, expected: str):
    screen = plan.refused(RU, replace(RUN, state=RunState.REFUSED, refusal=refusal))

    assert expected in shown(screen)
    assert buttons_of(screen) == ["dataset:validate:", "train:plan:"]


def test_uncertain_run_has_its_three_ways_out():
    listed, unlisted = (plan.uncertain(RU, RUN, is_listed=n) for n in (True, False))

    expected = ["train:look:12", "train:again:12", "train:giveup:12"]
    assert buttons_of(listed) == buttons_of(unlisted) == expected
    assert shown(listed) != shown(unlisted)


# Jobs


def tracked(status: str = "running", metrics: list[dict[str, Any]] | None = None, **fields: Any):
    more = {name: fields.pop(name) for name in ("last_message", "warning") if name in fields}
    return TrackedJob(
        job=job_of(status=status, **fields),
        number=4,
        run_id=12,
        followed_by=None,
        metrics=metrics or [],
        **more,
    )


def card(found: TrackedJob, url: str = ELSEWHERE) -> Screen:
    return jobs.card(RU, found, CATALOGUE, base_url=url)


def test_card_of_a_running_job():
    metrics = [
        {"step": n, "total_steps": 963, "train_loss": 2.4 - n / 800, "valid_loss": 1.31}
        for n in range(0, 656, 5)
    ]
    screen = card(tracked(metrics=metrics, estimated_finish=int(time.time()) + 14 * 60 + 5))
    lines = shown(screen).splitlines()

    assert lines[0] == "⏳ natasha-v1 · обучается"
    assert lines[1] == "▓▓▓▓▓▓░░░░ 68 % · эпоха 3 из 3"
    assert lines[2] == "шаг 655 из 963 · осталось ~14 мин"
    assert lines[3].startswith("потери 1,58  ▇")
    assert lines[4].startswith("проверка 1,31  ")
    assert buttons_of(screen) == ["job:refresh:4", "job:ask:4"]


@pytest.mark.parametrize(
    "metrics",
    [
        [],
        [{}],
        [{"step": None, "total_steps": "x", "train_loss": None}],
        [{"step": 5}],
        [{"step": 5, "total_steps": 0}],
        [{"step": 5, "total_steps": -1, "train_loss": "1.5"}],
        [{"step": 50, "total_steps": 10, "train_loss": 0}],
        [{"train_loss": True, "valid_loss": 1e300}],
    ],
)
def test_card_survives_metrics_of_any_shape(metrics: list[dict[str, Any]]):
    """Some servers leave out total_steps, or count beyond it."""
    text = shown(card(tracked(metrics=metrics, n_epochs=None)))

    assert "natasha-v1" in text
    assert " 100 %" in text or "%" not in text


@pytest.mark.parametrize("status", list(JobStatus))
def test_card_of_every_status(status: JobStatus):
    """Only what has not ended can be stopped."""
    screen = card(tracked(status.value))

    shown(screen)
    assert buttons_of(screen) == ([] if status.is_terminal else ["job:refresh:4", "job:ask:4"])


def test_word_that_nobody_knows_is_shown():
    assert "warming_up" in shown(card(tracked("warming_up")))


def test_provider_page_is_linked_where_there_is_one():
    page = "https://platform.openai.com/finetune/ftjob-1"

    assert page in buttons_of(card(tracked(), OPENAI))
    assert page in buttons_of(jobs.finished(RU, tracked("failed"), CATALOGUE, base_url=OPENAI))
    assert not any("http" in data for data in buttons_of(card(tracked())))


def test_success_is_told_with_what_it_cost():
    found = tracked(
        "succeeded",
        [{"step": 1, "train_loss": 2.4}, {"step": 2, "train_loss": 0.98}],
        trained_tokens=184_302,
        created_at=1_700_000_000,
        finished_at=1_700_000_000 + 47 * 60,
        fine_tuned_model=TUNED,
    )
    text = shown(jobs.finished(RU, found, CATALOGUE, base_url=ELSEWHERE))

    assert text.startswith("✅ natasha-v1 обучилась за 47 мин")
    assert "Потери 2,40 → 0,98" in text
    assert f"184{NBSP}302" in text
    assert "~$0,92" in text
    assert TUNED in text


def test_failure_is_told_with_the_reason_and_the_next_button():
    refusal = Refusal(code="invalid_training_file", message="line 6174 has <|fim_suffix|>")
    screen = jobs.finished(RU, tracked("failed", refusal=refusal), CATALOGUE, base_url=ELSEWHERE)

    assert shown(screen).startswith("❌ natasha-v1 не обучилась")
    assert "line 6174 has <|fim_suffix|>" in shown(screen)
    assert buttons_of(screen) == ["dataset:validate:", "train:plan:"]
    assert "line 6174" in shown(card(tracked("failed", refusal=refusal)))


def test_list_of_jobs():
    assert buttons_of(jobs.listing(RU, [])) == ["train:plan:"]

    text = shown(jobs.listing(RU, [job_of("ftjob-1"), job_of("ftjob-2", "failed", suffix=None)]))

    assert "⏳ natasha-v1 · обучается" in text
    assert "❌ gpt-4.1-mini-2025-04-14 · не обучилась" in text


def test_stopping_is_asked_for_once():
    assert buttons_of(jobs.ask_cancel(RU, tracked())) == ["job:cancel:4", "job:keep:4"]


# Models and trials


def trial_of(*answers: str | None, state: TrialState = TrialState.ANSWERED) -> Trial:
    return Trial(
        id=1,
        model=MODEL,
        state=state,
        asked_by=None,
        answers=[TrialAnswer(prompt=f"Вопрос {n}?", answer=a) for n, a in enumerate(answers)],
        created_at=1,
    )


def test_trial_shows_what_was_said():
    screen = models.trial(RU, trial_of("Лес.", None, ""), promoted=False)
    text = shown(screen)

    assert text.startswith("Проба: natasha-v1 · ответов 1 из 3")
    assert "Вопрос 0?\nЛес." in text
    assert text.count("— ответа нет —") == 2
    assert buttons_of(screen) == ["model:use:3", "model:test:3"]


def test_model_that_serves_already_is_not_offered():
    assert buttons_of(models.trial(RU, trial_of("Лес."), promoted=True)) == ["model:test:3"]


def test_model_that_nobody_serves():
    screen = models.trial(RU, trial_of(state=TrialState.UNSERVED), promoted=False)

    assert "CHAT_BASE_URL" in shown(screen)
    assert buttons_of(screen) == ["model:test:3"]


def test_only_long_answers_of_a_trial_are_shortened():
    short = ["Слово. " * 20] * 4
    text = shown(models.trial(RU, trial_of(*short, "Длинно. " * 900), promoted=False))

    assert text.count("Слово.") == 80
    assert 200 < text.count("Длинно.") < 400
    assert " …" in text


def test_list_of_models():
    assert buttons_of(models.listing(RU, [], None)) == ["train:plan:"]
    other = replace(MODEL, id=4, name="gpt-4.1-mini")
    serving = Serving(model=MODEL, since=1_700_000_000, chosen_by=5)

    screen = models.listing(RU, [MODEL, other], serving)

    assert shown(screen).startswith("Сейчас отвечает: natasha-v1\n🟢 natasha-v1")
    assert "⚪ gpt-4.1-mini" in shown(screen)
    assert buttons_of(screen) == ["model:use:4"]


def test_way_back_is_one_press():
    """First among the buttons, and there once."""
    other = replace(MODEL, id=4, name="gpt-4.1-mini")
    serving = Serving(model=MODEL, since=1_700_000_000, chosen_by=5)

    screen = models.listing(RU, [MODEL, other], serving, other)

    assert "До неё: gpt-4.1-mini" in shown(screen)
    assert [b.text for row in screen.buttons for b in row] == ["↩ Вернуть gpt-4.1-mini"]
    assert buttons_of(models.used(RU, MODEL, other)) == ["model:test:3", "model:use:4"]


def test_used_model_shows_what_it_is_told():
    assert "Ты Наташа." in shown(models.used(RU, MODEL))
    assert f"/use {TUNED}" in shown(models.used(RU, MODEL))
    assert shown(models.used(RU, replace(MODEL, system_prompt="")))


# The door


def test_admin_sees_how_things_stand():
    admin = Person(id=1, name="Мария", access=Access.ADMIN)
    serving = Serving(model=MODEL, since=1_700_000_000, chosen_by=5)

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
        "train:plan:",
        "model:list:",
        "job:status:",
    }


def test_tester_hears_when_there_is_no_model_yet():
    tester = Person(id=1, name="Анна", access=Access.TESTER)
    ready, early = (shown(door.start_tester(RU, tester, is_ready=n)) for n in (True, False))

    assert "Модель пока не готова" in early
    assert "не готова" not in ready


def test_languages_are_named_in_themselves():
    screen = door.language(EN)

    assert [b.text for row in screen.buttons for b in row] == ["Русский", "English"]
    assert buttons_of(screen) == ["language:set:ru", "language:set:en"]


def test_themes_are_shown_as_noted_or_called_a_guess():
    many = {f"тема {n}": 1 for n in range(30)}
    noted = shown(report(replace(GOOD, themes={"сад и <дом>": 3, "море": 1}, themes_noted=True)))
    guessed = shown(report(replace(GOOD, themes={"growth": 3, "": 1})))

    assert "Темы: сад и <дом> 75" in noted
    assert "Темы, примерно, по ключевым словам: духовный рост 75" in guessed
    assert "и ещё 20" in shown(report(replace(GOOD, themes=many, themes_noted=True)))
