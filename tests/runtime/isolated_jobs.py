"""Work for child processes: `run_isolated` needs functions that stand in a module."""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

from bot.errors import BadValue, DatasetMissing
from bot.gateways.tokenizer import count_tokens
from bot.runtime.isolated import run_isolated


def doubled(number: int, *, plus: int = 0) -> int:
    print("printed among the answers")
    return 2 * number + plus


def long_answer(n_bytes: int) -> bytes:
    return b"x" * n_bytes


def refuses(path: Path) -> NoReturn:
    raise DatasetMissing(path=path)


def refuses_a_value() -> NoReturn:
    raise BadValue(name="epochs", value="<51>", allowed="1-50")


def breaks() -> NoReturn:
    raise LookupError("the bug's own words")


def leaves() -> NoReturn:
    sys.exit(3)


def answers_the_unsayable() -> object:
    return lambda: None


def busy(seconds: float) -> str:
    """Hold the GIL, but for what the interpreter itself lets go."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


def holds_on() -> None:
    """One call that never lets go of the GIL."""
    sum(range(10**15))


def hungry() -> int:
    return len([bytes(1 << 26) for _ in range(1 << 10)])


def dies() -> None:
    os.abort()


def tells_its_id(file: Path, seconds: float = 600) -> str:
    file.write_text(str(os.getpid()), encoding="ascii")
    return busy(seconds)


def limits() -> tuple[int, int]:
    return os.nice(0), len([name for name in sys.modules if name in ("telegram", "openai")])


def tokens_and_likeness(texts: list[str]) -> tuple[int, int]:
    """The two native libraries that validation works with."""
    from rapidfuzz import fuzz

    n_alike = sum(fuzz.ratio(texts[0], text) > 90 for text in texts)
    return sum(count_tokens(text, "o200k_base") for text in texts), n_alike


def tells_its_id_and_holds_on(file: Path) -> None:
    tells_its_id(file, 0)
    holds_on()


def be_the_parent(job: str, file: str, timeout_s: float) -> None:
    """A parent whose child has no end of its own."""
    asyncio.run(run_isolated(globals()[job], Path(file), timeout_s=timeout_s))
