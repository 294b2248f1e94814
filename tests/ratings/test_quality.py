"""Shares, their intervals, and what may be concluded of them."""

import pytest

from bot.domain.models import ServedModel
from bot.ratings.quality import ModelQuality, Share, ShareChange, Trend, best, wilson


@pytest.mark.parametrize(
    ("n_good", "n", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 1, 0.0, 0.7935),
        (1, 1, 0.2065, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (26, 32, 0.6469, 0.9111),
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (10**12, 10**12, 1.0, 1.0),
    ],
)
def test_wilson_is_honest_for_few_none_and_all(n_good: int, n: int, low: float, high: float):
    assert wilson(n_good, n) == pytest.approx((low, high), abs=0.00006)


def test_intervals_stay_between_none_and_all():
    found = [wilson(n_good, n) for n in range(60) for n_good in range(n + 1)]

    assert all(0 <= low <= high <= 1 for low, high in found)


def quality(number: int, n_good: int, n: int) -> ModelQuality:
    model = ServedModel(id=number, name=f"m{number}", system_prompt="", job_id=None, added_at=1)
    share = Share(n_good=n_good, n=n)
    return ModelQuality(model=model, share=share, trend=None, n_corrections=0)


def test_nothing_is_claimed_while_intervals_overlap():
    assert best([]) is None
    assert best([quality(1, 5, 5)]) is None
    assert best([quality(1, 5, 5), quality(2, 0, 0), quality(3, 0, 1)]) is None
    assert best([quality(1, 26, 32), quality(2, 40, 61)]) is None


def test_the_better_one_is_named_with_those_that_it_beats():
    """Whatever comes first; a model that was hardly rated is neither better nor worse."""
    good, poor, fair, new = (
        quality(1, 95, 100), quality(2, 20, 100), quality(3, 90, 100), quality(4, 1, 1)
    )  # fmt: skip

    assert best([poor, new, fair, good]) == (good, [poor])


@pytest.mark.parametrize(
    ("before", "lately", "change"),
    [
        ((10, 40), (38, 40), ShareChange.UP),
        ((38, 40), (10, 40), ShareChange.DOWN),
        ((30, 40), (33, 40), ShareChange.UNCLEAR),
        ((20, 20), (20, 20), ShareChange.UNCLEAR),
    ],
)
def test_a_trend_says_what_the_intervals_allow(
    before: tuple[int, int], lately: tuple[int, int], change: ShareChange
):
    trend = Trend(
        before=Share(n_good=before[0], n=before[1]), lately=Share(n_good=lately[0], n=lately[1])
    )

    assert trend.change is change
