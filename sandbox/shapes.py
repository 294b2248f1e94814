"""The type of Telegram's objects, which are dictionaries of exactly Telegram's shape."""

from typing import Any

Json = dict[str, Any]
"""A JSON object. Messages are never changed in place: an edit creates a new one. So a recorded call
or an event keeps the message as it was then."""
