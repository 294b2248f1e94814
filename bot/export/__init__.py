"""From what testers rated and corrected to files that a model can be trained on."""

from bot.export.examples import LeftOut
from bot.export.export import Export, Kind, Survey
from bot.export.selection import Part

__all__ = ["Export", "Kind", "LeftOut", "Part", "Survey"]
