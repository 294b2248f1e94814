"""What admins are shown of models: who answers, the list, one of them, its checkpoints, its end."""

import datetime as dtm
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.screen import Screen
from bot.domain.datasets import Dataset
from bot.domain.models import Checkpoint, CurrentModel, ServedModel, best_checkpoint, model_title
from bot.domain.training import Hyperparameters, RunState, TrackedJob, TrainingRun
from bot.models import detail_views as one_model
from bot.models import doubt_views
from bot.models import views as models
from bot.models.asked_store import AskedSwitch
from bot.models.details import ModelDetails
from bot.models.doubts import Doubt, DoubtKind
from bot.serving.serving import ModelPage
from bot.serving.views import ending
from bot.texts import Texts
from bot.trials.entities import Verdict
from tests.fakes import job_of
from tests.screens import EN, RU, buttons_of, shown

BASE = "gpt-4.1-mini-2025-04-14"
TUNED = f"ft:{BASE}:org:natasha-v1:AbC"
MODEL = ServedModel(
    id=3, name=TUNED, system_prompt="Ты Наташа.", job_id="ftjob-1", added_at=1_700_000_000
)
OTHER = replace(MODEL, id=4, name="gpt-4.1-mini", job_id=None)
SERVING = CurrentModel(model=MODEL, since=1_700_000_000, chosen_by=5)
DAY = dtm.date(2027, 1, 14)


def labels(screen: Screen) -> list[str]:
    return [button.text for row in screen.buttons for button in row]


def overview(
    others: Sequence[ServedModel] = (),
    serving: CurrentModel | None = None,
    previous: ServedModel | None = None,
    **fields: Any,
) -> models.Overview:
    page: dict[str, Any] = {"number": 0, "has_more": False} | {
        name: fields.pop(name) for name in ("number", "has_more") if name in fields
    }
    given: dict[str, Any] = {"verdicts": {}, "shares": {}, "has_retired": False} | fields
    return models.Overview(
        serving=serving, previous=previous, others=ModelPage(models=others, **page), **given
    )


def test_no_models_yet():
    """It says where the first one comes from."""
    screen = models.listing(RU, overview())

    assert "Первая появится после /train" in shown(screen)
    assert buttons_of(screen) == ["training:plan:"]
    assert buttons_of(models.listing(RU, overview(has_retired=True))) == [
        "training:plan:",
        "models:retired:0",
    ]


def test_who_serves_stands_first_and_the_way_back_is_one_press():
    """The button names a model, so that a second tap does not go forth again."""
    newest = replace(MODEL, id=9, name=f"ft:{BASE}:org:natasha-v2:XyZ")
    screen = models.listing(RU, overview([newest], SERVING, OTHER, verdicts={9: Verdict.PUT}))
    text = shown(screen)

    assert text.startswith("Сейчас отвечает: natasha-v1 (№3)\nДо неё: gpt-4.1-mini (№4)\n")
    assert "natasha-v2 · 1" in text
    assert text.endswith(" · можно включать · №9")
    assert labels(screen) == [
        "↩ Вернуть gpt-4.1-mini", "🟢 natasha-v1", "gpt-4.1-mini", "natasha-v2", "Сравнить вслепую",
    ]  # fmt: skip
    assert buttons_of(screen) == [
        "models:serve:4",
        "models:show:3",
        "models:show:4",
        "models:show:9",
        "comparison:pick:",
    ]


def test_nobody_serves_though_there_are_models():
    screen = models.listing(EN, overview([MODEL]))

    assert shown(screen).startswith("No model is answering.")
    assert buttons_of(screen) == ["models:show:3", "comparison:pick:"]


def test_list_is_turned_by_pages():
    page = overview([MODEL], number=2, has_more=True, has_retired=True)

    assert buttons_of(models.listing(RU, page)) == [
        "models:show:3", "models:list:1", "models:list:3", "comparison:pick:",
        "models:retired:0",
    ]  # fmt: skip


def test_models_of_one_name_are_told_apart():
    """Two runs with the same suffix: the provider's code says which is which."""
    twin = replace(MODEL, id=8, name=f"ft:{BASE}:org:natasha-v1:XyZ")
    checkpoint = replace(MODEL, id=9, name=f"{TUNED}:ckpt-step-33")

    screen = models.listing(RU, overview([twin, checkpoint], SERVING))

    assert labels(screen)[:3] == [
        "🟢 natasha-v1 · AbC",
        "natasha-v1 · XyZ",
        "natasha-v1:step-33",
    ]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (TUNED, "natasha-v1"),
        (f"{TUNED}:ckpt-step-88", "natasha-v1:step-88"),
        (f"{TUNED}:ckpt-step-", "natasha-v1"),
        (f"ft:{BASE}:org::AbC:ckpt-step-88", f"ft:{BASE}:org::AbC:ckpt-step-88"),
        ("llama:8b", "llama:8b"),
        ("ft:x", "ft:x"),
    ],
)
def test_titles_of_models(name: str, title: str):
    assert model_title(name) == title


def test_retired_models_are_hidden_not_deleted():
    page = ModelPage(models=[MODEL], number=0, has_more=False)
    screen = models.retired(RU, page)

    assert "у провайдера ничего не удалено" in shown(screen)
    assert buttons_of(screen) == ["models:show:3", "models:list:0"]
    empty = models.retired(EN, ModelPage(models=[], number=0, has_more=False))
    assert shown(empty) == "No models are retired. The others are on the list: /models"


def test_used_model_shows_what_it_is_told():
    screen = models.used(RU, MODEL, OTHER)

    assert shown(screen).startswith("Теперь отвечает natasha-v1.")
    assert "Ты Наташа." in shown(screen)
    assert f"/use {MODEL.id}" in shown(screen)
    assert buttons_of(screen) == ["trials:test:3", "models:list:0", "models:serve:4"]
    assert "промпта у неё нет" in shown(models.used(RU, replace(MODEL, system_prompt="")))
    assert "отключена 14 января" in shown(models.used(RU, MODEL, over_since=DAY))


def test_a_long_name_stays_out_of_the_sentences():
    """Sixty characters in the middle of one hide what it says; the number is enough for /use."""
    long = replace(MODEL, name="organisation/" + "very-long-name-" * 4)

    for screen in (models.used(RU, long), models.current(RU, replace(SERVING, model=long), "")):
        assert long.name not in shown(screen)
        assert "organisation/very-long-name" in shown(screen)
        assert f"/use {long.id}" in shown(screen)


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        (SERVING, "включена 15 ноября 2023, решение: Мария"),
        (replace(SERVING, chosen_by=None), "потому что была первой"),
        (replace(SERVING, since=0, chosen_by=None), "так задано при установке (CHAT_MODEL)"),
    ],
)
def test_since_when_a_model_answers(serving: CurrentModel, said: str):
    """In `/use` without a name, on the model's screen, and where it answered already."""
    assert said in shown(models.current(RU, serving, "Мария"))
    assert said in models.already(RU, serving, "Мария")
    details = one_model.details(RU, known(serving=serving), chooser="Мария", trainer="")
    assert f"Отвечает сейчас: {said}" in shown(details) or said in shown(details)


def test_use_without_a_name_says_how():
    text = shown(models.current(RU, SERVING, "Мария"))

    assert text.startswith("Сейчас отвечает natasha-v1")
    assert "Ты Наташа." in text
    assert f"/use {SERVING.model.id}" in text
    assert "/use имя_модели" in text
    assert "/use MODEL_NAME" in shown(models.current(EN, None, ""))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (DoubtKind.OVER, "natasha-v1 отключена 14 января"),
        (DoubtKind.UNKNOWN, "Модели natasha-v1 у провайдера нет (или ещё нет)"),
        (DoubtKind.UNSURE, "провайдер не говорит, есть ли она у него"),
        (DoubtKind.RETIRED, "natasha-v1 убрана из списка. Вернуть"),
    ],
)
def test_model_that_may_be_silent_is_asked_about(kind: DoubtKind, said: str):
    screen = doubt_views.ask(RU, MODEL.name, Doubt(kind=kind, day=DAY), "models:yes:7")

    assert said in shown(screen)
    assert buttons_of(screen) == ["models:yes:7", "models:list:0"]


def test_several_models_of_one_title_are_told_apart():
    others = [replace(MODEL, id=n, name=f"ft:m:org:natasha-v1:{n}") for n in (8, 9)]
    asked = [AskedSwitch(id=n.id * 10, name=n.name, system_prompt=None) for n in others]
    screen = doubt_views.ask_which(RU, "natasha-v1", others, asked)

    assert "Моделей с именем «natasha-v1» несколько" in shown(screen)
    assert "№8 · " in shown(screen)
    assert [button.text for (button,) in screen.buttons[:2]] == ["natasha-v1 · 8", "natasha-v1 · 9"]
    assert buttons_of(screen) == ["models:pick:80", "models:pick:90", "models:list:0"]


# One of them


def known(**fields: Any) -> ModelDetails:
    """A model of a plan of ours."""
    dataset = Dataset(
        id=7, path="a", sha256="a", n_examples=321, n_tokens=9, system_prompt="", created_at=1
    )
    run = TrainingRun(
        id=12,
        state=RunState.SUBMITTED,
        asked_by=5,
        parameters=Hyperparameters(
            base_model=BASE, n_epochs=3, learning_rate_multiplier=0.1, suffix="natasha-v1"
        ),
        dataset=dataset,
        seed=1,
        price_usd=None,
        created_at=1,
        expires_at=2,
        confirmed_by=5,
    )
    job = job_of("ftjob-1", "succeeded", fine_tuned_model=TUNED, finished_at=1_700_000_000)
    given: dict[str, Any] = {
        "model": MODEL,
        "base_model": BASE,
        "last_day": DAY,
        "days_left": 53,
        "serving": None,
        "tracked": TrackedJob(job=job, number=1, run_id=12, followed_by=None),
        "run": run,
        "checkpoint": None,
        "result": None,
        "verdict": Verdict.CHECK,
        "share": None,
    }
    return ModelDetails(**(given | fields))


def details(texts: Texts = RU, **fields: Any) -> Screen:
    return one_model.details(texts, known(**fields), chooser="Мария", trainer="Олег")


def test_model_tells_all_that_is_known_of_it():
    screen = details()
    lines = shown(screen).splitlines()

    assert lines == [
        "natasha-v1",
        "Вердикт: сначала посмотрите",
        lines[2],
        f"База: {BASE}",
        "Обучена 15 ноября 2023 · план №12 · Олег",
        "Датасет №7 · 321 пример",
        "Задание: ftjob-1",
        f"Полное имя: {TUNED}",
    ]
    assert lines[2].startswith("Работает до 14 января")
    assert lines[2].endswith("осталось дней: 53")
    assert buttons_of(screen) == [
        "models:talk:3", "models:serve:3", "trials:test:3", "models:steps:3", "models:retire:3",
        "models:list:0",
    ]  # fmt: skip


def test_model_that_serves_is_marked_and_stays():
    screen = details(serving=SERVING)

    assert "🟢 Отвечает сейчас: включена" in shown(screen)
    assert buttons_of(screen) == ["trials:test:3", "models:steps:3", "models:list:0"]


def test_retired_model_says_that_it_still_exists():
    screen = details(EN, model=replace(MODEL, retired_at=1_700_000_000))

    assert "It still exists at the provider." in shown(screen)
    assert buttons_of(screen)[0] == "models:restore:3"
    assert "models:serve:3" not in buttons_of(screen)


@pytest.mark.parametrize(("days_left", "said"), [(0, "Отключена"), (-9, "Отключена"), (1, "до")])
def test_end_of_a_model(days_left: int, said: str):
    assert said in shown(details(days_left=days_left))
    assert "14 января" in shown(details(days_left=days_left))


def test_model_that_was_not_trained_here():
    plain = replace(MODEL, name="gpt-4.1-mini", job_id=None)
    fields: dict[str, Any] = {"tracked": None, "run": None, "last_day": None, "days_left": None}
    text = shown(details(model=plain, base_model=plain.name, verdict=None, **fields))

    assert text.splitlines()[1:] == [
        "Обучена не здесь · в списке с 15 ноября 2023",
        "Полное имя: gpt-4.1-mini",
    ]
    assert f"База: {BASE}" in shown(details(**fields))
    followed = replace(known().tracked, followed_by=5)  # type: ignore[type-var]
    assert "не здесь · следит Олег" in shown(details(tracked=followed, run=None))
    from_terminal = one_model.details(RU, known(), chooser="", trainer="")
    assert "план №12 · из терминала" in shown(from_terminal)


# Checkpoints


STEPS = [
    Checkpoint(name="a", step=33, train_loss=2.0, valid_loss=1.41),
    Checkpoint(name="b", step=66, train_loss=1.5, valid_loss=1.2),
    Checkpoint(name="c", step=99, train_loss=1.0, valid_loss=1.3),
]


@pytest.mark.parametrize(
    ("checkpoints", "best"),
    [
        (STEPS, STEPS[1]),
        ([STEPS[0], replace(STEPS[1], valid_loss=None), STEPS[2]], STEPS[2]),
        ([replace(each, valid_loss=None) for each in STEPS], None),
        (STEPS[:1], None),
        ([], None),
    ],
)
def test_best_checkpoint_is_judged_by_validation(
    checkpoints: list[Checkpoint], best: Checkpoint | None
):
    """The training loss falls to the end: it tells nothing."""
    assert best_checkpoint(checkpoints) == best


def test_checkpoints_show_their_losses_and_the_best():
    kept = [(replace(MODEL, id=n, name=each.name), each) for n, each in enumerate(STEPS)]
    screen = one_model.checkpoints(RU, kept[2][0], kept)

    assert shown(screen).splitlines()[2:] == [
        "шаг 33 · ошибка 2,00 · на проверочных 1,41",
        "⭐ шаг 66 · ошибка 1,50 · на проверочных 1,20 — лучшая",
        "шаг 99 · ошибка 1,00 · на проверочных 1,30 · итог",
    ]
    assert labels(screen) == ["Шаг 33", "⭐ Шаг 66", "Шаг 99", "Назад"]
    assert buttons_of(screen) == [
        "models:show:0",
        "models:show:1",
        "models:show:2",
        "models:show:2",
    ]
    none = one_model.checkpoints(EN, MODEL, [])
    assert "natasha-v1 has no checkpoints" in shown(none)
    assert buttons_of(none) == ["models:show:3"]


def test_checkpoint_has_a_screen_like_any_model():
    """Back leads to the other checkpoints; it is not on the list, so it is not retired."""
    screen = details(
        model=replace(MODEL, id=8, name=f"{TUNED}:ckpt-step-66"),
        checkpoint=STEPS[1],
        result=MODEL,
    )

    assert "Контрольная точка: шаг 66 · ошибка 1,50 · на проверочных 1,20" in shown(screen)
    assert "Итог того же обучения: natasha-v1" in shown(screen)
    assert buttons_of(screen) == [
        "models:talk:8", "models:serve:8", "trials:test:8", "models:steps:3",
    ]  # fmt: skip


def test_model_that_the_reader_tries_is_named_where_models_are():
    """With the button that ends the try; its own screen offers no second one."""
    newest = replace(MODEL, id=9, name=f"ft:{BASE}:org:natasha-v2:XyZ")
    listed = models.listing(RU, overview([newest], SERVING, tried=newest))
    shown_alone = one_model.details(RU, known(), chooser="", trainer="", is_tried=True)

    assert shown(listed).startswith("Вы пробуете natasha-v2: вам отвечает она.\nСейчас отвечает")
    assert buttons_of(listed)[0] == "models:talk_end:9"
    assert buttons_of(shown_alone)[0] == "models:talk_end:3"
    assert buttons_of(models.tried(RU, newest)) == ["models:serve:9", "models:talk_end:9"]
    assert "You are trying natasha-v2. It answers only you." in shown(models.tried(EN, newest))
    assert "natasha-v1" in shown(models.try_ended(EN, MODEL))
    assert "некому" in shown(models.try_ended(RU, None))


# The end


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
@pytest.mark.parametrize("days", [30, 7, 1, 0, -5])
def test_warning_says_what_ends_when_and_what_to_do(texts: Texts, days: int):
    """By the day on which it is read, not the one on which it was written."""
    today = DAY - dtm.timedelta(days=days)
    payload = {"base": BASE, "day": "2027-01-14", "model": TUNED, "plans": True}

    screen = ending(texts, payload, today)
    text = shown(screen)

    assert BASE in text
    assert texts.day(DAY) in text
    assert "natasha-v1" in text
    assert "BASE_MODEL" in text
    assert "docs/providers.md" in text
    assert (f": {days}" in text) == (days > 0)
    assert buttons_of(screen) == ["models:list:", "training:plan:"]


def test_warning_names_only_what_stops():
    plans = {"base": BASE, "day": "2027-01-14", "model": "", "plans": True}
    chats = plans | {"model": TUNED, "plans": False}

    assert "отвечать" not in shown(ending(RU, plans, DAY - dtm.timedelta(days=7)))
    assert "BASE_MODEL" not in shown(ending(RU, chats, DAY))
    assert "больше не ответит" in shown(ending(RU, chats, DAY))
