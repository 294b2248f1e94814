"""Telegram Desktop's `result.json`, message by message, in memory that does not grow with it.

The one who writes that file is the source of its format, besides exports that we have seen.
https://github.com/telegramdesktop/tdesktop/blob/dev/Telegram/SourceFiles/export/output/export_output_json.cpp
"""

import datetime as dtm
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.dataset.recognition import Broken
from bot.dataset.recognition.documents import JsonText
from bot.dataset.validation.hiding import hidden_entity
from bot.domain import JsonDict
from bot.errors import ChatBroken
from bot.gateways.dataset_file import Progress, open_dataset

_PEOPLE: Final = ("", "personal_chat", "private_group", "private_supergroup", "public_supergroup")
"""Types of chats in which somebody asks and another one answers; "" where none is given."""
_NOT_OWN: Final = ("forwarded_from", "forwarded_from_id", "via_bot")
"""Fields of messages whose words somebody else wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody wrote."""

    chat: int
    """The number of the chat in the file."""
    is_group: bool
    id: int
    author: str
    """Identifies them in all chats: `user123`."""
    name: str
    """Empty for an account that was deleted."""
    at: int
    """Unix time, as far as it is known."""
    text: str
    """Empty: nothing that they wrote themselves, such as a picture or a forward."""
    reply_to: int
    """The id of the message that they answer; 0: none."""


@dataclass(slots=True)
class Exported:
    """A file that is being read."""

    path: Path
    owner: str = ""
    """Whose whole account it is, known once its chats are read; "" for a single chat."""
    n_chats: int = field(default=0, init=False)

    def messages(self, progress: Progress | None = None) -> Iterator[Message]:
        """Every message of a person in the order of the file; no service messages.

        Raises:
            ChatBroken: the file ends too soon, or is no JSON from some line on.
            DatasetMissing: it can't be read.
        """
        with open_dataset(self.path, progress) as stream:
            text = JsonText(stream)
            try:
                yield from self._chat(text)
                text.end()
            except Broken as exc:
                raise ChatBroken(line=exc.line) from exc
            except RecursionError as exc:  # lists of chats within lists of chats, for ever
                raise ChatBroken(line=text.line) from exc

    def _chat(self, text: JsonText) -> Iterator[Message]:
        """A chat, the account that holds chats, or its list of them."""
        kind = ""
        for key in text.members():
            if key == "messages":
                self.n_chats += 1
                for _ in text.places():
                    found = self._message(text.value(), kind)
                    if found is not None:
                        yield found
            elif key == "list":
                for _ in text.places():
                    yield from self._chat(text)
            elif key in ("chats", "left_chats") and text.sign() == "{":
                yield from self._chat(text)
            else:
                value = text.value()
                if key == "type":
                    kind = str(value)
                elif key == "personal_information" and isinstance(value, dict):
                    self.owner = author_of(value.get("user_id"), "")

    def _message(self, raw: object, kind: str) -> Message | None:
        if not isinstance(raw, dict) or raw.get("type") != "message" or kind not in _PEOPLE:
            return None
        name = "".join(filter(str.isprintable, str(raw.get("from") or ""))).strip()
        author = author_of(raw.get("from_id"), name)
        if not author:
            return None
        return Message(
            chat=self.n_chats,
            is_group="group" in kind,
            id=_number(raw.get("id")),
            author=author,
            name=name,
            at=_moment(raw),
            text="" if any(map(raw.get, _NOT_OWN)) else _text(raw).strip(),
            reply_to=_number(raw.get("reply_to_message_id")),
        )


def author_of(key: object, name: str) -> str:
    """What identifies a person, short enough for a button; "" for nobody.

    Old exports have plain numbers. Who hides their account in forwards has only a name.
    """
    if isinstance(key, int):
        return f"user{key}"
    if isinstance(key, str) and re.fullmatch(r"[a-z]{1,10}\d{1,20}", key, re.ASCII):
        return key
    return f"name{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:12]}" if name else ""


def _text(raw: JsonDict) -> str:
    """The words, with what the app itself marked as a phone or an address hidden."""
    parts = raw.get("text") or raw.get("text_entities") or ""
    if isinstance(parts, str):
        return parts
    words = [part if isinstance(part, dict) else {"text": part} for part in parts]
    whole = "".join(str(word.get("text") or "") for word in words)
    return "".join(
        hidden_entity(str(word.get("type") or ""), str(word.get("text") or ""), whole)
        for word in words
    )


def _moment(raw: JsonDict) -> int:
    """Old exports have no Unix time: then the day and hour of that computer, as if in UTC."""
    if moment := _number(raw.get("date_unixtime")):
        return moment
    try:
        return int(dtm.datetime.fromisoformat(f"{raw.get('date')}+00:00").timestamp())
    except ValueError:
        return 0


def _number(value: object) -> int:
    """A whole number, also as text; 0 for anything else."""
    return int(str(value)) if re.fullmatch(r"\d{1,18}", str(value), re.ASCII) else 0
