"""Check digits: what tells a card or a taxpayer's number from any other row of digits."""

from collections.abc import Sequence
from typing import Final

_INN_10: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11: Final = (7, *_INN_10)
_INN_12: Final = (3, *_INN_11)


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
