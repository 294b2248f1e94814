"""`python -m engine.backends.lora.worker FOLDER`: do what the folder's order says."""

import os
import sys
import traceback
from contextlib import nullcontext
from pathlib import Path

from engine.backends.lora.orders import (
    STOPPED_EXIT,
    EndLine,
    Reason,
    Task,
    WorkOrder,
    append_line,
    read_order,
)
from engine.backends.lora.worker.failures import ending
from engine.backends.lora.worker.stopping import Stop, StopAsked, lease

# torch and transformers take seconds to load: what needs them is imported in the functions.


def main(folder: Path) -> int:
    """Run; returns the exit code, 0, `STOPPED_EXIT` or 1."""
    os.umask(0o077)
    stop = Stop()
    stop.watch(folder)
    order = read_order(folder)
    _show_one_device(order.device)
    try:
        end = _run(order, folder, stop)
    except StopAsked:
        end = EndLine(reason=Reason.STOPPED)
    except Exception as exc:
        traceback.print_exc()
        end = ending(exc)
    append_line(folder, end)
    return {Reason.DONE: 0, Reason.STOPPED: STOPPED_EXIT}.get(end.reason, 1)


def _run(order: WorkOrder, folder: Path, stop: Stop) -> EndLine:
    if order.task is Task.EXAMINE:
        from engine.backends.lora.worker.examine import examine  # noqa: PLC0415

        append_line(folder, examine(order, stop))
        return EndLine(reason=Reason.DONE)
    # A child on another machine has its link: locks of a network's file system outlive a machine.
    with nullcontext() if folder.is_symlink() else lease(folder.parent):
        from engine.backends.lora.worker.training import train  # noqa: PLC0415

        return train(order, folder, stop)


def _show_one_device(device: str) -> None:
    """Leave the order's GPU visible alone, before torch looks: Trainer would use all of them."""
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        return
    number = int(device.partition(":")[2] or 0)
    visible = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    os.environ["CUDA_VISIBLE_DEVICES"] = visible[number] if visible else str(number)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
