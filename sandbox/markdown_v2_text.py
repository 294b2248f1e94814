"""Telegram's MarkdownV2: https://core.telegram.org/bots/api#markdownv2-style.

It accepts the same texts as `parse_markdown_v2` of
https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp, and refuses the others with
the same words. Dates (`tg://time`) are not among them.
"""

from dataclasses import dataclass
from typing import NoReturn

from sandbox.errors import bad_request
from sandbox.links import custom_emoji_id, link_entity
from sandbox.markdown_text import PRE_BEGIN
from sandbox.shapes import Json
from sandbox.text import utf16_len

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
_CODE = frozenset({"Code", "Pre", "PreCode"})
_MARKS = {
    "Bold": "*", "Italic": "_", "Underline": "__", "Strikethrough": "~", "Spoiler": "||",
    "Code": "`", "Pre": "```", "PreCode": "```", "TextUrl": "]", "CustomEmoji": "]",
}  # fmt: skip
"""What ends each kind of entity; the kinds have the names of Telegram's errors."""
_BEGINS = (
    ("__", "Underline"), ("_", "Italic"), ("*", "Bold"), ("~", "Strikethrough"),
    ("||", "Spoiler"), ("`", "Code"), ("![", "CustomEmoji"), ("[", "TextUrl"),
)  # fmt: skip


def parse(source: str) -> tuple[str, list[Json]]:
    """The text of MarkdownV2 and its entities, with offsets in UTF-16 units.

    Raises:
        TelegramError: `can't parse entities: ...`, with the byte offset that Telegram names.
    """
    return _Parser(source).run()


@dataclass(slots=True)
class _Open:
    kind: str
    language: str
    begin: int
    """Where its mark begins in the source."""
    offset: int
    position: int
    """Where its text begins, as an index of `_Parser.pieces`."""


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.length = 0
        """The length of `pieces`, in UTF-16 units."""
        self.open: list[_Open] = []
        self.entities: list[Json] = []
        self.is_in_quote = False
        self.may_quote = True
        """Whether a ">" here would begin a quotation: only line ends came before it."""

    def run(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            self._step()
        if self.is_in_quote:
            self._end_last_quote()
        if self.open:
            self._fail_open(self.open[-1])
        self.entities.sort(key=_rank)
        return "".join(self.pieces), self.entities

    def _step(self) -> None:
        char, following = self.source[self.at], self.source[self.at + 1 : self.at + 2]
        is_code = bool(self.open) and self.open[-1].kind in _CODE
        if char == "\\" and following and 0 < ord(following) <= 126:
            self._text(following, 2)
        elif char not in (("`",) if is_code else _RESERVED):
            self._text(char, 1)
        elif self._is_end(char):
            self._close(char)
        else:
            self._begin(char)

    def _text(self, char: str, consumed: int) -> None:
        self.at += consumed
        self.pieces.append(char)
        self.length += utf16_len(char)
        if char != "\r":
            self.may_quote = char == "\n" and consumed == 2

    def _is_end(self, char: str) -> bool:
        if not self.open:
            return False
        if self.is_in_quote and char == "\n" and not self._sees(">", 1):
            return True
        kind = self.open[-1].kind
        if kind == "Italic" and self._sees("__"):
            return False
        return kind in _MARKS and self._sees(_MARKS[kind])

    def _begin(self, char: str) -> None:
        if char == "\n":
            self._text(char, 1)
            self.may_quote = True
        elif char == ">" and self.may_quote:
            self.at += 1
            if not self.is_in_quote:
                self.is_in_quote = True
                self._push("BlockQuote", self.at - 1)
        elif pre := PRE_BEGIN.match(self.source, self.at):
            begin, self.at = self.at, pre.end()
            self._push("PreCode" if pre["language"] else "Pre", begin, pre["language"] or "")
        else:
            for mark, kind in _BEGINS:
                if self._sees(mark):
                    self.at += len(mark)
                    self._push(kind, self.at - len(mark))
                    return
            self._fail(
                f"Character '{char}' is reserved and must be escaped with the preceding '\\'"
            )

    def _push(self, kind: str, begin: int, language: str = "") -> None:
        self.open.append(_Open(kind, language, begin, self.length, len(self.pieces)))

    def _close(self, char: str) -> None:
        opened = self.open.pop()
        if char == "\n" and opened.kind not in _CODE:
            self._end_quote(opened)
            return
        self.at += len(_MARKS[opened.kind])
        found: Json | None = {"type": opened.kind.lower()}
        if opened.kind == "PreCode":
            found = {"type": "pre", "language": opened.language}
        elif opened.kind == "TextUrl":
            url = self._url() if self._sees("(") else "".join(self.pieces[opened.position :])
            found = link_entity(url)
        elif opened.kind == "CustomEmoji":
            found = self._custom_emoji()
        self._add(opened, found)

    def _end_quote(self, opened: _Open) -> None:
        """End a quotation at the end of a line; `||` before it makes it expandable."""
        kind = "blockquote"
        if opened.kind == "Spoiler" and self.source[opened.begin + 2 : self.at] in ("", "\r"):
            kind, opened = "expandable_blockquote", self.open.pop()
        if opened.kind != "BlockQuote":
            self._fail_open(opened)
        self.is_in_quote = False
        self._text("\n", 1)
        self.may_quote = True
        self._add(opened, {"type": kind})

    def _end_last_quote(self) -> None:
        kind = "blockquote"
        if self.open[-1].kind == "Spoiler" and self.open[-1].begin == len(self.source) - 2:
            self.open.pop()
            kind = "expandable_blockquote"
        if self.open[-1].kind == "BlockQuote":
            self._add(self.open.pop(), {"type": kind})

    def _url(self) -> str:
        """The URL in round brackets that begins here."""
        begin = self.at = self.at + 1
        url = ""
        while self.at < len(self.source) and self.source[self.at] != ")":
            following = self.source[self.at + 1 : self.at + 2]
            if self.source[self.at] == "\\" and following and 0 < ord(following) <= 126:
                self.at += 1
            url += self.source[self.at]
            self.at += 1
        if self.at == len(self.source):
            self._fail(f"Can't find end of a URL at byte offset {self._bytes(begin)}")
        self.at += 1
        return url

    def _custom_emoji(self) -> Json:
        if not self._sees("("):
            self._fail("The entity must contain a tg://emoji or tg://time URL")
        emoji_id = custom_emoji_id(self._url())
        if emoji_id is None:
            self._fail("Invalid tg://emoji or tg://time URL specified")
        return {"type": "custom_emoji", "custom_emoji_id": emoji_id}

    def _add(self, opened: _Open, entity: Json | None) -> None:
        length = self.length - opened.offset
        if entity and length:
            self.entities.append(entity | {"offset": opened.offset, "length": length})

    def _sees(self, words: str, further: int = 0) -> bool:
        return self.source.startswith(words, self.at + further)

    def _fail_open(self, opened: _Open) -> NoReturn:
        place = self._bytes(opened.begin)
        self._fail(f"Can't find end of {opened.kind} entity at byte offset {place}")

    def _fail(self, reason: str) -> NoReturn:
        raise bad_request(f"can't parse entities: {reason}")

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode())


def _rank(entity: Json) -> tuple[int, int, bool]:
    """Outer entities first; of two at the same place the quotation is the outer one."""
    return entity["offset"], -entity["length"], "quote" not in entity["type"]
