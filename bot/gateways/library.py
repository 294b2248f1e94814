"""The openai library, loaded when it is first used: it would take a third of the bot's start.

Use `from bot.gateways.library import openai`, and quote its types in annotations.
"""

import importlib
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openai as openai  # noqa: PLC0414  # others import it from here
else:

    class _Library:
        def __getattr__(self, name: str) -> Any:
            return getattr(importlib.import_module("openai"), name)

    openai = _Library()

MakeClient = Callable[[], "openai.AsyncOpenAI"]


class Server:
    """Asks a server through the library's client, which is made for the first request."""

    def __init__(self, make_client: MakeClient) -> None:
        self._make_client = make_client

    @cached_property
    def _client(self) -> "openai.AsyncOpenAI":
        return self._make_client()

    async def aclose(self) -> None:
        """Close the client's connections."""
        if "_client" in vars(self):
            await self._client.close()


def load() -> None:
    """Load the library now; takes some tenths of a second."""
    importlib.import_module("openai")
