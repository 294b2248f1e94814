"""What a text is like: its words, its script, refusals, and words that models read as commands."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"\w+")

SCRIPTS: Final = ("", "cyrillic", "latin", "greek", "hebrew", "arabic", "indic", "cjk", "hangul")
"""Every name that `script_of` returns; "" for a text with hardly any letters."""

FEW_LETTERS: Final = 20
"""A text with fewer letters is not judged."""

# The first byte of a character in UTF-8 tells its block: https://www.unicode.org/Public/UNIDATA/Blocks.txt
_LATIN_ASCII: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LEADS: Final[dict[str, Iterable[int]]] = {
    "cyrillic": range(0xD0, 0xD4),
    "latin": (*_LATIN_ASCII, *range(0xC3, 0xCA)),
    "greek": range(0xCE, 0xD0),
    "hebrew": range(0xD6, 0xD8),
    "arabic": range(0xD8, 0xDC),
    "indic": range(0xE0, 0xE1),
    "cjk": range(0xE3, 0xEA),
    "hangul": range(0xEA, 0xEE),
}
_LETTERS: Final = {script: bytes(leads) for script, leads in _LEADS.items()}
_LATIN: Final = _LETTERS["latin"]
_CYRILLIC: Final = _LETTERS["cyrillic"]

# OpenAI and gpt-oss, Llama 2 and 3, Mistral, DeepSeek, Qwen, GLM, Phi, Gemma, StarCoder: looked up
# in the vocabularies of splintr 0.22 and the models' cards, 2026-11-22.
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

# Few answers hold any of these, and only they are looked at closely.
_SIGNS: Final = (
    "не могу", "не имею возм", "не в состоянии", "модел", "интеллект", "нейросет", "ассистент",
    "помощник", " ии ", "sorry", "apolog", "language model", "an ai", "i can", "unable", "not able",
)  # fmt: skip

_MODEL: Final = (
    r"(?:большая )?(?:языковая модель|нейросеть|искусственный интеллект|ии)\b"
    r"|(?:виртуальный|цифровой) (?:ассистент|помощник)\b"
)
_HELP: Final = (
    "(?:вам |тебе )?"
    "(?:помочь|ответить на|предостав|выполнить|обсуждать|продолжить|создавать|создать)"
)
_MODEL_EN: Final = r"(?:ai|artificial intelligence|(?:large )?language model)\b"
_CANNOT: Final = "(?:can ?t|cannot|can not|(?:a?m )?(?:unable|not able) to) "
_HELP_EN: Final = "(?:help|assist|provide|answer|fulfil|do that|comply|discuss|continue|create)"
_PATTERNS: Final = (
    rf"\bкак (?:{_MODEL})",
    rf"\bя (?:всего )?(?:лишь |просто )?(?:{_MODEL})",
    (
        r"(?:\bизвини(?:те)?|\bпростите|к сожалению|мне (?:очень )?жаль) (?:но )?(?:что )?(?:я )?"
        f"не (?:могу|в состоянии|имею возможности) {_HELP}"
    ),
    (
        r"\bя не (?:могу|имею возможности) (?:вам |тебе )?"
        "(?:предостав|выполнить (?:этот|ваш|данный)|помочь (?:вам |тебе )?с эт)"
    ),
    rf"\bas an? {_MODEL_EN}",
    rf"\bi (?:am|m) (?:just |only )?an? {_MODEL_EN}",
    rf"\b(?:sorry|i apologi[sz]e) (?:but )?i {_CANNOT}{_HELP_EN}",
    rf"\bi {_CANNOT}(?:assist (?:you )?with|help (?:you )?with th[ai][ts]|provide|fulfil|comply)",
)
_REFUSAL: Final = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


def normalised(text: str) -> str:
    """The same for all texts that say the same words; empty for one without any words.

    >>> normalised("Кто  я?") == normalised("кто я")
    True
    """
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """The words and numbers of *text* in the form in which they are compared.

    >>> words_of("Ещё раз: «Привет», мир!")
    ['еще', 'раз', 'привет', 'мир']
    """
    # NFC first: macOS writes й as two characters, of which the second is part of no word.
    return _WORD.findall(unicodedata.normalize("NFC", text).lower().replace("ё", "е"))


def script_of(text: str) -> str:
    """The script of most letters of *text*, one of `SCRIPTS`."""
    data = text.encode(errors="replace")
    n_cyrillic = len(data) - len(data.translate(None, _CYRILLIC))
    n_latin = len(data) - len(data.translate(None, _LATIN))
    # Nearly all texts are in these two scripts: only other texts need all the counts.
    if n_latin + 2 * n_cyrillic < 0.7 * len(data):
        return _rarer(data)
    if n_latin + n_cyrillic < FEW_LETTERS:
        return ""
    return "cyrillic" if n_cyrillic >= n_latin else "latin"


def _rarer(data: bytes) -> str:
    counts = {
        script: len(data) - len(data.translate(None, leads)) for script, leads in _LETTERS.items()
    }
    if sum(counts.values()) < FEW_LETTERS:
        return ""
    return max(counts, key=lambda script: counts[script])


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


def is_refusal(answer: str) -> bool:
    """Whether *answer*, normalised, sounds like an assistant that refuses, in Russian or English.

    A coach's "I can't decide for you" is none: a refusal speaks of models or of providing.
    """
    for sign in _SIGNS:
        if sign in answer:
            return _REFUSAL.search(answer) is not None
    return False
