"""Screens of an import: who is Natasha, ten samples, the counter of forwards."""

from collections.abc import Iterator
from typing import Final

from bot.delivery.screen import Screen, fitting, rows
from bot.edge.buttons import button, data_of
from bot.importing.entities import Made, Speaker, Survey
from bot.texts import Texts, cut, shortened

_MOST_SPEAKERS: Final = 8
_NAME_UNITS: Final = 30
_QUESTION_UNITS, _ANSWER_UNITS = 130, 170
"""Ten samples fit into one message."""


def ask_who(texts: Texts, import_id: int, found: Survey) -> Screen:
    """Whose words these are, and who of them is Natasha."""
    people = [
        [
            button(
                texts,
                "import_who",
                data_of("importing", "who", f"{import_id}-{speaker.key}"),
                name=cut(name_of(texts, speaker), _NAME_UNITS),
                n=texts.number(speaker.n),
            )
        ]
        for speaker in found.speakers[:_MOST_SPEAKERS]
    ]
    drop = button(texts, "import_drop", data_of("importing", "drop", import_id))
    return Screen(text=texts("import_who", n=texts.number(found.n)), buttons=rows(*people, [drop]))


def samples(texts: Texts, import_id: int, natasha: Speaker, made: Made) -> Screen:
    """What would be learnt, before it is taken."""
    take = button(
        texts,
        "import_take",
        data_of("importing", "take", f"{import_id}-{natasha.key}"),
        n=texts.number(made.n),
    )
    other = button(texts, "import_other", data_of("importing", "ask", import_id))
    drop = button(texts, "import_drop", data_of("importing", "drop", import_id))
    return Screen(
        text="\n".join(fitting(list(sample_lines(texts, natasha, made)))),
        buttons=rows([take] if made.n else [], [other], [drop]),
    )


def sample_lines(texts: Texts, natasha: Speaker, made: Made) -> Iterator[str]:
    """How many examples there are, what is left out, and some of them."""
    name = shortened(name_of(texts, natasha), _NAME_UNITS)
    if made.n:
        numbers = {"n": texts.number(made.n), "hidden": texts.number(made.n_hidden)}
        yield texts("import_samples", name=name, **numbers)
    else:
        yield texts("import_none", name=name)
    if made.unfit:
        yield texts("import_without")
    for unfit, n in made.unfit.items():
        yield texts(f"import_left_{unfit}", n=texts.number(n))
    if made.samples:
        yield texts("import_some")
    for question, answer in made.samples:
        yield texts(
            "import_sample",
            question=shortened(" ".join(question.split()), _QUESTION_UNITS),
            answer=shortened(" ".join(answer.split()), _ANSWER_UNITS),
        )


def gathering(texts: Texts, import_id: int, n: int) -> Screen:
    """Forwards are gathered: how many there are by now."""
    return Screen(
        text=texts("import_gathering", n=texts.number(n)),
        buttons=rows(
            [
                button(texts, "import_done", data_of("importing", "ask", import_id)),
                button(texts, "import_drop", data_of("importing", "drop", import_id)),
            ]
        ),
    )


def name_of(texts: Texts, speaker: Speaker) -> str:
    """The name of a speaker, also if their account was deleted; plain text."""
    return speaker.name or texts.plain("import_nobody")
