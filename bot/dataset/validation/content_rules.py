"""Rules that no provider asks: repetitions, refusals, and personal data."""

from bot.dataset.validation.comparing import Kinship
from bot.dataset.validation.personal import Personal
from bot.dataset.validation.refusals import is_refusal
from bot.dataset.validation.rule import NOTHING_TO_ADD, Content, Params
from bot.dataset.validation.secret_keys import secrets_in


def duplicate_example(content: Content) -> Params | None:
    """An example that stands in the file already, word for word."""
    return _first(content, Kinship.SAME)


def near_duplicate(content: Content) -> Params | None:
    """Nearly the same question as before, or the same words written otherwise."""
    return _first(content, Kinship.SAME_WORDS, Kinship.SIMILAR)


def different_answers(content: Content) -> Params | None:
    """The same question as before, but another answer."""
    return _first(content, Kinship.SAME_QUESTION)


def contradicting_preferences(content: Content) -> Params | None:
    """An earlier pair for the same conversation prefers the answer that this one rejects."""
    return None if content.contradicted is None else {"first": content.contradicted}


def repeated_answer(content: Content) -> Params | None:
    """The same answer as before, to another question."""
    return _first(content, Kinship.SAME_ANSWER)


def refusal(content: Content) -> Params | None:
    """An answer as of an assistant that refuses."""
    return NOTHING_TO_ADD if is_refusal(content.answer) else None


def personal_email(personal: Personal) -> Params | None:
    """An address of somebody's post."""
    return _values(personal, "email")


def personal_phone(personal: Personal) -> Params | None:
    """A phone number, Russian or international."""
    return _values(personal, "phone")


def personal_card(personal: Personal) -> Params | None:
    """The number of a payment card."""
    return _values(personal, "card")


def personal_passport(personal: Personal) -> Params | None:
    """Series and number of a Russian passport."""
    return _values(personal, "passport")


def personal_snils(personal: Personal) -> Params | None:
    """A Russian pension insurance number."""
    return _values(personal, "snils")


def personal_inn(personal: Personal) -> Params | None:
    """A Russian taxpayer's number."""
    return _values(personal, "inn")


def secret_key(text: str) -> Params | None:
    """A key that opens somebody's account."""
    found = secrets_in(text)
    return {"value": ", ".join(dict.fromkeys(found[:3]))} if found else None


def _first(content: Content, *kinships: Kinship) -> Params | None:
    kin = content.kin
    return {"first": kin.line} if kin is not None and kin.kinship in kinships else None


def _values(personal: Personal, kind: str) -> Params | None:
    values = personal.get(kind)
    return {"value": ", ".join(dict.fromkeys(values[:3]))} if values else None
