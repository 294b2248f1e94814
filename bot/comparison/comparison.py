"""Blind comparisons: testers see answers of two models side by side and choose the better one."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.chat import Chat
from bot.chat.incoming_answer import IncomingAnswer
from bot.chat.question import Question
from bot.comparison.entities import AnswerPair, Comparison, ComparisonEnding, ComparisonKind, Vote
from bot.comparison.results import BlindQuestion, ComparisonResult
from bot.comparison.store import ComparisonStore
from bot.delivery.notifications import Notifications
from bot.domain.models import ServedModel, Topic
from bot.domain.people import Access, Person
from bot.errors import (
    ButtonGone,
    ComparedModelRetired,
    ComparedModelsEqual,
    ComparedModelUnfit,
    ComparisonGone,
    ComparisonOver,
    VoteStands,
)
from bot.serving.naming import ModelNames
from bot.serving.serving import ServedModels
from bot.storage.database import Database, Transaction
from bot.trials.fitness import Fitness
from bot.usage.accounts import Accounts

USUAL_VOTES = 50
USUAL_EVERY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """One comparison runs at a time; it ends automatically."""

    database: Database
    store: ComparisonStore
    serving: ServedModels
    fitness: Fitness
    names: ModelNames
    chat: Chat
    accounts: Accounts
    notifications: Notifications

    async def standing(self, comparison_id: int | None = None) -> ComparisonResult | None:
        """A comparison, by default the running one; None: there is no such comparison."""
        if comparison_id is None:
            found = await self.store.running()
        else:
            found = await self.store.get(comparison_id)
        return await self._standing(found) if found else None

    async def known(self, comparison_id: int) -> ComparisonResult:
        """The comparison with that id.

        Raises:
            ComparisonGone: there is no such comparison.
        """
        standing = await self.standing(comparison_id)
        if standing is None:
            raise ComparisonGone
        return standing

    async def model(self, word: str) -> ServedModel:
        """The model that an admin means; raises like `ModelNames.one`."""
        return await self.names.one(word)

    async def start(
        self, a: ServedModel, b: ServedModel, *, n_wanted: int, by: int, request_id: int
    ) -> ComparisonResult:
        """Begin a comparison, or return the running one. A repeated call changes nothing.

        Raises:
            ComparedModelsEqual: a model is compared with itself.
            ComparedModelRetired: one of them is off the list.
            ComparedModelUnfit: the verdict on one is not to use it, and it does not serve.
        """
        if a.id == b.id:
            raise ComparedModelsEqual
        _check_listed(a, b)
        await self._check_fit(a, b)
        now = int(time.time())

        async def work(tx: Transaction) -> Comparison | None:
            await self.store.start(
                tx,
                model_a=a.id,
                model_b=b.id,
                n_wanted=n_wanted,
                every=USUAL_EVERY,
                by=by,
                request_id=request_id,
                now=now,
            )
            return await self.store.running(tx)

        found = await self.database.write(work)
        if found is None:  # a replay, after it has ended
            raise ComparisonOver
        return await self._standing(found)

    async def stop(self, comparison_id: int) -> ComparisonResult:
        """Stop a comparison for an admin; one that is over keeps its ending.

        Raises:
            ComparisonGone: there is no such comparison.
        """
        now = int(time.time())
        await self.database.write(
            lambda tx: self.store.end(tx, comparison_id, ComparisonEnding.STOPPED, now=now)
        )
        return await self.known(comparison_id)

    async def prolong(self, comparison_id: int) -> ComparisonResult:
        """Ask for more votes, only once beyond the first number; a double tap prolongs once.

        Raises:
            ComparisonGone: there is no such comparison.
            ComparedModelRetired, ComparedModelUnfit: as in `start`.
        """
        before = await self.known(comparison_id)
        _check_listed(before.a, before.b)
        await self._check_fit(before.a, before.b)
        longer = before.longer
        if longer is not None:
            await self.database.write(lambda tx: self.store.prolong(tx, comparison_id, longer))
        return await self.known(comparison_id)

    async def set_every(self, comparison_id: int, every: int) -> ComparisonResult:
        """Make every *every*-th answer a pair.

        Raises:
            ComparisonGone: there is no such comparison.
        """
        await self.database.write(lambda tx: self.store.set_every(tx, comparison_id, every))
        return await self.known(comparison_id)

    async def give_up(self, comparison_id: int) -> None:
        """End a comparison because one of its models is gone, and tell the admins, once."""
        await self.database.write(lambda tx: self._end(tx, comparison_id, ComparisonEnding.GONE))

    async def blind_question(
        self, question: Question, person: Person, request_id: int
    ) -> BlindQuestion | None:
        """The question for both models; None: only the serving model answers it.

        A tester's answers are counted from their first day on. Every `Comparison.every`-th of them
        is a pair, so the first one never is. A coin toss decides which answer is number 1. It
        always has the same result for the same update.
        """
        running = await self.store.running()
        if running is None or question.replaces or person.access is not Access.TESTER:
            return None
        n_answers = sum(each.n_answers for each in await self.accounts.store.of(person.id))
        if n_answers % running.every != running.every - 1:
            return None
        standing = await self._standing(running)
        models = [standing.a, standing.b]
        if any(model.retired_at is not None for model in models):
            await self.give_up(running.id)
            return None
        if await self.fitness.unfit(*models) is not None:
            return None
        is_a_first = _coin(running.id, request_id)
        ordered = models if is_a_first else models[::-1]
        first, second = self.chat.put_to(question, ordered)
        pair = AnswerPair(
            request_id=request_id,
            comparison_id=running.id,
            person_id=person.id,
            is_a_first=is_a_first,
            is_first_kept=ordered[1].id != question.model.id,
        )
        return BlindQuestion(pair=pair, questions=(first, second))

    async def answered(
        self,
        tx: Transaction,
        pair: AnswerPair,
        answers: Sequence[IncomingAnswer],
        *,
        person: Person,
        topic: Topic,
    ) -> None:
        """Store the pair and both turns; one turn is history, and both count as one answer."""
        for turn, answer in zip(pair.turns, answers, strict=True):
            await self.chat.store(
                tx,
                answer.question,
                answer.text,
                person=person,
                topic=topic,
                request_id=turn,
                usage=answer.usage,
                ending=answer.ending,
                is_extra=turn < 0,
            )
        await self.chat.conversations.replace(tx, -pair.request_id, by=pair.request_id)
        await self.store.add_pair(tx, pair)

    async def votable(
        self, request_id: int, vote: Vote, *, person: Person, topic: Topic
    ) -> AnswerPair:
        """The pair, which stands in that topic, if the person may give it that vote.

        Raises:
            ButtonGone: the person never got such a pair.
            ComparisonOver: the comparison has ended.
            VoteStands: they gave another vote, and the conversation has gone on.
        """
        pair = await self.store.pair(request_id, person_id=person.id)
        if pair is None:
            raise ButtonGone
        comparison = await self.store.get(pair.comparison_id)
        if comparison is None or not comparison.is_running:
            raise ComparisonOver
        if pair.vote not in (None, vote):
            last = await self.chat.conversations.last_turn(topic)
            if last is None or abs(last.request_id) != request_id:
                raise VoteStands
        return pair

    async def vote(self, tx: Transaction, pair: AnswerPair, vote: Vote) -> None:
        """Count the vote, continue from the better answer, end the comparison if it is decided."""
        if not await self.store.vote(tx, pair, vote, now=int(time.time())):
            return
        kept = pair.history(vote)
        await self.chat.conversations.prefer(tx, kept, over=-kept)
        found = await self.store.get(pair.comparison_id, tx)
        assert found is not None
        standing = await self._standing(found, tx)
        if standing.better is not None:
            await self._end(tx, found.id, ComparisonEnding.CLEAR)
        elif standing.votes.n >= found.n_wanted:
            await self._end(tx, found.id, ComparisonEnding.ENOUGH)

    async def _check_fit(self, *models: ServedModel) -> None:
        unfit = await self.fitness.unfit(*models)
        if unfit is not None:
            raise ComparedModelUnfit(model=unfit.title)

    async def _end(self, tx: Transaction, comparison_id: int, ending: ComparisonEnding) -> None:
        if await self.store.end(tx, comparison_id, ending, now=int(time.time())):
            found = await self.store.get(comparison_id, tx)
            assert found is not None
            await self.notifications.tell_admins(
                tx,
                ComparisonKind.OVER,
                {"comparison_id": comparison_id},
                key=f"comparison:{comparison_id}:{found.n_wanted}:{ending}",
            )

    async def _standing(
        self, comparison: Comparison, tx: Transaction | None = None
    ) -> ComparisonResult:
        return ComparisonResult(
            comparison=comparison,
            a=await self.serving.by_id(comparison.model_a),
            b=await self.serving.by_id(comparison.model_b),
            votes=await self.store.votes(comparison.id, tx),
        )


def _check_listed(*models: ServedModel) -> None:
    for model in models:
        if model.retired_at is not None:
            raise ComparedModelRetired(model=model.title)


def _coin(comparison_id: int, request_id: int) -> bool:
    digest = hashlib.sha256(f"{comparison_id}:{request_id}".encode()).digest()
    return bool(digest[0] & 1)
