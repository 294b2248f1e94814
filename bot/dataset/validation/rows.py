"""Rows judged by the rules for examples, or by those for pairs of answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.dataset.validation import tables
from bot.dataset.validation.findings import Tally
from bot.dataset.validation.pairs import INPUT, OUTPUTS
from bot.dataset.validation.profile import Profile
from bot.dataset.validation.reading import LineParser, Unreadable
from bot.dataset.validation.rule import Pair, Totals
from bot.domain import JsonDict
from bot.domain.datasets import Level, TrainingMethod
from bot.gateways.tokenizer import count_example_tokens

_PLAIN: Final = frozenset({"role", "content"})


class Rows:
    """Tells what is wrong with lines and their rows."""

    def __init__(self, encoding: str, totals: Totals, profile: Profile, tally: Tally) -> None:
        self._encoding = encoding
        self._totals = totals
        self._profile = profile
        self._tally = tally
        self._parser = LineParser()
        self.n_tokens = 0
        """Of the example counted last; of a pair, with the longer of its outputs."""

    def sound(self, number: int, line: bytes) -> JsonDict | None:
        """The row of a line on which all is sound; else tell what is wrong."""
        try:
            parsed = self._parser.parse(line)
        except Unreadable as exc:
            self._tally.add(exc.rule, Level.ERROR, number, exc.params)
            return None
        if not self._tally.apply(tables.LINE_RULES, parsed, number):
            return None
        row = parsed.row
        assert isinstance(row, dict)
        judge = {TrainingMethod.SUPERVISED: self._example, TrainingMethod.DPO: self._pair}
        return row if judge[self._totals.methods.of(row, number)](number, row) else None

    def count(self, messages: Sequence[object]) -> None:
        """Count the tokens of an example, good or bad."""
        self.n_tokens = count_example_tokens(messages, self._encoding)
        self._profile.add_tokens(self.n_tokens)
        self._totals.n_messages += len(messages)

    def _example(self, number: int, row: JsonDict) -> bool:
        if not self._tally.apply(tables.ROW_RULES, row, number):
            return False
        self.count(row["messages"])
        return self._messages(number, row["messages"])

    def _pair(self, number: int, row: JsonDict) -> bool:
        if not (
            self._tally.apply(tables.PAIR_ROW_RULES, row, number)
            and self._tally.apply(tables.INPUT_RULES, row[INPUT], number)
        ):
            return False
        messages, outputs = row[INPUT]["messages"], {key: row[key][0] for key in OUTPUTS}
        self._count_pair(messages, list(outputs.values()))
        is_sound = self._messages(number, messages)
        is_sound = self._outputs(number, outputs) and is_sound
        return is_sound and self._tally.apply(tables.PAIR_RULES, Pair(row), number)

    def _messages(self, number: int, messages: Sequence[object]) -> bool:
        """Whether all messages are sound."""
        before = self._tally.total(Level.ERROR)
        for nth, message in enumerate(messages, 1):
            if self._tally.apply(tables.ITEM_RULES, message, number, nth):
                assert isinstance(message, dict)
                self._tally.apply(tables.MESSAGE_RULES, message, number, nth)
                if message.keys() != _PLAIN or message["role"] == "tool":
                    self._tally.apply(tables.EXTRA_RULES, message, number, nth)
        return self._tally.total(Level.ERROR) == before

    def _outputs(self, number: int, outputs: Mapping[str, object]) -> bool:
        """Likewise for the answers of a pair."""
        before = self._tally.total(Level.ERROR)
        for key, output in outputs.items():
            if self._tally.apply(tables.ITEM_RULES, output, number, key):
                assert isinstance(output, dict)
                self._tally.apply(tables.OUTPUT_RULES, output, number, key)
        return self._tally.total(Level.ERROR) == before

    def _count_pair(self, given: Sequence[object], outputs: Sequence[object]) -> None:
        # The first tokens of an example, whatever its messages, are there once.
        start = count_example_tokens([], self._encoding)
        n_given = count_example_tokens(given, self._encoding)
        sizes = [count_example_tokens([output], self._encoding) - start for output in outputs]
        self.n_tokens = n_given + max(sizes)
        self._profile.add_tokens(n_given + sum(sizes))
        self._totals.n_messages += len(given) + len(outputs)
