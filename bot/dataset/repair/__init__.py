"""What can be mended in a dataset file without a change of meaning, mended in a copy of it.

`run.py` says in which order: a file is unwrapped to lines, and each line is mended by itself.
"""

from bot.dataset.repair.changes import Change, Repair
from bot.dataset.repair.run import REPAIRABLE, repair

__all__ = ["REPAIRABLE", "Change", "Repair", "repair"]
