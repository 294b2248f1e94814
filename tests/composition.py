"""The services as `bot.wiring` builds them, with a provider and a chat server in memory."""

import datetime as dtm
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from bot.alarms.feature import AlarmsFeature
from bot.chat.feature import ChatFeature
from bot.comparison.feature import ComparisonFeature
from bot.config import Settings
from bot.dataset.feature import DatasetFeature
from bot.domain import JsonDict
from bot.domain.people import Access, Person
from bot.domain.training import Hyperparameters, RunState, TrackedJob, TrainingRun
from bot.edge.core import Core, Pacing, build_core
from bot.edge.feature import Feature
from bot.edge.people_store import PeopleStore
from bot.edge.registry import Registry
from bot.export.feature import ExportFeature
from bot.jobs.feature import JobsFeature
from bot.models.feature import ModelsFeature
from bot.privacy.privacy import Privacy
from bot.privacy.store import PrivacyStore
from bot.ratings.feature import RatingsFeature
from bot.serving.feature import ServingFeature
from bot.storage.database import Database
from bot.training.feature import TrainingFeature
from bot.trials.feature import TrialsFeature
from bot.trials.probes import Probe
from bot.usage.feature import UsageFeature
from bot.wiring import build_features
from tests.blank import open_blank
from tests.clocks import until
from tests.fakes import ChatServer, Provider

Part = TypeVar("Part", bound=Feature)

ADMIN, SECOND_ADMIN, TESTER = 5, 6, 7
MODEL = "gpt-4.1-mini-2025-04-14"
PROMPT = "Ты Наташа."
PARAMETERS = Hyperparameters(
    base_model=MODEL, n_epochs=3, learning_rate_multiplier=0.1, suffix="natasha-v1"
)
TUNED = f"ft:{MODEL}:org:natasha-v1:AbC"


PROMPTS = ("Как начать свой бизнес?", "Зачем?")
PACING = Pacing(pause_s=0.5, chat_pause_s=0.5, model_patience_s=600)
SETTINGS = Settings.model_construct(
    telegram_bot_token=SecretStr(f"1000:{'A' * 35}"),
    openai_api_key=SecretStr("sk-test"),
    openai_base_url="https://models.example/v1",
    admin_ids=frozenset({ADMIN, SECOND_ADMIN}),
    base_model=MODEL,
    daily_messages_per_tester=0,
    new_conversation_after_h=0,
)


def core_of(
    database: Database,
    dataset: Path,
    *,
    provider: Any,
    server: Any,
    today: Callable[[], dtm.date] = lambda: dtm.date(2026, 11, 22),
    **settings: Any,
) -> Core:
    """The bot's own core, on these servers; *settings* are fields of `Settings` or of `Pacing`."""
    waits = {name: settings.pop(name) for name in list(settings) if hasattr(PACING, name)}
    folders = {"dataset_path": dataset, "database_path": dataset.parent / "bot.sqlite3"}
    return build_core(
        SETTINGS.model_copy(update=folders | settings),
        database,
        provider=provider,
        chat_model=server,
        pacing=replace(PACING, **waits),
        today=today,
    )


def registry() -> Registry:
    """All features, built on no database: for what they name, not for what they do."""
    nothing: Any = None
    core = core_of(nothing, Path("data.jsonl"), provider=Provider(), server=ChatServer())
    return Registry(build_features(core))


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
class BotParts:
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
    probes: Sequence[Probe] = ()
    """What models are asked beside `PROMPTS`; most tests are about other things."""

    @classmethod
    async def open(cls, folder: Path) -> "BotParts":
        write_dataset(folder / "data.jsonl")
        database = await open_blank(folder / "bot.sqlite3")
        parts = cls(database=database, path=folder / "data.jsonl")
        parts.begin()
        return parts

    def begin(self, **settings: Any) -> None:
        """A new process; *settings* replace the usual ones for good."""
        self.settings |= settings
        self.core = core_of(
            self.database,
            self.path,
            provider=self.provider,
            server=self.server,
            today=lambda: self.today,
            **self.settings,
        )
        found = {
            type(each): each
            for each in build_features(self.core, prompts=PROMPTS, probes=self.probes)
        }

        def part(kind: type[Part]) -> Part:
            feature = found[kind]
            assert isinstance(feature, kind)
            return feature

        self.outbox, self.notifications = self.core.outbox, self.core.notifications
        self.usage = part(UsageFeature)
        self.accounts = self.usage.accounts
        dataset, jobs, training = part(DatasetFeature), part(JobsFeature), part(TrainingFeature)
        self.datasets, self.desk = dataset.datasets, dataset.versions
        self.jobs, self.watching = jobs.store, jobs.watching
        self.pictures = jobs.pictures
        self.runs, self.training, self.submission = (
            training.runs, training.plans, training.submission,
        )  # fmt: skip
        self.starts, self.offers = training.starts, training.offers
        self.estimates, self.spending = training.estimates, training.spending
        self.restarts = part(AlarmsFeature).restarts
        serving, trials = part(ServingFeature), part(TrialsFeature)
        self.serving, self.models, self.last_days = (
            serving.serving, serving.models, serving.last_days,
        )  # fmt: skip
        self.names, self.tried = serving.names, serving.tried
        self.trials, self.trial_store = trials.trials, trials.store
        chat, ratings = part(ChatFeature), part(RatingsFeature)
        self.chat, self.conversations = chat.chat, chat.conversations
        self.ratings, self.feedback, self.quality = (
            ratings.store, ratings.feedback, ratings.quality,
        )  # fmt: skip
        self.export = part(ExportFeature).export
        self.comparisons = part(ComparisonFeature).comparisons
        self.model_desk, self.doubts = part(ModelsFeature).details, part(ModelsFeature).doubts
        self.submitted: list[str] = []
        self.submission.on_submitted[:] = [self.submitted.append]

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
        return await self.starts.confirm(run.id, by=by, request_id=self.request())

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
        """Notifications in the outbox, as (person, kind, payload), in order."""
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


def privacy_of(database: Database) -> Privacy:
    """As the bot builds it, with all that the features forget."""
    core = core_of(database, Path("data.jsonl"), provider=Provider(), server=ChatServer())
    features = build_features(core)
    forgets = [each.forgets for each in reversed(features) if each.forgets]
    return Privacy(
        database=database,
        store=PrivacyStore(database),
        people=PeopleStore(database),
        forgets=forgets,
    )
