"""By what an example is known again: what it says, however it is spelled in JSON."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from bot.dataset.validation.examples import message_lists
from bot.gateways.dataset_file import Progress, lines_of, open_dataset

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
    with open_dataset(path, progress) as file:
        for line in lines_of(file):
            row = line.row()
            if isinstance(row, dict):
                found.add(identity_of(row))
    return frozenset(found)


def _bare(content: object) -> object:
    return content.strip() if isinstance(content, str) else content
