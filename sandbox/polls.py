"""Polls of bots: https://core.telegram.org/bots/api#poll."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.errors import Refused
from sandbox.shapes import Json


def new_poll(question: str, options: Sequence[str], settings: Json) -> Json:
    """Telegram's Poll, without votes. *settings* are its fields that do not come from votes."""
    return {
        "id": str(10**18 + secrets.randbelow(9 * 10**18)),
        "question": question,
        "options": [
            {"persistent_id": secrets.token_hex(4), "text": text, "voter_count": 0}
            for text in options
        ],
        "total_voter_count": 0,
        "members_only": False,
        **settings,
    }


def counted(poll: Json, votes: Iterable[Sequence[int]]) -> Json:
    """The same poll with these votes."""
    votes = [vote for vote in votes if vote]
    options = [
        option | {"voter_count": sum(number in vote for vote in votes)}
        for number, option in enumerate(poll["options"])
    ]
    return poll | {"options": options, "total_voter_count": len(votes)}


def checked_vote(poll: Json, raw: Any, before: Sequence[int]) -> list[int]:
    """The options that somebody chooses; raises `Refused` for what the app does not offer."""
    if not isinstance(raw, list) or not all(isinstance(each, int) for each in raw):
        raise Refused(400, "option_ids must be a list of whole numbers, which may be empty")
    vote = sorted(set(raw))
    if any(not 0 <= number < len(poll["options"]) for number in vote):
        raise Refused(404, "the poll has no such option")
    if poll["is_closed"]:
        raise Refused(409, "the poll is closed")
    if len(vote) > 1 and not poll["allows_multiple_answers"]:
        raise Refused(409, "the poll allows one answer only")
    if before and not poll["allows_revoting"]:
        raise Refused(409, "the poll does not allow to change an answer")
    return vote
