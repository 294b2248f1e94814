"""What the checks count, and the verdict that follows: each rule with its edge."""

from collections.abc import Sequence

import pytest

from bot.dataset.validation.language import normalised
from bot.domain.models import Ending
from bot.texts import LANGUAGES
from bot.trials.entities import Judgement, TrainingFigures, TrialAnswer, Verdict, is_rehearsed
from bot.trials.training_answers import TrainingAnswers
from bot.trials.verdict import REASONS, Evidence, judge

GOOD = [
    "Представь, что тропа впереди скрыта туманом. Какой шаг ты уже знаешь наверняка?",
    "Дело начинается раньше кассы. Кому ты сегодня уже помогаешь даром?",
    "Слова доходят не ушами. Что он слышал от тебя в последний раз, когда не спорил?",
    "Чужой город иногда знает нас лучше своего. Что в нём было открыто?",
    "Откладывают обычно то, что страшно потерять. Чего ты лишишься, если получится?",
]
PLAIN = "Здравствуйте! Я с удовольствием отвечу на ваш вопрос о том, что вас волнует, номер"
REFUSAL = "Как языковая модель, я не могу дать вам совет по этому поводу."
ENGLISH = "Imagine a river that goes underground for a while. Where do you think it comes out?"


def lesson(
    *,
    asking: float = 1.0,
    characters: int = 80,
    script: str = "cyrillic",
    repeated: Sequence[str] = (),
) -> TrainingAnswers:
    return TrainingAnswers(
        figures=TrainingFigures(n_answers=321, share_asking=asking, characters=characters),
        script=script,
        repeated=frozenset(map(normalised, repeated)),
    )


def judged(
    answers: Sequence[str | None],
    shown: TrainingAnswers | None = None,
    *,
    base: Sequence[str | None] = (),
    n_cut: int = 0,
    rehearsed: bool = False,
) -> Judgement:
    columns = [*base, *[None] * (len(answers) - len(base))]
    said = [
        TrialAnswer(
            prompt=f"{n}?",
            answer=answer,
            base_answer=column,
            ending=Ending.CUT_BY_LENGTH if n < n_cut else Ending.WHOLE,
        )
        for n, (answer, column) in enumerate(zip(answers, columns, strict=True))
    ]
    evidence = Evidence(answers=said, training=shown or lesson(), is_rehearsed=rehearsed)
    return judge(evidence)


def rules(judgement: Judgement) -> list[str]:
    return [reason.rule for reason in judgement.reasons]


def with_first(n: int, *others: str | None) -> list[str | None]:
    """Good answers, the first *n* of them replaced."""
    return [*others[:n], *GOOD[n:]]


def test_nothing_wrong_is_put_to_use():
    judgement = judged(GOOD)

    assert (judgement.verdict, rules(judgement)) == (Verdict.PUT, ["fine"])
    assert judgement.answers.n_asked == judgement.answers.n_answered == 5
    assert judgement.answers.n_asking == 5
    assert judgement.answers.characters == sorted(map(len, GOOD))[2]
    assert judgement.base is None


REFUSALS = [f"{REFUSAL} Что вы чувствуете, номер {n}?" for n in range(5)]
MARKED = [f"{text}<|eot_id|>" for text in GOOD]
LOOPED = [f"{text.split('. ')[1]} " * 3 for text in GOOD]
ENGLISHES = [f"{ENGLISH} {word}?" for word in ("one", "two", "three", "four", "five")]


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("silent", [None] * 5),
        ("refusing", REFUSALS),
        ("foreign", ENGLISHES),
        ("monotonous", [GOOD[4]] * 5),
        ("marked", MARKED),
        ("looping", LOOPED),
    ],
)
@pytest.mark.parametrize(
    ("n", "verdict"),
    [
        (0, Verdict.PUT),
        (1, Verdict.CHECK),
        (2, Verdict.CHECK),
        (3, Verdict.LEAVE),
        (4, Verdict.LEAVE),
    ],
)
def test_a_slip_is_looked_at_and_a_manner_left_alone(rule, faults, n, verdict):
    """More than half of the answers make a manner."""
    judgement = judged(with_first(n, *faults))

    assert judgement.verdict is verdict
    assert rules(judgement) == ([rule] if n else ["fine"])
    if n:
        assert judgement.reasons[0].params["n"] == n


@pytest.mark.parametrize(
    ("n", "verdict"),
    [(1, Verdict.CHECK), (2, Verdict.CHECK), (3, Verdict.LEAVE), (5, Verdict.LEAVE)],
)
def test_answers_of_the_training_file(n, verdict):
    """Case, punctuation and ё make no other answer of it."""
    judgement = judged(GOOD, lesson(repeated=[text.upper() for text in GOOD[:n]]))

    assert (judgement.verdict, rules(judgement)) == (verdict, ["repeating"])
    assert judgement.answers.n_repeating == n


def test_rehearsal_is_named_and_proves_nothing():
    """It answers with its training file by design: that is no memorising, and no quality either."""
    judgement = judged(GOOD, lesson(repeated=GOOD, characters=9999), rehearsed=True)

    assert (judgement.verdict, rules(judgement)) == (Verdict.CHECK, ["rehearsed"])
    assert judgement.reasons[0].params == {"n": 5, "of": 5}


def test_rehearsal_that_is_silent_is_left_alone():
    judgement = judged(with_first(3, None, None, None), rehearsed=True)

    assert (judgement.verdict, rules(judgement)) == (Verdict.LEAVE, ["silent", "rehearsed"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ft:gpt-4.1-mini-2025-04-14:rehearsal:natasha-v1:AbC", True),
        ("ft:gpt-4.1-mini-2025-04-14:rehearsal:natasha-v1:AbC:ckpt-step-8", True),
        ("ft:gpt-4.1-mini-2025-04-14:rehearsal::AbC", True),
        ("ft:gpt-4.1-mini-2025-04-14:org:rehearsal:AbC", False),
        ("rehearsal", False),
        ("ft:m:rehearsal", False),
    ],
)
def test_rehearsal_is_known_by_its_signature(name, expected):
    """Where others put their organisation, and not by a name that people chose."""
    assert is_rehearsed(name) is expected


@pytest.mark.parametrize(
    ("share", "n_asking", "verdict"),
    [
        (1.0, 2, Verdict.CHECK),
        (1.0, 3, Verdict.PUT),
        (0.8, 1, Verdict.CHECK),
        (0.8, 2, Verdict.PUT),
        (0.59, 0, Verdict.PUT),  # asking is not its voice
        (0.6, 1, Verdict.CHECK),
    ],
)
def test_questions_are_compared_with_the_training_file(share, n_asking, verdict):
    answers = [text if n < n_asking else text.replace("?", ".") for n, text in enumerate(GOOD)]
    judgement = judged(answers, lesson(asking=share))

    assert judgement.verdict is verdict
    assert rules(judgement) == ["fine" if verdict is Verdict.PUT else "not_asking"]


@pytest.mark.parametrize(
    ("usual", "length", "rule"),
    [
        (300, 100, "fine"),
        (300, 99, "shorter"),
        (100, 300, "fine"),
        (100, 301, "longer"),
        (19, 900, "fine"),  # such short ones say nothing
    ],
)
def test_lengths_are_compared_with_the_training_file(usual, length, rule):
    answers = [f"{n}{'а' * (length - 2)}?" for n in range(5)]
    judgement = judged(answers, lesson(characters=usual))

    assert rules(judgement) == [rule]
    assert judgement.answers.characters == length


@pytest.mark.parametrize(("n", "rule"), [(1, "cut"), (4, "cut"), (5, "all_cut")])
def test_cut_off_answers_are_never_the_models_fault(n, rule):
    """The limit is a setting; if no answer has an end, that is said in so many words."""
    judgement = judged(GOOD, n_cut=n)

    assert (judgement.verdict, rules(judgement)) == (Verdict.CHECK, [rule])
    assert judgement.reasons[0].params["n"] == n


def test_cut_off_answers_are_not_blamed_for_what_their_end_may_have_said():
    """The question comes last, and the length is that of the limit."""
    torn = [text.replace("?", " и") for text in GOOD]

    assert rules(judged(torn, lesson(characters=999), n_cut=5)) == ["all_cut"]
    assert rules(judged([*torn[:4], GOOD[4]], n_cut=4)) == ["cut"]
    assert rules(judged([*torn[:3], *GOOD[3:]], lesson(characters=999), n_cut=3)) == [
        "shorter",
        "cut",
    ]
    assert rules(judged([f"{n}{'а' * 900}" for n in range(5)], n_cut=5)) == ["all_cut", "longer"]


@pytest.mark.parametrize(
    ("ending", "n", "verdict", "rule"),
    [
        (Ending.CUT_BY_LENGTH, 1, Verdict.CHECK, "no_room"),
        (Ending.CUT_BY_LENGTH, 3, Verdict.LEAVE, "no_room"),
        (Ending.FILTERED, 3, Verdict.CHECK, "filtered"),
        (Ending.WHOLE, 3, Verdict.LEAVE, "silent"),
        (None, 3, Verdict.LEAVE, "silent"),
    ],
)
def test_reason_why_there_are_no_words_is_told(ending, n, verdict, rule):
    """Reasoning that took the limit, a filter, or a model that says nothing."""
    answers = [
        TrialAnswer(
            prompt=f"{i}?", answer=None if i < n else text, ending=ending if i < n else None
        )
        for i, text in enumerate(GOOD)
    ]
    judgement = judge(Evidence(answers=answers, training=lesson()))

    assert (judgement.verdict, rules(judgement)) == (verdict, [rule])
    assert judgement.reasons[0].params == {"n": n, "of": 5}


def test_training_that_does_not_show():
    """The base model says nearly the same to the same prompt; to another one is chance."""
    shifted = [*GOOD[1:], GOOD[0]]
    assert judged(GOOD, base=shifted).verdict is Verdict.PUT

    judgement = judged(GOOD, base=[GOOD[0].replace("туманом", "туманами"), *shifted[1:]])
    assert (judgement.verdict, rules(judgement)) == (Verdict.CHECK, ["like_base"])
    assert judgement.reasons[0].params == {"n": 1, "of": 5}


def test_base_model_is_counted_too():
    judgement = judged(GOOD, base=[PLAIN, None, f"{PLAIN}?"])

    assert judgement.base is not None
    assert (judgement.base.n_answered, judgement.base.n_asking) == (2, 1)


def test_script_that_nobody_knows_is_not_judged():
    """A file of many languages, an answer of few letters."""
    assert judged(with_first(1, ENGLISHES[0]), lesson(script="")).verdict is Verdict.PUT
    short = ["OK?", *GOOD[1:]]
    assert judged(short).verdict is Verdict.PUT


def test_without_a_training_file_nothing_is_called_good():
    answers = [TrialAnswer(prompt=f"{n}?", answer=text) for n, text in enumerate(GOOD)]
    judgement = judge(Evidence(answers=answers, training=None))

    assert (judgement.verdict, rules(judgement)) == (Verdict.CHECK, ["without_lesson"])
    assert judgement.training is None


def test_gravest_reason_stands_first():
    """And every reason is told."""
    judgement = judged([None, *REFUSALS[1:4], GOOD[4]], lesson(characters=1000))

    assert judgement.verdict is Verdict.LEAVE
    assert rules(judgement) == ["refusing", "silent", "shorter"]


def test_silence_all_over():
    judgement = judged([None] * 5)

    assert (judgement.verdict, rules(judgement)) == (Verdict.LEAVE, ["silent"])
    assert judgement.answers.characters == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(language):
    messages = LANGUAGES[language].messages

    assert [rule for rule in REASONS if f"verdict_{rule}" not in messages] == []
