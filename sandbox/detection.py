"""The entities that Telegram detects: commands, links, mentions, hashtags, addresses."""

import re
from bisect import bisect

from sandbox.shapes import Json
from sandbox.text import Formatted, utf16_len

_PATTERN = re.compile(
    r"""
      (?P<url> (?: https?:// [^\s<>"]+ )
             | (?<![\w@./-]) (?: [a-z0-9-]+ \. )+ (?: com|org|net|ru|io|dev|app|me|ai|рф ) \b
               (?: / [^\s<>"]* )? )
    | (?P<email> (?<![\w.+-]) [\w.+-]+ @ [\w-]+ (?: \. [\w-]+ )+ )
    | (?P<bot_command> (?<![\w/<>]) / [A-Za-z0-9_]{1,64}+ (?: @ [A-Za-z0-9_]{3,32}+ )?+
               (?![\w/<>]) )
    | (?P<mention> (?<![\w@]) @ [A-Za-z][A-Za-z0-9_]{3,31} \b )
    | (?P<hashtag> (?<![\w#]) \# (?= \w* [^\W\d] ) \w{1,256} )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HINTS = ("/", "@", "#", ".")
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention", "custom_emoji"})
_AFTER_URL = ".,;:!?)]}'\"»”…"


def with_detected(message: Formatted) -> Formatted:
    """*message* with the entities that Telegram would detect in its text."""
    text, given = message
    if not any(hint in text for hint in _HINTS):
        return message
    found = [entity for entity in _detect(text) if not _is_taken(entity, given)]
    if not found:
        return message
    # If two begin at the same place, the longer one is the outer one.
    entities = sorted([*given, *found], key=lambda each: (each["offset"], -each["length"]))
    return Formatted(text, entities)


def _detect(text: str) -> list[Json]:
    astral = [] if text.isascii() else [at for at, char in enumerate(text) if char > "\uffff"]
    entities: list[Json] = []
    for match in _PATTERN.finditer(text):
        kind, words = str(match.lastgroup), match[0]
        if kind == "url":
            words = words.rstrip(_AFTER_URL)
        offset = match.start() + bisect(astral, match.start() - 1)
        entities.append({"type": kind, "offset": offset, "length": utf16_len(words)})
    return entities


def _is_taken(entity: Json, given: list[Json]) -> bool:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    for other in given:
        first, last = other["offset"], other["offset"] + other["length"]
        if start < last and first < end:
            crosses = not (first <= start and end <= last) and not (start <= first and last <= end)
            if crosses or other["type"] in _CLOSED:
                return True
    return False
