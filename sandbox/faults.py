"""Faults that tests order for later calls."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.asking import amount, identifier
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
    "odd_result": None,
}
"""The kinds of fault; the value is the name of the number that the kind needs."""


@dataclass(frozen=True, slots=True)
class OddAnswer:
    """An answer that Telegram would not give."""

    body: str
    content_type: str
    status: int
    executed: bool
    """Whether the call does its work before."""


@dataclass(slots=True)
class Fault:
    """One order. It skips `after` matching calls and then affects the next `times` ones."""

    id: int
    kind: str
    method: str
    chat_id: int | None
    bot_id: int | None
    times: int
    after: int
    number: float
    """The number that its kind needs; 0 for the others."""
    odd: "OddAnswer | None" = None
    """The answer of an `odd_result`."""

    def matches(self, method: str, bot_id: int, chat_id: object) -> bool:
        """Whether the order is about this call."""
        return (
            self.times > 0
            and self.method in ("*", method.lower())
            and self.chat_id in (None, chat_id)
            and self.bot_id in (None, bot_id)
        )

    def as_json(self) -> Json:
        """As the sandbox's own API shows it, with what is left of it."""
        shown = asdict(self)
        number, odd = shown.pop("number"), shown.pop("odd")
        shown |= odd or {}
        if needed := KINDS[self.kind]:
            shown[needed] = number
        return {key: value for key, value in shown.items() if value is not None}


class Faults:
    """All orders that still have calls to affect."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def order(self, raw: Json) -> Fault:
        """Add an order; raises `Refused` for an invalid one."""
        kind, method = raw.get("kind"), raw.get("method")
        if kind not in KINDS:
            raise Refused(400, f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
        if not isinstance(method, str) or not method:
            raise Refused(400, 'method must be the name of a Bot API method, or "*"')
        needed = KINDS[kind]
        number = 0 if needed is None else amount(raw, needed)
        if kind == "status" and not 500 <= number <= 599:
            raise Refused(400, "status must be between 500 and 599")
        self._last_id += 1
        fault = Fault(
            id=self._last_id,
            kind=kind,
            method=method.lower(),
            chat_id=identifier(raw, "chat_id"),
            bot_id=identifier(raw, "bot_id"),
            times=identifier(raw, "times", 1) or 0,
            after=identifier(raw, "after", 0) or 0,
            number=number,
            odd=_odd_answer(raw) if kind == "odd_result" else None,
        )
        self._faults.append(fault)
        return fault

    def take(self, method: str, bot_id: int, chat_id: object) -> Fault | None:
        """The fault for this call, if any; counts the call."""
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
        """The orders, oldest first."""
        return list(self._faults)

    def clear(self) -> None:
        """Remove all orders."""
        self._faults.clear()


def _odd_answer(raw: Json) -> OddAnswer:
    if ("body" in raw) == ("result" in raw):
        raise Refused(400, "an odd_result needs either result (any JSON) or body (a string)")
    body: Any = raw.get("body", json.dumps({"ok": True, "result": raw.get("result")}))
    if not isinstance(body, str):
        raise Refused(400, "body must be a string")
    status, executed = identifier(raw, "status", 200), raw.get("executed", True)
    if status is None or not 200 <= status <= 599:
        raise Refused(400, "status must be between 200 and 599")
    if not isinstance(executed, bool):
        raise Refused(400, "executed must be true or false")
    usual = "text/html" if body.lstrip().startswith("<") else "application/json"
    return OddAnswer(body, str(raw.get("content_type", usual)), status, executed)
