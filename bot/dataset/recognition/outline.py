"""The shape of a JSON value by its beginning, however deep it is: which keys, and what in them."""

import json
import re
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.?)*+"?|[{}\[\],:]', re.DOTALL)
"""Possessive and with an end that may lack, so that no text is looked at twice."""
_DEEP: Final = 3
"""How many levels of containers are told apart."""


@dataclass(slots=True)
class Outline:
    """What the beginning of a value tells."""

    sign: str = ""
    """Its first sign, "{" or "["; "" for anything else."""
    lists: dict[str, set[str]] = field(default_factory=dict)
    """By the key of each list in an object ("" for a list itself): keys of its first object."""
    keys: set[str] = field(default_factory=set)
    """Those of the object itself."""
    items: dict[str, str] = field(default_factory=dict)
    """By the key of each list: the first sign of its first item; "" for none, or a plain value."""


def outline_of(text: str) -> Outline:
    """The shape of the first value in *text*, which may be cut anywhere."""
    found, path = Outline(), _Path()
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if not path.opened and sign not in "{[":
            break
        if sign in "{[":
            path.open(sign, found)
        elif sign in "}]":
            path.close()
            if not path.opened:
                break
        elif sign == ",":
            path.next()
        elif sign == ":":
            path.is_key = False
        elif path.is_key:
            path.key(sign, found)
    return found


class _Path:
    """Where in a value we are."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.is_key = False
        self._in_first = [True] * (_DEEP + 1)
        self._list = ""

    def open(self, sign: str, found: Outline) -> None:
        depth = len(self.opened)
        if not depth:
            found.sign = sign
        is_in_list = bool(self.opened) and self.opened[-1] == "["
        if is_in_list and self._is_near(depth) and self._in_first[depth]:
            found.items[self._list] = sign
        self.opened.append(sign)
        if sign == "[" and (depth == 0 or (depth == 1 and self.opened[0] == "{")):
            found.lists.setdefault(self._list, set())
            found.items.setdefault(self._list, "")
        if depth < _DEEP:
            self._in_first[depth + 1] = True
        self.is_key = sign == "{"

    def _is_near(self, depth: int) -> bool:
        return depth == (1 if self.opened[0] == "[" else 2)

    def close(self) -> None:
        self.opened.pop()
        self.is_key = False

    def next(self) -> None:
        depth = len(self.opened)
        self.is_key = bool(self.opened) and self.opened[-1] == "{"
        if depth <= _DEEP and self.opened[-1] == "[":
            self._in_first[depth] = False

    def key(self, token: str, found: Outline) -> None:
        depth = len(self.opened)
        if depth == 1:
            self._list = _name(token)
            found.keys.add(self._list)
        elif self.opened[-2] == "[" and self._is_near(depth - 1) and self._in_first[depth - 1]:
            found.lists[self._list].add(_name(token))


def _name(token: str) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return token
