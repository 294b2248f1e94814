"""Telegram's HTML: https://core.telegram.org/bots/api#html-style, with its error messages.

It follows `parse_html` of https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp, so
that it accepts the same texts and refuses the others with the same words.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from sandbox.errors import bad_request
from sandbox.links import link_entity
from sandbox.shapes import Json
from sandbox.text import utf16_len

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
}
_TAGS = frozenset({*_TYPES, "a", "blockquote", "tg-emoji"})
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]+));?")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_SPACE = re.compile(r"\s*")


def parse(source: str) -> tuple[str, list[Json]]:
    """The text of Telegram HTML and its entities, with offsets in UTF-16 units.

    Raises:
        TelegramError: `can't parse entities: ...`, with the byte offset that Telegram names.
    """
    return _Parser(source).run()


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    position: int
    """Where its text begins, as an index of `_Parser.pieces`."""


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.length = 0
        """The length of `pieces`, in UTF-16 units."""
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            begin = self.source.find("<", self.at)
            if begin < 0:
                self._text(self.source[self.at :])
                break
            self._text(self.source[self.at : begin])
            self.at = begin + 1
            if self.source.startswith("/", self.at):
                self._end_tag(begin)
            else:
                self._start_tag(begin)
        if self.open:
            self._fail(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)  # only `pre` around it would have one
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.pieces), self.entities

    def _text(self, raw: str) -> None:
        if raw:
            words = unescape(raw)
            self.pieces.append(words)
            self.length += utf16_len(words)

    def _start_tag(self, begin: int) -> None:
        tag = self._take(_NAME).lower()
        if self._is_at_end():
            self._fail("Unclosed start tag", begin)
        if tag not in _TAGS:
            self._fail(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while True:
            self._take(_SPACE)
            if self._is_at_end():
                self._fail("Unclosed start tag", begin)
            if self.source[self.at] == ">":
                break
            argument = self._attribute(tag, begin) or argument
        self.at += 1
        if tag == "span" and argument != "spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, argument, self.length, len(self.pieces)))

    def _attribute(self, tag: str, begin: int) -> str:
        name = self._take(_ATTRIBUTE_NAME)
        if not name:
            self._fail(f'Empty attribute name in the tag "{tag}"', begin)
        self._take(_SPACE)
        if not self.source.startswith("=", self.at):
            return _argument(tag, name, "")
        self.at += 1
        self._take(_SPACE)
        if self._is_at_end():
            self._fail(f'Unclosed start tag "{tag}"', begin)
        return _argument(tag, name, self._attribute_value(begin))

    def _attribute_value(self, begin: int) -> str:
        quote = self.source[self.at]
        if quote in "\"'":
            end = self.source.find(quote, self.at + 1)
            if end < 0:
                self._fail("Unclosed start tag", begin)
            value = unescape(self.source[self.at + 1 : end])
            self.at = end + 1
            return value
        token_begin = self.at
        value = self._take(_TOKEN).lower()
        if not self._is_at_end() and not (
            self.source[self.at].isspace() or self.source[self.at] == ">"
        ):
            self._fail("Unexpected end of name token", token_begin)
        return value

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            self._fail("Unexpected end tag", begin)
        self.at += 1
        found = self._take(_NAME)
        self._take(_SPACE)
        if not self.source.startswith(">", self.at):
            self._fail("Unclosed end tag", begin)
        self.at += 1
        opened = self.open.pop()
        if found and found != opened.tag:
            self._fail(
                f"Unmatched end tag at byte offset {_bytes(self.source, begin)}, "
                f'expected "</{opened.tag}>", found "</{found}>"'
            )
        if self.length > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Json = {"offset": opened.offset, "length": self.length - opened.offset}
        inner = self.entities[-1] if self.entities else None
        if opened.tag == "pre" and inner and inner["type"] == "code" and _same_place(inner, entity):
            self.entities.pop()
            entity |= {"type": "pre"} | (
                {"language": inner["language"]} if "language" in inner else {}
            )
        elif opened.tag == "code" and opened.argument:
            if self.open and self.open[-1].tag == "pre":
                entity |= {"type": "code", "language": opened.argument}
            else:
                entity["type"] = "code"
        elif opened.tag == "a":
            url = opened.argument or "".join(self.pieces[opened.position :])
            if not (link := link_entity(url)):
                return
            entity |= link
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit():
                self._fail("Invalid custom emoji identifier specified")
            entity |= {"type": "custom_emoji", "custom_emoji_id": opened.argument}
        elif opened.tag == "blockquote":
            entity["type"] = "expandable_blockquote" if opened.argument else "blockquote"
        else:
            entity["type"] = _TYPES[opened.tag]
        self.entities.append(entity)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        return match[0]

    def _is_at_end(self) -> bool:
        return self.at >= len(self.source)

    def _fail(self, reason: str, begin: int | None = None) -> NoReturn:
        place = "" if begin is None else f" at byte offset {_bytes(self.source, begin)}"
        raise bad_request(f"can't parse entities: {reason}{place}")


def unescape(raw: str) -> str:
    """*raw* with Telegram's few character references replaced; others stay as they are."""
    return _ENTITY.sub(_character, raw) if "&" in raw else raw


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED.get(name, match[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_character = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if is_character else match[0]


def _argument(tag: str, name: str, value: str) -> str:
    match tag, name.lower():
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class" if value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case "blockquote", "expandable":
            return "1"
    return ""


def _same_place(one: Json, other: Json) -> bool:
    return (one["offset"], one["length"]) == (other["offset"], other["length"])


def _bytes(source: str, position: int) -> int:
    return len(source[:position].encode())
