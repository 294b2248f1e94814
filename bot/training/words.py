"""What the words after /train mean: everything that is understood, and a remark on the rest.

No word is passed over silently. What can't be meant, such as 51 epochs, gets a remark as well, and
the plan keeps the value that it had.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.catalogue import Catalogue, SuffixRule
from bot.domain.datasets import TrainingMethod
from bot.domain.training import Hyperparameters
from bot.domain.typed import key_of
from bot.errors import UserError
from bot.texts import cut
from bot.training.edits import with_preset
from bot.training.parameters import with_value
from bot.training.remarks import Remark, RemarkKind, Understood
from bot.training.word_shapes import fits, is_number, joined, nearest

_WORD_UNITS: Final = 60
"""UTF-16 units of a word that is quoted in a remark."""
_MODEL_WORDS: Final = 3
"""Words of which a model's name may consist, as in "gpt 4.1 mini"."""
_NUMBERS: Final = ("n_epochs", "learning_rate_multiplier")


def understood(
    words: Sequence[str], defaults: Hyperparameters, catalogue: Catalogue, rule: SuffixRule
) -> Understood:
    """Read the words after a command, as `typed.words_of` returns them. Raises nothing.

    A preset comes first and named parts replace its own, in whatever order they were typed.
    *rule* is the provider's, for suffixes.
    """
    reader = _Reader(
        words=deque(joined(words, catalogue)), defaults=defaults, catalogue=catalogue, rule=rule
    )
    reader.read()
    return Understood(
        parameters=reader.parameters(), remarks=reader.remarks, named=reader.values.keys()
    )


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Takes one word after the other."""

    words: deque[str]
    defaults: Hyperparameters
    catalogue: Catalogue
    rule: SuffixRule
    preset: str = ""
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The field -> (its value, as it was typed)."""
    remarks: list[Remark] = field(default_factory=list)

    def parameters(self) -> Hyperparameters:
        """The defaults, then the preset, then what was named."""
        parameters = self.defaults
        if self.preset:
            parameters = with_preset(parameters, self.catalogue.presets[self.preset])
        for name, (value, _) in self.values.items():
            parameters = with_value(parameters, name, value, name)
        return parameters

    def read(self) -> None:
        """Take all words."""
        while self.words:
            word = self.words.popleft()
            if word.casefold() not in self.catalogue.words.also:
                self._take(word)

    def _take(self, word: str) -> None:
        pair = re.fullmatch(r"(-*[^\W\d][\w-]*)([=:])(.*)", word, re.DOTALL)
        if pair and (pair[2] == "=" or self._field(pair[1])):
            self._take_pair(word, pair[1], pair[3].lstrip("=:"))
        elif self._model_parts(word)[1]:
            self._give("base_model", word, word, word)
        elif is_number(word):
            self._take_number(word)
        elif glued := self._glued(word):
            self._give(*glued, word)
        elif self._field(word):
            self._take_pair(word, word, "")
        else:
            self._take_bare(word)

    def _take_pair(self, word: str, name: str, value: str) -> None:
        """`name=value`, or a name whose value is the next word."""
        found, guess = self._field(name), ""
        if not found and (guess := nearest(key_of(name), self.catalogue.words.fields)):
            found = self._field(guess)
        if not found:
            if not value and self.words and not self._begins_a_part(self.words[0]):
                word = f"{word} {self.words.popleft()}"
            self._remark(RemarkKind.UNKNOWN, word)
            return
        value = value or self._next_value()
        shown = name.lstrip("-")
        if guess:
            self._remark(RemarkKind.GUESSED, shown, taken=guess)
        if not value and found not in _NUMBERS:
            self._remark(RemarkKind.EMPTY, word)
            return
        self._give(found, value, shown, f"{shown}={value}")

    def _take_number(self, word: str) -> None:
        """A number alone: one of a noun behind it, epochs if it is whole, else the multiplier."""
        noun = self._field(self.words[0]) if self.words else ""
        after = self.words[1] if len(self.words) > 1 else ""
        if noun in _NUMBERS and not (is_number(after) and fits(noun, after)):
            shown = self.words.popleft()
            self._give(noun, word, shown, f"{word} {shown}")
            return
        if self.words and self._is_noise(self.words[0]):
            self._remark(RemarkKind.UNKNOWN, f"{word} {self.words.popleft()}")
            return
        is_model = self.catalogue.model_called(word) is not None
        name = next((each for each in _NUMBERS if fits(each, word)), "")
        if not name or is_model or name in self.values:
            self._remark(RemarkKind.UNCLEAR, word)
            return
        self._give(name, word, word, word)

    def _take_bare(self, word: str) -> None:
        """A preset, a method, a model, or something that looks like a preset."""
        key = key_of(word)
        if key in self.catalogue.words.presets:
            self._give("preset", word, word, word)
        elif key in list(TrainingMethod):
            self._give("method", key, word, word)
        elif re.match(r"gpt-?\d|ft:", key) or self.catalogue.model_called(word):
            self._give("base_model", word, word, word)
        elif guess := nearest(key, self.catalogue.words.presets):
            self._remark(RemarkKind.GUESSED, word, taken=guess)
            self._give("preset", guess, word, word)
        else:
            self._unknown(word)

    def _give(self, name: str, value: str, shown: str, word: str) -> None:
        """Take a value if it is possible; the last one counts."""
        if name == "preset":
            self._give_preset(value, word)
            return
        if name == "base_model":
            value = self._model(value)
        elif name == "suffix":
            value = "-".join(value.split())
        elif name in _NUMBERS:
            value = self.catalogue.words.phrases.get(key_of(value), value)
        try:
            taken = with_value(self.defaults, name, value, cut(shown, _WORD_UNITS))
            if name == "suffix":
                self.rule.check(value)
        except UserError as exc:
            self._remark(RemarkKind.REFUSED, word, error=exc)
            return
        before = self.values.get(name)
        if before and with_value(self.defaults, name, before[0], shown) != taken:
            self._remark(RemarkKind.TWICE, before[1], taken=word)
        self.values[name] = value, word

    def _give_preset(self, value: str, word: str) -> None:
        key, known = key_of(value), self.catalogue.words.presets
        if key not in known:
            guess = nearest(key, known)
            if not guess:
                self._remark(RemarkKind.UNKNOWN, word)
                return
            self._remark(RemarkKind.GUESSED, value, taken=guess)
            key = guess
        if self.preset and self.preset != known[key]:
            self._remark(RemarkKind.TWICE, self.preset, taken=known[key])
        self.preset = known[key]

    def _model(self, value: str) -> str:
        """The catalogue's name of a model, of whose name the next words may be parts."""
        found, n_following = self._model_parts(value)
        for _ in range(n_following):
            self.words.popleft()
        return found or value

    def _model_parts(self, word: str) -> tuple[str, int]:
        """The model of that name, and how many of the next words belong to it; empty: unknown."""
        for n in reversed(range(min(_MODEL_WORDS, len(self.words) + 1))):
            following = [self.words[k] for k in range(n)]
            found = self.catalogue.model_called(" ".join([word, *following]))
            if found:
                return found, n
        return "", 0

    def _next_value(self) -> str:
        """The next word, unless it names another part; empty: there is none."""
        while self.words and self.words[0] in ("=", ":", "-", "->", "→"):
            self.words.popleft()
        if not self.words or self._begins_a_part(self.words[0]):
            return ""
        return self.words.popleft().lstrip("=:")

    def _begins_a_part(self, word: str) -> bool:
        name, equals, _ = word.partition("=")
        return bool(self._field(name)) and bool(equals or word.startswith("-"))

    def _glued(self, word: str) -> tuple[str, str, str] | None:
        """(field, value, name) of a word such as "5epochs" or "lr-0.1"; None: it is none."""
        if found := re.fullmatch(r"(\d[\d.,]*)-?([^\W\d_]+)", word):
            value, name = found[1], found[2]
        elif found := re.fullmatch(r"([^\W\d_]+)-?(\d[\d.,]*)", word):
            name, value = found[1], found[2]
        else:
            return None
        known = self._field(name)
        return (known, value, name) if known in _NUMBERS else None

    def _field(self, name: str) -> str:
        return self.catalogue.words.fields.get(key_of(name), "")

    def _is_noise(self, word: str) -> bool:
        """A word that means nothing by itself, so that a number beside it belongs to it."""
        key, words = key_of(word), self.catalogue.words
        is_known = (
            self._field(word)
            or key in (*words.presets, *words.also, *TrainingMethod)
            or self._glued(word)
            or nearest(key, words.presets)
            or self.catalogue.model_called(word)
        )
        return re.fullmatch(r"[^\W\d][\w-]*", word) is not None and not is_known

    def _unknown(self, word: str) -> None:
        """Name the word, with a number or a noun behind it that belongs to nothing else."""
        following, after = [*self.words, "", ""][:2]
        is_its_number = is_number(following) and self._field(after) not in _NUMBERS
        is_its_noun = self._field(following) in _NUMBERS and not is_number(after)
        if is_its_number or is_its_noun:
            word = f"{word} {self.words.popleft()}"
        self._remark(RemarkKind.UNKNOWN, word)

    def _remark(
        self, kind: RemarkKind, word: str, *, taken: str = "", error: UserError | None = None
    ) -> None:
        word, taken = cut(word, _WORD_UNITS), cut(taken, _WORD_UNITS)
        remark = Remark(kind=kind, word=word, taken=taken, error=error)
        if error or remark not in self.remarks:
            self.remarks.append(remark)
