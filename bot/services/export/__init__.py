"""From what testers rated and corrected to files that a model can be trained on."""

from bot.services.export.desk import Export, Kind, Survey
from bot.services.export.examples import LeftOut
from bot.services.export.selection import Part

__all__ = ["Export", "Kind", "LeftOut", "Part", "Survey"]
