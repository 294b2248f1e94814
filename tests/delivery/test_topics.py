"""Private chats may have topics: answers stay in theirs, and a topic that is gone loses none."""

from bot.delivery.poster import Poster
from bot.delivery.screen import Screen
from tests.fakes import Telegram

IN_TOPIC = Screen(text="Привет", thread_id=7)


async def posted(poster: Poster, screen: Screen) -> None:
    async with poster.order(5):
        await poster.post(5, screen, edit_id=None, floor_id=0, is_unsure=False)


async def test_message_goes_to_its_topic(telegram: Telegram, poster: Poster):
    await posted(poster, IN_TOPIC)
    await posted(poster, Screen(text="Всем"))

    topics = [call.params.get("message_thread_id") for call in telegram.sent(5, "sendMessage")]
    assert topics == ["7", None]


async def test_message_of_a_topic_that_is_gone_is_sent_all_the_same(
    telegram: Telegram, poster: Poster
):
    telegram.answers(400, "message thread not found", times=1)

    await posted(poster, IN_TOPIC)

    topics = [call.params.get("message_thread_id") for call in telegram.sent(5, "sendMessage")]
    assert topics == ["7", None]
    assert telegram.texts(5) == ["Привет"]


def test_topic_is_stored_with_the_message():
    """The outbox keeps it; what has none is stored as ever."""
    assert Screen.from_json(IN_TOPIC.to_json()).thread_id == 7
    assert "thread_id" not in Screen(text="Всем").to_json()
