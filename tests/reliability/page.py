"""The tables of `docs/reliability.md`; what stands above them is written by hand."""

from collections.abc import Iterator
from typing import Final

from tests.drift.project import ROOT
from tests.reliability.crashes import RUN, TURN, Moment
from tests.reliability.faults import CALLS, FAULTS, Call

PAGE: Final = ROOT / "docs" / "reliability.md"
COMMAND: Final = "python -m tests.reliability --write"
_BEGIN: Final = "<!-- made by the command above -->\n"


def page() -> str:
    """The whole page, with the tables as they are now."""
    by_hand, _, _ = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    return by_hand + _BEGIN + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("", "## The faults", "", "| fault | what it is |", "| --- | --- |")
    yield from (f"| {fault} | {meaning} |" for fault, meaning in FAULTS.items())
    yield from ("", "## Calls that go wrong")
    for call in CALLS:
        yield from _of_call(call)
    yield from ("", "## Kills")
    yield from _of_moments("a run", RUN)
    yield from _of_moments("a turn", TURN)


def _of_call(call: Call) -> Iterator[str]:
    title = call.name[0].upper() + call.name[1:] if " " in call.name else call.name
    yield from ("", f"### {title}", "", f"Afterwards: {call.then}.", "")
    yield from ("| fault | what is read, what the bot does | requests |", "| --- | --- | --- |")
    for names, cell in call.cells.items():
        shown = "any" if set(names.split(", ")) == set(FAULTS) else names
        yield f"| {shown} | {cell.does} | {'' if cell.n is None else cell.n} |"


def _of_moments(what: str, moments: tuple[Moment, ...]) -> Iterator[str]:
    yield from ("", f"### Of {what}", "", "| killed when | after the start |", "| --- | --- |")
    yield from (f"| {moment.name} | {moment.then} |" for moment in moments)
