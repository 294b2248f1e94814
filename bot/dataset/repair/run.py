"""From a file to a better one."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.dataset.repair import array, recoding, table
from bot.dataset.repair.changes import ChangeLog, Repair
from bot.dataset.repair.line_repair import LineRepair, conversation, spelled
from bot.dataset.validation import tables
from bot.dataset.validation.file_rules import head_of
from bot.errors import CannotRepair
from bot.gateways.dataset_file import BUFFER, DatasetFile, Line, Progress, lines_of, open_dataset

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
"""Rules of the validation whose findings `repair` removes."""

_SHOWN: Final = 200


def repair(source: Path, target: Path, *, progress: Progress | None = None) -> Repair:
    """Write a copy in which all is repaired that can be without a change of meaning; blocking.

    What can't be read stays as it is, byte for byte, and so does every line that needs no change.
    Memory does not grow with the file. The same file gives the same copy.

    Args:
        source: a file that people may have saved in many ways.
        target: a file to be written; it is gone again if anything is raised.
        progress: told the number of bytes read, every 64 KB and at the end.

    Raises:
        CannotRepair: nothing would change, or nobody can be sure what is meant.
        DatasetMissing: there is no such file, or it can't be read.
    """
    log = ChangeLog()
    lines = LineRepair(log)
    try:
        with open_dataset(source, progress) as file, target.open("wb") as out:
            for line in _unwrapped(file, log):
                data = lines.repaired(line)
                if data is not None:
                    out.write(data)
        repaired = log.repair()
        if not repaired.changes:
            raise CannotRepair
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return repaired


def _unwrapped(file: DatasetFile, log: ChangeLog) -> Iterator[Line]:
    """Lines of examples, whatever they are wrapped into."""
    stream: io.BufferedReader = file
    complaint = _complaint(stream, file.size)
    if complaint == "utf16":
        encoding = recoding.encoding_of(stream.peek(BUFFER)[:BUFFER])
        log.note("utf16", None, encoding.upper(), "UTF-8")
        stream = recoding.recoded(stream, encoding)
        complaint = _complaint(stream, file.size)
    elif file.has_bom:
        log.note("bom", None)
    if complaint == "json_array":
        return _from_array(stream, log)
    if complaint == "csv_table":
        return _from_table(stream, log)
    if complaint:
        raise CannotRepair
    return lines_of(stream)


def _complaint(stream: io.BufferedReader, size: int) -> str:
    """The rule that keeps the validation from reading more than the beginning; "" for none."""
    head = head_of(stream, size)
    return next((rule.name for rule in tables.HEAD_RULES if rule.check(head) is not None), "")


def _from_array(stream: io.BufferedReader, log: ChangeLog) -> Iterator[Line]:
    before = stream.peek(BUFFER)[:_SHOWN].decode(errors="ignore").strip()
    for line in array.objects(stream):
        log.note("json_array", line.number, before, line.data)
        yield line


def _from_table(stream: io.BufferedReader, log: ChangeLog) -> Iterator[Line]:
    encoding = recoding.encoding_of_table(stream.peek(BUFFER))
    if encoding != "utf-8":
        stream = recoding.recoded(stream, encoding)
    for row in table.rows(stream):
        data = spelled(conversation(row.question, row.answer))
        log.note("csv_table", row.number, row.text.rstrip(), data)
        yield Line(row.number, data)
