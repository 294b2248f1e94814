"""Turns the ratings and corrections of testers into training files."""

from bot.export.examples import LeftOut
from bot.export.export import Export, ExportFormat, Survey
from bot.export.selection import ExportPart

__all__ = ["Export", "ExportFormat", "ExportPart", "LeftOut", "Survey"]
