"""Little is told: what stands, once, and one line when all is well again."""

from collections.abc import Sequence

from bot.heart.facts import Problem
from bot.heart.telling import AGAIN_S, Streak, Telling

DISK, HELD, SILENCE = Problem.DISK, Problem.HELD, Problem.SILENCE


class Looks:
    """A look each minute; what was told of it, with "well" for the end."""

    def __init__(self) -> None:
        self.telling, self.now = Telling(), 0.0

    def see(self, *problems: Problem) -> list[str]:
        self.now += 60
        told: Sequence[str] = self.telling.news(problems, self.now)
        return [*told, *(["well"] if self.telling.is_well_again(problems) else [])]


def test_what_two_looks_find_is_told_once():
    looks = Looks()

    assert [looks.see(DISK) for _ in range(200)] == [[], [DISK], *[[]] * 198]


def test_what_is_over_at_the_next_look_is_not_told():
    looks = Looks()

    assert [looks.see(*found) for found in ([DISK], [], [DISK], [], [])] == [[]] * 5


def test_all_is_well_when_nothing_that_was_told_stands():
    looks = Looks()
    looks.see(DISK)
    looks.see(DISK, HELD)
    looks.see(DISK, HELD)

    assert [looks.see(HELD), looks.see(HELD)] == [[], []]
    assert [looks.see(SILENCE), looks.see(SILENCE), looks.see()] == [[], ["well"], []]


def test_what_comes_and_goes_is_told_once_an_hour():
    looks = Looks()
    hours = 5
    told = []
    for _ in range(int(hours * AGAIN_S / 60 / 4)):
        told += looks.see(DISK) + looks.see(DISK) + looks.see() + looks.see()

    assert told == [DISK, "well"] * hours


def test_what_nobody_can_be_told_is_not_told():
    looks = Looks()

    assert [looks.see(SILENCE, Problem.TICKS) for _ in range(3)] == [[], [], []]


def test_a_streak_begins_anew_with_something_else():
    streak = Streak()

    assert [streak.seconds(7, now) for now in (10, 20, 700)] == [0, 10, 690]
    assert [streak.seconds(8, 710), streak.seconds(0, 720), streak.seconds(0, 730)] == [0, 0, 0]
    assert [streak.seconds(8, 740), streak.seconds(8, 745)] == [0, 5]
