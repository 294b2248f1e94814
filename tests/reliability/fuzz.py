"""Random updates, made from the official schema of the Bot API; some are then slightly broken."""

import json
import random
from collections.abc import Sequence
from typing import Any

from tests.telegram_people import Json
from tests.world import SPECS

SCHEMA = SPECS / "telegram-bot-api.json"
DEEPEST = 5
"""Below this, objects have only the fields that they need."""
BROKEN = 0.3
"""The share of updates in which something is broken."""
USUAL = ("message", "callback_query", "edited_message", "my_chat_member")
"""What the bot asks for; the schema's other kinds come now and then."""
WRONG: tuple[Any, ...] = (None, [], {}, [[]], "", "x", -1, 0, 10**20, True, 0.5, {"id": "x"})
TEXTS = (
    "Привет", "Как дела? 5*5=25", "/start", "/help", "/new", "/retry", "/train quick", "/train x=1",
    "/jobs", "/use nobody", "/models", "/quality", "/export", "/people", "/settings", "/datasets",
    "/compare a b", "/test", "/cancel", "/monitor ftjob-x", "/id@somebody", "/ - дробь?", "\x00",
    "а" * 4096, "Мне так плохо, не хочу жить", " ", "🙂" * 50, "<b>&lt;", "ftjob-1",
)  # fmt: skip


class Fuzz:
    """Updates from a seed."""

    def __init__(self, seed: int, people: Sequence[int], presses: Sequence[str]) -> None:
        self._chance = random.Random(seed)
        self._people, self._presses = people, presses
        self._types: Json = json.loads(SCHEMA.read_text(encoding="utf-8"))["types"]
        self._user: Json = {}

    def update(self) -> Json:
        """An update without its id."""
        chance = self._chance
        number = chance.choice(self._people)
        self._user = {"id": number, "is_bot": False, "first_name": "Некто", "language_code": "ru"}
        kinds = {field["name"]: field["types"] for field in self._types["Update"]["fields"][1:]}
        kind = chance.choice(USUAL) if chance.random() < 0.9 else chance.choice(list(kinds))
        update: Json = {kind: self._value(kinds[kind][0], kind, 0)}
        if chance.random() < BROKEN:
            self._break(update)
        return update

    def _value(self, kind: str, name: str, depth: int) -> Any:
        chance = self._chance
        if kind.startswith("Array of "):
            n = chance.choice((0, 1, 1, 3)) if depth < DEEPEST else 0
            return [self._value(kind.removeprefix("Array of "), name, depth + 1) for _ in range(n)]
        if kind == "Integer":
            least = int(name == "message_id")
            return 1_790_000_000 if name == "date" else chance.choice((least, 1, 2, 700, 2**40))
        if kind == "Float":
            return chance.choice((0.0, 1.5, -3.25))
        if kind in ("Boolean", "True"):
            return kind == "True" or chance.random() < 0.5
        if kind == "String":
            return chance.choice(self._presses if name == "data" else TEXTS)
        return self._object(kind, depth)

    def _object(self, kind: str, depth: int) -> Json:
        if kind == "User":
            return self._user
        if kind == "Chat":
            types = ("private",) * 8 + ("group", "supergroup", "channel")
            return {"id": self._user["id"], "type": self._chance.choice(types), "title": "Чат"}
        description = self._types[kind]
        if subtypes := description.get("subtypes"):
            known = [each for each in subtypes if each in self._types]
            return self._object(self._chance.choice(known), depth) if known else {}
        often = 0.12 if depth < DEEPEST else 0.0
        found: Json = {}
        for field in description.get("fields", []):
            is_words = kind == "Message" and field["name"] == "text" and depth == 0
            is_pressed = kind == "CallbackQuery" and field["name"] in ("data", "message")
            if field["required"] or self._chance.random() < (
                0.85 if is_words or is_pressed else often
            ):
                types = field["types"]
                found[field["name"]] = self._value(
                    self._chance.choice(types), field["name"], depth + 1
                )
        return found

    def _break(self, update: Json) -> None:
        """Take a field away somewhere, or put something wrong in its place."""
        place: Any = update
        while True:
            key = self._chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
            inner = place[key]
            if isinstance(inner, dict | list) and inner and self._chance.random() < 0.8:
                place = inner
            elif isinstance(place, dict) and self._chance.random() < 0.4:
                del place[key]
                return
            else:
                place[key] = self._chance.choice(WRONG)
                return
