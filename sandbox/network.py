"""A bad network between a bot and Telegram: calls that are cut or late, and a hole of silence.

What happens to a call depends on the seed, its method, its chat and its number among these. So it
does not depend on the order in which calls of different chats arrive.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from sandbox.asking import amount, identifier
from sandbox.errors import Refused
from sandbox.shapes import Json
from sandbox.signals import Closing

Cut = Literal["before", "after"]
_FIELDS = frozenset({
    "bot_id", "seed", "methods", "cut_before", "cut_after", "delayed", "delay_s", "hole",
})  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Weather:
    """How bad the network is; shares are between 0 and 1, times in seconds."""

    bot_id: int | None
    """The bot that has it; None: every bot without weather of its own."""
    seed: str
    methods: frozenset[str] | None
    """Names in lower case; None: all methods, and downloads of files too."""
    cut_before: float
    cut_after: float
    delayed: float
    delay_s: float
    hole: tuple[float, float] | None
    """Begin and end of the hole, by the clock of the loop."""
    ordered: Json
    """As it was ordered."""
    seen: Counter[str] = field(default_factory=Counter)
    """What happened so far: calls, cut_before, cut_after, delayed, and cut by the hole."""
    _numbers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def matches(self, method: str) -> bool:
        """Whether calls of this method meet it."""
        return self.methods is None or method in self.methods

    def fate(self, method: str, chat_id: object) -> tuple[Cut | None, float]:
        """Where the next such call is cut, if it is, and how late it is in seconds."""
        key = (method, str(chat_id))
        self._numbers[key] += 1
        dice = Random(f"{self.seed}/{method}/{chat_id}/{self._numbers[key]}")  # noqa: S311
        is_cut, is_late = dice.random(), dice.random()
        if is_cut < self.cut_before:
            cut: Cut | None = "before"
        else:
            cut = "after" if is_cut < self.cut_before + self.cut_after else None
        return cut, self.delay_s if is_late < self.delayed else 0.0

    def until_hole(self, now: float) -> float | None:
        """Seconds until the hole begins, 0 while it lasts, None when none is to come."""
        if self.hole is None or now >= self.hole[1]:
            return None
        return max(0.0, self.hole[0] - now)

    def as_json(self) -> Json:
        """As the sandbox's own API shows it."""
        return {**self.ordered, "seen": dict(self.seen)}


class Network:
    """The weather of all bots."""

    def __init__(self, closing: Closing) -> None:
        self._weathers: dict[int | None, Weather] = {}
        self._changed = closing.signal()
        self._closing = closing

    def set(self, raw: Json) -> Weather:
        """Put weather in the place of the earlier one; raises `Refused` for an invalid order."""
        weather = _weather(raw, asyncio.get_running_loop().time())
        self._weathers[weather.bot_id] = weather
        self._changed.notify()
        return weather

    def all(self) -> list[Weather]:
        """The weathers that there are."""
        return list(self._weathers.values())

    def calm(self) -> None:
        """No weather any more."""
        self._weathers.clear()
        self._changed.notify()

    def passage(self, method: str, bot_id: int, chat_id: object) -> "Passage":
        """The way of one call; *method* in lower case."""
        weather = self._of(bot_id, method)
        cut, delay_s = (None, 0.0) if weather is None else weather.fate(method, chat_id)
        return Passage(self, bot_id, method, cut, delay_s)

    def note(self, bot_id: int, method: str, what: str) -> None:
        """Count what happened to a call."""
        if weather := self._of(bot_id, method):
            weather.seen[what] += 1

    async def hole(self, bot_id: int, method: str, timeout_s: float | None = None) -> bool:
        """Wait for the hole, which may last already; False when *timeout_s* went by without it."""
        clock = asyncio.get_running_loop().time
        deadline = None if timeout_s is None else clock() + timeout_s
        while not self._closing.is_set:
            weather = self._of(bot_id, method)
            until = None if weather is None else weather.until_hole(clock())
            if until == 0:
                return True
            left = 3600.0 if deadline is None else deadline - clock()
            if left <= 0:
                return False
            await self._changed.wait(left if until is None else min(left, until))
        return False

    def _of(self, bot_id: int, method: str) -> Weather | None:
        weather = self._weathers.get(bot_id) or self._weathers.get(None)
        return weather if weather and weather.matches(method) else None


@dataclass(frozen=True, slots=True)
class Passage:
    """One call's way there and back."""

    _network: Network
    _bot_id: int
    _method: str
    _cut: Cut | None
    _delay_s: float

    async def there(self) -> bool:
        """Half of the delay; False when the call is cut before it does its work."""
        self._note("calls")
        if self._delay_s:
            self._note("delayed")
        if await self.is_in_hole(self._delay_s / 2):
            return False
        return not self._is_cut("before")

    async def back(self) -> bool:
        """The other half; False when the call is cut before its answer arrives."""
        if await self.is_in_hole(self._delay_s / 2):
            return False
        return not self._is_cut("after")

    async def is_in_hole(self, timeout_s: float | None) -> bool:
        """Whether the hole comes within *timeout_s* seconds; None: however long it takes."""
        is_hole = await self._network.hole(self._bot_id, self._method, timeout_s)
        if is_hole:
            self._note("hole")
        return is_hole

    def _is_cut(self, where: Cut) -> bool:
        if self._cut == where:
            self._note(f"cut_{where}")
        return self._cut == where

    def _note(self, what: str) -> None:
        self._network.note(self._bot_id, self._method, what)


def _weather(raw: Json, now: float) -> Weather:
    if unknown := raw.keys() - _FIELDS:
        raise Refused(400, f"the weather has no {', '.join(sorted(unknown))}")
    methods = raw.get("methods")
    if methods is not None and not (
        isinstance(methods, list) and all(isinstance(name, str) for name in methods)
    ):
        raise Refused(400, "methods must be a list of names")
    shares = {name: amount(raw, name, 0) for name in ("cut_before", "cut_after", "delayed")}
    if max(shares["cut_before"] + shares["cut_after"], shares["delayed"]) > 1:
        raise Refused(400, "shares are between 0 and 1, and so is the sum of both cuts")
    return Weather(
        bot_id=identifier(raw, "bot_id"),
        seed=str(raw.get("seed", 0)),
        methods=None if methods is None else frozenset(map(str.lower, methods)),
        cut_before=shares["cut_before"],
        cut_after=shares["cut_after"],
        delayed=shares["delayed"],
        delay_s=amount(raw, "delay_s", 0),
        hole=_hole(raw.get("hole"), now),
        ordered=raw,
    )


def _hole(raw: object, now: float) -> tuple[float, float] | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or raw.keys() - {"after_s", "for_s"}:
        raise Refused(400, "hole must be {after_s, for_s}")
    begin = now + amount(raw, "after_s", 0)
    return begin, begin + amount(raw, "for_s")
