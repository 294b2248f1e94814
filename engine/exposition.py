"""Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/ (looked up 2026-12-01). The library
prometheus_client would do it too, but would be the engine's only need of it: four kinds of lines do
not outweigh a package in each install. The tests read what is written here with its parser.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 6000.0)
"""Upper bounds of a histogram's buckets, in seconds."""
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})

Labels = tuple[tuple[str, str], ...]
"""Names and values."""
NONE: Labels = ()


class Histogram:
    """How many durations there were up to each bound."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self._sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count a duration; one that a clock set back has made negative counts as 0."""
        seconds = max(0.0, seconds)
        self._counts[bisect_left(BOUNDS_S, seconds)] += 1
        self._sum_s += seconds

    def samples(self, name: str, labels: Labels) -> Iterator[str]:
        """Its lines."""
        total = 0
        for bound, count in zip((*BOUNDS_S, "+Inf"), self._counts, strict=True):
            total += count
            yield _sample(f"{name}_bucket", (*labels, ("le", str(bound))), total)
        yield _sample(f"{name}_sum", labels, self._sum_s)
        yield _sample(f"{name}_count", labels, total)


Samples = Mapping[Labels, float] | Mapping[Labels, Histogram]
"""Values by labels; where there are none, by `NONE`."""


def family(name: str, kind: str, text: str, samples: Samples) -> str:
    """The lines of a metric.

    Args:
        name: With its unit, without the prefix `engine_`.
        kind: counter, gauge or histogram.
        text: What it tells, in one line.
        samples: What it is now.
    """
    name = f"engine_{name}"
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in samples.items():
        if isinstance(value, Histogram):
            lines += value.samples(name, labels)
        else:
            lines.append(_sample(name, labels, value))
    return "\n".join(lines) + "\n"


def _sample(name: str, labels: Labels, value: float) -> str:
    words = ",".join(f'{label}="{text.translate(_ESCAPED)}"' for label, text in labels)
    return f"{name}{{{words}}} {value}" if words else f"{name} {value}"
