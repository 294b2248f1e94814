"""What a file is: asked of its first 64 KB, from what is no text at all to lines of JSON."""

import io
import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from typing import Final

from bot.dataset.recognition import documents, exports, signatures, tables
from bot.dataset.recognition.code_pages import code_page_of
from bot.dataset.recognition.outline import outline_of
from bot.dataset.recognition.recoding import recoded
from bot.dataset.recognition.source import Columns, Item, Source
from bot.gateways.dataset_file import BUFFER, lines_of

_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_PAGE: Final = re.compile(r"\s*<(?:!doctype\b|html\b|\?xml\b|head\b|body\b)", re.IGNORECASE)
_SAVED_PAGE: Final = re.compile(r"(?:From: <Saved by|MIME-Version: 1\.0)", re.IGNORECASE)
_PYTHON: Final = re.compile(r"[\[\s]*\{\s*(?:'|[A-Za-z_$][\w$]*\s*:)")
"""How Python prints a row, and how JavaScript writes one: names in JSON have double quotes."""
_ROW: Final = re.compile(r"\{|\[\s*[\[{]")
"""How a line of JSON begins that is an example; a cell of a table may begin with a bracket, too."""
_TELEGRAM_PAGE: Final = "message default clearfix"
_SHARE: Final = 0.3
"""So many lines begin as JSON in a file of which the first one is broken."""
_LOOKED_AT: Final = 50
"""Lines by which one tells whether a text is lines of JSON."""


def recognised(stream: io.BufferedReader, chosen: Columns | None = None) -> Source:
    """What the file is, and how its examples are read; the stream stays where it is.

    Args:
        stream: The file from its beginning, without the mark of UTF-8.
        chosen: What a person said of the columns of a table.
    """
    start = stream.peek(BUFFER)[:BUFFER]
    is_all = len(start) < BUFFER
    found = signatures.recognised(start)
    if found is not None:
        return found
    page = code_page_of(start, is_all=is_all)
    if _is_binary(start, page.codec):
        return Source(kind="binary")
    if not page.codec:
        return Source(kind="code_page_unclear", params={"candidates": ", ".join(page.candidates)})
    text = start.decode(page.codec, errors="ignore").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    utf8 = stream if page.is_utf8 else recoded(stream, page.codec)
    found = _text(text, utf8, encoding=page.name, is_all=is_all, chosen=chosen)
    if page.is_utf8 or (found.kind and found.items is None):
        return found
    return Source(
        kind=found.kind or ("utf16" if page.codec.startswith("utf") else "code_page"),
        params=found.params or {"encoding": page.name},
        encoding=page.name,
        items=found.items or partial(_lines, utf8),
        unused=found.unused,
    )


def _is_binary(start: bytes, codec: str) -> bool:
    """Whether many of the bytes are no text at all."""
    if codec.startswith(("utf-16", "utf-32")):
        return False
    return (len(start) - len(start.translate(None, _CONTROLS))) * 20 > len(start)


def _text(
    text: str, utf8: io.BufferedReader, *, encoding: str, is_all: bool, chosen: Columns | None
) -> Source:
    if not text.strip():
        return Source()
    named = _named(text)
    if named is not None:
        return named
    if text.lstrip().startswith(("{", "[")):
        return _json(text.lstrip(), utf8, is_all=is_all)
    lines = _first_lines(text)
    if sum(_ROW.match(line) is not None for line in lines) >= _SHARE * len(lines):
        return Source()
    table = tables.recognised(text, utf8, encoding=encoding, is_all=is_all, chosen=chosen)
    return table or Source(kind="plain_text")


def _named(text: str) -> Source | None:
    """What is known by its first words, and never converted."""
    app = exports.app_of_text(text)
    if app:
        return _export(app)
    if _PYTHON.match(text):
        return Source(kind="python_rows")
    if _PAGE.match(text) or _SAVED_PAGE.match(text):
        return _export("Telegram") if _TELEGRAM_PAGE in text else Source(kind="web_page")
    return None


def _export(app: str) -> Source:
    return Source(kind="chat_export", params={"app": app})


def _json(text: str, utf8: io.BufferedReader, *, is_all: bool) -> Source:
    """Lines of JSON, or one document."""
    outline = outline_of(text)
    app = exports.app_of(outline)
    if app:
        return _export(app)
    if documents.is_array(text):
        return Source(kind="json_array", items=partial(documents.array, utf8))
    keys = documents.keys_of_lists(outline)
    if keys and not _has_more(text, is_all=is_all):
        if len(keys) > 1:
            return Source(kind="json_lists", params={"keys": ", ".join(sorted(keys))})
        items = partial(documents.listed, utf8, keys[0])
        return Source(kind="json_list", params={"key": keys[0]}, items=items)
    if _are_lines(text):
        return Source()
    return Source(kind="json_objects", items=partial(documents.objects, utf8))


def _has_more(text: str, *, is_all: bool) -> bool:
    """Whether something follows the first value, as far as we know."""
    length = _length(text)
    return length is not None and (bool(text[length:].strip()) or not is_all)


def _are_lines(text: str) -> bool:
    """Whether each value is on one line, as far as they can be read at all."""
    first, _, rest = text.partition("\n")
    length = _length(first)
    if not rest.strip():
        return length is None or not first[length:].lstrip(" ,").startswith("{")
    if length is not None:
        return True
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as exc:
        return not documents.is_cut(exc) and _look_like_lines(rest)
    except (RecursionError, ValueError):
        return True
    return False


def _look_like_lines(text: str) -> bool:
    """Whether most lines begin and end as an object does, though the first one can't be read."""
    lines = _first_lines(text)
    n = sum(line.startswith("{") and line.endswith(("}", "},")) for line in lines)
    return 2 * n >= len(lines)


def _length(text: str) -> int | None:
    """Where the value ends with which a text begins; None: it can't be read."""
    try:
        return json.JSONDecoder().raw_decode(text)[1]
    except (RecursionError, ValueError):
        return None


def _first_lines(text: str) -> list[str]:
    """The first lines that hold anything, without the blanks around them."""
    found: list[str] = []
    for line in takewhile(lambda _: len(found) < _LOOKED_AT, io.StringIO(text)):
        bare = line.strip()
        if bare:
            found.append(bare)
    return found


def _lines(stream: io.BufferedReader) -> Iterator[Item]:
    yield from lines_of(stream)
