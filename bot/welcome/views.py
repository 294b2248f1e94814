"""The first screens."""

from collections.abc import Sequence
from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.domain.datasets import ValidationReport
from bot.domain.models import CurrentModel, ServedModel
from bot.domain.people import Person
from bot.edge.buttons import button, data_of
from bot.serving.views import end_of_try, tried_line
from bot.texts import LANGUAGE_NAMES, Markup, Texts

HELP: Final = "admin"
"""What /help begins with for an admin."""
HELP_SECTIONS: Final = ("dataset", "training", "models", "people", "chat", "words")
"""The sections behind its buttons."""


def start_admin(
    texts: Texts,
    person: Person,
    *,
    report: ValidationReport | None,
    serving: CurrentModel | None,
    training: Sequence[str],
    tried: ServedModel | None = None,
) -> Screen:
    """What an admin wants to see first: the dataset, the model, the running training.

    *tried* is the model that they talk with alone.
    """
    model = _model(texts, serving)
    return Screen(
        text=texts(
            "start_admin",
            name=person.name,
            dataset=Markup(_dataset(texts, report)),
            model=Markup(f"{model}\n{tried_line(texts, tried)}" if tried else model),
            training=Markup(
                texts("start_training", jobs=", ".join(training))
                if training
                else texts("start_training_none")
            ),
        ),
        buttons=rows(
            [end_of_try(texts, tried)] if tried else [],
            [
                button(texts, "validate", data_of("dataset", "validate")),
                button(texts, "train", data_of("training", "plan")),
            ],
            [
                button(texts, "models", data_of("models", "list")),
                button(texts, "status", data_of("jobs", "status")),
            ],
            [
                button(texts, "people", data_of("access", "list", 0)),
                button(texts, "settings", data_of("welcome", "settings")),
            ],
        ),
    )


def help_of(texts: Texts, section: str) -> Screen:
    """A part of an admin's help, with the buttons to the sections that it does not show."""
    buttons = [
        button(texts, f"help_{each}", data_of("welcome", "help", each))
        for each in HELP_SECTIONS
        if each != section
    ]
    return Screen(text=texts(f"help_{section}"), buttons=rows(buttons[:3], buttons[3:]))


def language(texts: Texts) -> Screen:
    """Ask which language to speak."""
    choices = [
        Button(text=name, data=data_of("welcome", "language", code))
        for code, name in LANGUAGE_NAMES.items()
    ]
    return Screen(text=texts("language_ask"), buttons=rows(choices))


def _dataset(texts: Texts, report: ValidationReport | None) -> str:
    if report is None:
        return texts("start_dataset_missing")
    if not report.is_valid:
        return texts("start_dataset_bad", n=report.n_errors)
    n = report.n_examples
    return texts("start_dataset_good", n=texts.number(n), examples=texts.plural("examples", n))


def _model(texts: Texts, serving: CurrentModel | None) -> str:
    if serving is None:
        return texts("start_model_none")
    if not serving.since:
        return texts("start_model_settings", model=serving.model.title)
    return texts("start_model", model=serving.model.title, since=texts.moment(serving.since))
