"""The list of fine-tuning jobs, the question before one is stopped, and the caption of a chart."""

from collections.abc import Sequence

from bot.delivery.screen import Attachment, Button, Screen, rows
from bot.domain.training import TrackedJob
from bot.edge.buttons import button, data_of
from bot.jobs.card_views import icon_of, status_words
from bot.jobs.pictures import LossChart
from bot.texts import Texts, cut, shortened

PAGE_SIZE = 6
"""Jobs per page of the list."""

_BUTTON_UNITS = 24
_CAPTION_UNITS = 300
_LINE_UNITS = 160
"""Six jobs of any server fit into a message."""


def listing(texts: Texts, jobs: Sequence[TrackedJob], *, page: int, n_jobs: int) -> Screen:
    """Page *page*, from 0, of all *n_jobs* that we follow, each with a button that opens it."""
    if not jobs:
        train = button(texts, "train", data_of("training", "plan"))
        return Screen(text=texts("jobs_none"), buttons=rows([train], _follow(texts)))
    openers = [_opener(texts, tracked) for tracked in jobs]
    return Screen(
        text="\n".join([_title(texts, len(jobs), page, n_jobs), *(_line(texts, j) for j in jobs)]),
        buttons=rows(
            *(openers[at : at + 2] for at in range(0, len(openers), 2)),
            _pager(texts, page, n_jobs),
            _follow(texts),
        ),
    )


def nothing_active(texts: Texts) -> Screen:
    """Nothing is being trained; what can be done instead."""
    train = button(texts, "train", data_of("training", "plan"))
    every = button(texts, "all_jobs", data_of("jobs", "list", 0))
    return Screen(text=texts("error_nothing_active"), buttons=rows([train, every]))


def ask_cancel(texts: Texts, tracked: TrackedJob, spent: Sequence[str]) -> Screen:
    """Whether to stop the job; *spent* says what it has cost until now."""
    yes = button(texts, "cancel_yes", data_of("jobs", "cancel", tracked.number))
    no = button(texts, "keep", data_of("jobs", "keep", tracked.number))
    text = "\n".join([texts("cancel_ask", name=tracked.name), *spent])
    return Screen(text=text, buttons=rows([yes, no]))


def loss_chart(texts: Texts, tracked: TrackedJob, chart: LossChart) -> Screen:
    """The picture of a job's losses, with the newest and the lowest losses below it."""
    name = shortened(tracked.name, _CAPTION_UNITS)
    curves, lines = chart.curves, [texts("chart_caption", name=name)]
    validated = curves.valid or curves.full_valid
    for key, points in (("chart_now", curves.train), ("chart_now_valid", validated)):
        if points:
            loss = texts.number(points[-1].loss, digits=2)
            lines.append(texts(key, loss=loss, step=texts.number(points[-1].step)))
    if curves.best is not None:
        loss = texts.number(curves.best.loss, digits=2)
        lines.append(texts("chart_lowest", loss=loss, step=texts.number(curves.best.step)))
    picture = Attachment(kind="photo", name="loss.png", path=str(chart.path))
    return Screen(text="\n".join(lines), attachment=picture)


def _title(texts: Texts, n_shown: int, page: int, n_jobs: int) -> str:
    if n_shown == n_jobs:
        return texts("jobs_title")
    first = page * PAGE_SIZE + 1
    return texts("jobs_title_page", first=first, last=first + n_shown - 1, n=n_jobs)


def _line(texts: Texts, tracked: TrackedJob) -> str:
    job = tracked.job
    return texts(
        "jobs_line",
        number=tracked.number,
        icon=icon_of(job),
        name=shortened(job.suffix or job.base_model, _LINE_UNITS),
        status=shortened(status_words(texts, job), _LINE_UNITS),
        day=texts.moment(job.created_at),
        id=shortened(job.id, _LINE_UNITS),
    )


def _opener(texts: Texts, tracked: TrackedJob) -> Button:
    name = cut(tracked.job.suffix or tracked.job.base_model or tracked.job.id, _BUTTON_UNITS)
    data = data_of("jobs", "open", tracked.number)
    return button(texts, "open_job", data, number=tracked.number, name=name)


def _follow(texts: Texts) -> list[Button]:
    return [button(texts, "monitor", data_of("jobs", "monitor"))]


def _pager(texts: Texts, page: int, n_jobs: int) -> list[Button]:
    buttons = []
    if page > 0:
        buttons.append(button(texts, "page_newer", data_of("jobs", "list", page - 1)))
    if (page + 1) * PAGE_SIZE < n_jobs:
        buttons.append(button(texts, "page_older", data_of("jobs", "list", page + 1)))
    return buttons
