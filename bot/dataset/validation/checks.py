"""Lines and examples, judged by the tables of rules."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.dataset.recognition.formats import Converted, converted
from bot.dataset.validation import tables
from bot.dataset.validation.content_rules import Content, Preferences, Said
from bot.dataset.validation.damage import may_be_damaged
from bot.dataset.validation.example_rules import objects_of
from bot.dataset.validation.examples import (
    INPUT,
    OUTPUTS,
    PREFERRED,
    REJECTED,
    TrainingExample,
    identity_of,
    identity_of_words,
    method_of,
    system_prompt_of,
)
from bot.dataset.validation.language import words_of
from bot.dataset.validation.learnt import Learnt, is_learnt, learnt_of
from bot.dataset.validation.parsing import (
    LineParser,
    ParsedLine,
    Unreadable,
    plain_messages,
    without_odd_blanks,
)
from bot.dataset.validation.personal_data import may_be_personal, may_be_secret, personal_in
from bot.dataset.validation.profile import DatasetProfile
from bot.dataset.validation.rules import FindingCounts, names, shown
from bot.dataset.validation.spelling import misspelt_keys
from bot.dataset.validation.themes import theme_of
from bot.domain import JsonDict
from bot.domain.datasets import Level, TrainingMethod
from bot.gateways.tokenizer import count_example_tokens

_RULES_OF_TEXT: Final = {"assistant": tables.ASSISTANT_RULES, "tool": tables.DAMAGE_RULES}
_MOST_PROMPTS: Final = 1_000
"""System prompts that are looked at once; most files have one."""


class LineChecks:
    """What a provider asks of each line."""

    def __init__(
        self, encoding: str, max_tokens: int, profile: DatasetProfile, findings: FindingCounts
    ) -> None:
        self._encoding = encoding
        self._max_tokens = max_tokens
        self._profile = profile
        self._findings = findings
        self._parser = LineParser()

    def example(self, number: int, line: bytes) -> TrainingExample | None:
        """The example of a line on which all is sound; else tell what is wrong."""
        is_pair = self._profile.methods.last is TrainingMethod.DPO
        messages = None if is_pair else plain_messages(line)
        if messages is None:
            return self._by_all_rules(number, line)
        self._profile.methods.add(TrainingMethod.SUPERVISED, number)
        n_tokens = self._count(messages)
        return TrainingExample(messages, identity_of_words(messages), n_tokens, self._max_tokens)

    def _by_all_rules(self, number: int, line: bytes) -> TrainingExample | None:
        try:
            parsed = self._parser.parse(line)
        except Unreadable as exc:
            self._findings.add(exc.rule, Level.ERROR, number, exc.params)
            return None
        if self._foreign(number, parsed) is not None:
            return None
        if not self._findings.apply(tables.LINE_RULES, parsed, number):
            return None
        row = parsed.row
        assert isinstance(row, dict)
        if self._profile.methods.of(row, number) is TrainingMethod.DPO:
            return self._pair(number, row, line)
        return self._conversation(number, row, line)

    def can_be_learnt(self, number: int, line: bytes) -> bool:
        """Whether a row out of a document is an example, good or bad, or becomes one.

        What other tools wrote is counted, and what can't be read is told; all else is told when
        the row has a line of its own.
        """
        if plain_messages(line) is not None:
            return True
        try:
            parsed = self._parser.parse(line)
        except Unreadable as exc:
            if exc.rule != "odd_blank":
                self._findings.add(exc.rule, Level.ERROR, number, exc.params)
                return False
            parsed = self._parser.parse(without_odd_blanks(line.decode()).encode())
        other = self._foreign(number, parsed)
        return not _is_strange(parsed.row) if other is None else other.row is not None

    def _foreign(self, number: int, parsed: ParsedLine) -> Converted | None:
        """A row as another tool writes it; None: the rules judge it. Either is counted."""
        other = None if parsed.repeated_keys else converted(parsed.row)
        if other is None:
            if _is_strange(parsed.row):
                self._profile.add_strange(_looks_of(parsed.row), number)
        elif other.row is None:
            self._profile.add_unclear(other.format, other.unclear, number)
        else:
            self._profile.add_format(other.format, other.unused, number)
        return other

    def _conversation(self, number: int, row: JsonDict, line: bytes) -> TrainingExample | None:
        if not self._findings.apply(tables.ROW_RULES, row, number):
            return None
        messages = row["messages"]
        n_tokens = self._count(messages)
        if not self._are_sound(number, enumerate(messages, 1)):
            return None
        return TrainingExample(messages, identity_of(row, line), n_tokens, self._max_tokens)

    def _pair(self, number: int, row: JsonDict, line: bytes) -> TrainingExample | None:
        if not (
            self._findings.apply(tables.PAIR_ROW_RULES, row, number)
            and self._findings.apply(tables.INPUT_RULES, row[INPUT], number)
        ):
            return None
        messages = row[INPUT]["messages"]
        outputs = {key: row[key][0] for key in OUTPUTS}
        n_tokens = self._count_pair(messages, list(outputs.values()))
        if not (
            self._are_sound(number, [*enumerate(messages, 1), *outputs.items()])
            and self._findings.apply(tables.PAIR_RULES, row, number)
        ):
            return None
        learnt, identity = [*messages, *row[PREFERRED]], identity_of(row, line)
        return TrainingExample(learnt, identity, n_tokens, self._max_tokens, row[REJECTED])

    def _are_sound(self, number: int, messages: Iterable[tuple[int | str, object]]) -> bool:
        """Whether no message breaks a rule; the answers of a pair have their keys for places."""
        before = self._findings.total(Level.ERROR)
        for place, message in messages:
            if self._findings.apply(tables.ITEM_RULES, message, number, place):
                assert isinstance(message, dict)
                is_output = isinstance(place, str)
                rules = tables.OUTPUT_RULES if is_output else tables.MESSAGE_RULES
                self._findings.apply(rules, message, number, place)
        return self._findings.total(Level.ERROR) == before

    def _count(self, messages: Sequence[object]) -> int:
        """Count the tokens of an example, good or bad."""
        n_tokens = count_example_tokens(messages, self._encoding)
        self._profile.lengths[n_tokens] += 1
        self._profile.n_messages += len(messages)
        return n_tokens

    def _count_pair(self, given: Sequence[object], outputs: Sequence[object]) -> int:
        # The first tokens of an example, whatever its messages, are there once.
        start = count_example_tokens([], self._encoding)
        n_given = count_example_tokens(given, self._encoding)
        sizes = [count_example_tokens([output], self._encoding) - start for output in outputs]
        self._profile.lengths[n_given + sum(sizes)] += 1
        self._profile.n_messages += len(given) + len(outputs)
        return n_given + max(sizes)


class ContentChecks:
    """What no provider asks: is it worth training on?"""

    def __init__(self, profile: DatasetProfile, findings: FindingCounts) -> None:
        self._profile = profile
        self._findings = findings
        self._preferences = Preferences()
        self._sound_prompts: set[str] = set()

    def look_at(self, number: int, example: TrainingExample, learnt: Learnt, line: bytes) -> None:
        """Compare a sound example with those before it, and look for what nobody should learn."""
        messages = example.messages
        asked, answered, turns = _words(learnt)
        rejected = ""
        if example.rejected:
            rejected = " ".join(words_of("\n".join(learnt_of(example.rejected).answers)))
        self._profile.themes[theme_of(asked, answered)] += 1
        self._profile.scripts.add(_spoken(messages), number)
        found = self._profile.repetitions.find_or_add(
            example.identity, asked, turns, number, rejected=rejected
        )
        for turn, said in zip(learnt.turns, turns, strict=True):
            self._findings.apply(tables.ANSWER_RULES, said.answer, number, turn.number or PREFERRED)
        if example.rejected:
            given, answer = (system_prompt_of(messages), *asked), turns[0].answer
            contradicted = self._preferences.contradicted(given, answer, rejected, number)
            content = Content(found, contradicted)
            self._findings.apply(tables.PAIR_CONTENT_RULES, content, number)
        else:
            self._findings.apply(tables.CONTENT_RULES, Content(found), number)
        self._look_for_damage(number, example)
        self._look_for_private(number, example, line)

    def _look_for_damage(self, number: int, example: TrainingExample) -> None:
        for place, message in example.places():
            text, role = message.get("content") or "", message["role"]
            if role == "system" and text in self._sound_prompts:
                continue
            if may_be_damaged(text):
                rules = _RULES_OF_TEXT.get(role, tables.PROSE_RULES)
                self._findings.apply(rules, text, number, place)
            elif role == "system" and len(self._sound_prompts) < _MOST_PROMPTS:
                self._sound_prompts.add(text)

    def _look_for_private(self, number: int, example: TrainingExample, line: bytes) -> None:
        is_personal, is_secret = may_be_personal(line), may_be_secret(line)
        if not is_personal and not is_secret:
            return
        for place, message in example.places():
            text = message.get("content") or ""
            found = personal_in(text) if is_personal else None
            if found:
                self._findings.apply(tables.PERSONAL_RULES, found, number, place)
            if is_secret:
                self._findings.apply(tables.SECRET_RULES, text, number, place)


def _is_strange(row: object) -> bool:
    """Whether nothing about a row says that it is meant as an example."""
    if not isinstance(row, dict):
        return True
    right = misspelt_keys(*next(objects_of(row)))
    return method_of(row | {right[key]: row[key] for key in right}) is None


def _looks_of(row: object) -> str:
    return names(row) if isinstance(row, dict) and row else shown(row)


def _words(learnt: Learnt) -> tuple[list[str], list[str], list[Said]]:
    """The words before the last learnt answer, those of all learnt answers, and turn by turn."""
    asked: list[str] = []
    answered: list[str] = []
    turns: list[Said] = []
    for turn in learnt.turns:
        question, answer = words_of(turn.question), words_of(turn.answer)
        asked += question
        answered += answer
        turns.append(Said(" ".join(question), " ".join(answer)))
    return asked or words_of(learnt.question), answered, turns


def _spoken(messages: Sequence[JsonDict]) -> str:
    """What the user said, and the answers that are learnt."""
    said = [m["content"] for m in messages if m.get("content") and _is_spoken(m)]
    return "\n".join(said)


def _is_spoken(message: JsonDict) -> bool:
    return message["role"] == "user" or is_learnt(message)
