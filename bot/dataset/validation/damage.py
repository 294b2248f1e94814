"""What tools leave in texts on their way into a dataset, and the texts without it.

The functions that give a text give None where there is nothing to change for sure.
"""

import re
from typing import Final

from bot.dataset.validation.mojibake import may_be_mojibake
from bot.domain.models import TakenBack
from bot.gateways.reasoning import Reasoning

LOST: Final = "\N{REPLACEMENT CHARACTER}"
_LOST_IN_UTF8: Final = ("пїЅ", "ï¿½", "я┐╜", "О©╫")
"""The same, read in another encoding."""

_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "", '"': '"', "'": "'", "/": "/"}
_ESCAPE: Final = re.compile(r"\\(?:([ntr\"'/])|u([0-9a-fA-F]{4}))")
_OTHER: Final = re.compile(r"\\(?![ntr\"'/]|u[0-9a-fA-F]{4})")
"""A backslash that JSON would not write here: of a path, a formula, a pattern."""
# A line break that was escaped twice is where a sentence or a line ends, and where one begins.
_BEGINS: Final = r"\\[nrt]|[^\Wa-z_]|[-–—*•#>«„“(\d😀-🫿]|(?<=[.!?:;,…)»”*]\\n)[a-z]"
_BREAK: Final = re.compile(
    rf"(?:(?<=[^\s\\\"'«(`])|(?<=\\n)|(?<=\\\"))(?:\\r)?\\n(?={_BEGINS}|\\?[\"']|\s|$)"
    rf"|(?<=[ \"'])(?:\\r)?\\n(?={_BEGINS})"
)
_CODE: Final = re.compile(
    r"`|(?<![A-Za-z])[A-Za-z]:\\|\\\\|\b(?:printf?|echo|console|return|regex)\b|\$|[{\[]\s*\\\""
)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\\]")
_SPELT_ROW: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4}[\s.,!?:;-]*){3}")
_QUOTED: Final = re.compile(r'\\"[^"\\{}\[\]]+\\"')

_NO_VALUES: Final = frozenset(
    {
        "nan", "none", "null", "nil", "n/a", "<na>", "#n/a", "#н/д", "nat", "undefined",
        "[object object]", "#value!", "#ref!", "#name?", "#div/0!", "#null!", "#num!",
        "#знач!", "#ссылка!", "#имя?", "#дел/0!", "#пусто!", "#число!", "-nan", "#error!",
    }
)  # fmt: skip
_LONGEST: Final = max(map(len, _NO_VALUES))
_QUESTION_MARKS: Final = re.compile(r"(?<!\?)\?{2,}+(?:[\s,.!:;-]{1,9}\?{2,}+){2}")
_OPENS: Final = re.compile(
    r"(?<![`\"'«])<(think(?:ing)?|reasoning|thoughts?)>(?=[^`])", re.IGNORECASE
)
_MOST_REASONED: Final = 200_000
"""Characters; an answer that is longer is left to people."""
_SHORT: Final = 2 * _LONGEST
"""Characters; a text without a value may have blanks around it."""
_SIGNS: Final = re.compile(rf"[\\<◁{LOST}]")
_WORDS: Final = ("??", "[", "analysis")
"""What lost letters and other kinds of reasoning have, and few texts."""
_REASONING: Final = re.compile(r"\s*(?:<|\[|◁|analysis)|</|/>|◁/|\[/|<\|")


def may_be_damaged(text: str) -> bool:
    """Whether any rule about damage could find something: a look that costs little."""
    return (
        len(text) <= _SHORT
        or _SIGNS.search(text) is not None
        or any(word in text for word in _WORDS)
        or may_be_mojibake(text)
    )


def unescaped(text: str) -> str | None:
    """A text whose line breaks, quotes or letters were escaped twice, as they were meant.

    Not in JSON, code, paths or formulas, nor where such a sign is spoken of.
    """
    if (
        "\\" not in text
        or text.lstrip()[:1] in ("{", "[")
        or _OTHER.search(text)
        or _CODE.search(text)
    ):
        return None
    n_breaks = text.count("\\n")
    is_plain = n_breaks and len(_BREAK.findall(text)) == n_breaks
    if n_breaks and not is_plain:
        return None
    if not (is_plain or _SPELT_ROW.search(text) or _only_quotes(text)):
        return None
    found = _ESCAPE.sub(_meant, text)
    try:  # halves of one character
        found = found.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None
    return None if _UNPRINTABLE.search(found) else found


def _only_quotes(text: str) -> bool:
    return bool(_QUOTED.search(text)) and text.count("\\") == 2 * len(_QUOTED.findall(text))


def _meant(found: re.Match[str]) -> str:
    sign, code = found.groups()
    return _ESCAPES[sign] if sign else chr(int(code, 16))


def without_reasoning(answer: str) -> str | None:
    """An answer without the reasoning of the model that wrote it; empty where there is no other."""
    if len(answer) > _MOST_REASONED or not _REASONING.search(answer):
        return None
    reader, words = Reasoning(is_presumed=False), list[str]()
    for part in (*reader.feed(answer), *reader.finish(is_whole=True)):
        if isinstance(part, TakenBack):
            words.clear()
        else:
            words.append(part)
    rest = "".join(words).strip()
    return None if rest == answer.strip() else rest


def has_reasoning_inside(answer: str) -> bool:
    """Whether there is reasoning that `without_reasoning` can't take away and leave an answer."""
    rest = without_reasoning(answer)
    said = answer if rest is None else rest
    opened = _OPENS.search(said)
    return rest == "" or (opened is not None and f"</{opened[1]}>" in said[opened.end() :])


def has_lost_characters(text: str) -> bool:
    """Whether a wrong encoding has left signs in place of letters."""
    if LOST in text or any(sign in text for sign in _LOST_IN_UTF8):
        return True
    if "??" not in text:
        return False
    row = _QUESTION_MARKS.search(text)
    return row is not None and text.count("?") * 2 > len(text)


def is_no_value(text: str) -> bool:
    """Whether it is the word of a program or a table for "there is nothing here".

    >>> is_no_value("NaN"), is_no_value("Ничего")
    (True, False)
    """
    if len(text) > _SHORT:
        return False
    words = text.casefold().split()
    return " ".join(words) in _NO_VALUES or (bool(words) and _NO_VALUES.issuperset(words))
