"""Collects what all features handle. Features that do not fit together prevent the start."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from bot.delivery.notifications import DeliveryKind, NotificationKind
from bot.delivery.outbox_store import OutboxRow
from bot.delivery.routing import Lane
from bot.delivery.screen import Screen, plain
from bot.domain import JsonDict
from bot.edge.core import Core
from bot.edge.feature import ANYTHING, Feature, Handler, Render, Starter, Tick, Worker
from bot.edge.guards import admins_only
from bot.edge.menus import ADMINS, TESTERS
from bot.errors import FeaturesDisagree
from bot.texts import LANGUAGES, Texts

Value = TypeVar("Value")
Name = TypeVar("Name")

_COMMAND: Final = re.compile(r"(?<![<\w/])/([a-z]+)")
"""A command in a text; a closing tag and a part of an address are none."""
_UNNAMED: Final = {"start", "help"}
"""Commands that the help need not name, because Telegram offers them."""


class Registry:
    """What all features give, by name.

    Raises:
        FeaturesDisagree: two features claim one name, or a name has no handler or text.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features: Final = features
        everyone = _merged(feature.commands for feature in features)
        admins = _merged(feature.admin_commands for feature in features)
        self.everyones_commands: Final = [*everyone]
        self.admins_commands: Final = [*admins]
        self.commands: Final = everyone | _guarded(admins)
        self.presses: Final = _merged(f.presses for f in features) | _guarded(
            _merged(feature.admin_presses for feature in features)
        )
        self.outside: Final = _merged(feature.outside for feature in features)
        self.messages: Final = [each for feature in features for each in feature.messages]
        self.lanes: Final[Mapping[str, Lane]] = {
            **dict.fromkeys((name for feature in features for name in feature.talks), Lane.TALK),
            **dict.fromkeys((name for feature in features for name in feature.stops), Lane.STOP),
        }
        self.costly: Final = {name for feature in features for name in feature.costly}
        self.notifications: Final[dict[NotificationKind, Render]] = _merged(
            f.notifications for f in features
        )
        self.starters: Final = _merged(feature.starters for feature in features)
        self.notifications[DeliveryKind.REFUSED] = _not_delivered
        self.intakes: Final = [f.intake for f in features if f.intake]
        self.arounds: Final = [f.around for f in features if f.around]
        self.after_command: Final = [f.after_command for f in features if f.after_command]
        self.ticks: Final[list[Tick]] = [tick for feature in features for tick in feature.ticks]
        self.workers: Final[list[Worker]] = [each for f in features for each in f.workers]
        problems = [*self._claimed_twice(), *self._misnamed(), *self._unspoken()]
        if problems:
            raise FeaturesDisagree(*problems)

    def _claimed_twice(self) -> Iterator[str]:
        takes: tuple[tuple[str, Callable[[Feature], Iterable[str]]], ...] = (
            ("folder", lambda f: [f.name]),
            ("command", lambda f: [*f.commands, *f.admin_commands]),
            ("press", lambda f: [*f.presses, *f.admin_presses]),
            ("entry for people outside", lambda f: f.outside),
            ("lane", lambda f: [*f.talks, *f.stops]),
            ("notification", lambda f: f.notifications),
            ("starter", lambda f: f.starters),
        )
        for what, names_of in takes:
            claims = Counter(str(name) for feature in self.features for name in names_of(feature))
            for name, n in claims.items():
                if n > 1:
                    yield f"{what} {name}: {n} features claim it"

    def _misnamed(self) -> Iterator[str]:
        for feature in self.features:
            for press in (*feature.presses, *feature.admin_presses):
                if press.partition(":")[0] != feature.name:
                    yield f"press {press}: its first word has to be {feature.name}"
        known = {f"/{name}" for name in self.commands} | {*self.presses, ANYTHING}
        menus = {f"/{name}" for name in (*ADMINS, *TESTERS)}
        for name in sorted({*self.lanes, *self.outside, *self.costly, *menus} - known):
            yield f"{name}: named for a lane, a menu, a cost or people outside: no feature has it"

    def _unspoken(self) -> Iterator[str]:
        every = {name: language.messages for name, language in LANGUAGES.items()}
        kinds = {kind for family in NotificationKind.__subclasses__() for kind in family}
        for kind in sorted(kinds - self.notifications.keys()):
            yield f"notification {kind}: no feature puts it into words"
        for language, messages in every.items():
            menu = {key.removeprefix("menu_") for key in messages if key.startswith("menu_")}
            for name in sorted(menu ^ {*ADMINS, *TESTERS}):
                yield f"text menu_{name}: {language} and the menus do not agree"
            for key, names in (
                ("help_tester", self.everyones_commands),
                ("help_admin", [*self.everyones_commands, *self.admins_commands]),
            ):
                told = set(_COMMAND.findall(_help(messages, key)))
                for name in sorted({*names} - told - _UNNAMED):
                    yield f"command {name}: {key} ({language}) does not name it"
                for name in sorted(told - {*names}):
                    yield f"command {name}: {key} ({language}) names it, but it is not for them"
            for other, others in every.items():
                for key in sorted(messages.keys() - others.keys()):
                    yield f"text {key}: {language} has it, {other} has not"


def _help(messages: Mapping[str, str], key: str) -> str:
    """The text of a help; that of admins goes on in sections behind buttons."""
    if key == "help_tester":
        return messages[key]
    sections = {name for name in messages if name.startswith("help_")} - {"help_tester"}
    return "\n".join(messages[name] for name in sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders a notification of the outbox in the reader's language."""

    core: Core
    renders: Mapping[NotificationKind, Render]
    starters: Mapping[str, Starter]

    async def render(self, kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        """The screen for a notification; None when nothing is left to tell."""
        texts = self.core.texts_for(await self.core.people.named(chat_id))
        return await self.renders[kind](texts, payload, chat_id)  # type: ignore[index]

    async def rings(self, row: OutboxRow) -> bool:
        """Whether the reader wants to hear it."""
        reader = await self.core.people.named(row.chat_id)
        if row.urgency < reader.rings_from:
            return False
        return reader.hears_others or not await self._is_of_another(row.payload, reader.id)

    async def _is_of_another(self, payload: JsonDict, reader_id: int) -> bool:
        starters = [
            await starter(payload[key]) for key, starter in self.starters.items() if key in payload
        ]
        return any(by and by != reader_id for by in starters)


async def _not_delivered(texts: Texts, payload: JsonDict, _: int) -> Screen:
    """The apology for a message that Telegram refused."""
    return plain(texts, "error_not_delivered", incident=payload["incident"])


def _merged(parts: Iterable[Mapping[Name, Value]]) -> dict[Name, Value]:
    return {name: value for part in parts for name, value in part.items()}


def _guarded(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    return {name: admins_only(handler) for name, handler in handlers.items()}
