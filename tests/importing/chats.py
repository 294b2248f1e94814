"""Made-up exports of Telegram Desktop, from a seed, and what was planted in them."""

import json
import random
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bot.dataset.validation.hiding import HIDDEN

Json = dict[str, Any]
NATASHA = 700
OWNER = f"user{NATASHA}"
_SPOKEN = (
    "дом река мечта утро тихо снова хочу понимаю думаю вчера работа сын письмо путь время сила "
    "голос страх радость город поле весна осень зима лето вечер шаг слово встреча дорога окно чай "
    "книга музыка танец море гора лес трава огонь вода ветер небо звезда луна солнце день ночь"
)
WORDS = _SPOKEN.split()
SPELLINGS = (
    "+7 (912) {a}-{b}-{c}", "8 912 {a} {b} {c}", "8912{a}{b}{c}", "+7912{a}{b}{c}",
    "8-912-{a}-{b}-{c}", "8.912.{a}.{b}.{c}", "8(912){a}-{b}-{c}", "912{a}{b}{c}",
    "+7\u00a0912\u00a0{a}\u00a0{b}\u00a0{c}", "8\u2011912\u2011{a}\u2011{b}\u2011{c}",
    "+7 – 912 – {a} – {b} – {c}", "7 912 {a}{b}{c}", "{a}-{b}-{c}", "8 (912) {a} {b}{c}",
    "+7_912_{a}_{b}_{c}", "8/912/{a}/{b}/{c}", "8\ufe0f\u20e39\ufe0f\u20e3 12 {a} {b} {c}",
)  # fmt: skip


@dataclass
class Planted:
    """A generated export."""

    chats: list[Json] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Questions and answers as they are to be found, without what is hidden."""
    phones: list[str] = field(default_factory=list)
    """The last seven digits of every number."""

    def write(self, path: Path, *, is_account: bool) -> Path:
        """As the app writes it, with one blank for each level."""
        whole: Json = self.chats[0]
        if is_account:
            whole = {
                "about": "Here is the data you requested.",
                "personal_information": {"user_id": NATASHA, "first_name": "Наташа"},
                "contacts": {
                    "about": "x",
                    "list": [{"first_name": "А", "phone_number": "1"}] * 900,
                },
                "chats": {"about": "y", "list": self.chats},
                "left_chats": {"about": "z", "list": []},
            }
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
        return path


class Scribe:
    """Writes the messages of one chat."""

    def __init__(self, kind: str = "personal_chat", chat_id: int = 1, at: int = 1_600_000_000):
        self.at, self.ids = at, count(1)
        self.chat: Json = {"name": "Чат", "type": kind, "id": chat_id, "messages": []}

    def says(self, who: int | None, text: Any, *, after: int = 20, **more: Any) -> int:
        """A message, so many seconds after the one before; returns its id."""
        self.at += after
        message_id = next(self.ids)
        self.chat["messages"].append(
            {
                "id": message_id,
                "type": "message",
                "date": "2020-09-13T12:26:40",
                "date_unixtime": str(self.at),
                "from": None if who is None else f"Человек {who}",
                "from_id": f"user{who or 999}",
                "text": text,
                "text_entities": [],
            }
            | more
        )
        return message_id

    def service(self) -> None:
        """What nobody has written."""
        self.chat["messages"].append(
            {
                "id": next(self.ids),
                "type": "service",
                "date": "2020-09-13T12:26:40",
                "date_unixtime": str(self.at),
                "actor": "Наташа",
                "actor_id": OWNER,
                "action": "phone_call",
                "text": "",
            }
        )


def planted(n: int, *, n_chats: int, seed: int = 7) -> Planted:
    """At least *n* messages in so many chats, with noise of every kind between the pairs."""
    dice, found = random.Random(seed), Planted()
    for number in range(n_chats):
        scribe = Scribe(chat_id=number + 1, at=1_600_000_000 + number)
        client = 1000 + number
        while len(scribe.chat["messages"]) < n / n_chats:
            _talk(scribe, client, dice, found)
        found.chats.append(scribe.chat)
    return found


def _talk(scribe: Scribe, client: int, dice: random.Random, found: Planted) -> None:
    """A question and its answer, or something of which nothing is to be learnt."""
    if dice.random() < 0.15:
        scribe.says(client, "", after=90_000, photo="(File not included)")
        scribe.says(NATASHA, _words(dice), after=60)
    question = _burst(scribe, client, dice, found, after=dice.choice([700, 5000, 90_000]))
    if dice.random() < 0.2:
        scribe.service()
    if dice.random() < 0.1:  # nobody answers in time
        scribe.says(NATASHA, _words(dice), after=100_000)
        return
    if dice.random() < 0.1:
        scribe.says(NATASHA, _words(dice), after=30, forwarded_from="Канал")
    answer = _burst(scribe, NATASHA, dice, found, after=dice.choice([5, 300, 40_000]))
    found.pairs.append((question, answer))


def _burst(scribe: Scribe, who: int, dice: random.Random, found: Planted, *, after: int) -> str:
    texts = []
    for number in range(dice.choice([1, 1, 2, 3])):
        words = _words(dice)
        scribe.says(who, _written(words, dice, found), after=10 * number or after)
        texts.append(words)
        if dice.random() < 0.05:
            scribe.says(who, "", after=1, media_type="sticker", file="sticker.webp")
    return "\n".join(texts)


def _written(words: str, dice: random.Random, found: Planted) -> Any:
    """The words, and behind some of them what leads to a person."""
    luck = dice.random()
    if luck < 0.85:
        return words if luck < 0.6 else [words[:5], {"type": "bold", "text": words[5:]}]
    phone = _phone(dice, found)
    if luck < 0.9:
        return [words + " ", {"type": "phone", "text": phone}]
    if luck < 0.95:
        return f"{words} {phone}"
    return [words + " ", {"type": "mention", "text": "@anna_k"}, f" {phone} x{luck}@mail.ru"]


def _phone(dice: random.Random, found: Planted) -> str:
    a, b, c = (
        f"{dice.randrange(200, 999)}",
        f"{dice.randrange(100):02}",
        f"{dice.randrange(100):02}",
    )
    found.phones.append(a + b + c)
    return dice.choice(SPELLINGS).format(a=a, b=b, c=c)


def _words(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randrange(4, 40))) + "."


def examples_in(path: Path) -> list[tuple[str, str]]:
    """Questions and answers of a file of examples."""
    rows = [json.loads(line)["messages"] for line in path.read_bytes().splitlines()]
    return [(row[-2]["content"], row[-1]["content"]) for row in rows]


def bare(text: str) -> str:
    """A text without what stands for what was hidden, and with single blanks."""
    return " ".join(HIDDEN.sub("", text).split())


def share_found(found: Planted, examples: list[tuple[str, str]]) -> float:
    """How many of the planted pairs are among the examples."""
    there = {(bare(question), bare(answer)) for question, answer in examples}
    return sum((bare(q), bare(a)) in there for q, a in found.pairs) / len(found.pairs)


def survivors(found: Planted, examples: list[tuple[str, str]]) -> list[str]:
    """Texts with the last seven digits of a planted phone, however they are written."""
    phones = set(found.phones)

    def has_phone(text: str) -> bool:
        digits = "".join(filter(str.isdigit, text))
        return any(digits[at : at + 7] in phones for at in range(len(digits) - 6))

    return [text for example in examples for text in example if has_phone(text)]
