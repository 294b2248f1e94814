"""`Feature`: everything that a feature gives to the bot. `bot/wiring.py` collects them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.delivery.lanes import Look
from bot.delivery.notifications import NotificationKind
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import BotContext
from bot.storage.database import Transaction
from bot.texts import Texts

Handler = Callable[[BotContext], Awaitable[None]]
"""Handles one update: reads its text, calls one use case, shows the result."""
Around = Callable[[BotContext, Handler], Awaitable[None]]
"""Is called with the handler of an update in its place, and mostly calls it."""
Render = Callable[[Texts, JsonDict, int], Awaitable[Screen | None]]
"""(texts, payload, id of the reader) -> the screen; None: nothing is left to tell."""
Starter = Callable[[Any], Awaitable[int | None]]
"""The id of a job, for instance -> who started it, if that is known."""
Forget = Callable[[Transaction, int], Awaitable[Any]]
"""(transaction, person id): deletes the texts of a person that the feature stores."""

Fits = Callable[[BotContext], bool]
"""Whether a handler takes the message."""

ANYTHING: Final = "*"
"""In `Feature.outside`: every update that no other entry takes."""


async def _nothing() -> None:
    """What a worker does that needs no start or no close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Something that runs as long as the bot does."""

    start: Callable[[], Awaitable[None]] = _nothing
    close: Callable[[], Awaitable[None]] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Repeating work; see `bot/edge/schedule.py`."""

    name: str
    run: Callable[[], Awaitable[None]]
    interval_s: float
    first_s: float
    """Seconds from the start of the bot to the first run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Everything that the bot takes from a feature.

    Commands and presses are exact names, so their order means nothing. `Registry` refuses two
    features that claim the same name.
    """

    name: str
    """The name of the feature's folder."""
    commands: Mapping[str, Handler] = field(default_factory=dict)
    """Without the slash, for all admitted people."""
    admin_commands: Mapping[str, Handler] = field(default_factory=dict)
    presses: Mapping[str, Handler] = field(default_factory=dict)
    """Buttons for all admitted people, as `feature:action`."""
    admin_presses: Mapping[str, Handler] = field(default_factory=dict)
    messages: Sequence[tuple[Fits, Handler]] = ()
    """For other messages. The first that fits decides, in the order of the features."""
    outside: Mapping[str, Handler] = field(default_factory=dict)
    """For people who are not admitted: `/command`, `feature:action`, or `ANYTHING`."""
    talks: Collection[str] = ()
    """Each `/command` or `feature:action` that has to keep its order with a chat's texts."""
    stops: Collection[str] = ()
    """Presses that stop an answer while it is generated; they wait for no other update."""
    costly: Collection[str] = ()
    """Each `/command` or `feature:action` that spends money, so that a late one is not obeyed."""
    intake: Look | None = None
    """Looks at each new update in the transaction that stores it, while no lane has it yet."""
    around: Around | None = None
    """Stands around the handlers of all features."""
    after_command: Handler | None = None
    """Called after each command of any feature."""
    notifications: Mapping[NotificationKind, Render] = field(default_factory=dict)
    starters: Mapping[str, Starter] = field(default_factory=dict)
    """By a key of notifications' payloads: who started what its value names."""
    ticks: Sequence[Tick] = ()
    workers: Sequence[Worker] = ()
    forgets: Forget | None = None
