"""/train takes a preset, key=value, the terminal's flags, and Russian, as phones type them.

What is not understood is named beside the plan of what is. No word is passed over silently.
"""

from dataclasses import replace

import pytest

from bot.catalogue import load_catalogue
from bot.delivery.screen import Screen
from bot.domain.datasets import TrainingMethod
from bot.domain.training import Hyperparameters
from bot.domain.typed import words_of
from bot.training.remark_views import USAGE, beside
from bot.training.remarks import RemarkKind, Understood
from bot.training.words import understood
from tests.screens import EN, OPENAI, RU, shown

DEFAULTS = Hyperparameters(
    base_model="gpt-4.1-mini-2025-04-14",
    n_epochs=3,
    learning_rate_multiplier=0.1,
    suffix="natasha-v1",
)
AZURE = "https://ours.openai.azure.com/openai/v1"
QUICK = {"n_epochs": 1, "learning_rate_multiplier": 0.2, "suffix": "natasha-test"}
PREMIUM = {
    "base_model": load_catalogue().models[0].name,
    "n_epochs": 5,
    "learning_rate_multiplier": 0.05,
    "suffix": "natasha-premium-v1",
}


def read(words: str, base_url: str = OPENAI) -> Understood:
    catalogue = load_catalogue()
    return understood(words_of(words), DEFAULTS, catalogue, catalogue.suffix_rule(base_url))


def remarks(words: str) -> list[tuple[RemarkKind, str]]:
    return [(remark.kind, remark.word) for remark in read(words).remarks]


def said(words: str, texts=RU) -> str:
    return shown(beside(texts, Screen(text="План"), read(words).remarks))


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("", {}),
        ("epochs=5", {"n_epochs": 5}),
        ("n_epochs=5", {"n_epochs": 5}),
        ("--epochs 5", {"n_epochs": 5}),
        ("--epochs=5", {"n_epochs": 5}),
        ("epochs 5", {"n_epochs": 5}),
        ("EPOCHS=5", {"n_epochs": 5}),
        ("epochs: 5", {"n_epochs": 5}),
        ("epochs:5", {"n_epochs": 5}),
        ("epochs = 5", {"n_epochs": 5}),
        ("epochs =5", {"n_epochs": 5}),
        ("epochs= 5", {"n_epochs": 5}),
        # The dashes and quotes of phones
        ("—epochs 5", {"n_epochs": 5}),
        ("–epochs 5", {"n_epochs": 5}),
        ("−−epochs=5", {"n_epochs": 5}),
        ("‑‑epochs 5", {"n_epochs": 5}),
        ("—Epochs=5 —suffix=natasha–v2", {"n_epochs": 5, "suffix": "natasha-v2"}),
        ("suffix=“natasha”", {"suffix": "natasha"}),
        ("suffix «Наташа»", {"suffix": "Наташа"}),
        ("suffix='natasha v2' epochs=2", {"suffix": "natasha-v2", "n_epochs": 2}),
        ("suffix=‘natasha’", {"suffix": "natasha"}),
        ("suffix=d'Artagnan", {"suffix": "d'Artagnan"}),
        ('suffix="natasha v2" epochs=2', {"suffix": "natasha-v2", "n_epochs": 2}),
        ("\u200eepochs\u200b=\u00a05\ufeff", {"n_epochs": 5}),
        # Russian
        ("эпохи=5", {"n_epochs": 5}),
        ("Эпох 5", {"n_epochs": 5}),
        ("5 эпох", {"n_epochs": 5}),
        ("5эпох", {"n_epochs": 5}),
        ("скорость обучения 0,05", {"learning_rate_multiplier": 0.05}),
        ("суффикс Наташа и 4 эпохи", {"suffix": "Наташа", "n_epochs": 4}),
        ("модель=4.1", {"base_model": "gpt-4.1-2025-04-14"}),
        ("модель гпт-4о мини", {"base_model": "gpt-4o-mini-2024-07-18"}),
        ("метод=DPO", {"method": TrainingMethod.DPO}),
        ("имя=natasha-x множитель 0,3", {"suffix": "natasha-x", "learning_rate_multiplier": 0.3}),
        # Numbers and words of which only one meaning is possible
        ("5", {"n_epochs": 5}),
        ("0.05", {"learning_rate_multiplier": 0.05}),
        ("0,05", {"learning_rate_multiplier": 0.05}),
        ("2 0.3", {"n_epochs": 2, "learning_rate_multiplier": 0.3}),
        ("0.3, 2", {"n_epochs": 2, "learning_rate_multiplier": 0.3}),
        (".3", {"learning_rate_multiplier": 0.3}),
        ("эпохи=5. множитель 0,2!", {"n_epochs": 5, "learning_rate_multiplier": 0.2}),
        ("dpo", {"method": TrainingMethod.DPO}),
        ("gpt 4o", {"base_model": "gpt-4o-2024-08-06"}),
        ("4.1-mini", {"base_model": "gpt-4.1-mini-2025-04-14"}),
        ("GPT-4o", {"base_model": "gpt-4o-2024-08-06"}),
        ("gpt-9-luna", {"base_model": "gpt-9-luna"}),
        # Dashes, lists and sentences around the parts
        ("эпохи — 5, множитель - 0,05", {"n_epochs": 5, "learning_rate_multiplier": 0.05}),
        ("эпохи-5 lr-0,05", {"n_epochs": 5, "learning_rate_multiplier": 0.05}),
        ("3-эпохи lr—0.2", {"learning_rate_multiplier": 0.2}),
        ("epochs -> 5 lr → 0.2", {"n_epochs": 5, "learning_rate_multiplier": 0.2}),
        ("- epochs 5\n• lr 0.2\n* suffix x", {"n_epochs": 5, "learning_rate_multiplier": 0.2,
                                             "suffix": "x"}),
        *(
            (plan, {"n_epochs": 5, "suffix": "natasha-v9", "learning_rate_multiplier": 0.2})
            for plan in (
                "Эпохи 5 · множитель 0,2 · имя natasha-v9",
                "Эпох: 5 · темп: 0,2 (смело) · имя: natasha-v9",
                "Epochs: 5 · pace: 0.2 (bold) · name: natasha-v9",
            )
        ),
        ("Быстро! На 5 эпох.", QUICK | {"n_epochs": 5}),
        ("имя Наташа, 5 эпох?", {"suffix": "Наташа", "n_epochs": 5}),
        ("suffix=really?", {"suffix": "really?"}),
        ("quick with 5 epochs", QUICK | {"n_epochs": 5}),
        ('suffix="Наташа, сестра" lr=0.2', {"suffix": "Наташа,-сестра",
                                            "learning_rate_multiplier": 0.2}),
        ("2E-1", {"learning_rate_multiplier": 0.2}),
        ("lr=0.2 lr=0,20 epochs=05 epochs=5", {"learning_rate_multiplier": 0.2, "n_epochs": 5}),
        # The rest
        ("lr=0.05", {"learning_rate_multiplier": 0.05}),
        ("lr=auto", {"learning_rate_multiplier": None}),
        ("lr auto", {"learning_rate_multiplier": None}),
        ("--learning-rate AUTO", {"learning_rate_multiplier": None}),
        ("auto", {"learning_rate_multiplier": None}),
        ("авто", {"learning_rate_multiplier": None}),
        ("Авто!", {"learning_rate_multiplier": None}),
        ("темп=авто", {"learning_rate_multiplier": None}),
        ("множитель: авто, 5 эпох", {"learning_rate_multiplier": None, "n_epochs": 5}),
        ("авто множитель", {"learning_rate_multiplier": None}),
        ("скорость обучения автоматически", {"learning_rate_multiplier": None}),
        ("quick auto", QUICK | {"learning_rate_multiplier": None}),
        ("name=авто", {"suffix": "авто"}),
        ("learning-rate=0.05", {"learning_rate_multiplier": 0.05}),
        ("learning rate 0.05", {"learning_rate_multiplier": 0.05}),
        ("--learning_rate 0,05", {"learning_rate_multiplier": 0.05}),
        ("multiplier=2", {"learning_rate_multiplier": 2.0}),
        ("model=gpt-4.1", {"base_model": "gpt-4.1"}),
        ("--model ft:m:org::x=1", {"base_model": "ft:m:org::x=1"}),
        ("suffix=a=b", {"suffix": "a=b"}),
        ("epochs=5,lr=0.2;suffix=x", {"n_epochs": 5, "learning_rate_multiplier": 0.2,
                                      "suffix": "x"}),
        (
            "--epochs 5 --learning-rate 0.05 --suffix x --model y",
            {"n_epochs": 5, "learning_rate_multiplier": 0.05, "suffix": "x", "base_model": "y"},
        ),
        ("quick", QUICK),
        ("Quick", QUICK),
        ("БЫСТРО", QUICK),
        ("быстро, 5 эпох", QUICK | {"n_epochs": 5}),
        ("preset=quick", QUICK),
        ("quick epochs=2", QUICK | {"n_epochs": 2}),
        ("epochs=2 quick", QUICK | {"n_epochs": 2}),
        ("боевой", {"suffix": "natasha-prod-v1"}),
        ("Продакшн", {"suffix": "natasha-prod-v1"}),
        ("Обычно", {"suffix": "natasha-prod-v1"}),
        ("премиум", PREMIUM),
        ("Максимум", PREMIUM),
        ("Сильнее", PREMIUM),
        ("model=x production", {"base_model": "x", "suffix": "natasha-prod-v1"}),
        ("premium model=x", PREMIUM | {"base_model": "x"}),
    ],
)  # fmt: skip
def test_words_are_understood(words: str, changes: dict[str, object]):
    """Without a remark."""
    found = read(words)

    assert found.parameters == replace(DEFAULTS, **changes)  # type: ignore[arg-type]
    assert list(found.remarks) == []


@pytest.mark.parametrize("language", [RU, EN])
def test_labels_of_buttons_are_words(language):
    """Who reads a button may type what it says."""
    for preset in ("quick", "production", "premium"):
        label = language.plain(f"button_preset_{preset}")

        assert read(label) == read(preset)


@pytest.mark.parametrize(
    ("words", "changes", "expected"),
    [
        ("colour=red epochs=2", {"n_epochs": 2}, [(RemarkKind.UNKNOWN, "colour=red")]),
        ("colour= red epochs=2", {"n_epochs": 2}, [(RemarkKind.UNKNOWN, "colour= red")]),
        ("bogus", {}, [(RemarkKind.UNKNOWN, "bogus")]),
        ("--what 5", {}, [(RemarkKind.UNKNOWN, "--what 5")]),
        ("batch 8 lr=0.2", {"learning_rate_multiplier": 0.2}, [(RemarkKind.UNKNOWN, "batch 8")]),
        ("batch_size=8", {}, [(RemarkKind.UNKNOWN, "batch_size=8")]),
        ("8 примеров", {}, [(RemarkKind.UNKNOWN, "8 примеров")]),
        ("пожалуйста 5 эпох", {"n_epochs": 5}, [(RemarkKind.UNKNOWN, "пожалуйста")]),
        ("🌲🌲 epochs=2", {"n_epochs": 2}, [(RemarkKind.UNKNOWN, "🌲🌲")]),
        ("=5", {}, [(RemarkKind.UNKNOWN, "=5")]),
        ("--", {}, [(RemarkKind.UNKNOWN, "--")]),
        ("пять эпох", {}, [(RemarkKind.UNKNOWN, "пять эпох")]),
        ("2-4 эпохи lr=0.2", {"learning_rate_multiplier": 0.2},
         [(RemarkKind.UNKNOWN, "2-4 эпохи")]),
        ("please epochs 5", {"n_epochs": 5}, [(RemarkKind.UNKNOWN, "please")]),
        # Numbers with several meanings, or none
        ("64", {}, [(RemarkKind.UNCLEAR, "64")]),
        ("0", {}, [(RemarkKind.UNCLEAR, "0")]),
        ("lr 0, 05", {}, [(RemarkKind.REFUSED, "lr=0"), (RemarkKind.UNCLEAR, "05")]),
        ("-5", {}, [(RemarkKind.UNCLEAR, "-5")]),
        ("4.1", {}, [(RemarkKind.UNCLEAR, "4.1")]),
        ("5 6", {"n_epochs": 5}, [(RemarkKind.UNCLEAR, "6")]),
        ("epochs=5 6", {"n_epochs": 5}, [(RemarkKind.UNCLEAR, "6")]),
        # Contradictions: the last word counts, and that is said
        ("epochs=5 epochs=6", {"n_epochs": 6}, [(RemarkKind.TWICE, "epochs=5")]),
        ("5 эпохи=6", {"n_epochs": 6}, [(RemarkKind.TWICE, "5")]),
        ("premium quick", QUICK, [(RemarkKind.TWICE, "premium")]),
        ("epochs=5 эпох 5", {"n_epochs": 5}, []),
        # Slips
        ("qick", QUICK, [(RemarkKind.GUESSED, "qick")]),
        ("премум", PREMIUM, [(RemarkKind.GUESSED, "премум")]),
        ("epohs=4", {"n_epochs": 4}, [(RemarkKind.GUESSED, "epohs")]),
        # Names without a value
        ("suffix=", {}, [(RemarkKind.EMPTY, "suffix=")]),
        ("--suffix --model y", {"base_model": "y"}, [(RemarkKind.EMPTY, "--suffix")]),
        ("model=", {}, [(RemarkKind.EMPTY, "model=")]),
        # Values that can't be
        ("epochs=99 lr=0.2", {"learning_rate_multiplier": 0.2},
         [(RemarkKind.REFUSED, "epochs=99")]),
        ("epochs=5 epochs=99", {"n_epochs": 5}, [(RemarkKind.REFUSED, "epochs=99")]),
        ("method=better 5", {"n_epochs": 5}, [(RemarkKind.REFUSED, "method=better")]),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named_beside_what_is(words: str, changes, expected):
    assert read(words).parameters == replace(DEFAULTS, **changes)
    assert remarks(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "epochs=", "--epochs", "epochs=three", "epochs=-1", "epochs=3.5", "epochs=99999999999",
        "epochs=٣", "learning-rate=", "learning-rate=fast", "learning-rate=0",
        "learning-rate=-1", "learning-rate=nan", "lr=inf", "эпохи=много",
    ],
)  # fmt: skip
def test_values_that_cant_be_are_named_with_what_can(words: str):
    """And the plan keeps the value that it had."""
    assert read(words).parameters == DEFAULTS
    assert [kind for kind, _ in remarks(words)] == [RemarkKind.REFUSED]
    assert "не подходит. Можно" in said(words)


def test_name_that_the_provider_refuses_is_told_with_its_rule():
    """Beside a plan with the rest."""
    assert "слишком длинное: знаков 65, а провайдер берёт до 64" in said(f"suffix={'s' * 65}")

    found = read("suffix=natasha.v1 epochs=2", AZURE)
    assert found.parameters == replace(DEFAULTS, n_epochs=2)
    assert [remark.kind for remark in found.remarks] == [RemarkKind.REFUSED]


def test_remarks_say_the_words_and_the_right_form():
    text = said("colour=red epochs=2 qick")

    assert text.splitlines() == [
        "⚠️ Не поняла «colour=red».",
        "«qick» поняла как «quick».",
        f"Как писать: {USAGE}",
        "",
        "План",
    ]
    assert said("epochs=2") == "План"


@pytest.mark.parametrize(
    "words",
    [
        "<b>жирно</b> &amp; 5",
        "=".join("абвгд" * 300),
        " ".join(f"слово{n}" for n in range(900)),
        " ".join(f"epochs={'9' * 90}" for _ in range(30)),
        f"suffix={'🌲' * 2000}",
        "{word} %s {0}=1",
        '" «', "' ' \" =",
    ],
)  # fmt: skip
def test_any_words_fit_into_a_message(words: str):
    """Long ones are cut, many are counted, and nothing of them is markup."""
    text = said(words)

    assert text.endswith("План")
    assert len(text) < 1500
    if "жирно" in words:
        assert "«<b>жирно</b>»" in text
