"""What can be repaired in a dataset file without a change of meaning, repaired in a copy of it.

`run.py` says in which order: a file is unwrapped to lines, and each line is repaired separately. It
is imported with the first repair.
"""

from bot.dataset.repair.changes import Repair, RepairChange
from bot.dataset.repair.repairable import REPAIRABLE, can_repair, is_convertible

__all__ = ["REPAIRABLE", "Repair", "RepairChange", "can_repair", "is_convertible"]
