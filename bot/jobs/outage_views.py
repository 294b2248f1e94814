"""The provider answers no more, and answers again."""

import time

from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.jobs.entities import OutageKind
from bot.texts import Texts


def outage(texts: Texts, payload: JsonDict) -> Screen:
    """The provider does not answer, or does not let us in."""
    is_refused = payload["kind"] == OutageKind.REFUSED
    key = "outage_refused" if is_refused else "outage_unreachable"
    lines = [texts(key, waited=texts.duration(time.time() - payload["since"]))]
    if payload["message"]:
        lines.append(texts("outage_words", message=payload["message"]))
    return Screen(text="\n".join(lines))


def outage_over(texts: Texts, payload: JsonDict) -> Screen:
    """It does again."""
    is_refused = payload["kind"] == OutageKind.REFUSED
    key = "outage_over_refused" if is_refused else "outage_over"
    return Screen(text=texts(key, waited=texts.duration(payload["until"] - payload["since"])))
