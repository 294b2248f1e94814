"""The question before a start, or another try, that something speaks against."""

import time

from bot.delivery.screen import Button, Screen, rows
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
        yes = "start_another"
    if doubts.month is not None:
        yes = "start_above"
    lines += _reasons(texts, run, doubts, who, is_own=is_own)
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, yes, data_of("training", "another", run.id), number=run.dataset.id)],
            [
                button(texts, "plan_back", data_of("training", "show", run.id)),
                button(texts, "drop", data_of("training", "drop", run.id)),
            ],
            *_ways_out(texts, doubts),
        ),
    )


def ask_again(
    texts: Texts, run: TrainingRun, doubts: StartDoubts, who: Person | None, *, is_own: bool
) -> Screen:
    """The same before the lost job of a run is created again.

    The yes names the attempt that got lost, so it does not hold for a later one.
    """
    lines = [
        texts("doubts_again", run_id=run.id),
        *_reasons(texts, run, doubts, who, is_own=is_own),
    ]
    yes = data_of("training", "again_anyway", f"{run.id}-{run.attempted_at}")
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [button(texts, "again_anyway", yes)],
            [button(texts, "look", data_of("training", "look", run.id))],
            [button(texts, "give_up", data_of("training", "giveup", run.id))],
            *_ways_out(texts, doubts),
        ),
    )


def _reasons(
    texts: Texts, run: TrainingRun, doubts: StartDoubts, who: Person | None, *, is_own: bool
) -> list[str]:
    """An equal run, and the ceiling."""
    lines = []
    if doubts.twin is not None:
        lines.append(_twin(texts, doubts.twin, who, is_own=is_own))
    if doubts.month is not None:
        price = texts.money(run.price_usd or 0)
        month = month_line(texts, doubts.month)
        lines.append(texts("doubt_ceiling", price=price, month=month))
    return lines


def _ways_out(texts: Texts, doubts: StartDoubts) -> list[list[Button]]:
    """The jobs where there is an equal one, and the ceiling."""
    return [
        [button(texts, "status", data_of("jobs", "status"))] if doubts.twin else [],
        [button(texts, "ceiling", data_of("training", "ceiling"))] if doubts.month else [],
    ]


def _twin(texts: Texts, twin: RunTwin, who: Person | None, *, is_own: bool) -> str:
    """Who started the same, and when."""
    ago = texts.duration(max(0, time.time() - twin.at))
    params = {"twin_id": twin.run_id, "suffix": twin.suffix or "—", "ago": ago}
    if is_own:
        return texts("twin_own", **params)
    if who is None:
        return texts("twin_terminal", **params)
    return texts("twin_other", who=name_of(who.name, who.id), **params)
