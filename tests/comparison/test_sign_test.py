"""How many votes are enough: rarely wrong however often one looks, and quick where it is plain."""

import itertools
import random

import pytest

from bot.comparison.sign_test import ALPHA, SURE_ALPHA, boundaries, is_clear

PLANS = [(10, 10), (20, 20), (50, 50), (100, 100), (20, 100), (50, 100), (100, 200)]
RUNS = 4000


def outcome(
    coins: random.Random, plan: tuple[int, int], *, chance: float, ties: float = 0.0
) -> int:
    """1 or -1 where a comparison ends with the right or the wrong model, else 0.

    As the bot does it: a look after every vote; prolonged whenever no difference was seen.
    """
    n_first, n_all = plan
    better = worse = 0
    for n in range(1, n_all + 1):
        if coins.random() >= ties:
            is_better = coins.random() < chance
            better, worse = better + is_better, worse + (not is_better)
        wanted = n_first if n <= n_first else n_all
        if is_clear(better, worse, n_first=n_first, n_all=wanted):
            return 1 if better > worse else -1
    return 0


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("ties", [0.0, 0.3])
def test_equal_models_are_seldom_told_apart(plan: tuple[int, int], ties: float):
    """In 4000 comparisons of a model with itself, by a fixed seed, not in more than 5 %."""
    coins = random.Random(1911)

    n_false = sum(outcome(coins, plan, chance=0.5, ties=ties) != 0 for _ in range(RUNS))

    assert n_false / RUNS <= ALPHA


def test_looking_at_a_usual_test_after_every_vote_would_be_wrong_often():
    """That the simulation can fail: a two-sided sign test of 5 %, asked after every vote."""
    coins = random.Random(1911)
    n_false = 0
    for _ in range(RUNS // 4):
        heads = 0
        for n in range(1, 51):
            heads += coins.random() < 0.5
            n_false_before = n_false
            n_false += n >= 6 and abs(2 * heads - n) > 1.96 * n**0.5
            if n_false > n_false_before:
                break

    assert n_false / (RUNS // 4) > 3 * ALPHA


@pytest.mark.parametrize(
    ("plan", "chance", "least"), [((50, 50), 0.75, 0.9), ((100, 100), 0.7, 0.95)]
)
def test_a_plain_difference_is_found(plan: tuple[int, int], chance: float, least: float):
    coins = random.Random(7)

    found = [outcome(coins, plan, chance=chance) for _ in range(1000)]

    assert found.count(1) / 1000 >= least
    assert found.count(-1) <= 1


@pytest.mark.parametrize("plan", [(6, 6), (10, 10), (12, 12), (5, 12)])
@pytest.mark.parametrize("alpha", [ALPHA, 0.2])
def test_the_error_is_exact(plan: tuple[int, int], alpha: float):
    """Over every possible order of votes of equal models, counted one by one."""
    n_first, n_all = plan
    needed = boundaries(n_first, n_all, alpha)

    def is_false(votes: tuple[int, ...]) -> bool:
        wins = list(itertools.accumulate(votes))
        return any(max(w, n - w) >= needed[n] for n, w in enumerate(wins, start=1))

    n_false = sum(map(is_false, itertools.product((0, 1), repeat=n_all)))

    assert 0 < n_false / 2**n_all <= alpha


@pytest.mark.parametrize(
    ("better", "worse", "plan", "is_enough"),
    [
        (0, 0, (50, 50), False),
        (11, 0, (50, 50), False),
        (12, 0, (50, 50), True),
        (0, 12, (50, 50), True),
        (17, 3, (50, 50), False),
        (18, 2, (50, 50), True),
        (33, 17, (50, 50), False),
        (34, 16, (50, 50), True),
        (61, 39, (100, 100), False),
        (62, 38, (100, 100), True),
        (62, 38, (50, 100), False),
        (63, 37, (50, 100), True),
        (9, 0, (20, 20), False),
        (10, 0, (20, 20), True),
    ],
)
def test_so_many_votes_are_enough(better: int, worse: int, plan: tuple[int, int], is_enough: bool):
    n_first, n_all = plan

    assert is_clear(better, worse, n_first=n_first, n_all=n_all) is is_enough


@pytest.mark.parametrize("plan", PLANS)
def test_a_prolongation_takes_nothing_back(plan: tuple[int, int]):
    """What was seen within the votes that were wanted at first is judged alike with more."""
    n_first, n_all = plan

    short, long = (boundaries(n_first, n, ALPHA) for n in (n_first, n_all))

    assert long[: n_first + 1] == short


@pytest.mark.parametrize("plan", PLANS)
def test_being_sure_takes_more(plan: tuple[int, int]):
    likely, sure = (boundaries(*plan, alpha) for alpha in (ALPHA, SURE_ALPHA))

    assert all(more >= less for less, more in zip(likely, sure, strict=True))
    assert sure != likely
