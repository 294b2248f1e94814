"""What is asked of an example that no provider asks."""

from collections.abc import Hashable, Sequence
from typing import Final

from bot.domain import JsonDict
from bot.services.validation import tables
from bot.services.validation.examples import answer_of, question_of
from bot.services.validation.findings import Tally
from bot.services.validation.normal import words_of
from bot.services.validation.personal import may_be_personal, personal_in
from bot.services.validation.profile import Profile
from bot.services.validation.rule import Content, Totals
from bot.services.validation.secret_keys import may_be_secret

_SPEAKERS: Final = frozenset({"user", "assistant"})


class Contents:
    """Looks at what examples say."""

    def __init__(self, totals: Totals, profile: Profile, tally: Tally) -> None:
        self._totals = totals
        self._profile = profile
        self._tally = tally

    def add(
        self, number: int, messages: Sequence[JsonDict], identity: Hashable, line: bytes
    ) -> None:
        """Compare a sound example with those before it, and look for what nobody should learn."""
        asked, answered = words_of(question_of(messages)), words_of(answer_of(messages))
        answer = " ".join(answered)
        kin = self._totals.comparison.kin(identity, asked, answer, number)
        self._profile.add_theme(asked, answered)
        self._totals.scripts.add(_said(messages), number)
        self._tally.apply(tables.CONTENT_RULES, Content(answer, kin), number)
        self._private(number, messages, line)

    def _private(self, number: int, messages: Sequence[JsonDict], line: bytes) -> None:
        is_personal, is_secret = may_be_personal(line), may_be_secret(line)
        if not is_personal and not is_secret:
            return
        for nth, message in enumerate(messages, 1):
            text = message.get("content") or ""
            found = personal_in(text) if is_personal else None
            if found:
                self._tally.apply(tables.PERSONAL_RULES, found, number, nth)
            if is_secret:
                self._tally.apply(tables.SECRET_RULES, text, number, nth)


def _said(messages: Sequence[JsonDict]) -> str:
    """What user and assistant said: the language that is learnt."""
    said = [m["content"] for m in messages if m["role"] in _SPEAKERS and m.get("content")]
    return "\n".join(said)
