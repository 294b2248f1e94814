"""The child's side of `run_isolated`: reads one order from standard input, works, and answers.

It imports only what the function's module needs, so that it starts quickly. The answer is a length
of eight bytes and a pickle: ("result", value), ("refused", class of the UserError, its params),
("too_much", None) or ("bug", traceback).
"""

import importlib
import os
import pickle
import resource
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Final

from bot.errors import UserError

_PREFIX: Final = 8
_NICER: Final = 5
_DIES_FIRST: Final = "500"
"""Half of all memory more, as the kernel reckons when it chooses what to kill."""


def main() -> None:
    """Carry out the order that standard input holds."""
    answers = _reserve_stdout()
    orders = open(0, "rb", buffering=0)  # noqa: SIM115 - a file descriptor, open to the end
    size = int.from_bytes(_exactly(orders, _PREFIX), "big")
    order = pickle.loads(_exactly(orders, size))  # noqa: S301 - the parent wrote it
    threading.Thread(target=_end_with_parent, args=(orders,), daemon=True).start()
    with suppress(BrokenPipeError):  # the parent has ended
        answer = _outcome(order)
        answers.write(len(answer).to_bytes(_PREFIX, "big") + answer)
        answers.flush()
    os._exit(0)  # at once: nothing is left to clean up


def _reserve_stdout() -> BinaryIO:
    """The stream for answers; anything else that is printed goes to standard error."""
    answers = open(os.dup(1), "wb")  # noqa: PTH123, SIM115 - a file descriptor, open to the end
    os.dup2(2, 1)
    return answers


def _exactly(orders: BinaryIO, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = orders.read(size - len(data))
        if not more:
            os._exit(1)  # the parent ended while it wrote the order
        data += more
    return data


def _end_with_parent(orders: BinaryIO) -> None:
    """Wait for the end of standard input: the kernel closes it however the parent ends."""
    while orders.read(1):
        pass
    os._exit(1)


def _outcome(order: dict[str, Any]) -> bytes:
    """Call the function and pickle what came of it."""
    try:
        try:
            return pickle.dumps(("result", _work(order)))
        except UserError as exc:
            return pickle.dumps(("refused", type(exc), exc.params))
    except MemoryError:
        return pickle.dumps(("too_much", None))
    except BaseException:  # a panic of Rust code is no Exception
        return pickle.dumps(("bug", traceback.format_exc()))


def _work(order: dict[str, Any]) -> Any:
    os.nice(_NICER)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(_DIES_FIRST, encoding="ascii")
    _limit(resource.RLIMIT_AS, order["memory_bytes"])
    _limit(resource.RLIMIT_CPU, order["cpu_s"])
    _limit(resource.RLIMIT_CORE, 0)
    function: Callable[..., Any]
    function = attrgetter(order["name"])(importlib.import_module(order["module"]))
    return function(*order["args"], **order["kwargs"])


def _limit(kind: int, most: int) -> None:
    """Lower one of the kernel's limits; macOS does not have all of them."""
    _, hard = resource.getrlimit(kind)
    with suppress(ValueError, OSError):
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, hard))


if __name__ == "__main__":
    main()
