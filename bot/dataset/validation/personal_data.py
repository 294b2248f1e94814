"""Personal data and secret keys in a text, which a model would learn by heart.

What is found is shown masked: a report must not spread what it warns of.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

KINDS: Final = ("email", "phone", "card", "passport", "snils", "inn")
"""The last two are Russian: a pension insurance number, a taxpayer's number."""
Personal: TypeAlias = Mapping[str, Sequence[str]]
"""Values found, by kind."""

_FEWEST_DIGITS: Final = 10
"""A text with fewer digits holds none of these numbers."""

EMAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[^\W\d_]{2,20}\b"
)
# https://telegram.org/faq#usernames-and-t-me
_NAME: Final = re.compile(r"(?<![\w.@/+-])@[A-Za-z]\w{3,31}\b", re.ASCII)
# Digits of one number: single blanks, dashes, dots and brackets may stand between them.
_RUN: Final = re.compile(r"(?<![\w.,])\+?\(?\d(?:[ \u00a0.()\u2010-\u2014-]{0,2}\d){9,18}(?![\w])")
_DATES: Final = re.compile(
    r"(?:19|20)\d\d[-./]\d\d?[-./]\d\d?|\d\d?[-./]\d\d?[-./](?:19|20)\d\d|\b\d\d?:\d\d\b"
)
# A sum of money or another amount: groups of three, as in 12 000 000 000.
_AMOUNT: Final = re.compile(r"\d{1,3}(?:[ \u00a0.]\d{3}){2,}|\d+[.]\d+")
_PASSPORT: Final = re.compile(r"(?:паспорт|сери[яию])\w*[^\n]{0,30}$", re.IGNORECASE)
_PASSPORT_PARTS: Final = re.compile(
    r"(?:паспорт|сери[яию])\D{0,20}(\d\d ?\d\d)\W{0,3}(?:номер|№|n|no)\W{0,3}(\d{6})\b",
    re.IGNORECASE,
)
_INN: Final = re.compile(r"\b(?:инн|inn)\b\W{0,3}(?:\w+\W{1,3}){0,2}$", re.IGNORECASE)
# (495) 123-45-67, 495 123-45-67, (212) 555-0123: written as only phones are.
_GROUPED: Final = re.compile(
    r"\(\d{3,5}\) ?\d{1,3}(?:[ -]?\d\d){2}"
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-](?:\d{4}|\d\d[ .-]\d\d)"
)
# In one piece, by fours, or as American Express groups them: not two numbers side by side.
_CARD: Final = re.compile(
    r"\d{13,19}|(?:\d{4}[ \u00a0-]){3}\d{1,4}(?:[ \u00a0-]\d{3})?|\d{4}[ -]\d{6}[ -]\d{5}"
)
_SNILS: Final = re.compile(r"\d{3}-\d{3}-\d{3}[ -]\d\d|\d{3} \d{3} \d{3} \d\d|\d{11}")
_NEAR: Final = 40
# 8 800 and the like are help lines and shops: nobody's own.
# https://en.wikipedia.org/wiki/Toll-free_telephone_number
_FREE: Final = ("8800", "7800", "1800", "1888", "1877", "1866", "1855", "1844", "1833", "800")

_INN_10: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11: Final = (7, *_INN_10)
_INN_12: Final = (3, *_INN_11)

# A text with none of these holds no key; looking for them costs next to nothing.
_SIGNS: Final = (
    "sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "AKIA", "AIza", "xox", ":AA",
    "PRIVATE KEY",
)  # fmt: skip
_SIGNS_IN_LINE: Final = (*(sign.encode() for sign in _SIGNS), b"\\u00")

# The named part may be shown: it tells the service and opens nothing.
_KEY: Final = re.compile(
    r"""
      (?<![\w-])(?P<openai>sk-(?:ant-|proj-)?)(?=[A-Za-z_-]*\d)[\w-]{20,}
    | \b(?P<github>gh[pousr]_)[A-Za-z0-9]{30,}
    | \b(?P<github_pat>github_pat_)\w{20,}
    | \b(?P<aws>AKIA)[A-Z0-9]{16}\b
    | \b(?P<google>AIza)[\w-]{35}
    | \b(?P<slack>xox[abprs]-)(?=[A-Za-z-]*\d)[A-Za-z0-9-]{10,}
    | \b(?P<telegram>\d{6,10}:)AA[\w-]{30,}
    | -----BEGIN\ (?:[A-Z0-9]+\ ){0,3}(?P<private>PRIVATE\ KEY)
    """,
    re.VERBOSE | re.ASCII,
)


def may_be_personal(line: bytes) -> bool:
    """Whether a line of a file is worth a closer look, which few are."""
    return b"@" in line or b"\\u" in line or _has_digits(line)


def personal_in(text: str) -> Personal:
    """Everything personal in *text*, masked; each number is of one kind only."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if "@" in text:
        for match in EMAIL.finditer(text):
            found["email"].append(masked(match[0]))
    if _has_digits(text.encode(errors="replace")):
        _numbers(text, found)
    return found


def masked(value: str) -> str:
    """The first and the last character of *value*, dots between.

    >>> masked("4276 1234 5678 9012")
    '4•••••••••••2'
    """
    bare = "".join(value.split())
    return f"{bare[:1]}{'•' * min(len(bare) - 2, 11)}{bare[-1:]}"


def _has_digits(data: bytes) -> bool:
    return len(data) - len(data.translate(None, b"0123456789")) >= _FEWEST_DIGITS


def _numbers(text: str, found: defaultdict[str, list[str]]) -> None:
    rest = text
    for match in _PASSPORT_PARTS.finditer(text):
        found["passport"].append(masked(match[1] + match[2]))
        rest = rest.replace(match[0], " " * len(match[0]))
    for match in _RUN.finditer(rest):
        kind = _kind(match[0], rest[max(0, match.start() - _NEAR) : match.start()])
        if kind:
            found[kind].append(masked(match[0]))


def _kind(written: str, before: str) -> str:
    """What a row of digits is, the most specific first; "" for none of ours."""
    digits = "".join(filter(str.isdigit, written))
    if is_card(digits) and _CARD.fullmatch(written):
        return "card"
    if is_snils(digits) and ("снилс" in before.lower() or _SNILS.fullmatch(written)):
        return "snils"
    if is_inn(digits) and _INN.search(before):
        return "inn"
    if len(digits) == 10 and _is_passport(written, before):
        return "passport"
    return "phone" if _is_phone(written, digits) else ""


def _is_passport(written: str, before: str) -> bool:
    if _PASSPORT.search(before):
        return True
    return re.fullmatch(r"\d\d \d\d \d{6}", written) is not None


def _is_phone(written: str, digits: str) -> bool:
    """A Russian or international number; not a sum, a date, or just many digits."""
    if digits.startswith(_FREE) or len(set(digits)) < 3 or _DATES.search(written):
        return False
    if written.startswith("+"):
        return 10 <= len(digits) <= 15
    if _AMOUNT.fullmatch(written):
        return False
    if len(digits) == 11:
        return digits[0] in "78" and digits[1] in "3489"
    return (len(digits) == 10 and digits[0] == "9") or (
        len(digits) == 10 and _GROUPED.fullmatch(written) is not None
    )


def is_card(digits: str) -> bool:
    """A payment card: 13 to 19 digits, of an issuer 2 to 6, with Luhn's check digit.

    https://en.wikipedia.org/wiki/Luhn_algorithm and ISO/IEC 7812-1 (first digits).
    """
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456" or len(set(digits)) < 2:
        return False
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    plain = [int(digit) for digit in digits[-1::-2]]
    return (sum(plain) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def is_snils(digits: str) -> bool:
    """A Russian pension insurance number: 11 digits, the last two of them a check.

    The sum of the first nine, each by its place from the right, modulo 101 (100 gives 00);
    numbers up to 001-001-998 have no check. https://ru.wikipedia.org/wiki/Контрольное_число
    """
    if len(digits) != 11 or int(digits[:9]) <= 1_001_998:
        return False
    return _weighed(digits, range(9, 0, -1)) % 101 % 100 == int(digits[9:])


def is_inn(digits: str) -> bool:
    """A Russian taxpayer's number: 10 digits with one check digit, or 12 with two.

    https://ru.wikipedia.org/wiki/Контрольное_число (weights of the Federal Tax Service).
    """
    if len(digits) == 10:
        return _check(digits, _INN_10) == digits[9]
    if len(digits) == 12:
        return _check(digits, _INN_11) + _check(digits, _INN_12) == digits[10:]
    return False


def _check(digits: str, weights: Sequence[int]) -> str:
    return str(_weighed(digits, weights) % 11 % 10)


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def may_be_secret(line: bytes) -> bool:
    """Whether a line of a file is worth a closer look, which few are."""
    return any(sign in line for sign in _SIGNS_IN_LINE)


def secrets_in(text: str) -> list[str]:
    """The keys in *text*, each as its telling beginning, in order.

    >>> secrets_in("Мой ключ: sk-proj-abcdefghijklmnop1234567890")
    ['sk-proj-•••']
    """
    if not any(sign in text for sign in _SIGNS):
        return []
    return [f"{match[match.lastgroup]}•••" for match in _KEY.finditer(text) if match.lastgroup]
