"""`train`: a plan with its price, a yes, and exactly one job, which is then watched.

It goes through the same states in the same database as /train in the chat. So after a crash at
any moment, the next start of either finds the run where it was.
"""

import asyncio
import datetime as dtm
import sys
import time
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from bot.catalogue import Pricing, load_catalogue
from bot.config import AUTO, Needs, Settings
from bot.domain.datasets import ValidationReport
from bot.domain.training import Hyperparameters, JobStatus, Refusal, RunState, TrainingRun
from bot.edge.core import build_provider
from bot.errors import DatasetInvalid
from bot.jobs.card_views import reason
from bot.terminal import dataset
from bot.terminal.console import ask, command, for_terminal, one_line
from bot.terminal.monitor import JobWatch
from bot.terminal.output import Output
from bot.terminal.plan import plan_lines, usd, wishes
from bot.terminal.runs import BY_TERMINAL, TerminalTraining, new_request_id, open_features
from bot.terminal.samples import PATIENCE_S, try_out
from bot.texts import Texts, unmarked
from bot.training.entities import Month, RunTwin, StartDoubts
from bot.training.parameters import defaults_of, epochs_of, multiplier_of
from bot.usage.cost import Estimate

LOOK_S: Final = 0.1
"""How often the run's stored state is read while the run is sent to the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """What the flags ask for; None: the value of the settings."""

    file: Path | None = None
    """None: the dataset in use, the same as in the chat."""
    model: str | None = None
    epochs: str | None = None
    learning_rate: str | None = None
    suffix: str | None = None
    is_agreed: bool = False
    """Start without asking."""
    is_another: bool = False
    """Start even if the same was started a moment ago, or above the monthly ceiling."""
    waits: bool = True
    """Watch the job until it ends."""
    tests: bool = False
    """Afterwards put the sample prompts to its model."""
    is_json: bool = False


@command(Needs.PROVIDER)
def train(settings: Settings, texts: Texts, options: TrainOptions) -> int:
    """Plan, ask, start, watch; 0 when all that was asked for succeeded."""
    return asyncio.run(_Train(settings, texts, Output(is_json=options.is_json), options).run())


@dataclass(frozen=True, slots=True)
class _Train:
    settings: Settings
    texts: Texts
    """For errors of a provider or a file; the rest is in English, for the operator."""
    output: Output
    options: TrainOptions

    async def run(self) -> int:
        parameters = parameters_of(self.options, self.settings)
        async with aclosing(build_provider(self.settings)) as api:
            # The database is free again afterwards: the bot may start while a job is watched.
            async with open_features(self.settings, api, file=self.options.file) as features:
                run = await self._started(features, parameters)
            if run is None or run.job_id is None:
                return 1
            if not self.options.waits:
                self.output.line(f"Job ID: {run.job_id}")
                return 0
            watch = JobWatch(self.settings, self.texts, self.output, api, run.job_id)
            job = await watch.until_ended(is_sure=True)
        if job.status is not JobStatus.SUCCEEDED:
            return 1
        if not self.options.tests or not job.fine_tuned_model:
            return 0
        self.output.line()
        return await try_out(
            self.settings, self.texts, self.output, job.fine_tuned_model, run.dataset.system_prompt,
            Path(run.dataset.path), patience_s=PATIENCE_S,
        )  # fmt: skip

    async def _started(
        self, features: TerminalTraining, parameters: Hyperparameters
    ) -> TrainingRun | None:
        """The run with its job; None, or a run without a job, when no job was created."""
        unfinished = await features.training.runs.underway()
        if unfinished:
            return await self._resumed(features, unfinished)
        try:
            run = await features.training.plans.plan(
                parameters,
                asked_by=BY_TERMINAL,
                request_id=new_request_id(),
                is_named=self.options.suffix is not None,
            )
        except DatasetInvalid:
            self._tell_findings(await features.datasets.report())
            return None
        report = await features.datasets.report()
        self.output.line(dataset.verdict(Texts("en", self.settings.zone), report))
        estimate = await features.training.estimates.of_run(run)
        shutdown = await features.training.offers.last_day(parameters.base_model)
        if run.parameters.base_model != parameters.base_model:
            self.output.aside(
                f"the server does not have {one_line(parameters.base_model)}: using its only base "
                f"model, {one_line(run.parameters.base_model)}"
            )
        self._show(run, estimate, shutdown)
        if not estimate.can_start:
            await self._tell_bases(features, run)
            await features.training.starts.drop(run.id)
            return None
        if not self._agrees(estimate):
            await features.training.starts.drop(run.id)
            return None
        if not await self._start(features, run.id):
            await features.training.starts.drop(run.id)
            return None
        return await self._submitted(features, run.id)

    async def _tell_bases(self, features: TerminalTraining, run: TrainingRun) -> None:
        """Name the base models that the server could train instead."""
        for offer in await features.training.offers.other_bases(run):
            found = offer.estimate
            lack = "" if found is None or found.fits else ": not enough memory"
            self.output.line(f"  --model {one_line(offer.name)}{lack}")
        self.output.aside("nothing was sent: the server would refuse the job")

    async def _start(self, features: TerminalTraining, run_id: int) -> bool:
        """Start the plan; False: the same was started a moment ago, and one is enough."""
        starts, request = features.training.starts, new_request_id()
        if self.options.is_another:
            await starts.confirm(run_id, by=BY_TERMINAL, request_id=request)
            return True
        found = await starts.start(run_id, by=BY_TERMINAL, request_id=request)
        if not isinstance(found, StartDoubts):
            return True
        if not await self._overrules(features, found):
            return False
        await starts.confirm(run_id, by=BY_TERMINAL, request_id=request)
        return True

    async def _try_again(self, features: TerminalTraining, run_id: int) -> bool:
        """Create the run's lost job again; False: something speaks against it, and that holds."""
        starts = features.training.starts
        found = await starts.try_again(run_id, is_sure=self.options.is_another)
        if isinstance(found, StartDoubts):
            if not await self._overrules(features, found):
                return False
            await starts.try_again(run_id, is_sure=True)
        return True

    async def _overrules(self, features: TerminalTraining, doubts: StartDoubts) -> bool:
        """Whether the operator starts whatever speaks against it."""
        twin = doubts.twin
        if twin and not await features.matters_no_more(twin) and not self._wants_another(twin):
            return False
        return doubts.month is None or self._wants_above(doubts.month)

    def _wants_another(self, twin: RunTwin) -> bool:
        minutes = max(0, round((time.time() - twin.at) / 60))
        named = f"plan {twin.run_id}" + (f", job {one_line(twin.job_id)}" if twin.job_id else "")
        self.output.fact("twin", run_id=twin.run_id, job_id=twin.job_id, started_at=twin.at)
        self.output.aside(
            f"the same training was started {minutes} min ago: {named}. "
            "The data, the model and the numbers are the same."
        )
        if sys.stdin.isatty() and ask("Start another one? [y/N] ").lower() in ("y", "yes"):
            return True
        self.output.aside("nothing was sent; to start one anyway: --another")
        return False

    def _wants_above(self, month: Month) -> bool:
        ceiling = usd(month.ceiling_usd or 0)
        self.output.fact("above", spent_usd=month.spent_usd, ceiling_usd=month.ceiling_usd)
        self.output.aside(
            f"this would exceed the monthly ceiling: {usd(month.spent_usd)} of {ceiling} is spent"
        )
        if sys.stdin.isatty() and ask("Start all the same? [y/N] ").lower() in ("y", "yes"):
            return True
        self.output.aside("nothing was sent; to start all the same: --another")
        return False

    def _tell_findings(self, found: ValidationReport) -> None:
        """Print what is wrong with the dataset, as `validate` does."""
        if self.options.is_json:
            path = self.options.file or self.settings.dataset_path
            report = dataset.report_as_json(self.texts, path, found)
            # The kind of a fact comes first; that of the file has a name of its own here.
            fields = {"file_kind" if name == "kind" else name: report[name] for name in report}
            self.output.fact("invalid", **fields)
        else:
            dataset.print_report(self.texts, found)

    async def _resumed(self, features: TerminalTraining, run_ids: list[int]) -> TrainingRun:
        """Continue the runs of an earlier process, rather than pay for one more."""
        named = ", ".join(map(str, run_ids))
        self.output.aside(f"plan {named} was interrupted: continuing it instead of making another")
        for run_id in run_ids:
            for line in wishes(await features.run(run_id)):
                self.output.line(line)
        await features.training.submission.start()
        runs = [await self._submitted(features, run_id) for run_id in run_ids]
        return next((run for run in reversed(runs) if run.job_id), runs[-1])

    async def _submitted(self, features: TerminalTraining, run_id: int) -> TrainingRun:
        """The run once it has a job, was refused, or stays uncertain; prints how it went."""
        while True:
            run = await self._until_idle(features, run_id)
            match run.state:
                case RunState.UNCERTAIN:
                    if not await self._decided(features, run):
                        return run
                case RunState.REFUSED:
                    self._tell_refused(run)
                    return run
                case _:
                    self.output.fact("submitted", run_id=run.id, job_id=run.job_id)
                    return run

    async def _until_idle(self, features: TerminalTraining, run_id: int) -> TrainingRun:
        """The run once no background work is left for it; prints the upload when it is over."""
        ended = asyncio.create_task(features.training.submission.idle(run_id))
        told = ""
        try:
            async with self.output.live("sending the dataset"):
                while True:
                    is_last = ended.done()
                    run = await features.run(run_id)
                    is_uploaded = run.state not in (RunState.CONFIRMED, RunState.UPLOADING)
                    if is_uploaded and run.training_file and run.training_file != told:
                        told = run.training_file
                        self.output.line(f"File uploaded successfully\nFile ID: {told}")
                        self.output.fact("file", run_id=run.id, file_id=told)
                    if is_last:
                        return run
                    self.output.progress(_DOING.get(run.state, run.state.value))
                    await asyncio.wait([ended], timeout=LOOK_S)
        except asyncio.CancelledError:
            self.output.aside(
                f"stopped; the next `python -m bot train`, or the bot, will continue plan {run_id}"
            )
            raise
        finally:
            ended.cancel()

    async def _decided(self, features: TerminalTraining, run: TrainingRun) -> bool:
        """Whether the operator said what to do about a job that may or may not exist."""
        kind = features.notifications.about_runs.get(run.id, "run_uncertain")
        key = "run_uncertain" if kind == "run_uncertain" else "run_unlisted"
        self.output.fact("uncertain", run_id=run.id, is_listed=key == "run_uncertain")
        self.output.aside(unmarked(self.texts(key, run_id=run.id)))
        if not sys.stdin.isatty():
            self.output.aside("to decide, run `python -m bot train` in a terminal, or use the bot")
            return False
        answer = ask("[l]ook again, [c]reate it again, [g]ive it up? ").lower()
        if answer.startswith("c"):
            return await self._try_again(features, run.id)
        if answer.startswith("g"):
            await features.training.submission.give_up(run.id)
        elif answer.startswith("l"):
            await features.training.submission.look_again(run.id)
        else:
            return False
        return True

    def _tell_refused(self, run: TrainingRun) -> None:
        refusal = run.refusal or Refusal(code="", message="")
        self.output.fact("refused", run_id=run.id, code=refusal.code, message=refusal.message)
        self.output.aside(for_terminal(reason(self.texts, refusal)))

    def _show(self, run: TrainingRun, estimate: Estimate, shutdown: dtm.date | None) -> None:
        for line in plan_lines(run, estimate, shutdown):
            self.output.line(line)
        self.output.fact(
            "plan",
            run_id=run.id,
            model=run.parameters.base_model,
            epochs=run.parameters.n_epochs,
            learning_rate=run.parameters.learning_rate_multiplier or AUTO,
            suffix=run.parameters.suffix,
            sha256=run.dataset.sha256,
            examples=run.dataset.n_examples,
            tokens=estimate.trained_tokens,
            price_usd=estimate.price_usd,
            price_elsewhere_usd=estimate.elsewhere_usd,
            prices_date=estimate.prices_date,
            minutes=[estimate.minutes_low, estimate.minutes_high],
            model_ends=shutdown,
            engine=asdict(estimate.engine) if estimate.engine else None,
        )

    def _agrees(self, estimate: Estimate) -> bool:
        if self.options.is_agreed:
            return True
        if not sys.stdin.isatty():
            self.output.aside(
                "nothing was sent: there is no terminal to ask in, so --yes is needed"
            )
            return False
        price = "" if estimate.price_usd is None else f" for ~{usd(estimate.price_usd)}"
        is_free = estimate.engine is not None or estimate.pricing is Pricing.OWN_MACHINE
        if not price and not is_free:
            price = " for an unknown price"
        if ask(f"Start training{price}? [y/N] ").lower() in ("y", "yes"):
            return True
        self.output.aside("nothing was sent")
        return False


_DOING: Final = {
    RunState.CONFIRMED: "sending the dataset",
    RunState.UPLOADING: "sending the dataset",
    RunState.CREATING: "creating the job",
    RunState.UNCERTAIN: "looking for the job in the provider's list",
}


def parameters_of(options: TrainOptions, settings: Settings) -> Hyperparameters:
    """The settings' parameters, replaced where *options* name others.

    Raises:
        BadValue: a value is not a number, or out of its range.
    """
    parameters = defaults_of(settings, load_catalogue())
    if options.model:
        parameters = replace(parameters, base_model=options.model)
    if options.epochs is not None:
        parameters = replace(parameters, n_epochs=epochs_of(options.epochs))
    if options.learning_rate is not None:
        multiplier = multiplier_of(options.learning_rate)
        parameters = replace(parameters, learning_rate_multiplier=multiplier)
    if options.suffix is not None:
        parameters = replace(parameters, suffix=options.suffix)
    return parameters
