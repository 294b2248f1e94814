"""What a rated answer teaches, and what is left out and why."""

import io
import json
from dataclasses import replace

import pytest

from bot.domain.models import Ending, Turn
from bot.export import LeftOut
from bot.export.examples import example_of, pair_of
from bot.export.identities import identities_of, identity_of
from bot.export.selection import Selection
from bot.ratings.entities import Complaint, RatedTurn, Rating

PERSON = 777000111
RATED = RatedTurn(
    id=1,
    request_id=31337,
    person_id=PERSON,
    model="ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC",
    system_prompt="Ты Наташа.",
    window=[Turn(user_text="Кто ты?", assistant_text="Я рядом.")],
    user_text="Куда мне идти?",
    assistant_text="Иди к лесу.",
    ending=Ending.WHOLE,
    rating=Rating(is_good=True),
    rated_at=1_763_800_000,
    answered_at=1_763_799_000,
)
GOOD = Rating(is_good=True)
BAD = Rating(is_good=False)
CORRECTED = Rating(is_good=False, complaint=Complaint.OTHER, correction="Остановись и дыши.")
BETTER_YET = Rating(is_good=True, correction="Остановись и дыши.")
ONLY_CORRECTED = Rating(correction="Остановись и дыши.")
ASKED = [
    {"role": "system", "content": "Ты Наташа."},
    {"role": "user", "content": "Кто ты?"},
    {"role": "assistant", "content": "Я рядом."},
    {"role": "user", "content": "Куда мне идти?"},
]
OLD = "Тропа уходит в туман, и ты идёшь по ней. " * 5
"""Longer than what is never cut."""
UNLEARNT = [
    message | ({"weight": 0} if message["role"] == "assistant" else {}) for message in ASKED
]


def rated(rating=GOOD, **changes):
    return replace(RATED, rating=rating, **changes)


@pytest.mark.parametrize(
    ("rating", "learnt"),
    [
        (GOOD, "Иди к лесу."),
        (CORRECTED, "Остановись и дыши."),
        (BETTER_YET, "Остановись и дыши."),
        (ONLY_CORRECTED, "Остановись и дыши."),
    ],
)
def test_example_has_the_prompt_as_it_was(rating, learnt):
    """The correction wins; answers of the window are not learnt again."""
    assert example_of(rated(rating)) == {
        "messages": [*UNLEARNT, {"role": "assistant", "content": learnt}]
    }


def test_pair_prefers_the_correction_to_the_bad_answer():
    assert pair_of(rated(CORRECTED)) == {
        "input": {"messages": ASKED},
        "preferred_output": [{"role": "assistant", "content": "Остановись и дыши."}],
        "non_preferred_output": [{"role": "assistant", "content": "Иди к лесу."}],
    }


@pytest.mark.parametrize("rating", [GOOD, BAD, BETTER_YET, ONLY_CORRECTED])
def test_only_a_bad_answer_that_was_corrected_makes_a_pair(rating):
    assert pair_of(rated(rating)) is None


def test_prompt_may_be_bare():
    """No system prompt and no window leave no empty messages behind."""
    row = example_of(rated(system_prompt=" ", window=[]))

    assert row == {"messages": [ASKED[-1], {"role": "assistant", "content": "Иди к лесу."}]}


LEFT_OUT = [
    (rated(BAD), LeftOut.NOT_CORRECTED, None),
    (rated(is_about_danger=True), LeftOut.DANGER, None),
    (rated(CORRECTED, is_about_danger=True), LeftOut.DANGER, LeftOut.DANGER),
    (rated(ending=Ending.STOPPED), LeftOut.STOPPED, None),
    (rated(CORRECTED, ending=Ending.STOPPED), None, LeftOut.STOPPED),
    (rated(ending=Ending.CUT_BY_LENGTH), LeftOut.CUT, None),
    (rated(CORRECTED, ending=Ending.CUT_BY_LENGTH), None, LeftOut.CUT),
    (rated(ending=Ending.FILTERED), LeftOut.FILTERED, None),
    (rated(CORRECTED, ending=Ending.FILTERED), None, LeftOut.FILTERED),
    (rated(ending=Ending.BROKEN_OFF), LeftOut.CUT, None),
    (rated(BETTER_YET, ending=Ending.CUT_BY_LENGTH), None, None),
    (rated(ONLY_CORRECTED, ending=Ending.FILTERED), None, None),
    (rated(ending=None), None, None),
    (rated(ending=None, assistant_text=OLD + "шаг и"), LeftOut.MAYBE_CUT, None),
    (rated(CORRECTED, ending=None, assistant_text=OLD + "шаг и"), None, LeftOut.MAYBE_CUT),
    (rated(ending=None, assistant_text=OLD + "шаг,"), LeftOut.MAYBE_CUT, None),
    (rated(ending=None, assistant_text=OLD + "**шаг**\n"), LeftOut.MAYBE_CUT, None),
    (rated(ending=None, assistant_text=OLD + "тихо — "), LeftOut.MAYBE_CUT, None),
    (rated(ending=None, assistant_text=OLD + "шаг?"), None, None),
    (rated(ending=None, assistant_text=OLD + "«шаг!»"), None, None),
    (rated(ending=None, assistant_text=OLD + "шаг 🌲"), None, None),
    (rated(ending=None, assistant_text="Иди к лесу и"), None, None),  # too short for any limit
    (rated(ending=Ending.WHOLE, assistant_text=OLD + "шаг и"), None, None),  # its style
    (rated(assistant_text=" \n"), LeftOut.EMPTY, None),
    (rated(CORRECTED, assistant_text=" "), None, LeftOut.EMPTY),
    (rated(user_text=" "), LeftOut.EMPTY, None),
    (rated(replace(CORRECTED, correction=" Иди к лесу.\n")), None, LeftOut.SAME),
    (
        rated(assistant_text="Я всего лишь языковая модель и не могу помочь."),
        LeftOut.REFUSAL,
        None,
    ),
    (rated(CORRECTED, assistant_text="Как языковая модель, я не знаю."), None, None),
    (rated(user_text="Мой номер +7 916 123-45-67"), LeftOut.PERSONAL, None),
    (rated(CORRECTED, assistant_text="Пиши на a.b@mail.ru"), None, LeftOut.PERSONAL),
    (
        rated(window=[Turn(user_text="Я a.b@mail.ru", assistant_text="Вижу.")]),
        LeftOut.PERSONAL,
        None,
    ),
    (
        rated(user_text="Ключ sk-proj-abcdefghijklmnop1234567890"),
        LeftOut.SECRET,
        None,
    ),
    (rated(user_text="Что такое <|endoftext|>?"), LeftOut.UNREADABLE, None),
    (rated(assistant_text="Половина \ud83d знака"), LeftOut.UNREADABLE, None),
    (rated(CORRECTED, assistant_text="</s> конец"), None, LeftOut.UNREADABLE),
    (rated(system_prompt="Ты <|im_start|>"), LeftOut.UNREADABLE, None),
    (rated(system_prompt="Ты Наташа, почта a@mail.ru"), None, None),
]


@pytest.mark.parametrize(("answer", "as_example", "as_pair"), LEFT_OUT)
def test_what_is_left_out(answer, as_example, as_pair):
    """None where it is taken, or is no pair anyway."""
    example, pair = example_of(answer), pair_of(answer)

    assert (example if isinstance(example, LeftOut) else None) == as_example
    assert (pair if isinstance(pair, LeftOut) else None) == as_pair


def test_every_reason_is_met():
    """Those that a look at a single answer can tell, and no other."""
    told = {reason for _, *reasons in LEFT_OUT for reason in reasons if reason}

    assert told == {*LeftOut} - {LeftOut.KNOWN, LeftOut.REPEATED}


def selected(*answers, known=frozenset(), **options):
    examples, pairs = io.BytesIO(), io.BytesIO()
    found = Selection(known, examples=examples, pairs=pairs, **options)
    for answer in answers:  # pages of one
        found.add([answer])
    return found, examples.getvalue(), pairs.getvalue()


def test_same_example_goes_in_once():
    """Also where only blanks differ; what differs in the window is another example."""
    first, again = rated(), rated(id=2, assistant_text="Иди к лесу. ")
    other = rated(id=3, window=[])

    found, lines, _ = selected(first, again, other)

    assert found.examples.part.n == len(lines.splitlines()) == 2
    assert found.examples.part.left_out == {LeftOut.REPEATED: 1}


def test_what_the_dataset_knows_stays_out(tmp_path):
    """However it is spelled there; weights make no difference."""
    row = example_of(rated())
    assert isinstance(row, dict)
    spelled = json.dumps(
        {"messages": [{k: m[k] for k in ("content", "role")} for m in row["messages"]]}, indent=None
    )
    dataset = tmp_path / "data.jsonl"
    dataset.write_text(f"\ufeff{spelled}\n\nno JSON\n[1]\n")
    known = identities_of(dataset)

    found, lines, _ = selected(rated(), rated(id=2, user_text="Зачем?"), known=known)

    assert found.examples.part.left_out == {LeftOut.KNOWN: 1}
    assert len(lines.splitlines()) == 1


def test_pair_is_no_duplicate_of_the_example_with_its_correction():
    answer = rated(CORRECTED)
    example, pair = example_of(answer), pair_of(answer)
    assert isinstance(example, dict)
    assert isinstance(pair, dict)

    assert identity_of(example) != identity_of(pair)
    assert identity_of(pair) == identity_of(json.loads(json.dumps(pair)))


def test_same_answers_give_the_same_bytes():
    """In their order, and as UTF-8 that a person can read."""
    answers = [rated(CORRECTED, id=n, user_text=f"Вопрос {n}") for n in range(1, 30)]

    one, other = selected(*answers), selected(*answers)

    assert one[1:] == other[1:]
    assert [line.count("Вопрос".encode()) for line in one[1].splitlines()] == [1] * 29


def test_nobody_is_named_in_the_file():
    """Neither ids of people nor of turns, nor models, nor times."""
    _, examples, pairs = selected(rated(CORRECTED))

    for line in (examples, pairs):
        assert line
        for secret in (PERSON, 31337, "natasha-v1", 1_763_800_000, 1_763_799_000, "other"):
            assert str(secret).encode() not in line


def test_since_counts_the_last_change():
    """What is new is counted whatever is looked at."""
    old, new = rated(rated_at=100), rated(id=2, rated_at=200, user_text="Зачем?")

    everything, _, _ = selected(old, new, news_since=200)
    newest, lines, _ = selected(old, new, since=200, news_since=200)

    assert (everything.n_new, everything.examples.part.n) == (1, 2)
    assert (everything.first_at, everything.last_at) == (100, 200)
    assert (newest.n_new, newest.examples.part.n) == (1, 1)
    assert (newest.first_at, newest.last_at) == (200, 200)
    assert "Зачем?".encode() in lines


def test_models_and_people_are_counted():
    found, _, _ = selected(rated(), rated(id=2, model="b"), rated(id=3, person_id=5))

    assert found.models == {RATED.model: 2, "b": 1}
    assert found.people == {PERSON: 2, 5: 1}
