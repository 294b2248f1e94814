"""The question before a start that something speaks against."""

import time

from bot.delivery.screen import Screen, rows
from bot.domain.people import Person
from bot.domain.training import TrainingRun
from bot.edge.buttons import button, data_of
from bot.edge.who import name_of
from bot.texts import Texts
from bot.training.ceiling_views import month_line
from bot.training.entities import RunTwin, StartDoubts


def ask(
    texts: Texts, run: TrainingRun, doubts: StartDoubts, who: Person | None, *, is_own: bool
) -> Screen:
    """Each reason not to start; the plan starts only after a yes.

    *who* started the same, None: the terminal did. *is_own*: it was the person who reads this.
    """
    lines, yes = [texts("doubts", run_id=run.id)], ""
    if doubts.is_late:
        lines.append(texts("doubt_late"))
        yes = "start_late"
    if doubts.in_use is not None:
        numbers = {"number": run.dataset.id, "in_use": doubts.in_use}
        lines.append(texts("doubt_dataset", **numbers))
        yes = "start_old_dataset"
    if doubts.twin is not None:
        lines.append(_twin(texts, doubts.twin, who, is_own=is_own))
        yes = "start_another"
    if doubts.month is not None:
        price = texts.money(run.price_usd or 0)
        month = month_line(texts, doubts.month)
        lines.append(texts("doubt_ceiling", price=price, month=month))
        yes = "start_above"
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, yes, data_of("training", "another", run.id), number=run.dataset.id)],
            [
                button(texts, "plan_back", data_of("training", "show", run.id)),
                button(texts, "drop", data_of("training", "drop", run.id)),
            ],
            [button(texts, "status", data_of("jobs", "status"))] if doubts.twin else [],
            [button(texts, "ceiling", data_of("training", "ceiling"))] if doubts.month else [],
        ),
    )


def _twin(texts: Texts, twin: RunTwin, who: Person | None, *, is_own: bool) -> str:
    """Who started the same, and when."""
    ago = texts.duration(max(0, time.time() - twin.at))
    params = {"twin_id": twin.run_id, "suffix": twin.suffix or "—", "ago": ago}
    if is_own:
        return texts("twin_own", **params)
    if who is None:
        return texts("twin_terminal", **params)
    return texts("twin_other", who=name_of(who.name, who.id), **params)
