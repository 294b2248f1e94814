"""What people write when they are in danger is recognised; everyday speech is let be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.safety.danger import danger_in
from bot.safety.entities import Danger, DangerKind, Grade
from tests.safety.figures import DEVELOPMENT, LEARNT, UNSEEN, Line, lines_of, share
from tests.safety.weigh import learn, text_of


@pytest.mark.parametrize("language", ["ru", "en"])
def test_danger_is_found_and_everyday_speech_is_let_be(language):
    """The aim of docs/safety.md, on the table that the rules were written by."""
    lines = [line for line in lines_of(DEVELOPMENT) if line.language == language]

    assert share(line for line in lines if line.is_danger) >= 0.95
    assert share(line for line in lines if not line.is_danger) <= 0.03


def test_lines_that_nobody_learnt_from_are_found_as_often_as_the_paper_says():
    """docs/safety.md has the figures, and says that they just miss the aim: 95 and 3 percent."""
    lines = lines_of(UNSEEN)

    assert share(line for line in lines if line.is_danger) >= 0.93
    assert share(line for line in lines if not line.is_danger) <= 0.055


def test_unseen_lines_are_unseen():
    learnt = {line.text for table in LEARNT for line in lines_of(table)}

    assert learnt.isdisjoint(line.text for line in lines_of(UNSEEN))


def test_a_worrying_text_without_a_sign_brings_a_card_too():
    """No sign knows these words; the weights of their pieces speak for danger."""
    found = danger_in("если он узнает что я тебе пишу мне хана")

    assert found == Danger(DangerKind.UNNAMED, Grade.SERIOUS)


def test_weights_are_those_of_the_tables():
    """Whoever changes a table runs `python -m tests.safety.weigh`: a small one shows how."""
    danger = [Line(f"мне страшно {n}", "suicide", "ru") for n in range(6)]
    calm = [Line(f"мне весело {n}", "none", "ru") for n in range(6)]

    weights, bias = learn([*danger, *calm])

    assert weights["страш "] > 0 > weights["весел "]
    assert text_of(weights, bias).splitlines()[1:]


@pytest.mark.parametrize("kind", [kind for kind in DangerKind if kind != DangerKind.UNNAMED])
def test_the_development_table_has_every_kind(kind):
    lines = [line for line in lines_of(DEVELOPMENT) if line.kind == kind]

    assert {line.language for line in lines} == {"ru", "en"}
    assert share(lines) >= 0.95


@pytest.mark.parametrize(
    ("text", "kind", "grade"),
    [
        ("не хочу жить", DangerKind.SUICIDE, Grade.SERIOUS),
        ("всем будет лучше без меня", DangerKind.SUICIDE, Grade.SERIOUS),
        ("накопила снотворное, хватит", DangerKind.SUICIDE, Grade.ACUTE),
        ("прощайте, не ищите меня", DangerKind.SUICIDE, Grade.ACUTE),
        ("режу руки, когда плохо", DangerKind.SELF_HARM, Grade.SERIOUS),
        ("подруга наглоталась таблеток", DangerKind.OVERDOSE, Grade.ACUTE),
        ("муж вчера избил меня", DangerKind.VIOLENCE, Grade.SERIOUS),
        ("муж меня бьёт и сейчас придёт", DangerKind.VIOLENCE, Grade.ACUTE),
        ("воспитательница бьёт детей в саду", DangerKind.CHILD, Grade.SERIOUS),
        ("я его убью, нож уже взял", DangerKind.OTHERS, Grade.ACUTE),
        ("у мамы перекосило лицо", DangerKind.MEDICAL, Grade.ACUTE),
        ("слышу голоса в голове", DangerKind.PSYCHOSIS, Grade.SERIOUS),
        ("голоса приказывают мне прыгнуть", DangerKind.PSYCHOSIS, Grade.ACUTE),
        ("вызываю рвоту после еды", DangerKind.STARVING, Grade.SERIOUS),
        ("I don't want to live anymore", DangerKind.SUICIDE, Grade.SERIOUS),
        ("I have been saving up my pills", DangerKind.SUICIDE, Grade.ACUTE),
        ("I took a whole bottle of Tylenol", DangerKind.OVERDOSE, Grade.ACUTE),
        ("my husband hits me", DangerKind.VIOLENCE, Grade.SERIOUS),
        ("he isn't breathing", DangerKind.MEDICAL, Grade.ACUTE),
    ],
)
def test_a_sign_says_what_it_is_and_how_soon_help_is_needed(text, kind, grade):
    assert danger_in(text) == Danger(kind, grade)


def test_the_gravest_sign_counts():
    """Self-harm of the past and an overdose of this evening: it is the overdose that matters."""
    found = danger_in("Режу себя уже год. А сегодня выпила две пачки парацетамола.")

    assert found == Danger(DangerKind.OVERDOSE, Grade.ACUTE)


@pytest.mark.parametrize(
    "text",
    [
        "НЕ ХОЧУ ЖИТЬ",
        "нехочу жыть",
        "хочу умиреть",
        "умереть хочеться",
        "не хочу   ж и т ь",
        "у м е р е т ь  х о ч у",
        "н.е х.о.ч.у ж.и.т.ь",
        "хочу у*м*е*р*е*т*ь",
        "хочу сд*хнуть",
        "He xoчy жить",
        "не\u200b хо\u00adчу жи\u0301ть",
        "не хочууу жиииить",
        "ne hochu zhit",
        "ya ne xochu bolshe jit",
        "i wanna d1e",
        "I don’t want to live",
        "ｉ ｗａｎｔ ｔｏ ｄｉｅ",
    ],
)
def test_slips_and_disguises_hide_nothing(text):
    assert danger_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "умираю со смеху",
        "не хочу жить с мамой",
        "режу овощи",
        "купил верёвку для качелей",
        "убить готова за шоколадку",
        "смертельно устал",
        "босс меня убьёт",
        "в прошлой жизни меня казнили",
        "приснилось, что меня душат",
        "выпила таблетку от головы",
        "I'm dying of laughter",
        "this homework is killing me",
        "I beat my dad at chess",
    ],
)
def test_figures_of_speech_bring_nothing(text):
    assert danger_in(text) is None


@given(some.text(max_size=300))
def test_rubble_raises_nothing(text):
    danger_in(text)


@given(
    some.lists(
        some.sampled_from(
            [
                "не",
                "хочу",
                "жить",
                "убью",
                "таблетки",
                ".",
                "*",
                "а",
                "i",
                "want",
                "to",
                "die",
                "\u200b",
                "1",
                "",
            ]
        )
    )
)
def test_words_of_danger_in_any_order_raise_nothing(words):
    danger_in(" ".join(words))


HOSTILE = [
    "не хочу ",
    "не хочу жить ",
    "i want to die ",
    "a ",
    "а б в г ",
    "н.е ",
    "ааа",
    "*.-",
    "не",
    "\n.",
    "1a",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece):
    """Sixteen times the text takes at most about sixteen times as long, whatever it repeats."""
    danger_in(piece)
    short, long = (cpu_seconds((piece * size)[:size]) for size in (4_096, 65_536))

    assert long < max(40 * short, 0.2)


def cpu_seconds(text: str) -> float:
    """The quickest of three tries: what other processes do is not counted."""
    times = []
    for _ in range(3):
        began = time.process_time()
        danger_in(text)
        times.append(time.process_time() - began)
    return min(times)
