"""Why a training failed, in codes and sentences for the client."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from engine.backends import JobRefused
from engine.backends.lora.orders import Reason

MAX_FAILURES = 3
"""So many attempts may fail one after another without progress."""
_CODES = {Reason.BAD_FILE: "invalid_training_file", Reason.STOPPED: "killed"}
"""Other reasons are their own codes."""
_PARAMETERS = {Reason.BAD_FILE: "training_file", Reason.BASE_MISSING: "model"}
_SENTENCES = {
    Reason.OUT_OF_MEMORY: "The memory of {device} is not enough for this training, even for one "
    "example at once.",
    Reason.BAD_NUMBER: "The loss is not a finite number any more. A smaller learning rate helps.",
    Reason.DISK_FULL: "The disk is full.",
    Reason.BASE_MISSING: "The files of the base model are missing or damaged.",
    Reason.BAD_FILE: "The training file can't be learnt from.",
    Reason.STOPPED: "Something outside the server ended the training's process, again and again.",
    Reason.CRASHED: "The training's process crashed. The server's log says more.",
}


def refusal(reason: Reason, message: str, device: str) -> JobRefused:
    """The job's failure; *message* is the child's, and may be empty."""
    if reason is Reason.DONE:
        reason = Reason.CRASHED  # it said so without having done it
    sentence = message or _SENTENCES[reason].format(device=device)
    code = _CODES.get(reason, str(reason))
    return JobRefused(code, sentence, param=_PARAMETERS.get(reason))


@contextmanager
def full_disk_told(device: str) -> Iterator[None]:
    """Make a `JobRefused` of the operating system's error that there is no room left."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise refusal(Reason.DISK_FULL, "", device) from error
