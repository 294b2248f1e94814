"""The question before a second run that trains the same as one that was just started."""

import time

from bot.delivery.screen import Screen, rows
from bot.domain.people import Person
from bot.edge.buttons import button, data_of
from bot.edge.who import name_of
from bot.texts import Texts
from bot.training.entities import RunTwin


def ask_twin(
    texts: Texts, run_id: int, twin: RunTwin, who: Person | None, *, is_own: bool
) -> Screen:
    """Who started the same, and when; plan *run_id* starts only after a yes.

    *who* None: the terminal did. *is_own*: it was the person who reads this.
    """
    ago = texts.duration(max(0, time.time() - twin.at))
    params = {"run_id": run_id, "twin_id": twin.run_id, "suffix": twin.suffix or "—", "ago": ago}
    if is_own:
        text = texts("twin_own", **params)
    elif who is None:
        text = texts("twin_terminal", **params)
    else:
        text = texts("twin_other", who=name_of(who.name, who.id), **params)
    return Screen(
        text=text,
        buttons=rows(
            [button(texts, "start_another", data_of("training", "another", run_id))],
            [
                button(texts, "plan_back", data_of("training", "show", run_id)),
                button(texts, "drop", data_of("training", "drop", run_id)),
            ],
            [button(texts, "status", data_of("jobs", "status"))],
        ),
    )
