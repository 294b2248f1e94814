"""Methods about the bot itself: its profile and its menus."""

from sandbox.commands import ScopeKey, checked_language, scope_key
from sandbox.errors import bad_request
from sandbox.methods.call import Call
from sandbox.shapes import Json

_LONGEST = {"name": 64, "description": 512, "short_description": 120}
_MENU_BUTTONS = frozenset({"commands", "web_app", "default"})


def get_me(call: Call) -> Json:
    """GetMe."""
    return call.bot.as_me


def log_out(call: Call) -> bool:
    """Answer `logOut` and `close`, which do nothing: there is only one server."""
    return True


def set_my_commands(call: Call) -> bool:
    """SetMyCommands."""
    scope, language = _scope(call)
    call.bot.menus.set(scope, language, call.params.get("commands"))
    call.bot.emit("commands", {"chat_id": None})
    return True


def get_my_commands(call: Call) -> list[Json]:
    """GetMyCommands."""
    return call.bot.menus.get(*_scope(call))


def delete_my_commands(call: Call) -> bool:
    """DeleteMyCommands."""
    call.bot.menus.delete(*_scope(call))
    call.bot.emit("commands", {"chat_id": None})
    return True


def set_my_name(call: Call) -> bool:
    """SetMyName."""
    set_profile("name", call)
    if (name := call.params.text("name")) and not call.params.text("language_code"):
        call.bot.name = name
        call.world.events.add("bot", call.bot.as_listed)
    return True


def get_my_name(call: Call) -> Json:
    """GetMyName."""
    return {"name": get_profile("name", call)["name"] or call.bot.name}


def set_profile(what: str, call: Call) -> bool:
    """Set *what*: the name, the description or the short description, in one language."""
    value = call.params.text(what)
    if len(value) > _LONGEST[what]:
        raise bad_request(f"{what.replace('_', ' ')} is too long")
    language = checked_language(call.params.text("language_code"))
    call.bot.profile[what, language] = value
    call.bot.emit("commands", {"chat_id": None})
    return True


def get_profile(what: str, call: Call) -> Json:
    """*what* in one language, else in the default language, else empty."""
    return {what: call.bot.told(what, checked_language(call.params.text("language_code")))}


def set_chat_menu_button(call: Call) -> bool:
    """SetChatMenuButton."""
    button = call.params.get("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or str(button.get("type")) not in _MENU_BUTTONS:
        raise bad_request("can't parse menu button: unsupported type specified")
    call.bot.menu_buttons[_menu_chat(call)] = button
    return True


def get_chat_menu_button(call: Call) -> Json:
    """GetChatMenuButton."""
    buttons = call.bot.menu_buttons
    button = buttons.get(_menu_chat(call), buttons.get(None, {}))
    return button if button.get("type") == "web_app" else {"type": "commands"}


def _scope(call: Call) -> tuple[ScopeKey, str]:
    key = scope_key(call.params.get("scope"))
    if len(key) > 1:
        _check_chat(call, int(str(key[1])))
    return key, checked_language(call.params.text("language_code"))


def _menu_chat(call: Call) -> int | None:
    if call.params.get("chat_id") is None:
        return None
    return _check_chat(call, call.params.chat_id())


def _check_chat(call: Call, chat_id: int) -> int:
    """*chat_id*, if the bot is in this chat and its person has started it."""
    chat = call.bot.chats.get(chat_id)
    if chat is None or not chat.is_started or chat.has_left:
        raise bad_request("chat not found")
    return chat_id
