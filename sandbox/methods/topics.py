"""Methods about topics in private chats."""

from sandbox.errors import bad_request
from sandbox.methods.call import Call
from sandbox.shapes import Json


def create_forum_topic(call: Call) -> Json:
    """`createForumTopic` in a private chat; groups are not forums here."""
    chat, name = call.open_chat(), call.params.text("name")
    if chat.is_group:
        raise bad_request("the chat is not a forum")
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_INVALID")
    message = chat.open_topic(call.bot.as_user, name)
    call.bot.has_topics = True
    created = message["forum_topic_created"]
    return {"message_thread_id": message["message_thread_id"], **created}
