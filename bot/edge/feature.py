"""What a feature gives to the bot: one object, which `bot/wiring.py` collects."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from telegram.ext.filters import BaseFilter

from bot.delivery.notifications import NotificationKind
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import BotContext
from bot.storage.database import Transaction
from bot.texts import Texts

Handler = Callable[[BotContext], Awaitable[None]]
"""Handles one update: reads its words, calls one use case, shows the result."""
Render = Callable[[Texts, JsonDict, int], Awaitable[Screen | None]]
"""(language, payload, who gets it) -> the screen; None: there is nothing to tell any more."""
Forget = Callable[[Transaction, int], Awaitable[Any]]
"""(transaction, person id): deletes what the feature stores of a person's own words."""

ANYTHING: Final = "*"
"""In `Feature.outside`: every update that no other entry takes."""


async def _nothing() -> None:
    """A worker has nothing to do at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Something that runs as long as the bot does."""

    start: Callable[[], Awaitable[None]] = _nothing
    close: Callable[[], Awaitable[None]] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Something that is done again and again, by the JobQueue."""

    name: str
    run: Callable[[], Awaitable[None]]
    interval_s: float
    first_s: float
    """Seconds from the start to the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Everything that the bot takes from a feature.

    Commands and presses are exact names, so their order means nothing. `Registry` refuses two
    features that claim the same name.
    """

    name: str
    """The name of the feature's folder."""
    commands: Mapping[str, Handler] = field(default_factory=dict)
    """For everybody who is admitted, without the slash."""
    admin_commands: Mapping[str, Handler] = field(default_factory=dict)
    presses: Mapping[str, Handler] = field(default_factory=dict)
    """Buttons for everybody who is admitted, as `feature:action`."""
    admin_presses: Mapping[str, Handler] = field(default_factory=dict)
    messages: Sequence[tuple[BaseFilter, Handler]] = ()
    """For other messages: the first filter that fits, in the order of the features."""
    outside: Mapping[str, Handler] = field(default_factory=dict)
    """For people who are not admitted: `/command`, `feature:action`, or `ANYTHING`."""
    talks: Collection[str] = ()
    """`/command` or `feature:action` with a place between the messages of a conversation."""
    stops: Collection[str] = ()
    """Presses that end an answer while it is made, so they wait for nothing."""
    after_command: Handler | None = None
    """Called after each command, whatever it was."""
    notifications: Mapping[NotificationKind, Render] = field(default_factory=dict)
    ticks: Sequence[Tick] = ()
    workers: Sequence[Worker] = ()
    forgets: Forget | None = None
