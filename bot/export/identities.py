"""By what an example is known again: what it says, however it is spelled in JSON."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from bot.dataset.linewise import Progress, lines_of, opened
from bot.dataset.validation.pairs import message_lists

_BYTES: Final = 16


def identity_of(row: dict[str, Any]) -> bytes:
    """Equal for rows with the same roles and texts, blanks around these and weights aside.

    The same in every process.
    """
    said = [
        [(m.get("role"), _bare(m.get("content"))) for m in messages if isinstance(m, dict)]
        for messages in message_lists(row)
    ]
    return blake2b(json.dumps(said).encode(), digest_size=_BYTES).digest()


def identities_of(path: Path, *, progress: Progress | None = None) -> frozenset[bytes]:
    """Those of all examples in a file; blocking. Raises DatasetMissing."""
    found = set()
    with opened(path, progress) as stream:
        for line in lines_of(stream):
            row = _row(line.data) if line.is_whole else None
            if isinstance(row, dict):
                found.add(identity_of(row))
    return frozenset(found)


def _row(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _bare(content: object) -> object:
    return content.strip() if isinstance(content, str) else content
