"""What a tester reads when the model's server refuses: whose fault it is, and no one else's."""

import pytest

from bot import errors
from bot.chat import failure_views
from tests.screens import RU

REFUSED = {"code": "x", "message": "stream must be false", "status": 400}


@pytest.mark.parametrize(
    ("error", "is_about_the_question"),
    [
        (errors.ProviderRefused(**REFUSED), False),
        (errors.ProviderSilent(**REFUSED), False),
        (errors.KeyRefused(message="No."), False),
        (errors.QuestionRefused(**REFUSED), True),
    ],
)
def test_nobody_is_told_to_ask_otherwise_for_a_servers_fault(error, is_about_the_question):
    """Only a filter of questions can be helped by another question; an admin reads the cause."""
    error.said = "400 Bad Request: stream must be false"

    tester = failure_views.unanswered(RU, error, incident="abc", is_admin=False).text
    admin = failure_views.unanswered(RU, error, incident="abc", is_admin=True).text

    assert ("сказать иначе" in tester) is is_about_the_question
    assert "администратор" in tester
    assert "stream" not in tester
    assert "администратор" not in admin.casefold().replace("код для администратора", "")
    assert "400 Bad Request: stream must be false" in admin


def test_admins_read_what_they_can_do():
    """And the provider's words once."""
    for error, expected in (
        (errors.ModelGone(model="m"), "/models"),
        (errors.QuotaExceeded(), "Пополните счёт"),
        (errors.NotTheApi(**REFUSED | {"message": "404 Not Found"}), "OPENAI_BASE_URL"),
    ):
        error.said = "404 Not Found"
        told = failure_views.unanswered(RU, error, incident="abc", is_admin=True).text
        assert expected in told
        assert told.count("404 Not Found") == 1
