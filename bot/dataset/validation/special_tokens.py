"""Words that models read as commands, not as text: a provider refuses files that hold them.

The families' own lists: OpenAI and gpt-oss, Llama 2 and 3, Mistral, DeepSeek, Qwen, GLM, Phi,
Gemma, StarCoder; looked up in the vocabularies of splintr 0.22 and the models' cards, 2026-11-22.
"""

import re
from typing import Final

_SPECIAL: Final = re.compile(
    r"""
      <\|/?[A-Za-z][\w\ ./-]{0,40}\|>               # <|endoftext|>, <|im_start|>, <|/think|>
    | <｜[^｜<>\n]{1,40}｜>                          # DeepSeek, with its full-width bars
    | \[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|gMASK|sMASK)\]
    | <</?SYS>>
    | </?(?:start_of_turn|end_of_turn|fim_prefix|fim_middle|fim_suffix|bos|eos|pad|unk|sop|eop)>
    """,
    re.VERBOSE | re.ASCII,
)
_OPEN: Final = "<s>"
_CLOSE: Final = "</s>"


def special_tokens_in(text: str) -> list[str]:
    """The special tokens of any common family in *text*, each once, in order.

    >>> special_tokens_in("a <|im_end|> b [INST] c <|im_end|>")
    ['<|im_end|>', '[INST]']
    """
    if "<" not in text and "[" not in text:
        return []
    found = list(dict.fromkeys(_SPECIAL.findall(text)))
    return found + _sentence_marks(text)


def _sentence_marks(text: str) -> list[str]:
    """`<s>` and `</s>`, unless they are HTML's strike-through: a pair within other text."""
    opened, closed = text.count(_OPEN), text.count(_CLOSE)
    bare = text.strip()
    wraps_all = bare.startswith(_OPEN) and bare.endswith(_CLOSE)
    if opened == closed and not wraps_all:
        return []
    return [mark for mark, count in ((_OPEN, opened), (_CLOSE, closed)) if count]
