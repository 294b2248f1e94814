"""The model hears its system prompt, as much of the conversation as fits, and the new words."""

import time

import pytest

from bot import errors
from bot.chat.chat import MOST_TURNS
from bot.domain.models import Ending, Usage
from bot.gateways.tokenizer import count_example_tokens, encoding_for
from tests.chat.talks import CHAT, heard, question, roles, said, stored
from tests.composition import ADMIN, PROMPT, TUNED, BotParts, person


@pytest.fixture
async def talking(parts: BotParts) -> BotParts:
    """A model serves."""
    await parts.serving.use(await parts.serving.model(TUNED), by=ADMIN)
    return parts


async def test_prompt_is_system_prompt_history_and_the_new_words(talking: BotParts):
    for n in (1, 2):
        await said(talking, n)

    assert roles(await question(talking)) == [
        ("system", PROMPT),
        ("user", "вопрос 1"),
        ("assistant", "ответ 1"),
        ("user", "вопрос 2"),
        ("assistant", "ответ 2"),
        ("user", "И что дальше?"),
    ]


async def test_new_conversation_remembers_nothing(talking: BotParts):
    await said(talking, 1)
    await talking.database.write(lambda tx: talking.chat.start_new(tx, CHAT))

    assert roles(await question(talking)) == [("system", PROMPT), ("user", "И что дальше?")]


async def test_model_without_a_system_prompt_gets_none(talking: BotParts):
    model = await talking.serving.model(TUNED)
    await talking.serving.use(model, by=ADMIN, system_prompt="")

    assert roles(await question(talking)) == [("user", "И что дальше?")]


async def test_nobody_is_asked_when_no_model_serves(parts: BotParts):
    with pytest.raises(errors.NoModel):
        await question(parts)


def tokens(*messages: tuple[str, str]) -> int:
    rows = [{"role": role, "content": content} for role, content in messages]
    return count_example_tokens(rows, encoding_for(TUNED))


@pytest.mark.parametrize("kept", [0, 1, 3, 5])
async def test_budget_drops_whole_oldest_pairs(talking: BotParts, kept: int):
    """To the token; the system prompt and the new words always stay, however small it is."""
    turns = [await said(talking, n, text="слово " * n) for n in range(1, 6)]
    always = tokens(("system", PROMPT), ("user", "И что дальше?"))
    budget = always + sum(
        tokens(("user", turn.user_text), ("assistant", turn.assistant_text))
        for turn in turns[5 - kept :]
    )

    talking.begin(history_max_tokens=budget)
    asked = await question(talking)
    assert list(asked.window) == turns[5 - kept :]
    assert roles(asked)[0] == ("system", PROMPT)
    assert roles(asked)[-1] == ("user", "И что дальше?")

    if kept:
        talking.begin(history_max_tokens=budget - 1)
        assert list((await question(talking)).window) == turns[6 - kept :]


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("ft:gpt-4.1-mini-2025-04-14:org:natasha:1", 2),
        ("ft:gpt-3.5-turbo-0125:org:natasha:1", 1),
        ("mistral-nemo:natasha", 2),
    ],
)
async def test_budget_is_counted_by_the_models_own_tokenizer(
    parts: BotParts, model: str, kept: int
):
    """An `ft:` name has the one of its base, which takes Russian apart more or less finely.

    What nobody knows is counted by the catalogue's default.
    """
    await parts.serving.use(await parts.serving.model(model), by=ADMIN)
    for n in (1, 2):
        await said(parts, n, text="Представь утреннюю тропу в сосновом лесу. " * 5)
    budget = 2 * tokens(("user", "Представь утреннюю тропу в сосновом лесу. " * 5)) + 80
    parts.begin(history_max_tokens=budget)

    assert len((await question(parts)).window) == kept


async def test_window_has_no_holes(talking: BotParts):
    """A long turn that does not fit ends it, though a shorter one before it would."""
    await said(talking, 1)
    await said(talking, 2, text="очень длинно " * 500)
    newest = await said(talking, 3)
    talking.begin(history_max_tokens=300)

    assert list((await question(talking)).window) == [newest]


async def test_endless_conversation_is_not_read_whole(talking: BotParts):
    for n in range(1, MOST_TURNS + 5):
        await said(talking, n)
    talking.begin(history_max_tokens=10**9)

    assert len((await question(talking)).window) == MOST_TURNS


async def test_answer_comes_in_pieces_then_its_costs_and_its_end(talking: BotParts):
    talking.server.replies.append("Представь лес.")

    assert await heard(talking, await question(talking)) == [
        "Представь",
        " лес.",
        Usage(prompt_tokens=9, completion_tokens=2),
        Ending.WHOLE,
    ]
    ((model, messages),) = talking.server.asked
    assert model == TUNED
    assert [m.role for m in messages] == ["system", "user"]


@pytest.mark.parametrize(
    ("longest", "windows"), [(14, [10, 4]), (6, [10, 4, 1]), (2, [10, 4, 1, 0])]
)
async def test_only_what_the_model_can_not_read_is_trimmed(
    talking: BotParts, longest: int, windows: list[int]
):
    """Oldest first, until it fits; the person reads the answer and no error."""
    for n in range(1, 11):
        await said(talking, n)
    talking.server.longest = longest
    pieces = await heard(talking, await question(talking))

    assert "".join(piece for piece in pieces if isinstance(piece, str)).startswith("Ты говоришь")
    asked = [messages for _, messages in talking.server.asked]
    assert [(len(messages) - 2) // 2 for messages in asked] == windows
    for messages, n in zip(asked, windows, strict=True):
        assert (messages[0].content, messages[-1].content) == (PROMPT, "И что дальше?")
        assert not n or messages[1].content == f"вопрос {11 - n}"


async def test_words_that_are_too_long_by_themselves_are_refused(talking: BotParts):
    await said(talking, 1)
    talking.server.longest = 1

    with pytest.raises(errors.ContextTooLong):
        await heard(talking, await question(talking))

    assert len(talking.server.asked) == 2


@pytest.mark.parametrize(
    "error",
    [
        errors.ProviderRefused(code="", message="bad request", status=400),
        errors.ProviderUncertain(),
        errors.ProviderBusy(),
    ],
)
async def test_other_troubles_trim_nothing(talking: BotParts, error):
    """Not every 400 is a context that is too long."""
    await said(talking, 1)
    talking.server.fails("stream", error)

    with pytest.raises(type(error)):
        await heard(talking, await question(talking))

    assert len(talking.server.asked) == 1


# Another answer to the last question


async def test_another_answer_takes_the_place_of_the_last(talking: BotParts):
    """The model does not see the one that was not good enough; later only the new one is history.

    Both stay in the table, where they may be rated.
    """
    for n in (1, 2):
        await said(talking, n)
    last = await talking.chat.last_turn(CHAT)
    again = await talking.chat.question(
        last.turn.user_text, person=person(), topic=CHAT, replaces=last
    )
    assert roles(again)[1:] == [
        ("user", "вопрос 1"), ("assistant", "ответ 1"), ("user", "вопрос 2"),
    ]  # fmt: skip

    await stored(talking, again, 3)

    assert roles(await question(talking))[3:5] == [
        ("user", "вопрос 2"), ("assistant", "Другой ответ"),
    ]  # fmt: skip
    rows = await talking.database.rows("SELECT request_id, replaced_by FROM turns ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, None), (2, 3), (3, None)]


async def test_only_the_last_answer_can_be_replaced(talking: BotParts):
    with pytest.raises(errors.NothingToRetry):
        await talking.chat.last_turn(CHAT)
    for n in (1, 2):
        await said(talking, n)

    assert (await talking.chat.last_turn(CHAT)).request_id == 2
    assert (await talking.chat.last_turn(CHAT, 2)).request_id == 2
    with pytest.raises(errors.NotTheLastAnswer):
        await talking.chat.last_turn(CHAT, 1)

    await talking.database.write(lambda tx: talking.chat.start_new(tx, CHAT))
    with pytest.raises(errors.NotTheLastAnswer):
        await talking.chat.last_turn(CHAT, 2)
    with pytest.raises(errors.NothingToRetry):
        await talking.chat.last_turn(CHAT)


# A long silence


@pytest.mark.parametrize(
    ("silence_s", "ago_s", "is_long"),
    [(3600, 3700, True), (3600, 3500, False), (0, 10**8, False)],
)
async def test_new_conversation_is_offered_once_for_a_silence(
    talking: BotParts, silence_s: float, ago_s: int, is_long: bool
):
    """Never forced: the model still hears what was said before."""
    talking.begin(new_conversation_after_h=silence_s / 3600)
    assert not (await question(talking)).is_after_silence
    await said(talking, 1, at=int(time.time()) - ago_s)

    asked = await question(talking)
    assert asked.is_after_silence == is_long
    assert len(asked.window) == 1

    await stored(talking, asked, 2)
    assert not (await question(talking)).is_after_silence
