"""Beginnings of the shipped dataset, sent as versions."""

from pathlib import Path

from bot.dataset.versions import CheckedFile
from tests.composition import ADMIN, BotParts

SHIPPED = Path(__file__).parents[2] / "data" / "natasha_finetuning_20251125_153356.jsonl"
LINES = SHIPPED.read_bytes().splitlines(keepends=True)


def data(start: int = 0, n: int = 20) -> bytes:
    return b"".join(LINES[start : start + n])


async def taken_in(parts: BotParts, content: bytes, name: str = "a.jsonl") -> CheckedFile:
    return await parts.desk.take_in(content, name=name, by=ADMIN)


async def number(parts: BotParts, content: bytes) -> int:
    judged = await taken_in(parts, content)
    assert judged.dataset is not None
    return judged.dataset.id
