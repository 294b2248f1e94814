"""The fault matrix: what happens when a call of the bot to the outside goes wrong, in any way.

`test_faults.py` makes a test of each call, `python -m tests.reliability` a page of them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FAULTS: Final = {
    "refused": "nobody listens at the address",
    "timeout": "nobody answers an attempt to connect",
    "held": "the request is taken, and not a byte comes back",
    "dripping": "it is carried out, and its answer comes byte by byte",
    "cut": "it is carried out, and the connection ends in the middle of the answer",
    "429": "too many requests",
    "500": "an error of the server, as JSON",
    "502 page": "a page of HTML from a gateway",
    "wrong JSON": "status 200 and the JSON of something else",
    "wrong types": "status 200 and fields of the wrong types",
    "401": "the key or the token is not accepted",
    "403": "not allowed",
}


ANY: Final = ", ".join(FAULTS)


@dataclass(frozen=True)
class Cell:
    """What becomes of one call with one fault, while the fault lasts."""

    does: str
    """In few words, for the page."""
    said: str = ""
    """A part of what is then read, in the chat or in the terminal."""
    n: int | None = None
    """How many requests the bot makes; None: as many as the fault has time for."""


@dataclass(frozen=True)
class Call:
    """One row of the matrix."""

    name: str
    method: str
    path: str
    """A regular expression, as `tests.proxy` takes it."""
    then: str
    """What holds once the fault is over; the test tries it after each fault."""
    cells: Mapping[str, Cell]
    """By the names of faults, with commas between them; `ANY` for all."""
    patience_s: float = 65
    """More than the bot waits for an answer that does not come."""
    hurry: float = 30
    """How much faster the bot's time runs while nobody gets through."""

    def cell(self, fault: str) -> Cell:
        """What becomes of it with that fault."""
        (found,) = [cell for names, cell in self.cells.items() if fault in names.split(", ")]
        return found


LATER, FOREIGN = "Наташа сейчас не отвечает", "не так, как принято в API OpenAI (200 OK)"
REFUSED, LOST = "не запустился, задания нет.\n", "ответ провайдера потерялся, и в списке"
UNREACHABLE = f"{REFUSED}До провайдера не достучаться"
NOT_GIVEN: Final = {
    ANY.removesuffix(", 401, 403"): Cell(
        'tried three times; "send it again"', "Telegram не отдал файл"
    ),
    "401, 403": Cell('tried once; "send it again"', "Telegram не отдал файл", 1),
}
"""Of both calls that fetch a file."""
CALLS: Final[Sequence[Call]] = (
    Call(
        "the answer of the model",
        "POST",
        "/v1/chat/completions",
        "the same chat is answered; no failed question is in its history",
        {
            "refused, timeout": Cell(
                "tried twice; the person reads that Natasha does not answer "
                "now, with a code and a button that asks again",
                LATER,
                0,
            ),
            "held, dripping": Cell(
                "given up after 60 s and not paid for twice; the same words", LATER, 1
            ),
            "cut": Cell("what has come stays, marked as broken off", "ответ оборвался", 1),
            "429": Cell("tried twice; too many questions now", "слишком много вопросов", 2),
            "500, 502 page": Cell("tried twice; the same words as without a connection", LATER, 2),
            "wrong JSON": Cell("the same words", LATER, 1),
            "wrong types": Cell("Natasha said nothing: ask in other words", "промолчала", 1),
            "401, 403": Cell("an admin is needed", "Без администратора ответить", 1),
        },
    ),
    Call(
        "uploading a dataset",
        "POST",
        "/v1/files",
        "a new plan makes one job",
        {
            "refused, timeout": Cell(
                "tried five times; no job, nothing was paid: the provider can't be reached",
                UNREACHABLE,
                0,
            ),
            "held, dripping, cut": Cell("the same", UNREACHABLE, 5),
            "429": Cell(
                "tried five times; no job: the provider asks for patience",
                "Провайдер просит подождать",
                5,
            ),
            "500, 502 page, wrong JSON, wrong types": Cell(
                "tried five times; no job: the provider answers with an error, which is shown",
                "Провайдер ответил ошибкой (",
                5,
            ),
            "401, 403": Cell("no job: the key was not accepted", "не принял ключ", 1),
        },
        patience_s=910,
    ),
    Call(
        "creating a job",
        "POST",
        "/v1/fine_tuning/jobs",
        "there is one job: the one that was found, or that an admin asked for",
        {
            "refused, timeout": Cell(
                "the request never left: tried five times, then no job", UNREACHABLE, 0
            ),
            "held": Cell(
                "given up after 120 s and not repeated; the job is looked for in the list, "
                "then admins decide",
                LOST,
                1,
            ),
            "dripping, cut": Cell("not repeated; the job is found in the list", "ftjob-", 1),
            "429": Cell("tried five times, then no job", "Провайдер просит подождать", 5),
            "500, 502 page, wrong JSON, wrong types": Cell(
                "not repeated; the job is looked for in the list, then admins decide", LOST, 1
            ),
            "401, 403": Cell("no job: the key was not accepted", "не принял ключ", 1),
        },
        patience_s=125,
    ),
    Call(
        "listing the jobs, after a lost answer to a creation",
        "GET",
        "/v1/fine_tuning/jobs",
        '"Look again" finds the job; it was created once',
        {
            ANY: Cell(
                "read twelve times; admins read that the list can't be opened, and decide",
                "а список его заданий не открывается",
            )
        },
        hurry=200,
    ),
    Call(
        "asking for a job",
        "GET",
        "/v1/fine_tuning/jobs/ftjob-[^/]*",
        "admins read that it works again; the end of the job is told, once",
        {
            ANY.removesuffix(", 401, 403"): Cell(
                "asked again at each interval; after ten minutes admins read, once, that the "
                "provider can't be reached",
                "До провайдера не достучаться уже",
            ),
            "401, 403": Cell(
                "the same, and that the key is not accepted", "Провайдер не пускает бота уже"
            ),
        },
    ),
    Call(
        "asking for the events of a job",
        "GET",
        "/v1/fine_tuning/jobs/ftjob-[^/]*/events",
        "nothing else is told of it",
        {
            "refused, timeout": Cell(
                "admins read that the provider can't be reached", "До провайдера не достучаться уже"
            ),
            "held, dripping, cut, 429, 500, 502 page, wrong JSON, wrong types, 401, 403": Cell(
                "the end of the job is told without its log", "остановлена ·"
            ),
        },
    ),
    Call(
        "listing the models, by `python -m bot check`",
        "GET",
        "/v1/models",
        "`check` says that all is well",
        {
            "refused, timeout": Cell("one line: it can't be reached", "can't be reached"),
            "held, dripping, cut": Cell("one line: the answer did not arrive in full", "in full"),
            "429": Cell("one line: overloaded", "overloaded"),
            "500, 502 page": Cell("one line with the status", "no clear answer"),
            "wrong JSON, wrong types": Cell("one line: it is not OpenAI's API", "OpenAI"),
            "401, 403": Cell("one line: the key was not accepted", "key"),
        },
        hurry=5,  # the command still imports while it asks
    ),
    Call(
        "cancelling a job",
        "POST",
        "/v1/fine_tuning/jobs/ftjob-[^/]*/cancel",
        "the job is cancelled, by another press where it was not; its end is told, once",
        {
            "refused, timeout": Cell("the provider can't be reached", "не достучаться", 0),
            "held, dripping, cut": Cell(
                "the answer did not arrive in full: check", "не дошёл целиком", 1
            ),
            "429": Cell("overloaded: try again", "перегружен", 1),
            "500, 502 page, wrong JSON, wrong types": Cell(
                "no clear answer; its status is shown", "не дал внятного ответа", 1
            ),
            "401, 403": Cell("the key was not accepted", "не принял ключ", 1),
        },
    ),
    Call(
        "getUpdates",
        "POST",
        "/bot[^/]*/getUpdates",
        "what was written meanwhile is answered, once",
        {
            "refused, timeout, held, dripping, cut, 500, 502 page, wrong JSON": Cell(
                "asked again after at most 1.5 s; a connection without a byte is left after 15 s"
            ),
            "429": Cell("asked again when Telegram wants it, at the latest after 30 s"),
            "wrong types, 403": Cell("asked again, with pauses that grow to 30 s"),
            "401": Cell(
                "`getMe` is asked three times in two minutes; the bot ends only if each "
                "answer is 401"
            ),
        },
        patience_s=20,
    ),
    Call(
        "sendMessage",
        "POST",
        "/bot[^/]*/sendMessage",
        "the message is there, once, and so is the next one",
        {
            "refused, timeout": Cell("sent again once Telegram answers"),
            "held, 500, 502 page": Cell("looked for among the new messages, then sent again"),
            "dripping, cut": Cell("looked for among the new messages, and found"),
            "429": Cell("sent again when Telegram wants it"),
            "wrong JSON, wrong types": Cell(
                "looked for and sent again; given up with a line in the log after three such "
                "answers, while Telegram answers others",
                "is given up",
            ),
            "401": Cell("sent again, as long as `getMe` knows the token"),
            "403": Cell("the person has blocked the bot: it waits until they write"),
        },
        patience_s=20,
    ),
    Call(
        "editMessageText",
        "POST",
        "/bot[^/]*/editMessageText",
        "the message shows what it has to, once",
        {
            ANY: Cell("the newest state is shown once Telegram takes it"),
        },
        patience_s=20,
    ),
    Call(
        "answerCallbackQuery",
        "POST",
        "/bot[^/]*/answerCallbackQuery",
        "the next press is answered",
        {ANY: Cell("the press has its effect at once; its answer is not repeated")},
        patience_s=20,
    ),
    Call(
        "getFile",
        "POST",
        "/bot[^/]*/getFile",
        "the same file is taken",
        NOT_GIVEN,
        patience_s=20,
    ),
    Call(
        "downloading a file",
        "GET",
        "/file/bot.*",
        "the same file is taken",
        NOT_GIVEN,
        patience_s=125,
    ),
)
