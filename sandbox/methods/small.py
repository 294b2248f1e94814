"""Methods that send something small without a file: dice, contacts, places."""

import secrets

from sandbox.errors import bad_request
from sandbox.methods.call import Call
from sandbox.methods.sending import send
from sandbox.shapes import Json

_DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
"""The highest value of each kind of dice."""
_MOST_DEGREES = {"latitude": 90.0, "longitude": 180.0}


def send_dice(call: Call) -> Json:
    """SendDice."""
    chat, emoji = call.open_chat(), call.params.text("emoji").replace("\ufe0f", "") or "🎲"
    if emoji not in _DICE:
        raise bad_request("DICE_EMOJI_INVALID")
    value = 1 + secrets.randbelow(_DICE[emoji])
    return send(call, chat, {"dice": {"emoji": emoji, "value": value}})


def send_contact(call: Call) -> Json:
    """SendContact."""
    chat, params = call.open_chat(), call.params
    names = ("phone_number", "first_name", "last_name", "vcard")
    contact = {name: params.text(name) for name in names if params.text(name)}
    for required in names[:2]:
        if required not in contact:
            raise bad_request(f'parameter "{required}" is required')
    return send(call, chat, {"contact": contact})


def send_location(call: Call) -> Json:
    """SendLocation."""
    chat = call.open_chat()
    place = {name: _degrees(call, name, most) for name, most in _MOST_DEGREES.items()}
    return send(call, chat, {"location": place})


def _degrees(call: Call, name: str, most: float) -> float:
    words = call.params.text(name)
    if not words:
        raise bad_request(f"{name} is empty")
    try:
        value = float(words)
    except ValueError:
        value = most + 1
    if not -most <= value <= most:
        raise bad_request(f"{name} is not valid")
    return value
