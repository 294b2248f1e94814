"""Takes a model's reasoning out of the words of its answer.

Servers without a parser for it leave it in the text: `<think>…</think>` before the answer, or tags
like it. Only what begins the answer is reasoning. An answer may well speak about such tags.

The tags are those of DeepSeek R1 and Qwen, Magistral, Kimi, Cohere and gpt-oss. The last one's form
is Harmony: https://developers.openai.com/cookbook/articles/openai-harmony, looked up 2026-11-29.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.models import TakenBack

_NAME: Final = r"(?:\w{1,9}:)?(?:ant)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|scratchpad)"
_OPENING: Final = (
    rf"<{_NAME}(?: [^<>\n]{{0,40}})?>|<\|(?:start_|begin_of_)?{_NAME}\|>|\[think\]|◁think▷"
)
_CLOSING: Final = rf"</{_NAME} ?>|<\|(?:/|end_|end_of_){_NAME}\|>|\[/think\]|◁/think▷"
_QUOTES: Final = "`'\"«“„(["
_NO_DASH: Final = r"(?![ \t]{0,40}[—–])"
"""An answer that begins with such a tag and a dash explains it."""

_OPENS: Final = re.compile(_OPENING, re.IGNORECASE)
_CLOSES: Final = re.compile(f"(?:{_CLOSING})", re.IGNORECASE)
_CLOSES_HERE: Final = re.compile(f"(?<![{re.escape(_QUOTES)}])(?:{_CLOSING})", re.IGNORECASE)
_BEGINS: Final = re.compile(
    rf"(?P<closed>(?:{_CLOSING}){_NO_DASH})|(?P<tag>(?:{_OPENING}){_NO_DASH})"
    r"|(?P<harmony>(?=<\|(?:start|channel)\|>))"
    r"|(?P<bare>(?-i:analysis(?=[A-Z\u0410-\u042f\u0401])))",  # Harmony without its special tokens
    re.IGNORECASE,
)
_ENDS: Final = {
    "tag": _CLOSES_HERE,
    "harmony": re.compile(r"<\|channel\|>\s*final\b[^<]{0,40}<\|message\|>"),
    "bare": re.compile(r"assistantfinal"),
}
_LONGEST_END: Final = 128
_MOST_BLANKS: Final = 100
"""Of those before the first word; nobody sees more."""
_MOST_TAGS: Final = 50
"""After so many the rest is words: each is compared with all that came before it."""
_UNDECIDED: Final = re.compile(
    r"<[^<>\n]{0,80}(?:>[ \t]{0,40})?|\[/?[a-z]{0,8}(?:\][ \t]{0,40})?"
    r"|◁/?[a-z]{0,8}(?:▷[ \t]{0,40})?",
    re.IGNORECASE,
)
"""Matches a beginning after which more has to come to tell what it is."""
_CUT_TAG: Final = re.compile(
    r"(?:<[/|]?[\w:|/ ]{0,30}|\[/?[a-z]{0,8}|◁/?[a-z]{0,8})\Z", re.IGNORECASE
)


class Reasoning:
    """Gets an answer in pieces of any length and gives its words without the reasoning.

    Some prompts already open the reasoning, so an answer has only the tag that closes it. Words
    that have been given are taken back then.

    Args:
        is_presumed: Earlier answers were so. Nothing is given before the tag that closes it.
    """

    def __init__(self, *, is_presumed: bool) -> None:
        self.is_presumed = is_presumed
        """Whether this answer began inside of its reasoning, without a tag that opens it."""
        self._held = ""
        self._blanks = ""
        """Before the first word."""
        self._presumed: list[str] = []
        """What is reasoning if its end comes, else words."""
        self._n_tags = 0
        self._said: list[str] = []
        self._end: re.Pattern[str] | None = None
        """What ends the reasoning that is coming now; None: it is not reasoning."""
        self._is_all_held = self._has_begun = self._has_hidden = False

    def feed(self, piece: str) -> Iterator[str | TakenBack]:
        """The words that are certain with this piece."""
        self._held += piece
        while piece:
            if not self._has_begun and not self._skip():
                return
            if (end := self._end_without_beginning()) is None:
                yield from self._say(_CUT_TAG.search(self._held))
                return
            if self._said:
                yield TakenBack()
            self.is_presumed = self.is_presumed or not self._has_hidden
            self._said.clear()
            self._held = self._held[end:]
            self._has_begun, self._has_hidden = False, True

    def finish(self, *, is_whole: bool) -> Iterator[str | TakenBack]:
        """The rest; *is_whole*: the model ended its answer on its own."""
        if not self._has_begun and not self._skip(is_over=True):
            if not self._is_all_held or not is_whole:
                return
            self.is_presumed = False
            self._held = "".join(self._presumed) + self._held
        yield from self._say(None)

    def _skip(self, *, is_over: bool = False) -> bool:
        """Leave out reasoning until the words begin; False: more has to come, if not *is_over*."""
        while self._end is not None or not self._has_begun:
            if self._end is None and not self._decide(is_over=is_over):
                return False
            if self._end is not None and not self._leave_out(self._end):
                return False
        return True

    def _decide(self, *, is_over: bool) -> bool:
        """Find out what begins here; False: nothing has come that tells."""
        start = self._held.lstrip()
        if not self._has_hidden:
            blanks = self._held[: len(self._held) - len(start)]
            self._blanks = (self._blanks + blanks)[:_MOST_BLANKS]
        self._held = start
        is_cut = _UNDECIDED.fullmatch(start) is not None or "analysis".startswith(start)
        if not start or (is_cut and not is_over):
            return False
        found = _BEGINS.match(start) if self._n_tags < _MOST_TAGS else None
        if found:
            self._n_tags += 1
            self._has_hidden = True
            self._held = start[found.end() :]
            self._end = _ENDS.get(found.lastgroup or "")
        else:
            self._held = self._blanks + start
            if self.is_presumed and not self._has_hidden:
                self._is_all_held, self._end = True, _CLOSES_HERE
            else:
                self._has_begun = True
        self._blanks = ""
        return True

    def _leave_out(self, end: re.Pattern[str]) -> bool:
        """Leave out what comes before *end*; False: it has not come."""
        if found := end.search(self._held):
            self._held = self._held[found.end() :]
            self._presumed.clear()
            self._has_hidden, self._is_all_held, self._end = True, False, None
            return True
        if self._is_all_held:
            self._presumed.append(self._held[:-_LONGEST_END])
        self._held = self._held[-_LONGEST_END:]
        return False

    def _end_without_beginning(self) -> int | None:
        """Where the words begin if what came before a tag turns out to be reasoning."""
        for found in _CLOSES.finditer(self._held):
            self._n_tags += 1
            if self._n_tags > _MOST_TAGS:
                return None
            if _ends_reasoning("".join(self._said) + self._held[: found.start()]):
                return found.end()
        return None

    def _say(self, rest: re.Match[str] | None) -> Iterator[str]:
        """Give what is held, without a *rest* that may be a tag."""
        end = rest.start() if rest else len(self._held)
        words, self._held = self._held[:end], self._held[end:]
        if words:
            self._said.append(words)
            yield words


def _ends_reasoning(before: str) -> bool:
    """Whether a tag after those words closes reasoning, and is not something that they speak of.

    It then follows a sentence, a line, or a word without a blank between them. In code, in quotes,
    or in an answer that has the opening tag too, it stays.
    """
    line = before.rpartition("\n")[2]
    if not before.strip():  # `_BEGINS` has decided
        return False
    if _OPENS.search(before) or before.count("```") % 2 or line.count("`") % 2:
        return False
    words = line.rstrip(" \t")
    return not words or words[-1] in ".!?…" or (words == line and words[-1] not in _QUOTES)
