"""The services as `bot.wiring` builds them, with a provider and a chat server in memory."""

import datetime as dtm
import json
import zoneinfo
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.alarms.alarms import Alarms, Patience
from bot.alarms.restarts import Restarts
from bot.alarms.store import OutageStore, PulseStore, RestartStore
from bot.catalogue import load_catalogue
from bot.chat.chat import Chat
from bot.chat.fallback import Fallback
from bot.chat.store import ConversationStore
from bot.comparison.comparison import Comparisons
from bot.comparison.store import ComparisonStore
from bot.dataset.checking import Checker
from bot.dataset.files import DatasetFiles
from bot.dataset.in_use import Datasets
from bot.dataset.store import DatasetStore
from bot.dataset.versions import DatasetDesk
from bot.delivery.notifications import News
from bot.delivery.outbox_store import OutboxStore
from bot.domain import JsonDict
from bot.domain.people import Access, Person
from bot.domain.training import Hyperparameters, RunState, TrackedJob, TrainingRun
from bot.export import Export
from bot.export.store import ExportStore
from bot.jobs.outages import Outages
from bot.jobs.pausing import Pausing
from bot.jobs.pictures import Pictures
from bot.jobs.store import JobStore
from bot.jobs.watching import Watching
from bot.models.checkpoint_store import CheckpointStore
from bot.models.details import ModelDesk
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.feedback import Feedback
from bot.ratings.quality import Quality
from bot.ratings.store import RatingStore
from bot.serving.last_day_store import LastDayStore
from bot.serving.last_days import LastDays
from bot.serving.serving import ServingDesk
from bot.serving.store import ModelStore
from bot.storage.database import Database
from bot.training.plans import Training
from bot.training.store import RunStore
from bot.training.submission import Submission
from bot.trials.sampling import Sampling
from bot.trials.store import TrialStore
from bot.trials.trials import Trials
from bot.usage.accounts import Accounts
from bot.usage.store import UsageStore
from tests.blank import open_blank
from tests.clocks import until
from tests.fakes import ChatServer, Provider

ADMIN, SECOND_ADMIN, TESTER = 5, 6, 7
MODEL = "gpt-4.1-mini-2025-04-14"
PROMPT = "Ты Наташа."
PARAMETERS = Hyperparameters(
    base_model=MODEL, n_epochs=3, learning_rate_multiplier=0.1, suffix="natasha-v1"
)
TUNED = f"ft:{MODEL}:org:natasha-v1:AbC"


def write_dataset(path: Path, *, n: int = 12, prompt: str = PROMPT, answer: str = "Лес.") -> None:
    """A dataset that a provider would take; with fewer than 10 examples one that it would not."""
    rows = [
        [("system", prompt), ("user", f"Вопрос номер {n}?"), ("assistant", f"{answer} Ответ {n}.")]
        for n in range(n)
    ]
    lines = [
        {"messages": [{"role": role, "content": text} for role, text in row if text]}
        for row in rows
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


@dataclass(kw_only=True)
class House:
    """Everything that a test may touch; `restart` is a kill and a new process."""

    database: Database
    path: Path
    """The dataset."""
    provider: Provider = field(default_factory=Provider)
    server: ChatServer = field(default_factory=ChatServer)
    settings: dict[str, Any] = field(default_factory=dict)
    n_requests: int = 0
    today: dtm.date = dtm.date(2026, 11, 22)
    """By which models end."""

    @classmethod
    async def open(cls, folder: Path) -> "House":
        write_dataset(folder / "data.jsonl")
        database = await open_blank(folder / "bot.sqlite3")
        house = cls(database=database, path=folder / "data.jsonl")
        house.begin()
        return house

    def begin(self, **settings: Any) -> None:
        """A new process; *settings* replace the usual ones for good."""
        self.settings |= settings
        given = self.settings
        database = self.database
        self.runs, self.jobs = RunStore(database), JobStore(database)
        self.models, self.trial_store = ModelStore(database), TrialStore(database)
        self.outbox, self.conversations = OutboxStore(database), ConversationStore(database)
        self.news = News(outbox=self.outbox, admin_ids=frozenset({ADMIN, SECOND_ADMIN}))
        store = DatasetStore(database)
        files = DatasetFiles(self.path.parent / "datasets")
        checker = Checker(catalogue=load_catalogue(), base_model=MODEL)
        self.datasets = Datasets(
            database=database,
            store=store,
            files=files,
            checker=checker,
            api=self.provider,
            path=self.path,
        )
        self.desk = DatasetDesk(
            database=database, store=store, files=files, checker=checker, datasets=self.datasets
        )
        self.serving = ServingDesk(
            database=database,
            models=self.models,
            datasets=self.datasets,
            chat_model=given.get("chat_model", ""),
        )
        self.trials = Trials(
            database=database,
            store=self.trial_store,
            models=self.models,
            jobs=self.jobs,
            runs=self.runs,
            datasets=self.datasets,
            serving=self.serving,
            sampling=Sampling(
                api=self.server,
                prompts=("Как начать свой бизнес?", "Зачем?"),
                temperature=0.7,
                max_tokens=500,
                pause_s=0.5,
            ),
            news=self.news,
            patience_s=given.get("patience_s", 600),
        )
        self.last_days = LastDays(
            database=database,
            store=LastDayStore(),
            serving=self.serving,
            api=self.provider,
            news=self.news,
            catalogue=load_catalogue(),
            base_model=given.get("base_model", MODEL),
            training_url=given.get("base_url", "https://models.example/v1"),
            chat_url=given.get("chat_url", given.get("base_url", "https://models.example/v1")),
            today=lambda: self.today,
        )
        self.ratings = RatingStore(database)
        self.export = Export(ratings=self.ratings, store=ExportStore(database), desk=self.desk)
        self.quality = Quality(ratings=self.ratings)
        self.feedback = Feedback(ratings=self.ratings, awaited=AwaitedCorrectionStore(database))
        self.model_desk = ModelDesk(
            database=database,
            models=self.models,
            checkpoints=CheckpointStore(database),
            trials=self.trial_store,
            jobs=self.jobs,
            runs=self.runs,
            serving=self.serving,
            last_days=self.last_days,
            quality=self.quality,
            api=self.provider,
        )
        self.woken_trials: list[int] = []
        self.watching = Watching(
            database=database,
            jobs=self.jobs,
            runs=self.runs,
            models=self.models,
            trials=self.trial_store,
            datasets=self.datasets,
            api=self.provider,
            news=self.news,
            alarms=Alarms(
                database=database,
                store=PulseStore(database),
                jobs=self.jobs,
                news=self.news,
                patience=given.get("patience", Patience()),
            ),
            outages=Outages(
                database=database,
                store=OutageStore(database),
                news=self.news,
                patience_s=given.get("patience", Patience()).outage_s,
            ),
            on_trial=self.woken_trials.append,
            name_patience_s=given.get("name_patience_s", 600),
        )
        self.pausing = Pausing(watching=self.watching, api=self.provider)
        self.pictures = Pictures(
            jobs=self.jobs, api=self.provider, folder=self.path.parent / "charts"
        )
        self.submitted: list[str] = []
        self.submission = Submission(
            database=database,
            runs=self.runs,
            jobs=self.jobs,
            datasets=self.datasets,
            api=self.provider,
            news=self.news,
            on_submitted=self.submitted.append,
            pause_s=0.5,
        )
        self.training = Training(
            database=database,
            runs=self.runs,
            jobs=self.jobs,
            datasets=self.datasets,
            api=self.provider,
            catalogue=load_catalogue(),
            base_url=given.get("base_url", "https://models.example/v1"),
            base_model=MODEL,
            on_confirmed=self.submission.wake,
        )
        self.restarts = Restarts(
            database=database,
            store=RestartStore(database),
            jobs=self.jobs,
            training=self.training,
            api=self.provider,
            news=self.news,
            on_cancelled=self.watching.wake,
        )
        self.accounts = Accounts(
            store=UsageStore(database),
            catalogue=load_catalogue(),
            zone=zoneinfo.ZoneInfo(given.get("timezone", "Europe/Moscow")),
            default_limit=given.get("daily_limit", 0),
        )
        self.chat = Chat(
            conversations=self.conversations,
            serving=self.serving,
            api=self.server,
            temperature=0.7,
            max_tokens=500,
            history_max_tokens=given.get("history_max_tokens", 3000),
            silence_s=given.get("silence_s", 0),
            accounts=self.accounts,
            fallback=Fallback(
                database=database,
                models=self.models,
                serving=self.serving,
                usage=UsageStore(database),
                last_days=self.last_days,
                news=self.news,
            ),
            pause_s=0.5,
        )
        self.comparisons = Comparisons(
            database=database,
            store=ComparisonStore(database),
            serving=self.serving,
            chat=self.chat,
            news=self.news,
        )

    async def kill(self) -> None:
        """All work stops where it is."""
        await self.submission.close()
        await self.watching.close()
        await self.restarts.close()
        await self.trials.close()

    async def restart(self, **settings: Any) -> None:
        """Killed, and started anew."""
        await self.kill()
        self.begin(**settings)
        await self.submission.start()
        await self.trials.start()

    async def close(self) -> None:
        await self.kill()
        await self.database.close()

    # What people do

    def request(self) -> int:
        """The mark of a new update."""
        self.n_requests += 1
        return self.n_requests

    async def plan(self, parameters: Hyperparameters = PARAMETERS) -> TrainingRun:
        return await self.training.plan(parameters, asked_by=ADMIN, request_id=self.request())

    async def confirm(self, run: TrainingRun, by: int = ADMIN) -> TrainingRun:
        return await self.training.confirm(run.id, by=by, request_id=self.request())

    async def confirmed(self) -> TrainingRun:
        """A plan whose start button was pressed."""
        return await self.confirm(await self.plan())

    # What came of it

    async def run(self, run_id: int) -> TrainingRun:
        run = await self.runs.get(run_id)
        assert run is not None
        return run

    async def settled(self, run: TrainingRun) -> TrainingRun:
        """The run once its worker rests."""
        await self.submission.idle(run.id)
        return await self.run(run.id)

    async def reached(self, run: TrainingRun, state: RunState) -> TrainingRun:
        async def found() -> bool:
            return (await self.run(run.id)).state is state

        await until(found, state)
        return await self.run(run.id)

    async def looked_at(self, *job_ids: str) -> None:
        """Look at all active jobs, as every minute, and wait for it."""
        await self.watching.tick()
        for job_id in job_ids or await self.jobs.active():
            await self.watching.idle(job_id)

    async def tracked(self, job_id: str = "ftjob-1") -> TrackedJob:
        return await self.watching.get(job_id)

    async def told(self, kind: str | None = None) -> list[tuple[int, str, JsonDict]]:
        """News in the outbox, as (person, kind, payload), in order."""
        rows = await self.database.rows("SELECT chat_id, kind, payload FROM outbox ORDER BY id")
        return [
            (row["chat_id"], row["kind"], json.loads(row["payload"]))
            for row in rows
            if kind in (None, row["kind"])
        ]

    async def stale_cards(self) -> list[tuple[int, str]]:
        """Cards that are to be shown anew, as (person, job); they rest afterwards."""
        rows = await self.database.rows(
            "SELECT chat_id, job_id FROM cards WHERE is_stale != 0 ORDER BY chat_id, job_id"
        )
        await self.database.write(lambda tx: tx.execute("UPDATE cards SET is_stale = 0"))
        return [(row["chat_id"], row["job_id"]) for row in rows]


def person(person_id: int = TESTER, access: Access = Access.TESTER) -> Person:
    return Person(id=person_id, name="Анна", access=access)
