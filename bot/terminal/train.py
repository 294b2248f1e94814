"""`train`: a plan with its price, a yes, and exactly one job, which is then watched.

It walks the same states in the same database as /train in the chat, so whatever is killed when,
the next start of either finds the run where it was.
"""

import asyncio
import datetime as dtm
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.config import Needs, Settings, load_settings
from bot.domain.datasets import ValidationReport
from bot.domain.training import Hyperparameters, JobStatus, Refusal, RunState, TrainingRun
from bot.errors import DatasetInvalid, UserError
from bot.jobs.refusal_views import reason
from bot.terminal import console, dataset, report
from bot.terminal.console import for_terminal, unmarked
from bot.terminal.monitor import watch
from bot.terminal.output import Output
from bot.terminal.plan import plan_lines, usd, wishes
from bot.terminal.provider import provider
from bot.terminal.runs import BY_TERMINAL, TerminalTraining, new_request_id, open_office
from bot.terminal.samples import PATIENCE_S, try_out
from bot.texts import Texts
from bot.training.parameters import epochs_of, multiplier_of
from bot.usage.cost import Estimate

LOOK_S: Final = 0.1
"""How often the run's stored state is read while it is brought to the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """What the flags ask for; None: as the settings say."""

    file: Path | None = None
    """None: the dataset in use, in the chat as well."""
    model: str | None = None
    epochs: str | None = None
    learning_rate: str | None = None
    suffix: str | None = None
    is_agreed: bool = False
    """Start without asking."""
    waits: bool = True
    """Watch the job until it ends."""
    tests: bool = False
    """Then put the sample prompts to its model."""
    is_json: bool = False


@console.command
def train(order: TrainOptions) -> int:
    """Plan, ask, start, watch; 0 when all that was asked for succeeded."""
    settings = load_settings(Needs.PROVIDER)
    console.guard_logs(settings.secrets)
    texts = Texts(settings.language, settings.zone)
    try:
        command = _Train(settings, texts, Output(is_json=order.is_json), order)
        return asyncio.run(command.run())
    except UserError as exc:
        return console.complain(texts, exc)


@dataclass(frozen=True, slots=True)
class _Train:
    settings: Settings
    texts: Texts
    """For what a provider or a file is to blame for; the rest is the operator's English."""
    voice: Output
    order: TrainOptions

    async def run(self) -> int:
        parameters = parameters_of(self.order, self.settings)
        async with provider(self.settings) as api:
            # Only so long is the database held: the bot may start while a job is watched here.
            async with open_office(self.settings, api, file=self.order.file) as office:
                run = await self._started(office, parameters)
            if run is None or run.job_id is None:
                return 1
            if not self.order.waits:
                self.voice.line(f"Job ID: {run.job_id}")
                return 0
            job = await watch(self.settings, self.texts, self.voice, api, run.job_id, is_sure=True)
        if job.status is not JobStatus.SUCCEEDED:
            return 1
        if not self.order.tests or not job.fine_tuned_model:
            return 0
        self.voice.line()
        return await try_out(
            self.settings, self.texts, self.voice, job.fine_tuned_model, run.dataset.system_prompt,
            Path(run.dataset.path), patience_s=PATIENCE_S,
        )  # fmt: skip

    async def _started(
        self, office: TerminalTraining, parameters: Hyperparameters
    ) -> TrainingRun | None:
        """The run with its job; None, or a run without one, when that did not come about."""
        unfinished = await office.training.runs.underway()
        if unfinished:
            return await self._taken_up(office, unfinished)
        try:
            run = await office.training.plans.plan(
                parameters, asked_by=BY_TERMINAL, request_id=new_request_id()
            )
        except DatasetInvalid:
            self._tell_findings(await office.datasets.report())
            return None
        self.voice.line(report.verdict(await office.datasets.report()))
        guess = await office.training.plans.estimate(run)
        shutdown = await office.training.plans.last_day(parameters.base_model)
        self._show(run, guess, shutdown)
        if not self._agrees(guess):
            await office.training.plans.drop(run.id)
            return None
        await office.training.plans.confirm(run.id, by=BY_TERMINAL, request_id=new_request_id())
        return await self._brought(office, run.id)

    def _tell_findings(self, found: ValidationReport) -> None:
        """What is wrong with the dataset, as `validate` says it."""
        if self.order.is_json:
            path = self.order.file or self.settings.dataset_path
            self.voice.fact("invalid", **report.as_json(self.texts, path, found))
        else:
            dataset.print_report(self.texts, found)

    async def _taken_up(self, office: TerminalTraining, run_ids: list[int]) -> TrainingRun:
        """Bring the runs of a former process to their end, rather than pay for one more."""
        named = ", ".join(map(str, run_ids))
        self.voice.aside(f"plan {named} was interrupted: it is taken up instead of making another")
        for run_id in run_ids:
            for line in wishes(await office.run(run_id)):
                self.voice.line(line)
        await office.training.submission.start()
        runs = [await self._brought(office, run_id) for run_id in run_ids]
        return next((run for run in reversed(runs) if run.job_id), runs[-1])

    async def _brought(self, office: TerminalTraining, run_id: int) -> TrainingRun:
        """The run as far as it comes; it is told how it goes, and asked where nobody knows."""
        while True:
            run = await self._idle(office, run_id)
            match run.state:
                case RunState.UNCERTAIN:
                    if not await self._decided(office, run):
                        return run
                case RunState.REFUSED:
                    self._tell_refused(run)
                    return run
                case _:
                    self.voice.fact("submitted", run_id=run.id, job_id=run.job_id)
                    return run

    async def _idle(self, office: TerminalTraining, run_id: int) -> TrainingRun:
        """The run once nothing more is done for it, telling of the upload when it is over."""
        ended = asyncio.create_task(office.training.submission.idle(run_id))
        told = ""
        try:
            async with self.voice.live("sending the dataset"):
                while True:
                    is_last = ended.done()
                    run = await office.run(run_id)
                    is_uploaded = run.state not in (RunState.CONFIRMED, RunState.UPLOADING)
                    if is_uploaded and run.training_file and run.training_file != told:
                        told = run.training_file
                        self.voice.line(f"File uploaded successfully\nFile ID: {told}")
                        self.voice.fact("file", run_id=run.id, file_id=told)
                    if is_last:
                        return run
                    self.voice.progress(_DOING.get(run.state, run.state.value))
                    await asyncio.wait([ended], timeout=LOOK_S)
        except asyncio.CancelledError:
            self.voice.aside(
                f"stopped; the next `python -m bot train`, or the bot, takes plan {run_id} up"
            )
            raise
        finally:
            ended.cancel()

    async def _decided(self, office: TerminalTraining, run: TrainingRun) -> bool:
        """Whether somebody said what to do about a job that nobody knows of."""
        kind = office.overheard.about_runs.get(run.id, "run_uncertain")
        key = "run_uncertain" if kind == "run_uncertain" else "run_unlisted"
        self.voice.fact("uncertain", run_id=run.id, is_listed=key == "run_uncertain")
        self.voice.aside(unmarked(self.texts(key, run_id=run.id)))
        if not sys.stdin.isatty():
            self.voice.aside("to decide, call `python -m bot train` on a terminal, or use the bot")
            return False
        answer = _ask("[l]ook again, [c]reate it again, [g]ive it up? ").lower()
        if answer.startswith("c"):
            await office.training.submission.try_again(run.id)
        elif answer.startswith("g"):
            await office.training.submission.give_up(run.id)
        elif answer.startswith("l"):
            await office.training.submission.look_again(run.id)
        else:
            return False
        return True

    def _tell_refused(self, run: TrainingRun) -> None:
        refusal = run.refusal or Refusal(code="", message="")
        self.voice.fact("refused", run_id=run.id, code=refusal.code, message=refusal.message)
        self.voice.aside(for_terminal(reason(self.texts, refusal)))

    def _show(self, run: TrainingRun, guess: Estimate, shutdown: dtm.date | None) -> None:
        for line in plan_lines(run, guess, shutdown):
            self.voice.line(line)
        self.voice.fact(
            "plan",
            run_id=run.id,
            model=run.parameters.base_model,
            epochs=run.parameters.n_epochs,
            learning_rate=run.parameters.learning_rate_multiplier,
            suffix=run.parameters.suffix,
            sha256=run.dataset.sha256,
            examples=run.dataset.n_examples,
            tokens=guess.trained_tokens,
            price_usd=guess.price_usd,
            prices_date=guess.prices_date,
            minutes=[guess.minutes_low, guess.minutes_high],
            model_ends=shutdown,
        )

    def _agrees(self, guess: Estimate) -> bool:
        if self.order.is_agreed:
            return True
        if not sys.stdin.isatty():
            self.voice.aside("nothing was sent: without a terminal to ask on, --yes is needed")
            return False
        price = "an unknown price" if guess.price_usd is None else f"~{usd(guess.price_usd)}"
        if _ask(f"Start training for {price}? [y/N] ").lower() in ("y", "yes"):
            return True
        self.voice.aside("nothing was sent")
        return False


_DOING: Final = {
    RunState.CONFIRMED: "sending the dataset",
    RunState.UPLOADING: "sending the dataset",
    RunState.CREATING: "creating the job",
    RunState.UNCERTAIN: "looking for the job in the provider's list",
}


def parameters_of(order: TrainOptions, settings: Settings) -> Hyperparameters:
    """The settings' parameters with what was ordered instead.

    Raises:
        BadValue: a number that is none, or out of its range.
    """
    epochs, rate = order.epochs, order.learning_rate
    return Hyperparameters(
        base_model=order.model or settings.base_model,
        n_epochs=settings.n_epochs if epochs is None else epochs_of(epochs),
        learning_rate_multiplier=(
            settings.learning_rate_multiplier if rate is None else multiplier_of(rate)
        ),
        suffix=settings.model_suffix if order.suffix is None else order.suffix,
    )


def _ask(question: str) -> str:
    """An answer from the terminal, empty at its end; Ctrl-C ends the program at once."""
    # asyncio would only note the first Ctrl-C, and act on it when this has returned.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print(question, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip()
    finally:
        signal.signal(signal.SIGINT, before)
