"""Turns one rated answer into an example, into a pair of answers, or into nothing.

A row holds no name and no id of a person. It holds what people wrote themselves.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from bot.dataset.validation.examples import INPUT, PREFERRED, REJECTED, message_lists
from bot.dataset.validation.language import is_refusal, normalised
from bot.dataset.validation.message_rules import broken_character, special_token
from bot.dataset.validation.personal_data import personal_in, secrets_in
from bot.domain import JsonDict
from bot.domain.models import Ending
from bot.ratings.entities import RatedTurn


class LeftOut(StrEnum):
    """Why an answer is not exported."""

    DANGER = "danger"
    """The person was perhaps in danger, here or earlier in the conversation."""
    NOT_CORRECTED = "not_corrected"
    """The answer is bad and has no correction."""
    STOPPED = "stopped"
    """The person stopped the answer, so it is incomplete."""
    CUT = "cut"
    """The answer reached the limit on tokens, or broke off."""
    FILTERED = "filtered"
    """The provider's filter hid a part of it."""
    MAYBE_CUT = "maybe_cut"
    """The answer is older than endings, and it does not end like one."""
    EMPTY = "empty"
    SAME = "same"
    """The correction equals the answer."""
    REFUSAL = "refusal"
    """It would teach the model to refuse, as an assistant does."""
    PERSONAL = "personal"
    SECRET = "secret"
    """It holds an access key."""
    UNREADABLE = "unreadable"
    """It has characters that no provider takes: one such line makes the whole file invalid."""
    KNOWN = "known"
    """The dataset in use or its validation part has it."""
    REPEATED = "repeated"
    """Another answer of this export teaches the same."""


_PARTS: Final = {
    Ending.STOPPED: LeftOut.STOPPED,
    Ending.CUT_BY_LENGTH: LeftOut.CUT,
    Ending.BROKEN_OFF: LeftOut.CUT,
    Ending.FILTERED: LeftOut.FILTERED,
}
"""Answers that are only a part teach a model to stop in the middle of a sentence."""
_UNENDED: Final = re.compile(r"[\w,;:(«„“\[{/\\+=<&@#—–-][*_~`]*\Z")
"""The last sign of a text that goes on: part of a word, a comma, a dash, an opening bracket."""
_LEAST_CUT: Final = 200
"""Characters. A shorter answer has hardly reached a limit, and some people use no full stops."""

_ADMINS: Final = frozenset({"system", "developer"})
"""Roles whose words admins write: these are in every example and are not checked."""


def example_of(rated: RatedTurn) -> JsonDict | LeftOut:
    """An example with the correction if there is one, else with the answer if it is good.

    An admin's word on either counts before the person's. A correction is a whole text by a
    person, so it does not matter how the answer ended.
    """
    correction = rated.correction
    if rated.is_about_danger:
        return LeftOut.DANGER
    if correction is None and not rated.is_fine:
        return LeftOut.NOT_CORRECTED
    if correction is None and (part := _part(rated)) is not None:
        return part
    learnt = rated.assistant_text if correction is None else correction
    row = {"messages": [*_given(rated, is_learnt=False), _said("assistant", learnt)]}
    return _judged(row, learnt)


def pair_of(rated: RatedTurn) -> JsonDict | LeftOut | None:
    """The correction, preferred to the bad answer; None: the answer is not bad or not corrected.

    The bad answer has to be whole. Otherwise the pair mostly teaches that answers have an end,
    which the limit has cut and not the model.
    """
    correction = rated.correction
    if correction is None or rated.rating.is_good is not False:
        return None
    if rated.is_about_danger:
        return LeftOut.DANGER
    if (part := _part(rated)) is not None:
        return part
    if correction.strip() == rated.assistant_text.strip():
        return LeftOut.SAME
    row = {
        INPUT: {"messages": list(_given(rated))},
        PREFERRED: [_said("assistant", correction)],
        REJECTED: [_said("assistant", rated.assistant_text)],
    }
    return _judged(row, correction)


def _part(rated: RatedTurn) -> LeftOut | None:
    """Why the answer is only a part; None: it is whole, as far as anybody knows."""
    if rated.ending is not None:
        return _PARTS.get(rated.ending)
    text = rated.assistant_text.rstrip()
    is_unended = len(text) >= _LEAST_CUT and _UNENDED.search(text) is not None
    return LeftOut.MAYBE_CUT if is_unended else None


def _given(rated: RatedTurn, *, is_learnt: bool = True) -> Iterator[JsonDict]:
    """The prompt as the model got it.

    *is_learnt* False: earlier answers get weight 0, because this rating is not about them.
    """
    unlearnt: JsonDict = {} if is_learnt else {"weight": 0}
    if rated.system_prompt.strip():
        yield _said("system", rated.system_prompt)
    for turn in rated.window:
        yield _said("user", turn.user_text)
        yield _said("assistant", turn.assistant_text) | unlearnt
    yield _said("user", rated.user_text)


def _said(role: str, text: str) -> JsonDict:
    return {"role": role, "content": text}


def _judged(row: JsonDict, learnt: str) -> JsonDict | LeftOut:
    messages = [message for messages in message_lists(row) for message in messages]
    if not all(message["content"].strip() for message in messages):
        return LeftOut.EMPTY
    if is_refusal(normalised(learnt)):
        return LeftOut.REFUSAL
    if any(broken_character(m) is not None or special_token(m) is not None for m in messages):
        return LeftOut.UNREADABLE
    texts = [message["content"] for message in messages if message["role"] not in _ADMINS]
    if any(map(personal_in, texts)):
        return LeftOut.PERSONAL
    return LeftOut.SECRET if any(map(secrets_in, texts)) else row
