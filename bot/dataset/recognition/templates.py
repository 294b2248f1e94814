"""Conversations in one text, with the marks that tell a model who speaks.

The marks: https://huggingface.co/docs/transformers/chat_templating and the templates of these
models there (looked up 2026-11-29).
"""

import re
from dataclasses import dataclass
from typing import Final

from bot.dataset.recognition.names import speaker_of


@dataclass(frozen=True, slots=True)
class _Template:
    name: str
    mark: str
    """What each of its texts has."""
    turn: re.Pattern[str]
    """Who speaks, and the words."""


def _template(name: str, mark: str, turn: str) -> _Template:
    return _Template(name, mark, re.compile(rf"\s*{turn}\s*", re.DOTALL))


_TEMPLATES: Final = (
    _template(
        "ChatML",
        "<|im_start|>",
        r"<\|im_start\|>(\w+)\n(.*?)(?:<\|im_end\|>\s*(?:<\|endoftext\|>)?|$)",
    ),
    _template(
        "Llama 3",
        "<|start_header_id|>",
        r"(?:<\|begin_of_text\|>)?<\|start_header_id\|>(\w+)<\|end_header_id\|>(.*?)"
        r"(?:<\|eot_id\|>(?:<\|end_of_text\|>)?|$)",
    ),
    _template(
        "Gemma", "<start_of_turn>", r"(?:<bos>)?<start_of_turn>(\w+)\n(.*?)(?:<end_of_turn>|$)"
    ),
)
_LLAMA_2: Final = "Llama 2 / Mistral"
_INST: Final = "[INST]"
_INST_TURN: Final = re.compile(
    r"\s*(?:<s>)?\s*\[INST\]\s*(?:<<SYS>>(.*?)<</SYS>>)?(.*?)\[/INST\](.*?)"
    r"(?:</s>|(?=<s>|\[INST\])|$)\s*",
    re.DOTALL,
)
_ANY_MARK: Final = re.compile(r"<\|\w+\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>")

Said = list[tuple[str, str]]
"""Role and words of each turn."""


def template_of(text: str) -> str:
    """The name of the template by which a text was written; "" for none that we know."""
    if _INST in text:
        return _LLAMA_2
    return next((template.name for template in _TEMPLATES if template.mark in text), "")


def turns_of(text: str) -> Said | None:
    """Who says what in such a text; None where any part of it is not as the template has it."""
    name = template_of(text)
    turn = next((t.turn for t in _TEMPLATES if t.name == name), _INST_TURN)
    said: Said = []
    at = 0
    while at < len(text):
        found = turn.match(text, at)
        if found is None:
            return None
        said += _of_inst(found) if turn is _INST_TURN else [(speaker_of(found[1]), found[2])]
        at = found.end()
    bare = [(role, words.strip()) for role, words in said]
    is_sound = all(role and words and not _ANY_MARK.search(words) for role, words in bare)
    return bare if is_sound else None


def _of_inst(found: re.Match[str]) -> Said:
    system, question, answer = found.groups()
    prompt = [("system", system)] if system else []
    return [*prompt, ("user", question), ("assistant", answer)]
