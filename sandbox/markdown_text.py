"""Telegram's old Markdown: https://core.telegram.org/bots/api#markdown-style.

It accepts the same texts as `parse_markdown` of
https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp, and refuses the others with
the same words. Entities do not nest, and nothing is escaped within one.
"""

import re

from sandbox.errors import bad_request
from sandbox.links import link_entity
from sandbox.shapes import Json
from sandbox.text import utf16_len

_PLAIN = re.compile(r"[^_*`\[\\]+|\\(?![_*`\[])")
_NEWLINE = r"(?:\r\n|\n\r|\n|\r)?"
PRE_BEGIN = re.compile(rf"```(?:(?P<language>[^\s`\0]+)(?=[\s\0]))?{_NEWLINE}")
"""The begin of a block of code, with its language and the first line's end."""
_TYPES = {"_": "italic", "*": "bold", "`": "code"}


def parse(source: str) -> tuple[str, list[Json]]:
    """The text of old Markdown and its entities, with offsets in UTF-16 units.

    Raises:
        TelegramError: `can't parse entities: ...`, with the byte offset that Telegram names.
    """
    pieces: list[str] = []
    entities: list[Json] = []
    at = length = 0
    while at < len(source):
        entity: Json | None = None
        if plain := _PLAIN.match(source, at):
            words, at = plain[0], plain.end()
        elif source[at] == "\\":
            words, at = source[at + 1], at + 2
        else:
            words, entity, at = _entity(source, at)
        if entity and words:
            entities.append(entity | {"offset": length, "length": utf16_len(words)})
        pieces.append(words)
        length += utf16_len(words)
    return "".join(pieces), entities


def _entity(source: str, begin: int) -> tuple[str, Json | None, int]:
    """The words of the entity that begins there, the entity, and where it ends."""
    mark, at, entity = source[begin], begin + 1, None
    closing = "]" if mark == "[" else mark
    if pre := PRE_BEGIN.match(source, begin):
        closing, at = "```", pre.end()
        entity = {"type": "pre"} | ({"language": pre["language"]} if pre["language"] else {})
    end = source.find(closing, at)
    if end < 0:
        offset = len(source[:begin].encode())
        raise bad_request(
            f"can't parse entities: Can't find end of the entity starting at byte offset {offset}"
        )
    words, after = source[at:end], end + len(closing)
    if mark == "[" and words:
        url = words
        if source.startswith("(", after):
            url_end = source.find(")", after)
            url_end = len(source) if url_end < 0 else url_end
            url, after = source[after + 1 : url_end], url_end + 1
        entity = link_entity(url)
    elif mark != "[":
        entity = entity or {"type": _TYPES[mark]}
    return words, entity, after
