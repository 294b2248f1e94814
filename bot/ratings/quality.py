"""Which model people like better, and how sure that is."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.models import ServedModel
from bot.ratings.store import RatingCounts, RatingStore

Z: Final = 1.959964
"""Standard deviations on either side that hold 95 % of a normal distribution."""
LATELY_S: Final = 7 * 86_400
ENOUGH_TO_JUDGE: Final = 20
"""Ratings from which on a share is shown, and models are told apart."""
ENOUGH: Final = 10
"""A trend needs so many ratings both in the last days and in the time before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of some rated answers are good."""

    n_good: int
    n: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0: no ratings."""
        return self.n_good / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The range, from 0 to 1, that holds the true share with a confidence of 95 %."""
        return wilson(self.n_good, self.n)

    def is_clearly_above(self, other: "Share") -> bool:
        """Whether the two intervals do not even touch, which is a rather too careful test."""
        return self.interval[0] > other.interval[1]


class ShareChange(StrEnum):
    """How a share moved."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The last days against the time before."""

    before: Share
    lately: Share

    @property
    def change(self) -> ShareChange:
        """How the share moved, as far as the intervals show it."""
        if self.lately.is_clearly_above(self.before):
            return ShareChange.UP
        if self.before.is_clearly_above(self.lately):
            return ShareChange.DOWN
        return ShareChange.UNCLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuality:
    """What people say of one model."""

    model: ServedModel
    share: Share
    trend: Trend | None
    """None: too few ratings to compare."""
    n_corrections: int

    @property
    def n_bad(self) -> int:
        """Answers that are not good."""
        return self.share.n - self.share.n_good


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Counts all ratings whenever an admin asks."""

    ratings: RatingStore

    async def overview(self) -> Sequence[ModelQuality]:
        """Every model with ratings or corrections, the newest first."""
        since = int(time.time()) - LATELY_S
        return [_quality_of(tally) for tally in await self.ratings.tallies(since=since)]

    async def shares(self) -> Mapping[int, Share]:
        """By the id of the model; only of those that were rated."""
        return {each.model.id: each.share for each in await self.overview() if each.share.n}

    async def of_model(self, model_id: int) -> ModelQuality | None:
        """What people say of that model; None: it has no ratings or corrections."""
        return next((each for each in await self.overview() if each.model.id == model_id), None)


def best(models: Sequence[ModelQuality]) -> tuple[ModelQuality, Sequence[ModelQuality]] | None:
    """The best model and those that it is clearly above; None: no difference is clear."""
    if not models:
        return None
    first = max(models, key=lambda each: each.share.interval[0])
    others = [each for each in models if first.share.is_clearly_above(each.share)]
    return (first, others) if others else None


def wilson(n_good: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share, from 0 to 1; it also holds for few, none and all.

    Wilson (1927), https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval
    """
    if not n:
        return 0.0, 1.0
    share, weight = n_good / n, Z * Z / n
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _quality_of(tally: RatingCounts) -> ModelQuality:
    lately = _share(tally.n_good_lately, tally.n_bad_lately)
    before = _share(tally.n_good - tally.n_good_lately, tally.n_bad - tally.n_bad_lately)
    is_enough = min(before.n, lately.n) >= ENOUGH
    return ModelQuality(
        model=tally.model,
        share=_share(tally.n_good, tally.n_bad),
        trend=Trend(before=before, lately=lately) if is_enough else None,
        n_corrections=tally.n_corrections,
    )


def _share(n_good: int, n_bad: int) -> Share:
    return Share(n_good=n_good, n=n_good + n_bad)
