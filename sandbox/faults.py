"""Faults on order: what tests ask the sandbox to do to coming calls."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Refused
from sandbox.shapes import Json

KINDS = {
    "retry_after": "seconds",
    "status": "status",
    "bad_gateway_html": None,
    "drop_before": None,
    "drop_after": None,
    "hold": "seconds",
    "hold_after": "seconds",
}
"""The kinds of fault, each with the name of the number that it needs."""


@dataclass(slots=True)
class Fault:
    """One order: the next *times* matching calls after the first *after* ones."""

    id: int
    kind: str
    method: str
    chat_id: int | None
    bot_id: int | None
    times: int
    after: int
    values: Json = field(default_factory=dict)

    def number(self, name: str, default: float = 0) -> float:
        """One of the numbers that came with the order."""
        return float(self.values.get(name, default))

    def matches(self, method: str, bot_id: int, chat_id: object) -> bool:
        """Whether the order speaks of this call."""
        return (
            self.times > 0
            and self.method in ("*", method.lower())
            and self.chat_id in (None, chat_id)
            and self.bot_id in (None, bot_id)
        )

    def as_json(self) -> Json:
        """As the sandbox's own API shows it, with what is left of it."""
        shown = {"id": self.id, "kind": self.kind, "method": self.method, "times": self.times}
        shown |= {"after": self.after, **self.values}
        shown |= {"chat_id": self.chat_id} if self.chat_id is not None else {}
        return shown | ({"bot_id": self.bot_id} if self.bot_id is not None else {})


class Faults:
    """The orders that stand."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def order(self, raw: Json) -> Fault:
        """Take an order.

        Raises:
            Refused: when it makes no sense.
        """
        kind, method = raw.get("kind"), raw.get("method")
        if kind not in KINDS:
            raise Refused(400, f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
        if not isinstance(method, str) or not method:
            raise Refused(400, 'method must be the name of a Bot API method, or "*"')
        needed = KINDS[kind]
        values: Json = {} if needed is None else {needed: _number(raw, needed)}
        if kind == "status" and not 500 <= values["status"] <= 599:
            raise Refused(400, "status must be between 500 and 599")
        self._last_id += 1
        fault = Fault(
            id=self._last_id,
            kind=kind,
            method=method.lower(),
            chat_id=_integer(raw, "chat_id", None),
            bot_id=_integer(raw, "bot_id", None),
            times=_integer(raw, "times", 1) or 0,
            after=_integer(raw, "after", 0) or 0,
            values=values,
        )
        self._faults.append(fault)
        return fault

    def take(self, method: str, bot_id: int, chat_id: object) -> Fault | None:
        """The fault that this call meets, if any; counts it off."""
        if not self._faults:
            return None
        for fault in self._faults:
            if fault.matches(method, bot_id, chat_id):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault
        return None

    def all(self) -> list[Fault]:
        """The orders that stand, oldest first."""
        return list(self._faults)

    def clear(self) -> None:
        """Forget them."""
        self._faults.clear()


def _number(raw: Json, name: str) -> float:
    value: Any = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Refused(400, f"{name} must be a number that is not negative")
    return value


def _integer(raw: Json, name: str, default: int | None) -> int | None:
    value = raw.get(name, default)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Refused(400, f"{name} must be a whole number")
    return value
