"""From a file to a better one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.dataset.recognition import Broken, Columns, LeftOut, Source
from bot.dataset.recognition.recognise import recognised
from bot.dataset.repair.changes import ChangeLog, Repair
from bot.dataset.repair.line_repair import LineRepair
from bot.errors import CannotRepair
from bot.gateways.dataset_file import (
    BUFFER,
    DatasetFile,
    Line,
    Progress,
    lines_of,
    open_dataset,
)

_SHOWN: Final = 200


def repair(
    source: Path,
    target: Path,
    *,
    columns: Columns | None = None,
    progress: Progress | None = None,
) -> Repair:
    """Write a copy in which all is repaired that can be without a change of meaning; blocking.

    What can't be read stays as it is, byte for byte, and so does every line that needs no change.
    Memory does not grow with the file. The same file gives the same copy.

    Args:
        source: a file that people may have saved in many ways.
        target: a file to be written; it is gone again if anything is raised.
        columns: what a person said of the columns of a table.
        progress: told the number of bytes read, every 64 KB and at the end.

    Raises:
        CannotRepair: nothing would change, or nobody can be sure what is meant.
        DatasetMissing: there is no such file, or it can't be read.
    """
    log = ChangeLog()
    lines = LineRepair(log)
    try:
        with open_dataset(source, progress) as file, target.open("wb") as out:
            found = recognised(file, columns)
            for line in _lines(file, found, log):
                data = lines.repaired(line)
                if data is None:
                    continue
                out.write(data)
                if found.items or lines.is_converted:
                    log.show(data)
        repaired = log.repair()
        has_examples = lines.n_like_examples or found.items is None
        if not (repaired.changes and repaired.n_after and has_examples):
            raise CannotRepair
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return repaired


def _lines(file: DatasetFile, source: Source, log: ChangeLog) -> Iterator[Line]:
    """Lines of examples, whatever they are wrapped into; raises CannotRepair."""
    if source.kind and source.items is None:
        raise CannotRepair
    if source.items is None:
        if file.has_bom:
            log.note("bom", None)
        yield from lines_of(file)
        return
    code_page = "utf16" if source.encoding.startswith("UTF") else "code_page"
    if source.encoding:
        log.note(code_page, None, source.encoding, "UTF-8")
    before = "" if source.encoding else file.peek(BUFFER)[:_SHOWN].decode(errors="ignore").strip()
    try:
        for item in source.items():
            if isinstance(item, LeftOut):
                log.leave_out(item)
                continue
            if source.kind != code_page:
                log.note(source.kind, item.number, before, item.data)
            yield item
    except Broken as exc:
        raise CannotRepair from exc
