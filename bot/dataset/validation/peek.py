"""The system prompt of a file, known before the file has been checked."""

import json
from itertools import islice
from pathlib import Path
from typing import Final

from bot.dataset.validation.examples import system_prompt_of
from bot.dataset.validation.pairs import conversation_of
from bot.dataset.validation.prompts import SystemPrompts
from bot.dataset.validation.reading import MAX_LINE_BYTES
from bot.errors import DatasetMissing

_LINES: Final = 200


def first_system_prompt(path: Path) -> str:
    """The most frequent system prompt of the first 200 lines; empty when they have none.

    Raises:
        DatasetMissing: there is no such file, or it can't be read.
    """
    prompts = SystemPrompts()
    try:
        with path.open("rb") as file:
            lines = iter(lambda: file.readline(MAX_LINE_BYTES), b"")
            for number, line in enumerate(islice(lines, _LINES), 1):
                prompts.add(_prompt_in(line), number)
    except OSError as exc:
        raise DatasetMissing(path=path) from exc
    return prompts.main


def _prompt_in(line: bytes) -> str:
    try:
        return system_prompt_of(conversation_of(json.loads(line.decode("utf-8-sig"))))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""  # what is wrong with it is validation's to say
