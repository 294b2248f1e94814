"""Editing: admins put bad answers better, one by one, and train on that."""

from dataclasses import dataclass

from bot.chat.feature import ChatFeature
from bot.dataset.feature import DatasetFeature
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick
from bot.editing.answers import Answers
from bot.editing.daily import Daily
from bot.editing.edit_store import EditStore
from bot.editing.example_handlers import ExampleHandlers
from bot.editing.examples import Examples
from bot.editing.handlers import AnswerHandlers
from bot.editing.readiness import Readiness
from bot.export.feature import ExportFeature
from bot.ratings.feature import RatingsFeature
from bot.safety.feature import SafetyFeature
from bot.training.feature import TrainingFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class EditingFeature(Feature):
    """What other features may use of it."""

    answers: Answers
    daily: Daily
    examples: Examples


def build(
    core: Core,
    *,
    safety: SafetyFeature,
    dataset: DatasetFeature,
    training: TrainingFeature,
    chat: ChatFeature,
    ratings: RatingsFeature,
    export: ExportFeature,
) -> EditingFeature:
    """Put editing together. Replies to its questions are texts, so the chat asks here first."""
    answers = Answers(database=core.database, ratings=ratings.store, decisions=ratings.decisions)
    readiness = Readiness(
        export=export.export,
        estimates=training.estimates,
        usual=training.handlers.defaults,
        zone=core.settings.zone,
    )
    handlers = AnswerHandlers(
        answers=answers,
        readiness=readiness,
        plans=training.handlers,
        exports=export.export.store,
        outbox=core.outbox,
        people=core.people,
    )
    daily = Daily(
        database=core.database,
        answers=answers,
        outbox=core.outbox,
        people=core.people,
        zone=core.settings.zone,
        texts_for=core.texts_for,
        card=handlers.card,
    )
    examples = Examples(
        versions=dataset.versions, store=EditStore(core.database), ratings=ratings.store
    )
    lines = ExampleHandlers(examples=examples, outbox=core.outbox, people=core.people)
    safety.lookout.is_work.extend([handlers.is_work, lines.is_work])
    chat.handlers.takes_text[:0] = [handlers.take, lines.take]
    chat.handlers.takes_edited.insert(0, handlers.take_edited)
    ratings.work.append(handlers.beside_quality)
    return EditingFeature(
        name="editing",
        answers=answers,
        daily=daily,
        examples=examples,
        admin_presses={
            "editing:start": handlers.start,
            "editing:answer": handlers.open,
            "editing:say": handlers.say,
            "editing:fine": handlers.decide,
            "editing:skip": handlers.decide,
            "editing:learn": handlers.learn,
            "editing:findings": lines.start,
            "editing:tenth": lines.start,
            "editing:disliked": lines.start,
            "editing:reword": lines.reword,
            "editing:drop": lines.drop,
            "editing:keep": lines.keep,
            "editing:dropped": lines.edit_all,
            "editing:hidden": lines.edit_all,
            "editing:log": lines.history,
        },
        ticks=[Tick(name="daily card", run=daily.look, interval_s=60, first_s=10)],
    )
