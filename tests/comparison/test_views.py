"""Two answers side by side that tell nothing of who gave them, and results in plain words."""

from dataclasses import replace

import pytest

from bot.comparison import views as compare
from bot.comparison.entities import Comparison, ComparisonEnding, Vote, Votes
from bot.comparison.results import ComparisonResult
from bot.delivery.screen import Screen
from bot.domain.models import ServedModel
from bot.texts import Texts
from tests.screens import EN, RU, buttons_of, shown

A = ServedModel(
    id=1, name="ft:gpt-4.1-mini:org:natasha-v1:AbC", system_prompt="", job_id=None, added_at=1
)
B = replace(A, id=2, name="ft:gpt-4.1-mini:org:natasha-v2:DeF")
RUNNING = Comparison(
    id=3, request_id=9, model_a=1, model_b=2, n_first=50, n_wanted=50, every=3, ending=None
)
FENCE = "```python\nprint('<b>')"


def standing(
    n_a: int,
    n_b: int,
    n_same: int = 0,
    *,
    ending: ComparisonEnding | None = None,
    a: ServedModel = A,
) -> ComparisonResult:
    votes = Votes(n_a=n_a, n_b=n_b, n_same=n_same, n_people=min(3, n_a + n_b))
    return ComparisonResult(comparison=replace(RUNNING, ending=ending), a=a, b=B, votes=votes)


def labels(screen: Screen) -> list[str]:
    return [button.text for row in screen.buttons for button in row]


# Two answers


def test_two_short_answers_are_one_message():
    (screen,) = compare.pair(RU, ["Лес **шумит**.", "Река течёт."], 77)

    assert shown(screen) == "1\nЛес шумит.\n\n2\nРека течёт."
    assert labels(screen) == ["1 лучше", "2 лучше", "Одинаково"]
    assert buttons_of(screen) == [f"comparison:vote_{vote}:77" for vote in Vote]
    bold = [screen.text[e["offset"] : e["offset"] + e["length"]] for e in screen.entities or []]
    assert bold == ["1", "шумит", "2"]


def test_formatting_of_one_answer_does_not_reach_the_other():
    """Not even code that is never closed."""
    (screen,) = compare.pair(RU, [FENCE, "**Река** 🌊 < и"], 77)

    assert shown(screen).endswith("2\nРека 🌊 < и")
    (code,) = [entity for entity in screen.entities or [] if entity["type"] == "pre"]
    assert (
        screen.text.encode("utf-16-le")[2 * (code["offset"] + code["length"]) :]
        .decode("utf-16-le")
        .startswith("\n\n2\n")
    )


@pytest.mark.parametrize("n", [2040, 2100, 5000])
def test_long_answers_are_messages_of_their_own(n: int):
    """None of them is cut off, and only the last one can be voted on."""
    answers = ["лес " * (n // 4), "река " * (n // 5)]

    screens = compare.pair(EN, answers, 77, Vote.SECOND)

    texts = [shown(screen) for screen in screens]
    assert next(text[:2] for text in texts if text[:2] in ("1\n", "2\n")) == "1\n"
    assert "".join(texts).count("лес") == n // 4
    assert "".join(texts).count("река") == n // 5
    if len(screens) > 1:
        assert any(text.startswith("2\n") for text in texts)
    assert [bool(screen.buttons) for screen in screens] == [False] * (len(screens) - 1) + [True]
    assert labels(screens[-1]) == ["1 is better", "2 is better ✓", "The same"]


@pytest.mark.parametrize("answer", ["**б** " * 80, FENCE * 900, "😊" * 4096, "a_b_c <&> [x](y"])
def test_any_answer_can_be_shown(answer: str):
    for screen in compare.pair(RU, [answer, answer], 77):
        shown(screen)


# What admins see


def test_a_running_comparison_does_not_tell_who_leads():
    """So that nobody stops it when it suits them; the result is one press away."""
    screen = compare.state(RU, standing(9, 2))

    assert "Голосов: 11 из 50" in shown(screen)
    assert "natasha-v1 и natasha-v2" in shown(screen)
    assert "каждый 3-й вопрос" in shown(screen)
    assert "За natasha" not in shown(screen)
    assert buttons_of(screen) == [
        "comparison:stop:3", "comparison:result:3", "comparison:every:3-1", "comparison:every:3-10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said", "buttons"),
    [
        (
            standing(16, 34, ending=ComparisonEnding.CLEAR),
            (
                "natasha-v2 лучше: 34 из 50, не считая ничьих.\n"
                "Одинаковые модели показали бы такую разницу реже чем в "
                "5\N{NO-BREAK SPACE}% сравнений."
            ),
            ["models:use:2"],
        ),
        (
            standing(12, 38, ending=ComparisonEnding.CLEAR),
            (
                "natasha-v2 лучше: 38 из 50, не считая ничьих.\n"
                "Одинаковые модели показали бы такую разницу реже чем в "
                "1\N{NO-BREAK SPACE}% сравнений."
            ),
            ["models:use:2"],
        ),
        (
            standing(22, 20, 8, ending=ComparisonEnding.ENOUGH),
            "Разницы не видно.",
            ["comparison:longer:3"],
        ),
        (standing(0, 0, ending=ComparisonEnding.STOPPED), "Остановлено", ["comparison:longer:3"]),
        (standing(5, 4, ending=ComparisonEnding.GONE), "Сравнение прервано", []),
        (standing(5, 4), "Пока ничего не ясно", ["comparison:stop:3"]),
    ],
)
def test_result_is_a_plain_sentence(found: ComparisonResult, said: str, buttons: list[str]):
    screen = compare.result(RU, found)

    assert said in shown(screen)
    assert buttons_of(screen) == buttons
    shown(compare.result(EN, found))


def test_result_has_its_interval():
    text = shown(compare.result(RU, standing(34, 16, 3, ending=ComparisonEnding.CLEAR)))

    assert "За natasha-v1: 34 · за natasha-v2: 16 · одинаково: 3" in text
    assert (
        "Доля natasha-v1 без ничьих: 68\N{NO-BREAK SPACE}%, вероятно от 54 до 79\N{NO-BREAK SPACE}%"
        in text
    )
    assert "Голосов: 53 из 50 · голосовали: 3" in text


def test_the_better_model_is_not_put_to_use_twice():
    assert (
        buttons_of(
            compare.result(RU, standing(16, 34, ending=ComparisonEnding.CLEAR), is_used=True)
        )
        == []
    )


@pytest.mark.parametrize("texts", [RU, EN])
def test_models_of_one_title_are_told_apart(texts: Texts):
    screen = compare.state(texts, standing(0, 0, a=replace(B, id=1)))

    assert "natasha-v2 (#1)" in shown(screen)
    assert "natasha-v2 (#2)" in shown(screen)


@pytest.mark.parametrize("texts", [RU, EN])
def test_models_are_chosen_by_buttons(texts: Texts):
    long = replace(A, id=10**12, name="ж" * 300)
    models = [A, B, *(replace(long, id=long.id + n) for n in range(18))]

    first = compare.pick(texts, models, None)
    second = compare.pick(texts, models[1:], A)
    votes = compare.pick_votes(texts, A, long)

    shown(first)
    shown(second)
    shown(votes)
    assert buttons_of(first)[0] == "comparison:first:1"
    assert buttons_of(second)[0] == "comparison:second:1-2"
    assert buttons_of(votes)[0] == f"comparison:start:1-{10**12}-20"
    assert buttons_of(compare.pick(texts, [A], None)) == []
    assert buttons_of(compare.pick(texts, [B], A)) == ["comparison:second:1-2"]
