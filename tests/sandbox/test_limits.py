"""The limits of `--limits`, without waiting for them."""

import pytest

from sandbox.errors import TelegramError
from sandbox.limits import Limits


def test_thirty_messages_a_second_in_all():
    limits = Limits()
    for chat_id in range(30):
        limits.check("sendmessage", 1, chat_id)

    with pytest.raises(TelegramError) as caught:
        limits.check("editmessagetext", 1, 31)

    assert (caught.value.code, caught.value.retry_after) == (429, 1)
    limits.check("sendmessage", 2, 1)


def test_three_at_once_in_a_chat():
    limits = Limits()
    for _ in range(3):
        limits.check("sendmessage", 1, 5)

    with pytest.raises(TelegramError, match="Too Many Requests: retry after 1"):
        limits.check("editmessagetext", 1, 5)
    limits.check("sendmessage", 1, 6)


@pytest.mark.parametrize("method", ["getupdates", "getme", "sendchataction", "answercallbackquery"])
def test_what_is_not_a_message_is_free(method):
    limits = Limits()

    for _ in range(100):
        limits.check(method, 1, 5)
