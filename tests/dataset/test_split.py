"""Splitting a dataset: a part put aside in which nothing was learnt."""

import codecs
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dataset.split import MAX_LEAKS, leaks, split
from bot.domain.datasets import Level
from bot.errors import DatasetMissing, TooFewToSplit
from tests.dataset.validation_files import interrupt

PHRASE = (
    "вода берег лодка ветер камень дорога письмо окно лампа сестра брат начальник отпуск долг "
    "музыка тишина страх радость сон утро зима сад ключ дверь море поезд город деревня хлеб соль"
)
WORDS = PHRASE.split()


def line(question, answer):
    said = (("system", "Ты — Наташа."), ("user", question), ("assistant", answer))
    messages = [{"role": role, "content": content} for role, content in said]
    return json.dumps({"messages": messages}, ensure_ascii=False).encode() + b"\n"


def phrase(draw, n=12):
    return " ".join(draw.choices(WORDS, k=n))


def different(n, seed=7):
    """Examples that have nothing in common."""
    draw = random.Random(seed)
    return [line(f"{phrase(draw)} {k}?", f"{phrase(draw)} {k}.") for k in range(n)]


@pytest.fixture
def paths(tmp_path):
    """A dataset and its two parts."""
    return [tmp_path / name for name in ("source.jsonl", "training.jsonl", "validation.jsonl")]


@pytest.fixture
def parted(paths):
    """Split a file of these lines: what was done, and the lines of both parts."""

    def run(lines, *, share=0.1, seed=1, **options):
        paths[0].write_bytes(b"".join(lines))
        done = split(*paths, share=share, seed=seed, **options)
        return done, *(path.read_bytes().splitlines(keepends=True) for path in paths[1:])

    return run


@pytest.mark.parametrize(
    ("n", "share", "n_validation"),
    [(11, 0.1, 1), (100, 0.1, 10), (100, 0.25, 25), (12, 0.5, 2), (100, 0.001, 1), (30, 0.9, 20)],
)
def test_shares_are_kept(parted, n, share, n_validation):
    """As many as asked for, at least one, and ten are always left to learn from."""
    done, training, validation = parted(different(n), share=share)

    assert (done.n_training, done.n_validation) == (n - n_validation, n_validation)
    assert (len(training), len(validation)) == (done.n_training, done.n_validation)
    assert done.n_kept_together == 0


def test_lines_keep_their_bytes_and_their_order(parted):
    """Also a last line without an end; only a byte order mark and blank lines go."""
    lines = different(40)
    lines[-1] = lines[-1][:-1]
    lines[3] = b"  " + lines[3].replace(b'": "', b'" :  "').replace(b"\n", b" \r\n")

    _, training, validation = parted([codecs.BOM_UTF8, *lines[:20], b" \n\r\n", *lines[20:]])

    assert sorted(training + validation) == sorted(lines)
    assert training == [each for each in lines if each in training]
    assert validation == [each for each in lines if each in validation]


def test_a_seed_repeats_itself(parted):
    """The same seed gives the same parts, another one another part."""
    lines = different(100)

    first, again, other = (parted(lines, seed=seed)[1:] for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_the_draw_is_fair(parted):
    """Over many seeds every example has its turn."""
    lines = different(20)

    chosen = {tuple(parted(lines, seed=seed, share=0.3)[2]) for seed in range(60)}

    assert set().union(*chosen) == set(lines)


@pytest.mark.parametrize(
    "alike",
    [
        lambda question, answer, n: (question, f"{answer} И {n}."),
        lambda question, answer, n: (question.upper().replace("?", "…"), f"{answer} И {n}."),
        lambda question, answer, n: (f"{question} {'ну да'[: 2 + n]}", f"{answer} И {n}."),
        lambda question, answer, n: (f"Совсем про другое, про номер {n * 7}", answer),
    ],
    ids=["same question", "same words", "nearly the same", "same answer"],
)
def test_what_is_alike_stays_together(parted, paths, alike):
    """Nothing in the validation part was learnt; planted likenesses never end up on both sides."""
    draw = random.Random(3)
    said = [(phrase(draw), f"{phrase(draw)} {k}.") for k in range(60)]
    lines = [line(*pair) for pair in said]
    for nth, (question, answer) in enumerate(said[:30]):
        lines += [line(*alike(question, answer, n)) for n in (3 * nth + 1, 3 * nth + 2)]
    draw.shuffle(lines)

    for seed in range(5):
        done, _, validation = parted(lines, seed=seed, share=0.2)

        assert leaks(*paths[1:]) == []
        assert len(validation) == pytest.approx(24, abs=1)
        assert done.n_kept_together >= 60


def test_chains_of_likeness_do_not_break(parted, paths):
    """Each is like the next, the last not like the first: still none is learnt and checked."""
    draw = random.Random(5)
    lines = different(60)
    for _ in range(6):
        words = draw.choices(WORDS, k=40)
        for n in range(20):
            words[2 * n : 2 * n + 2] = draw.choices(WORDS, k=2)
            lines.append(line(" ".join(words), phrase(draw, 15)))
    draw.shuffle(lines)

    for seed in range(5):
        parted(lines, seed=seed, share=0.2)

        assert leaks(*paths[1:]) == []


def test_a_big_family_does_not_fill_the_validation_part(parted):
    """A group that is too big stays in training, whatever the draw."""
    draw = random.Random(5)
    family = [line("Как мне быть с этим дальше?", phrase(draw)) for _ in range(40)]

    for seed in range(10):
        done, _, validation = parted(different(40) + family, seed=seed)

        assert done.n_validation == 8
        assert not set(validation) & set(family)
        assert done.n_kept_together == 40


def test_a_big_family_goes_where_nothing_else_fits(parted):
    """When all come in families, one of the smallest is put aside."""
    draw = random.Random(5)
    lines = [line(f"{question}?", phrase(draw)) for question in WORDS[:4] for _ in range(6)]
    lines.append(lines[0])

    done, _, _ = parted(lines, share=0.1)

    assert (done.n_training, done.n_validation) == (19, 6)


@pytest.mark.parametrize(
    ("lines", "n"),
    [
        ([], 0),
        (different(10), 10),
        ([line("Кто я?", f"Река номер {n}, берег и лодка.") for n in range(40)], 1),
        (different(8) * 2, 8),
    ],
)
def test_too_few_are_refused(parted, paths, lines, n):
    """Ten for training and one to check with: as many different ones are always enough."""
    if n == 8:  # two alike may be put aside
        done, *_ = parted(lines)
        assert (done.n_training, done.n_validation) == (14, 2)
        return
    with pytest.raises(TooFewToSplit) as caught:
        parted(lines)

    assert caught.value.params == {"n": n, "least": 11}
    assert not any(path.exists() for path in paths[1:])


def test_unreadable_lines_stay_in_training(parted, paths):
    """They may be mended there; none crashes the split."""
    bad = [b"{\n", b"\xff\n", b"[]\n", b'{"messages": [1]}\n', b'{"messages": {}}\n', b"\0\n"]
    bad.append(b"[" * 100_000 + b"\n")
    bad.append(b'{"messages": "' + b"x" * 21_000_000 + b'"}\n')

    done, training, validation = parted(different(20) + bad, share=0.5)

    assert training[-len(bad) :] == bad
    assert (done.n_training, done.n_validation) == (14, 14)
    assert leaks(*paths[1:]) == []
    assert not set(validation) & set(bad)


def test_leaks_are_found(tmp_path):
    """The same question, nearly the same, or the same answer; each with both lines."""
    training, validation = tmp_path / "training.jsonl", tmp_path / "validation.jsonl"
    long = "Третий год не могу решиться уйти с работы, которая меня давно не радует"
    training.write_bytes(
        b"".join(
            [
                line("Кто я?", "Река, которая ищет своё русло."),
                b"\n",
                line(long, "Посмотри на дверь."),
                line("Где мой дом?", "Да."),
            ]
        )
    )
    validation.write_bytes(
        b"".join(
            [
                line("Как дела у моря зимой?", "Никак не пойму, да и надо ли."),
                line("кто  я", "Что-то совсем другое, честно."),
                line(f"{long}!!", "Ещё один ответ."),
                line(f"{long} вот", "И ещё один."),
                line("Откуда берётся ветер?", "Река, которая ищет своё русло!"),
                line("А ты?", "Да."),
            ]
        )
    )

    found = leaks(training, validation)

    assert [(each.line, each.params) for each in found] == [
        (2, {"first": 1}),
        (3, {"first": 3}),
        (4, {"first": 3}),
        (5, {"first": 1}),
    ]
    assert {(each.rule, each.level) for each in found} == {("leak", Level.WARNING)}


def test_leaks_are_limited(tmp_path):
    """A file checked against itself has enough of them."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(different(MAX_LEAKS + 50)))

    assert len(leaks(path, path)) == MAX_LEAKS


def test_progress_is_told_and_may_stop(parted, paths):
    """It never goes back, ends with the size, and what it raises leaves no file."""
    told: list[int] = []
    lines = [line(f"Вопрос {n} про {n * 7}", "река " * 200 + str(n)) for n in range(3_000)]
    parted(lines, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == sum(map(len, lines))

    with pytest.raises(KeyboardInterrupt):
        parted(lines, progress=interrupt)
    assert not any(path.exists() for path in paths[1:])


def test_leaks_tell_progress_over_both_files(parted, paths):
    told: list[int] = []
    parted(different(50))

    leaks(*paths[1:], progress=told.append)

    assert told == sorted(told)
    assert told[-1] == sum(path.stat().st_size for path in paths[1:])


@pytest.mark.parametrize("missing", [0, 1])
def test_missing_files_are_said(tmp_path, missing):
    paths = [tmp_path / "training.jsonl", tmp_path / "validation.jsonl"]
    paths[1 - missing].write_bytes(b"")

    with pytest.raises(DatasetMissing):
        leaks(*paths)
    with pytest.raises(DatasetMissing):
        split(tmp_path / "none.jsonl", *paths, share=0.1, seed=1)


questions = st.lists(st.sampled_from(WORDS[:6]), min_size=1, max_size=6).map(" ".join)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    pairs=st.lists(st.tuples(questions, questions), min_size=9, max_size=40),
    share=st.sampled_from([0.05, 0.1, 0.2, 0.5]),
    seed=st.integers(0, 3),
)
def test_any_file_is_split_without_a_leak_or_refused(parted, paths, pairs, share, seed):
    """However alike its examples are: nothing is lost, nothing leaks, both parts are enough."""
    lines = [line(*pair) for pair in pairs]
    refused: TooFewToSplit | None = None
    try:
        done, training, validation = parted(lines, share=share, seed=seed)
    except TooFewToSplit as exc:
        refused = exc
    if refused:
        assert refused.params["n"] in range(11)
        return

    assert sorted(training + validation) == sorted(lines)
    assert done.n_training >= 10
    assert done.n_validation >= 1
    assert leaks(*paths[1:]) == []
