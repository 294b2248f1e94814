"""What an exception means for the client."""

import errno
import re

from engine.backends.lora.orders import EndLine, Reason
from engine.backends.lora.worker.encoding import BadFile, BaseUnusable

_MEMORY = re.compile(r"out of memory|not enough memory|DefaultCPUAllocator|can't allocate memory")
_DISK = re.compile(
    r"No space left on device|Disk quota exceeded|os error (27|28|122)\b"
    r"|unexpected pos \d+ vs \d+|PytorchStreamWriter failed"
)
"""safetensors and torch tell it only in their texts; torch names what it could not write."""
_DISK_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BadNumber(Exception):
    """A loss or a weight is not a finite number."""


def ending(error: BaseException) -> EndLine:
    """The last line of a child that failed; the server has words where the message is empty."""
    reason, message = _told(error)
    return EndLine(reason=reason, message=message)


def _told(error: BaseException) -> tuple[Reason, str]:
    text = str(error)
    match error:
        case BadFile():
            return Reason.BAD_FILE, text
        case BaseUnusable():
            return Reason.BASE_MISSING, text
        case BadNumber():
            return Reason.BAD_NUMBER, ""
    if isinstance(error, MemoryError) or _MEMORY.search(text):
        return Reason.OUT_OF_MEMORY, ""
    if getattr(error, "errno", None) in _DISK_NUMBERS or _DISK.search(text):
        return Reason.DISK_FULL, ""
    return Reason.CRASHED, ""
