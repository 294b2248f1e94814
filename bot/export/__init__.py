"""From what testers rated and corrected to files that a model can be trained on."""

from bot.export.examples import LeftOut
from bot.export.export import Export, ExportFormat, Survey
from bot.export.selection import ExportPart

__all__ = ["Export", "ExportFormat", "ExportPart", "LeftOut", "Survey"]
