"""Telegram's objects are plain dictionaries of exactly Telegram's shape; this names them."""

from typing import Any

Json = dict[str, Any]
"""A JSON object. Messages are never changed in place: an edit puts a new one in their place, so
whoever holds one (a recorded call, an event) holds what was true then."""
