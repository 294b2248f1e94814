"""From a file to a better one."""

import codecs
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.catalogue import load_catalogue
from bot.dataset.linewise import Line, Progress, lines_of, opened
from bot.dataset.repair import array, recoding, table
from bot.dataset.repair.changes import Ledger, Repair
from bot.dataset.repair.mending import Mender, conversation, spelled
from bot.dataset.validation import tables
from bot.dataset.validation.rule import Head
from bot.errors import CannotRepair

REPAIRABLE: Final = frozenset(
    {
        "utf16",
        "bom",
        "json_array",
        "csv_table",
        "prompt_completion",
        "crlf",
        "trailing_blanks",
        "blank_lines",
        "duplicate_example",
    }
)
"""Rules of the validation whose finds `repair` can mend."""

_START: Final = 65_536
"""Bytes by which the validation knows what a file is."""
_SHOWN: Final = 200


def repair(source: Path, target: Path, *, progress: Progress | None = None) -> Repair:
    """Write a copy in which all is mended that can be without a change of meaning; blocking.

    What can't be read stays as it is, byte for byte, and so does every line that needs no change.
    Memory does not grow with the file. The same file gives the same copy.

    Args:
        source: a file that people may have saved in many ways.
        target: a file to be written; it is gone again if anything is raised.
        progress: told the number of bytes read, about every megabyte and at the end.

    Raises:
        CannotRepair: nothing would change, or nobody can be sure what is meant.
        DatasetMissing: there is no such file, or it can't be read.
    """
    ledger = Ledger()
    try:
        with opened(source, progress) as stream, target.open("wb") as out:
            size = os.fstat(stream.fileno()).st_size
            mender = Mender(ledger)
            for line in _unwrapped(stream, size, ledger):
                data = mender.mended(line)
                if data is not None:
                    out.write(data)
        repaired = ledger.closed()
        if not repaired.changes:
            raise CannotRepair
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return repaired


def _unwrapped(stream: io.BufferedReader, size: int, ledger: Ledger) -> Iterator[Line]:
    """Lines of examples, whatever they are wrapped into."""
    complaint = _complaint(stream, size)
    if complaint == "utf16":
        encoding = recoding.encoding_of(stream.peek(_START)[:_START])
        ledger.note("utf16", None, encoding.upper(), "UTF-8")
        stream = recoding.recoded(stream, encoding)
        complaint = _complaint(stream, size)
    elif stream.peek(_START).startswith(codecs.BOM_UTF8):
        ledger.note("bom", None)
        stream.read(len(codecs.BOM_UTF8))
    if complaint == "json_array":
        return _from_array(stream, ledger)
    if complaint == "csv_table":
        return _from_table(stream, ledger)
    if complaint:
        raise CannotRepair
    return lines_of(stream)


def _complaint(stream: io.BufferedReader, size: int) -> str:
    """The rule that keeps the validation from reading more than the beginning; "" for none."""
    start = stream.peek(_START)[:_START]
    size = size if len(start) == _START else len(start)
    head = Head(start, size, load_catalogue().limits.max_file_bytes)
    return next((rule.name for rule in tables.HEAD_RULES if rule.check(head) is not None), "")


def _from_array(stream: io.BufferedReader, ledger: Ledger) -> Iterator[Line]:
    before = stream.peek(_START)[:_SHOWN].decode(errors="ignore").strip()
    for line in array.objects(stream):
        ledger.note("json_array", line.number, before, line.data)
        yield line


def _from_table(stream: io.BufferedReader, ledger: Ledger) -> Iterator[Line]:
    encoding = recoding.encoding_of_table(stream.peek(_START))
    if encoding != "utf-8":
        stream = recoding.recoded(stream, encoding)
    for row in table.rows(stream):
        data = spelled(conversation(row.question, row.answer))
        ledger.note("csv_table", row.number, row.text.rstrip(), data)
        yield Line(row.number, data)
