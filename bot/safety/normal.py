"""A text as plain words: one spelling, whatever slips, look-alike letters or gaps it has."""

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

END = "."
"""Stands between two sentences among the words of a text."""
MANY = "#"
"""Stands for every number from six on; a smaller one stays as it is."""

_TO_CYRILLIC = str.maketrans("aceopxykmtbhni0136@4", "асеорхукмтвнпиоизбач")
_TO_LATIN = str.maketrans("асеорхукмтвні013457@$", "aceopxykmtbhioieastas")
_ONLY_LATIN = frozenset("bdfghijklmnqrstuvwz")
_ONLY_CYRILLIC = frozenset("бвгдёжзийклмнптфцчшщъыьэюя")
_LOOK_ALIKE = frozenset("aceopxykmtbhn")
_SOUNDS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ch": "ч", "sh": "ш", "ts": "ц", "ya": "я",
    "yu": "ю", "yo": "е", "ye": "е", "ja": "я", "ju": "ю", "jo": "е", "iy": "ий", "ij": "ий",
    "yj": "ый", "ey": "ей", "ej": "ей", "oy": "ой", "oj": "ой", "ay": "ай", "aj": "ай",
    "uy": "уй", "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г",
    "h": "х", "i": "и", "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п",
    "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "х", "y": "ы",
    "z": "з", "4": "ч", "6": "ш",
}  # fmt: skip
_ENGLISH = re.compile(
    r"\b(the|im|is|and|you|of|it|was|are|my|he|she|this|that|for|with|her|his|me|be|have|has|about)\b"
)
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_SPELT_OUT = re.compile(r"(?<![^\W\d_])[^\W\d_](?:[ .*_·•|/\\~+-][^\W\d_]){3,}(?![^\W\d_])")
_DOTTED = re.compile(r"(?<![^\W\d_])[^\W\d_](?:[.*_·•|/\\~+-][^\W\d_])+(?![^\W\d_])")
_MASK = re.compile(r"(?<=[^\W_])[*_·•~]+(?=[^\W_])")
_WORD = re.compile(
    r"\d+(?=[^\W\d_]{2})|\d+(?:[.,]\d+)*(?![\w@$])|[^\W_](?:[^\W_]|[@$](?=[^\W_]))*|[.!?…\n]+"
)
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’‘`´ʼ](?=[^\W\d_])")
_TWICE = re.compile(r"(.)\1+")
_KEYS = re.compile(
    "(?:покончить|умереть|помогите|больше|хочется|собой|устала|хочу|жить|убить|убью|меня|себя|"
    "надоело|могу|мне|так|не|устал|все|я|с|want|live|dont|kill|myself|wanna|die|to|help|me|i)+"
)
_KEY = re.compile(_KEYS.pattern[3:-2])
_NOT = re.compile(
    r"(не)((?:хоч|хот|мог|буд|виж|видит|видел|жить|жил|живу|сп|дыш|ем$|ел|ест|нуж|прос|чувств)\w*)"
)
_SPELLING = (
    ("ё", "е"), ("ъ", ""), ("ь", ""), ("жы", "жи"), ("шы", "ши"), ("чю", "чу"), ("щю", "щу"),
    ("тся", "ца"), ("тца", "ца"), ("цца", "ца"), ("дца", "ца"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One word in both alphabets: what the Russian and the English signs are looked up by."""

    russian: str
    english: str

    @property
    def folded(self) -> str:
        """The word in the alphabet that is likelier."""
        return self.russian or self.english

    def spelling(self, language: str) -> str:
        """The word for the signs of "ru" or "en"; "" where it can be none of that language."""
        return self.russian if language == "ru" else self.english


def fold(word: str) -> str:
    """The one spelling of a lower-case word: no soft signs, no double letters, «ца» for «ться»."""
    for wrong, right in _SPELLING:
        word = word.replace(wrong, right)
    return _TWICE.sub(r"\1", word)


def words_of(text: str) -> Iterator[Word]:
    """The words of a text in order, with END between its sentences."""
    plain = _plain(text)
    russian = _is_mostly_russian(plain)
    spoken = russian or not _ENGLISH.search(plain)
    for piece in _WORD.findall(plain):
        yield from _words(piece, russian=russian, spoken=spoken)


@functools.lru_cache(maxsize=4096)
def _words(piece: str, *, russian: bool, spoken: bool) -> Sequence[Word]:
    if piece[0] in ".!?…\n":
        # "не хочу... жить" is one sentence
        return () if piece.startswith(("..", "…")) else (Word(END, END),)
    if piece[0].isdigit() and not any(map(str.isalpha, piece)):
        few = piece[0] < "6" and len(piece) == 1
        return (Word(piece, piece) if few else Word(MANY, MANY),)
    return tuple(_spellings(piece, russian=russian, spoken=spoken))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower()
    text = _INVISIBLE.sub("", text)
    text = _SPELT_OUT.sub(_joined, text)
    text = _DOTTED.sub(_joined, text)
    return _APOSTROPHE.sub("", _MASK.sub("", text))


def _joined(match: re.Match[str]) -> str:
    return match.group()[::2]


def _is_mostly_russian(text: str) -> bool:
    cyrillic = sum(map(text.count, "абвгдежзийклмнопрстуфхцчшщыьэюя"))
    return cyrillic * 2 > sum(map(text.count, "abcdefghijklmnopqrstuvwxyz"))


def _spellings(piece: str, *, russian: bool, spoken: bool) -> Iterator[Word]:
    """A word in its alphabets; *spoken* says that Latin letters may be Russian by sound."""
    plain = _one_alphabet(piece, russian=russian)
    if not plain.isascii():
        yield from (Word(fold(part), "") for part in _unglued(plain))
        return
    sounds = _unglued(_SOUND.sub(_sound, piece)) if spoken and piece.isascii() else []
    for sound, english in zip_longest(sounds, _unglued(plain), fillvalue=""):
        yield Word(fold(sound), fold(english))


def _one_alphabet(piece: str, *, russian: bool) -> str:
    """Look-alike letters and digits in the alphabet of the letters that leave no doubt."""
    letters = set(piece)
    if russian and letters <= _LOOK_ALIKE:
        return piece.translate(_TO_CYRILLIC)
    is_pure = piece.isalpha() and (piece.isascii() or not any(map(str.isascii, letters)))
    if is_pure:
        return piece
    latin, cyrillic = len(letters & _ONLY_LATIN), len(letters & _ONLY_CYRILLIC)
    is_cyrillic = russian if latin == cyrillic else cyrillic > latin
    return piece.translate(_TO_CYRILLIC if is_cyrillic else _TO_LATIN)


def _unglued(piece: str) -> list[str]:
    if 6 < len(piece) < 40 and _KEYS.fullmatch(piece):
        return _KEY.findall(piece)
    if together := _NOT.fullmatch(piece):
        return [together[1], together[2]]
    return [piece]


def _sound(match: re.Match[str]) -> str:
    return _SOUNDS[match.group()]
