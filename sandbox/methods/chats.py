"""Methods about chats and their members, and files."""

from sandbox.errors import bad_request, forbidden
from sandbox.membership import chat_member, membership_changed
from sandbox.methods.call import Call
from sandbox.shapes import Json

_NO_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


def get_chat(call: Call) -> Json:
    """GetChat."""
    chat = call.world.chat_for_bot(call.bot, call.params.chat_id())
    if not chat.is_started:
        raise bad_request("chat not found")
    if chat.has_left:
        raise forbidden("bot is not a member of the group chat")
    return {
        **chat.view,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_NO_GIFTS, False),
    }


def leave_chat(call: Call) -> bool:
    """LeaveChat."""
    chat = call.open_chat()
    if not chat.is_group:
        raise bad_request("chat member status can't be changed in private chats")
    chat.has_left = True
    membership_changed(call.bot, chat, call.bot.as_user, "member", "left")
    return True


def get_chat_member(call: Call) -> Json:
    """GetChatMember."""
    chat = call.open_chat()
    user_id = call.params.integer("user_id")
    if user_id == call.bot.id:
        return chat_member("member", call.bot.as_user)
    user = call.world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    is_here = user_id == chat.id or any(
        message["from"]["id"] == user_id for message in chat.messages.values()
    )
    return chat_member("member" if is_here else "left", user)


def get_file(call: Call) -> Json:
    """GetFile."""
    file_id = call.params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    if (file := call.world.files.get(file_id)) is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return file.as_file()
