"""The first screens: who one is here, and what there is to do."""

from collections.abc import Sequence

from bot.access.admission import Door, Standing
from bot.access.invitations import Outcome
from bot.delivery.screen import Button, Screen, rows
from bot.domain.datasets import ValidationReport
from bot.domain.models import Serving
from bot.domain.people import Person
from bot.edge.buttons import button, data_of
from bot.edge.who import moment, name_of
from bot.errors import DailyLimitReached, UserError
from bot.texts import LANGUAGE_NAMES, Markup, Texts


def plain(texts: Texts, key: str, /, **params: object) -> Screen:
    """A screen of one sentence."""
    return Screen(text=texts(key, **params))


def refusal(texts: Texts, error: UserError) -> Screen:
    """What went wrong, in words."""
    params = dict(error.params)
    if isinstance(error, DailyLimitReached):
        params["zone"] = _zone(texts)
    return plain(texts, error.key, **params)


def outside(texts: Texts, person_id: int, standing: Standing) -> Screen:
    """What a stranger sees: what this is, their number, and what they can do."""
    number = texts("door_stranger", id=person_id)
    match standing.door:
        case Door.MAY_ASK:
            ask = button(texts, "ask_in", data_of("door", "ask"))
            return Screen(text=f"{number}\n{texts('door_may_ask')}", buttons=rows([ask]))
        case Door.WAITING:
            rest = texts("door_waiting")
        case Door.DENIED:
            rest = texts("door_denied", when=moment(texts, standing.until))
        case Door.BLOCKED:
            rest = texts("door_blocked")
    return Screen(text=f"{number}\n{rest}")


def link_failed(texts: Texts, outcome: Outcome, screen: Screen) -> Screen:
    """Why a link lets nobody in, above what the stranger can do instead."""
    return Screen(text=f"{texts(f'code_{outcome}')}\n\n{screen.text}", buttons=screen.buttons)


def start_admin(
    texts: Texts,
    person: Person,
    *,
    report: ValidationReport | None,
    serving: Serving | None,
    training: Sequence[str],
) -> Screen:
    """What matters to an admin at a glance: dataset, model, what runs."""
    return Screen(
        text=texts(
            "start_admin",
            name=person.name,
            dataset=Markup(_dataset(texts, report)),
            model=Markup(_model(texts, serving)),
            training=Markup(
                texts("start_training", jobs=", ".join(training))
                if training
                else texts("start_training_none")
            ),
        ),
        buttons=rows(
            [
                button(texts, "validate", data_of("dataset", "validate")),
                button(texts, "train", data_of("train", "plan")),
            ],
            [
                button(texts, "models", data_of("model", "list")),
                button(texts, "status", data_of("job", "status")),
            ],
            [button(texts, "people", data_of("person", "list", 0))],
        ),
    )


def start_tester(texts: Texts, person: Person, *, is_ready: bool) -> Screen:
    """A tester's welcome."""
    welcome = texts("start_tester", name=name_of(person.name, person.id))
    return Screen(text=welcome if is_ready else f"{welcome}\n\n{texts('start_no_model')}")


def language(texts: Texts) -> Screen:
    """Which language to speak."""
    choices = [
        Button(text=name, data=data_of("language", "set", code))
        for code, name in LANGUAGE_NAMES.items()
    ]
    return Screen(text=texts("language_ask"), buttons=rows(choices))


def _zone(texts: Texts) -> str:
    name = str(texts.timezone)
    return texts("zone_moscow") if name == "Europe/Moscow" else texts("zone_other", zone=name)


def _dataset(texts: Texts, report: ValidationReport | None) -> str:
    if report is None:
        return texts("start_dataset_missing")
    if not report.is_valid:
        return texts("start_dataset_bad", n=report.n_errors)
    n = report.n_examples
    return texts("start_dataset_good", n=texts.number(n), examples=texts.plural("examples", n))


def _model(texts: Texts, serving: Serving | None) -> str:
    if serving is None:
        return texts("start_model_none")
    if not serving.since:
        return texts("start_model_settings", model=serving.model.title)
    return texts("start_model", model=serving.model.title, since=texts.moment(serving.since))
