"""Identities of examples: equal for equal content, however the JSON is written."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bot.dataset.validation.examples import message_lists
from bot.gateways.dataset_file import Progress, lines_of, open_dataset


def identity_of(row: dict[str, Any]) -> bytes:
    """Equal for rows with the same roles and texts; spaces around texts and weights do not count.

    A row has the same identity in every process.
    """
    said = [
        [(m.get("role"), _bare(m.get("content"))) for m in messages if isinstance(m, dict)]
        for messages in message_lists(row)
    ]
    return blake2b(json.dumps(said).encode(), digest_size=16).digest()


def identities_of(path: Path, *, progress: Progress | None = None) -> frozenset[bytes]:
    """The identities of all examples in a file; blocking. Raises DatasetMissing."""
    found = set()
    with open_dataset(path, progress) as file:
        for line in lines_of(file):
            row = line.row()
            if isinstance(row, dict):
                found.add(identity_of(row))
    return frozenset(found)


def _bare(content: object) -> object:
    return content.strip() if isinstance(content, str) else content
