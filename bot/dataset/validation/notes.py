"""What people noted of each example: the table NAME.notes.csv beside NAME.jsonl."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 10_000_000
_MOST_THEMES: Final = 100
_LONGEST: Final = 100
"""Characters; a longer text is no name of a theme."""


def noted_themes(path: Path, n_examples: int) -> Mapping[str, int]:
    """Examples by the theme noted for them, most frequent first; empty without sound notes.

    Notes that are not about exactly the lines 1 to *n_examples* were made for another file.
    Never raises: what is wrong with notes is no matter of the dataset's.
    """
    try:
        rows = _rows(path.with_suffix(".notes.csv"))
        themes = {int(row["line"]): row["theme"].strip() for row in rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error):
        return {}
    if len(rows) != n_examples or themes.keys() != set(range(1, n_examples + 1)):
        return {}
    counts = Counter(themes.values())
    if len(counts) > _MOST_THEMES or not all(0 < len(theme) <= _LONGEST for theme in counts):
        return {}
    return dict(counts.most_common())


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():  # a pipe would keep us waiting
        return []
    with path.open("rb") as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        return []
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
