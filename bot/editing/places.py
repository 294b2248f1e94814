"""Where somebody is in a dataset."""

from dataclasses import dataclass
from typing import Final

from bot.editing.lines import TENTHS
from bot.errors import ButtonGone

FINDINGS: Final = TENTHS
"""Goes through lines with findings; a smaller number goes through that tenth of all lines."""
DISLIKED: Final = TENTHS + 1
"""Goes through lines whose questions people asked, and did not like the answers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line as a button or a question names it, whatever became of the version since."""

    dataset_id: int
    line: int
    mode: int

    def __post_init__(self) -> None:
        if self.mode > DISLIKED:
            raise ButtonGone
