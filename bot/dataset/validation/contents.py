"""What is asked of an example that no provider asks."""

from collections.abc import Sequence
from typing import Final

from bot.dataset.validation import tables
from bot.dataset.validation.comparing import Preferences
from bot.dataset.validation.examples import Said, answer_of, question_of, system_prompt_of
from bot.dataset.validation.findings import Tally
from bot.dataset.validation.normal import normalised, words_of
from bot.dataset.validation.personal import may_be_personal, personal_in
from bot.dataset.validation.profile import Profile
from bot.dataset.validation.rule import Content, Totals
from bot.dataset.validation.secret_keys import may_be_secret
from bot.domain import JsonDict

_SPEAKERS: Final = frozenset({"user", "assistant"})


class Contents:
    """Looks at what examples say."""

    def __init__(self, totals: Totals, profile: Profile, tally: Tally) -> None:
        self._totals = totals
        self._profile = profile
        self._tally = tally
        self._preferences = Preferences()

    def add(self, number: int, said: Said, line: bytes) -> None:
        """Compare a sound example with those before it, and look for what nobody should learn."""
        asked, answered = words_of(question_of(said.messages)), words_of(answer_of(said.messages))
        answer = " ".join(answered)
        self._profile.add_theme(asked, answered)
        self._totals.scripts.add(_spoken(said.messages), number)
        if said.rejected:
            self._compare_pair(number, said, asked, answer)
        else:
            kin = self._totals.comparison.kin(said.identity, asked, answer, number)
            self._tally.apply(tables.CONTENT_RULES, Content(answer, kin), number)
        self._private(number, said, line)

    def _compare_pair(self, number: int, said: Said, asked: list[str], answer: str) -> None:
        rejected = normalised(answer_of(said.rejected))
        given = (system_prompt_of(said.messages), *asked)
        kin = self._totals.comparison.kin(said.identity, asked, answer, number, rejected=rejected)
        contradicted = self._preferences.contradicted(given, answer, rejected, number)
        self._tally.apply(tables.PAIR_CONTENT_RULES, Content(answer, kin, contradicted), number)

    def _private(self, number: int, said: Said, line: bytes) -> None:
        is_personal, is_secret = may_be_personal(line), may_be_secret(line)
        if not is_personal and not is_secret:
            return
        for place, message in said.places():
            text = message.get("content") or ""
            found = personal_in(text) if is_personal else None
            if found:
                self._tally.apply(tables.PERSONAL_RULES, found, number, place)
            if is_secret:
                self._tally.apply(tables.SECRET_RULES, text, number, place)


def _spoken(messages: Sequence[JsonDict]) -> str:
    """What user and assistant said: the language that is learnt."""
    said = [m["content"] for m in messages if m["role"] in _SPEAKERS and m.get("content")]
    return "\n".join(said)
