"""The message at the end: what came of it, and the button for what is to be done now."""

from dataclasses import replace
from typing import Any

import pytest

from bot.catalogue import load_catalogue
from bot.delivery.screen import Screen
from bot.domain.datasets import Finding, Level
from bot.domain.training import Hyperparameters, Refusal, RunState, TrackedJob
from bot.jobs.curves import from_events
from bot.texts import Texts, unmarked
from bot.training import ending_views as endings
from bot.training.bases import BaseOffer
from bot.training.ending_views import JobEnding
from bot.training.named_line import NamedLine, RefusedFile
from bot.training.remedies import Remedy
from tests.composition import PARAMETERS, TUNED
from tests.fakes import job_of
from tests.screens import EN, OPENAI, RU, buttons_of, shown
from tests.screens import SUBMITTED as RUN

CATALOGUE = load_catalogue()
NBSP = "\N{NO-BREAK SPACE}"
LOSSES = [
    {"step": 1, "train_loss": 2.4, "valid_loss": 2.5},
    {"step": 2, "train_loss": 1.4, "valid_loss": 1.21},
    {"step": 3, "train_loss": 0.98, "valid_loss": 1.27},
]
VALIDATED = replace(RUN, validation=replace(RUN.dataset, id=9))


def ending(
    status: str,
    metrics: list[dict[str, Any]] | None = None,
    *,
    run: Any = RUN,
    warning: str = "",
    base_url: str = OPENAI,
    file: RefusedFile | None = None,
    starter: str = "",
    **fields: Any,
) -> JobEnding:
    job = job_of(status=status, **fields)
    tracked = TrackedJob(
        job=job, number=4, run_id=12, followed_by=None, metrics=metrics or [], warning=warning
    )
    return JobEnding(
        tracked=tracked,
        run=run,
        curves=from_events(tracked.metrics),
        file=file,
        starter=starter,
        price_usd=endings.cost_of(job, CATALOGUE, base_url),
        page=None,
    )


def finished(*args: Any, texts: Texts = RU, **kwargs: Any) -> Screen:
    return endings.finished(texts, ending(*args, **kwargs))


def succeeded(**kwargs: Any) -> JobEnding:
    fields: dict[str, Any] = {
        "trained_tokens": 184_302,
        "created_at": 1_700_000_000,
        "finished_at": 1_700_000_000 + 47 * 60,
        "fine_tuned_model": TUNED,
    }
    return ending("succeeded", kwargs.pop("metrics", LOSSES), **(fields | kwargs))


def details(**kwargs: Any) -> list[str]:
    return [unmarked(line) for line in endings.details(RU, succeeded(**kwargs))]


@pytest.mark.parametrize("url", ["https://ours.openai.azure.com/openai/v1", "http://[::1]:1/v1"])
def test_cost_at_a_server_of_unknown_prices_is_not_told(url: str):
    assert f"Токены: 184{NBSP}302" in details(base_url=url)
    assert "$" not in endings.headline(RU, succeeded(base_url=url), "ready")


def test_success_is_told_with_what_it_took():
    """Time, cost, and who started it, unless that is the reader."""
    told = succeeded()

    assert unmarked(endings.headline(RU, told, "ready")) == "✅ natasha-v1 готова · 47 мин · $0,92"
    by_maria = endings.headline(RU, succeeded(starter="Мария <3"), "trained")
    assert unmarked(by_maria) == "✅ natasha-v1 обучилась · 47 мин · $0,92 · запуск: Мария <3"


def test_figures_of_a_success():
    assert details() == [
        "Ошибка упала вдвое: 2,40 → 0,98 · на проверочных 1,27",
        "Лучшая точка: шаг 2, на проверочных 1,21",
        f"Токены: 184{NBSP}302",
        f"Модель: {TUNED}",
        "ftjob-1",
    ]


def test_best_point_is_the_whole_validation_where_that_is_told():
    """Of a part of the examples a lucky one would look best."""
    metrics = [*LOSSES, {"step": 4, "full_valid_loss": 1.3}, {"step": 8, "full_valid_loss": 1.25}]

    assert "Лучшая точка: шаг 8, на проверочных 1,25" in details(metrics=metrics)


def test_what_nobody_measured_is_not_told():
    fields: Any = {"metrics": [{"step": 1, "train_loss": 2.0}], "trained_tokens": None}

    assert details(**fields)[0] == "Ошибка почти не изменилась: 2,00 → 2,00"
    text = "\n".join([*details(**fields), endings.headline(RU, succeeded(**fields), "ready")])
    for word in ("проверочных", "Лучшая", "Токены", "$"):
        assert word not in text


def test_failure_is_told_with_the_reason_and_one_button():
    refusal = Refusal(code="invalid_training_file", message="something is wrong")
    screen = finished("failed", refusal=refusal, created_at=100, finished_at=100)

    assert shown(screen).splitlines() == [
        "❌ natasha-v1 не обучилась · 0 с",
        "Провайдер не принял датасет: something is wrong",
        "Поправьте его и повторите.",
        "До обучения не дошло, деньги не списаны.",
        "ftjob-1",
    ]
    assert buttons_of(screen) == ["training:anew:12"]


def named(**changes: Any) -> RefusedFile:
    line = NamedLine(number=174, question="Мой <телефон>?", fault="bad token", finding=None)
    return RefusedFile(dataset=RUN.dataset, can_repair=True, line=replace(line, **changes))


def test_faulty_line_is_named_by_its_question():
    """With our own rule's words where it found the fault, too; repaired where that can be done."""
    refusal = Refusal(code="invalid_training_file", message="Invalid: line 174: bad token")
    screen = finished("failed", refusal=refusal, file=named())
    assert "датасет: в примере «Мой <телефон>?» (строка 174): bad token\n" in shown(screen)
    assert [b.text for row in screen.buttons for b in row] == ["Починить датасет"]
    assert buttons_of(screen) == ["dataset:repair:1"]

    ours = Finding(level=Level.ERROR, rule="json_array", line=174)
    text = shown(finished("failed", refusal=refusal, file=named(finding=ours, question="")))
    assert f"датасет: в строке 174: {RU.plain('finding_json_array')}\n" in text
    unrepaired = finished("failed", refusal=refusal, file=replace(named(), can_repair=False))
    assert buttons_of(unrepaired) == ["training:anew:12"]


def test_failure_in_the_middle_does_not_say_that_it_cost_nothing():
    text = shown(finished("failed", LOSSES, trained_tokens=100_000))

    assert "$0,50" in text
    assert "не списаны" not in text


def test_what_was_stopped_can_be_repeated():
    screen = finished("cancelled", created_at=100, finished_at=220)

    assert shown(screen).startswith("⏹ natasha-v1 остановлена · 2 мин")
    assert buttons_of(screen) == ["training:retry:12"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("invalid_training_file", "training:anew:12"),
        ("invalid_validation_file", "training:anew:12"),
        ("invalid_n_examples", "training:anew:12"),
        ("quota_exceeded", "training:retry:12"),
        ("training_busy", "training:retry:12"),
        ("suffix_refused", "training:retry:12"),
        ("model_unknown", "training:models:12"),
        ("model_not_found", "training:models:12"),
        ("dataset_changed", "training:anew:12"),
        ("dataset_missing", "training:anew:12"),
        ("", "training:retry:12"),
        ("never_heard_of", "training:retry:12"),
    ],
)
def test_each_reason_has_its_button(code: str, expected: str):
    """The best one, below a failed job and below a plan that never became one."""
    refusal = Refusal(code=code, message="…")
    failed = finished("failed", run=VALIDATED, refusal=refusal)
    refused = endings.refused(RU, replace(VALIDATED, state=RunState.REFUSED, refusal=refusal))

    assert buttons_of(failed) == buttons_of(refused) == [expected]


def test_refused_file_of_a_plan_is_told_like_that_of_a_job():
    refusal = Refusal(code="invalid_training_file", message="Invalid: line 174: bad token")
    screen = endings.refused(RU, replace(RUN, state=RunState.REFUSED, refusal=refusal), named())

    assert "в примере «Мой <телефон>?» (строка 174): bad token" in shown(screen)
    assert buttons_of(screen) == ["dataset:repair:1"]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("failed", "invalid_training_file", ["training:plan:"]),
        ("failed", "exceeded_quota", ["training:plan:"]),
        ("failed", "", ["training:plan:"]),
        ("cancelled", "", ["training:plan:"]),
    ],
)
def test_job_from_elsewhere_leads_to_a_new_plan(status: str, code: str, expected: list[str]):
    """There is no run that could be repeated."""
    screen = finished(status, run=None, refusal=Refusal(code=code, message=""))

    assert buttons_of(screen) == expected


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refusal(code="key_refused", message="x"), "не принял ключ"),
        (Refusal(code="invalid_training_file", message="строка <7>"), "строка <7>"),
        (Refusal(code="training_not_available", message=""), "docs/providers.md"),
        (Refusal(code="never_heard_of", message="потому"), "Провайдер ответил: потому"),
        (Refusal(code="never_heard_of", message=""), "код never_heard_of"),
        (None, "не назвал причины"),
    ],
)
def test_refused_run_says_why_and_that_nothing_was_spent(refusal: Refusal | None, expected: str):
    screen = endings.refused(RU, replace(RUN, state=RunState.REFUSED, refusal=refusal))

    assert expected in shown(screen)
    assert "Деньги не списаны" in shown(screen)


def test_provider_page_is_on_the_card_and_not_below_a_failure():
    page = "https://platform.openai.com/finetune/ftjob-1"
    screen = endings.finished(RU, replace(ending("failed"), page=page))

    assert buttons_of(screen) == ["training:retry:12"]


# Remedies


def remedies(changes: dict[Remedy, Hyperparameters], run: Any = RUN, texts: Texts = RU) -> Screen:
    return endings.remedies(texts, ending("succeeded").tracked, run, changes)


def test_four_remedies_each_with_what_it_changes():
    screen = remedies(
        {
            Remedy.EPOCHS: replace(PARAMETERS, n_epochs=5),
            Remedy.MULTIPLIER: replace(PARAMETERS, learning_rate_multiplier=0.05),
            Remedy.MODEL: replace(PARAMETERS, base_model="gpt-4o-2024-08-06"),
        }
    )

    assert "Больше эпох: 3 → 5" in shown(screen)
    assert "Осторожнее темп: 0,1 → 0,05" in shown(screen)
    assert "gpt-4o-2024-08-06 вместо gpt-4.1-mini-2025-04-14" in shown(screen)
    assert "/datasets" in shown(screen)
    assert buttons_of(screen) == [
        "training:like:12-epochs",
        "training:like:12-multiplier",
        "dataset:validate:",
        "training:like:12-model",
    ]


def test_remedy_that_is_none_has_no_button():
    screen = remedies({Remedy.MULTIPLIER: replace(PARAMETERS, learning_rate_multiplier=0.05)})

    assert "эпох" not in shown(screen)
    assert buttons_of(screen) == ["training:like:12-multiplier", "dataset:validate:"]


def test_of_a_job_from_elsewhere_the_remedies_are_said():
    """Its dataset and multiplier are not known here, so no plan could be like it."""
    screen = remedies({}, run=None)

    assert "не здесь" in shown(screen)
    assert buttons_of(screen) == ["training:plan:", "dataset:validate:"]


def test_plan_made_from_a_run_says_what_is_different():
    plan, dataset = Screen(text="<b>План №13</b>"), replace(RUN.dataset, id=2)

    def said(**changes: Any) -> str:
        return shown(endings.derived(RU, plan, RUN, replace(RUN, id=13, **changes)))

    def changed(**fields: Any) -> str:
        return said(parameters=replace(PARAMETERS, **fields))

    assert said() == "Как план №12, без изменений.\n\nПлан №13"
    assert changed(n_epochs=5).startswith("Как план №12, но эпох больше: 3 → 5.")
    assert "темп осторожнее: 0,1 → 0,05" in changed(learning_rate_multiplier=0.05)
    assert "gpt-4o вместо gpt-4.1-mini" in changed(base_model="gpt-4o")
    assert "на версии №1, а этот на версии №2" in said(dataset=dataset)


def test_other_models_are_a_press_away():
    names = ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18")
    screen = endings.other_model(EN, RUN, [BaseOffer(name=name) for name in names])

    assert PARAMETERS.base_model in shown(screen)
    assert buttons_of(screen) == [
        "training:with:12-gpt-4o-2024-08-06",
        "training:with:12-gpt-4o-mini-2024-07-18",
    ]


@pytest.mark.parametrize("status", ["succeeded", "cancelled"])
def test_no_length_is_made_up_where_the_beginning_is_not_told(status):
    told = endings.headline(RU, ending(status, created_at=0, finished_at=900), "ready")

    assert unmarked(told) == "✅ natasha-v1 готова"


def test_failure_without_a_reason_says_so():
    """Healthy jobs carry an empty error, and some that failed do, too."""
    told = [
        shown(finished("failed", refusal=refusal))
        for refusal in (None, Refusal(code="", message=""))
    ]

    assert told[0] == told[1]
    assert "Провайдер не назвал причины.\n" in told[0]


def test_success_without_a_model_promises_no_more_than_is_true():
    """One message, which changes when the name comes, or does not."""
    yet = finished("succeeded", fine_tuned_model=None)
    never = endings.nameless(RU, ending("succeeded", fine_tuned_model=None), is_awaited=False)

    assert shown(yet).startswith("✅ natasha-v1 обучилась")
    assert "Провайдер ещё не назвал модель" in shown(yet)
    assert shown(never).startswith("✅ natasha-v1 обучилась")
    assert "/use имя_модели" in shown(never)
