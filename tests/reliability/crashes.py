"""The crash matrix: what holds when the bot is killed at any step of a run, and of a turn."""

from dataclasses import dataclass
from typing import Final

JOBS, FILES, CHAT = "/v1/fine_tuning/jobs", "/v1/files", "/v1/chat/completions"


@dataclass(frozen=True)
class Moment:
    """When the bot is killed, and what holds after a start."""

    name: str
    then: str
    call: tuple[str, str] | None = None
    """The call, as method and path, that is held then."""
    hold: str = ""
    """How it is held, as `tests.proxy` names it."""
    n_asked: int = 1
    """How often the model is asked for the answer in all."""


_ONE = "one job, whose end is told once"
RUN: Final[tuple[Moment, ...]] = (
    Moment("the press is stored", _ONE),
    Moment("the upload is sent", f"uploaded again; {_ONE}", ("POST", FILES), "hold_before"),
    Moment("the file is there", f"uploaded again; {_ONE}", ("POST", FILES), "hold_after"),
    Moment("the request for the job is on its way", "never sent again without a person: an admin "
           f"reads that it is not in the list, and says yes; {_ONE}",
           ("POST", JOBS), "hold_before"),
    Moment("the job is created", f"found in the list by its mark; {_ONE}",
           ("POST", JOBS), "hold_after"),
    Moment("the job is asked for", _ONE, ("GET", f"{JOBS}/ftjob-[^/]*"), "hold_after"),
    Moment("the job has succeeded", _ONE, ("GET", f"{JOBS}/ftjob-[^/]*/events"), "hold_after"),
    Moment("its end is stored", _ONE),
    Moment("the model is put to use", "it answers; it was put to use once"),
)  # fmt: skip
TURN: Final[tuple[Moment, ...]] = (
    Moment("the question is stored", "one answer, one turn"),
    Moment("the model is asked", "asked again; one answer, one turn",
           ("POST", CHAT), "hold_before", n_asked=2),
    Moment("half of the answer is shown", "asked again; the same message shows the whole answer",
           ("POST", CHAT), "hold_midway", n_asked=2),
    Moment("the whole answer is read", "asked again; one answer, one turn",
           ("POST", CHAT), "hold_after", n_asked=2),
    Moment("the turn is stored", "one answer, and the model is not asked again"),
    Moment("the answer is sent", "found again in the chat: one answer"),
)  # fmt: skip
