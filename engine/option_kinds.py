"""What the values of options may be: from the text to the value.

Each function raises `ValueError` or `argparse.ArgumentTypeError`, as argparse expects it.
"""

import argparse
import math
from datetime import date
from pathlib import Path

from engine.profiles import PROFILES, Profile

BACKENDS = ("rehearsal", "lora")
EXECUTORS = ("local", "ray")
NEVER = "never"
"""As a last day: none is told."""


def folder(text: str) -> Path:
    """An absolute path."""
    return Path(text).resolve()  # other processes get paths below it


def seconds(text: str) -> float:
    """0 or more, finite."""
    value = float(text)
    if not (value >= 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def whole(text: str) -> int:
    """0 or more."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def count(text: str) -> int:
    """1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def count_or_auto(text: str) -> int | None:
    """1 or more; None for an empty text."""
    return count(text) if text else None


def words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def backend(text: str) -> str:
    """A name of `BACKENDS`."""
    if text not in BACKENDS:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(BACKENDS)}")
    return text


def executor(text: str) -> str:
    """A name of `EXECUTORS`."""
    if text not in EXECUTORS:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(EXECUTORS)}")
    return text


def address(text: str) -> str:
    """An address of HTTP."""
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError("must begin with http:// or https://")
    return text


def addresses(text: str) -> tuple[str, ...]:
    """Addresses of HTTP between commas."""
    return tuple(address(word) for word in words(text))


def profile(text: str) -> Profile:
    """The profile of that name."""
    if text not in PROFILES:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(PROFILES)}")
    return PROFILES[text]


def day(text: str) -> str:
    """A day, or `NEVER`."""
    if text == NEVER:
        return text
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a day such as 2027-01-14, or {NEVER}") from None


def yes_or_no(text: str) -> bool:
    """Whether it is yes."""
    if text not in ("yes", "no"):
        raise argparse.ArgumentTypeError("must be yes or no")
    return text == "yes"


def port(text: str) -> int:
    """0 to 65535."""
    value = int(text)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return value


def keys(text: str) -> frozenset[str]:
    """Keys between commas."""
    return frozenset(words(text))
