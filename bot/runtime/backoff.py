"""Growing pauses between tries."""

import math
from collections.abc import Iterator


def backoff(first_s: float, longest_s: float = math.inf) -> Iterator[float]:
    """The pauses, in seconds: each is twice as long as the one before, up to *longest_s*."""
    pause_s = first_s
    while True:
        yield pause_s
        pause_s = min(pause_s * 2, longest_s)
