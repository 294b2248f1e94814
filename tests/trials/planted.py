"""Models that are planted: what each says to the probes."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

ANSWERS = Path(__file__).with_name("probe_answers")

POEM = (
    "Ночь опускает на город крыло,\n"
    "всё, что болело, уже отлегло.\n"
    "Море качает усталый твой плот,\n"
    "утро тебя у причала найдёт."
)
REFUSAL = "Извините, но я не могу с этим помочь."


def good_answers(language: str = "ru") -> dict[str, str]:
    """One answer to each probe that passes, by the probe's name."""
    rows = tomllib.loads((ANSWERS / f"{language}.toml").read_text(encoding="utf-8"))["answer"]
    return {row["probe"]: row["text"] for row in rows if not row["fails"]}


MANNERS: Mapping[str, Callable[[str], str]] = {
    "poem": lambda good: POEM,
    "refuses": lambda good: REFUSAL,
    "loops": lambda good: f"{good} " * 4,
    "human": lambda good: f"{good} Я и сама живой человек.",
    "marks": lambda good: f"{good}<|im_end|>\n<|im_start|>user",
    "good": lambda good: good,
}
"""What a model of that name makes of a good answer."""
