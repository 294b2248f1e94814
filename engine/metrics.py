"""What this run of the server has counted; a restart begins at 0, as Prometheus expects."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from starlette.types import Scope

from engine.exposition import Histogram, Labels

_OTHER = "other"
"""Stands for all paths without a route, and for methods that a route does not know."""


@dataclass(slots=True)
class Metrics:
    """Numbers for `/metrics`. Their labels are words of ours, never a client's."""

    requests: Counter[Labels] = field(default_factory=Counter)
    """By method, route (its template, without `/v1`) and status."""
    durations: defaultdict[Labels, Histogram] = field(
        default_factory=lambda: defaultdict(Histogram)
    )
    """Until the last byte, by method and route."""
    waits: Histogram = field(default_factory=Histogram)
    """How long jobs were queued."""
    tokens: Counter[str] = field(default_factory=Counter)
    """By `usage.Kind`."""
    n_running: int = 0
    """Answers under way whose first piece is there."""

    def add_request(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that is over; *scope* is what the routes have made of it."""
        route, method = scope.get("route"), scope["method"]
        path = f"{scope.get('root_path', '')}{route.path_format}" if route else _OTHER
        if route is None or method not in route.methods:
            method = _OTHER
        labels = (("method", method), ("route", path))
        self.requests[*labels, ("status", str(status))] += 1
        self.durations[labels].observe(seconds)
