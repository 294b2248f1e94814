"""The record of every Bot API call."""

from dataclasses import dataclass
from typing import Any

from sandbox.shapes import Json
from sandbox.signals import Closing

KEPT = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call and its answer."""

    n: int
    """The number of the call, from 1, in the order of the answers."""
    at: float
    """When the request arrived, Unix seconds."""
    bot_id: int
    method: str
    params: Json
    status: int
    """The HTTP status; 0 when the connection was dropped."""
    response: Any
    """The answer; for `drop_after`, the answer that was not sent."""

    def as_json(self) -> Json:
        """As the sandbox's own API shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


class CallLog:
    """The newest `KEPT` calls."""

    def __init__(self, closing: Closing) -> None:
        self._calls: list[RecordedCall] = []
        self.last = 0
        """The number of the newest call; 0 before the first."""
        self.changed = closing.signal()

    def add(self, call: RecordedCall) -> None:
        """Record one call, numbered `last + 1`."""
        self.last = call.n
        self._calls.append(call)
        if len(self._calls) >= KEPT + KEPT // 10:
            del self._calls[: len(self._calls) - KEPT]
        self.changed.notify()

    def after(self, number: int, method: str | None = None) -> list[RecordedCall]:
        """Calls after *number*; of any method for None."""
        first = self.last - len(self._calls) + 1
        calls = self._calls[max(0, number + 1 - first) :]
        return [call for call in calls if method is None or call.method == method]
