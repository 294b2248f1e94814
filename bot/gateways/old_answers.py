"""Answers that were stored before the gateway left reasoning out of them."""

from dataclasses import replace

from bot.domain.models import Ending, TakenBack, Turn
from bot.gateways.reasoning import Reasoning


def words_in(answer: str, ending: Ending | None) -> str:
    """The words of a stored answer, without reasoning; empty if it is nothing else.

    Only answers without a known *ending* are that old. Newer ones may speak of such tags.
    """
    if ending is not None:
        return answer
    reasoning, words = Reasoning(is_presumed=False), ""
    for piece in (*reasoning.feed(answer), *reasoning.finish(is_whole=False)):
        words = "" if isinstance(piece, TakenBack) else words + piece
    return answer if words == answer else words.strip()


def in_words(turn: Turn) -> Turn:
    """The turn with the words of its answer."""
    return replace(turn, assistant_text=words_in(turn.assistant_text, turn.ending))
