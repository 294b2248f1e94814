"""Pauses grow, and only so far."""

from itertools import islice

from bot.runtime.backoff import backoff


def test_each_pause_is_twice_the_one_before_up_to_the_longest():
    assert list(islice(backoff(0.5, 3), 5)) == [0.5, 1, 2, 3, 3]
    assert list(islice(backoff(1), 5)) == [1, 2, 4, 8, 16]
