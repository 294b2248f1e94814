"""Two models answer the same question, a person says which is better, and votes are counted."""

from collections import Counter
from dataclasses import replace

import pytest

from bot import errors
from bot.chat.incoming_answer import IncomingAnswer
from bot.comparison.entities import AnswerPair, ComparisonEnding, Vote, Votes
from bot.comparison.results import BlindQuestion, ComparisonResult
from bot.domain.models import Ending, Topic, Turn
from bot.domain.people import Access
from tests.composition import ADMIN, MODEL, PROMPT, SECOND_ADMIN, TESTER, BotParts, person

OLD, NEW = f"ft:{MODEL}:org:natasha-v1:AbC", f"ft:{MODEL}:org:natasha-v2:DeF"
OTHER = 8


@pytest.fixture
async def compared(parts: BotParts) -> BotParts:
    """The old model serves, and is compared with the new one in every answer, up to ten votes."""
    old, new = await parts.serving.model(OLD), await parts.serving.model(NEW)
    await parts.serving.use(old, by=ADMIN)
    standing = await parts.comparisons.start(
        old, new, n_wanted=10, by=ADMIN, request_id=parts.request()
    )
    await parts.comparisons.set_every(standing.comparison.id, 1)
    return parts


async def duel(parts: BotParts, text: str = "Кто я?", *, by: int = TESTER) -> BlindQuestion | None:
    asked = await parts.chat.question(text, person=person(by), topic=Topic(by))
    return await parts.comparisons.blind_question(asked, person(by), parts.request())


async def shown(parts: BotParts, text: str = "Кто я?", *, by: int = TESTER) -> AnswerPair:
    """The person got two answers: each model said its name."""
    found = await duel(parts, text, by=by)
    assert found is not None
    answers = [
        IncomingAnswer(question=question, text=question.model.title, told=Ending.WHOLE)
        for question in found.questions
    ]
    await parts.database.write(
        lambda tx: parts.comparisons.answered(
            tx, found.pair, answers, person=person(by), topic=Topic(by)
        )
    )
    return found.pair


async def usual(parts: BotParts, *, by: int = TESTER) -> None:
    """The person got one answer."""
    asked = await parts.chat.question("?", person=person(by), topic=Topic(by))
    await parts.database.write(
        lambda tx: parts.chat.store(
            tx,
            asked,
            "Да.",
            person=person(by),
            topic=Topic(by),
            request_id=parts.request(),
            usage=None,
            ending=Ending.WHOLE,
        )
    )


async def says(parts: BotParts, pair: AnswerPair, vote: Vote) -> None:
    owner = person(pair.person_id)
    pair = await parts.comparisons.votable(
        pair.request_id, vote, person=owner, topic=Topic(owner.id)
    )
    await parts.database.write(lambda tx: parts.comparisons.vote(tx, pair, vote))


def the(model: str, pair: AnswerPair) -> Vote:
    """That the old (or the new) one is better."""
    return Vote.FIRST if (model == OLD) is pair.is_a_first else Vote.SECOND


async def said(parts: BotParts, by: int = TESTER) -> list[str]:
    """The answers that the conversation goes on from."""
    turns = await parts.conversations.recent_turns(Topic(by), limit=9)
    return [past.turn.assistant_text for past in turns]


async def standing(parts: BotParts) -> ComparisonResult:
    found = await parts.comparisons.standing(1)
    assert found is not None
    return found


# Who is asked, and when


async def test_both_models_get_the_same_window_and_their_own_prompt(compared: BotParts):
    first = await shown(compared, "Раз")
    await compared.serving.use(
        await compared.serving.model(NEW), by=ADMIN, system_prompt="Ты новая."
    )

    found = await duel(compared, "Два")

    assert found is not None
    window = [Turn(user_text="Раз", assistant_text="natasha-v1", ending=Ending.WHOLE)]
    assert [list(question.window) for question in found.questions] == [window, window]
    prompts = {question.model.name: question.messages[0].content for question in found.questions}
    assert prompts == {OLD: PROMPT, NEW: "Ты новая."}
    assert first.request_id > 0


async def test_both_see_no_more_than_either_may(compared: BotParts):
    """A long system prompt leaves less room for history: then for both, or one would know more."""
    for n in range(3):
        await shown(compared, f"Вопрос {n}")
    new = await compared.serving.model(NEW)
    await compared.serving.use(new, by=ADMIN, system_prompt="Ты новая. " * 500)
    await compared.serving.use(await compared.serving.model(OLD), by=ADMIN)
    compared.begin(history_max_tokens=1400)

    found = await duel(compared)

    assert found is not None
    assert [list(question.window) for question in found.questions] == [[], []]


async def test_every_third_answer_is_a_pair(compared: BotParts):
    """Of all that a person ever got, so never the first; the same update always falls alike."""
    await compared.comparisons.set_every(1, 3)
    kinds = []
    for n in range(1, 8):
        kinds.append(await duel(compared, f"{n}") is not None)
        await (shown(compared) if kinds[-1] else usual(compared))

    assert kinds == [False, False, True, False, False, True, False]


async def test_order_is_a_fair_coin_that_falls_alike_again(compared: BotParts):
    asked = await compared.chat.question("?", person=person(), topic=Topic(TESTER))
    found = [await compared.comparisons.blind_question(asked, person(), n) for n in range(400)]

    assert await compared.comparisons.blind_question(asked, person(), 7) == found[7]
    orders = Counter(each.pair.is_a_first for each in found if each)
    assert sum(orders.values()) == 400
    assert abs(orders[True] - 200) < 40  # four standard deviations
    for each in found:
        assert each is not None
        models = [question.model.name for question in each.questions]
        assert models == ([OLD, NEW] if each.pair.is_a_first else [NEW, OLD])
        assert models[each.usual] == OLD


async def test_only_testers_are_asked_and_only_for_new_questions(compared: BotParts):
    asked = await compared.chat.question("?", person=person(), topic=Topic(TESTER))
    admin = person(ADMIN, Access.ADMIN)
    assert await compared.comparisons.blind_question(asked, admin, 1) is None

    await shown(compared)
    last = await compared.chat.last_turn(Topic(TESTER))
    again = await compared.chat.question("?", person=person(), topic=Topic(TESTER), replaces=last)
    assert await compared.comparisons.blind_question(again, person(), 2) is None


async def test_a_pair_costs_one_answer_of_the_limit(compared: BotParts):
    """Its second answer is on the bill with its tokens."""
    await shown(compared)

    spent = {each.model: each for each in await compared.accounts.store.of(TESTER)}
    assert (spent[OLD].n_answers, spent[NEW].n_answers) == (1, 0)
    assert spent[NEW].completion_tokens > 0


# Votes


@pytest.mark.parametrize("better", [OLD, NEW])
async def test_conversation_goes_on_from_the_better_answer(compared: BotParts, better: str):
    pair = await shown(compared)
    assert await said(compared) == ["natasha-v1"]

    await says(compared, pair, the(better, pair))

    assert await said(compared) == [better.split(":")[3]]
    votes = (await standing(compared)).votes
    assert (votes.n_a, votes.n_b) == ((1, 0) if better == OLD else (0, 1))


async def test_vote_may_change_until_the_next_question(compared: BotParts):
    pair = await shown(compared)
    for vote in (the(NEW, pair), Vote.SAME, the(NEW, pair), the(NEW, pair)):
        await says(compared, pair, vote)
    await shown(compared, "Дальше")

    await says(compared, pair, the(NEW, pair))  # the same once more
    with pytest.raises(errors.VoteStands):
        await says(compared, pair, Vote.SAME)

    votes = (await standing(compared)).votes
    assert (votes.n_a, votes.n_b, votes.n_same) == (0, 1, 0)
    assert await said(compared) == ["natasha-v2", "natasha-v1"]


async def test_a_late_first_vote_counts_and_leaves_history(compared: BotParts):
    pair = await shown(compared)
    await shown(compared, "Дальше")

    await says(compared, pair, the(NEW, pair))

    assert (await standing(compared)).votes.n_b == 1
    assert await said(compared) == ["natasha-v1", "natasha-v1"]


async def test_nobody_votes_for_somebody_else(compared: BotParts):
    pair = await shown(compared)

    for owner, request_id in ((person(OTHER), pair.request_id), (person(), 999)):
        with pytest.raises(errors.ButtonGone):
            await compared.comparisons.votable(
                request_id, Vote.SAME, person=owner, topic=Topic(owner.id)
            )


async def test_deleted_words_break_nothing(compared: BotParts):
    """/privacy takes both turns; the vote, which holds no words, stays."""
    pair = await shown(compared)
    await compared.database.write(
        lambda tx: tx.execute("DELETE FROM turns WHERE person_id = :id", {"id": TESTER})
    )

    await says(compared, pair, the(NEW, pair))

    assert (await standing(compared)).votes.n_b == 1
    assert await said(compared) == []


# The end


async def test_it_stops_as_soon_as_it_is_clear(compared: BotParts):
    for n in range(8):
        pair = await shown(compared, by=OTHER if n % 2 else TESTER)
        assert (await standing(compared)).comparison.is_running
        await says(compared, pair, the(NEW, pair))

    found = await standing(compared)
    assert found.comparison.ending is ComparisonEnding.CLEAR
    assert found.better is not None
    assert found.better.name == NEW
    assert (found.votes.n_people, found.longer) == (2, None)
    assert await duel(compared) is None
    told = await compared.told("comparison_over")
    assert [person_id for person_id, _, _ in told] == [ADMIN, SECOND_ADMIN]
    with pytest.raises(errors.ComparisonOver):
        await says(compared, pair, Vote.SAME)


async def test_enough_votes_without_a_difference_and_once_more(compared: BotParts):
    """A double tap prolongs once; one that was stopped meanwhile can go on."""
    for n in range(10):
        pair = await shown(compared)
        await says(compared, pair, Vote.SAME if n % 3 == 0 else the((OLD, NEW)[n % 2], pair))

    found = await standing(compared)
    assert (found.comparison.ending, found.better, found.longer) == (
        ComparisonEnding.ENOUGH,
        None,
        100,
    )
    for _ in range(2):  # a double tap
        found = await compared.comparisons.prolong(1)
    assert (found.comparison.is_running, found.comparison.n_wanted) == (True, 100)
    found = await compared.comparisons.stop(1)
    assert found.longer == 100  # not all of them were given
    assert len(await compared.told("comparison_over")) == 2


async def test_it_is_prolonged_once(compared: BotParts):
    """The error that is kept for it is spent then."""
    old, new = await compared.serving.model(OLD), await compared.serving.model(NEW)
    first = (await standing(compared)).comparison
    votes = Votes(n_a=5, n_b=5, n_same=0, n_people=2)
    over = replace(first, ending=ComparisonEnding.ENOUGH)

    assert ComparisonResult(comparison=over, a=old, b=new, votes=votes).longer == 100
    longer = replace(over, n_wanted=100)
    many = replace(votes, n_same=90)
    assert ComparisonResult(comparison=longer, a=old, b=new, votes=many).longer is None


async def test_one_runs_at_a_time(compared: BotParts):
    """Of two admins one starts it; the other is shown what runs. A replay starts none."""
    old, new = await compared.serving.model(OLD), await compared.serving.model(NEW)

    other = await compared.comparisons.start(
        new, old, n_wanted=20, by=SECOND_ADMIN, request_id=compared.request()
    )
    again = await compared.comparisons.start(old, new, n_wanted=10, by=ADMIN, request_id=1)

    assert (other.comparison.id, again.comparison.id, other.a.name) == (1, 1, OLD)
    await compared.comparisons.stop(1)
    with pytest.raises(errors.ComparisonOver):
        await compared.comparisons.start(old, new, n_wanted=10, by=ADMIN, request_id=1)
    await compared.comparisons.start(old, new, n_wanted=10, by=ADMIN, request_id=77)
    assert not (await compared.comparisons.prolong(1)).comparison.is_running


async def test_retired_model_ends_it(compared: BotParts):
    new = await compared.serving.model(NEW)
    await compared.serving.retire(new.id)

    assert await duel(compared) is None

    found = await standing(compared)
    assert (found.comparison.ending, found.longer) == (ComparisonEnding.GONE, None)
    assert len(await compared.told("comparison_over")) == 2
    await compared.comparisons.give_up(1)
    assert len(await compared.told("comparison_over")) == 2
    new = await compared.serving.model(NEW)
    with pytest.raises(errors.ComparedModelRetired):
        await compared.comparisons.start(
            new, await compared.serving.model(OLD), n_wanted=20, by=ADMIN, request_id=78
        )


async def test_another_model_serves_meanwhile(compared: BotParts):
    """It goes on; what is not voted on stays the serving model's, if that is one of the two."""
    await compared.serving.use(await compared.serving.model(NEW), by=ADMIN)
    await shown(compared)
    await compared.serving.use(await compared.serving.model("third"), by=ADMIN)
    pair = await shown(compared)

    first = OLD if pair.is_a_first else NEW
    assert await said(compared) == ["natasha-v2", first.split(":")[3]]


async def test_models_are_called_by_number_name_or_title(compared: BotParts):
    old = await compared.serving.model(OLD)

    for word in (str(old.id), OLD, "natasha-v1"):
        assert (await compared.comparisons.model(word)).name == OLD
    with pytest.raises(errors.ModelNotListed):
        await compared.comparisons.model("natasha-v3")
    await compared.serving.model(f"ft:{MODEL}:org:natasha-v1:XyZ")
    with pytest.raises(errors.ModelAmbiguous):
        await compared.comparisons.model("natasha-v1")
