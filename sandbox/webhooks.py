"""Delivers a bot's updates to its webhook, one after the other, until each is taken."""

import asyncio
import time
from urllib.parse import urlsplit

import httpx

from sandbox.errors import bad_request
from sandbox.shapes import Json
from sandbox.signals import Closing
from sandbox.updates import UpdateQueue

RETRY_AFTER_S = 0.5
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Webhook:
    """A bot's webhook, if it has one. Plain http is fine here, but only on loopback."""

    def __init__(self, updates: UpdateQueue, closing: Closing) -> None:
        self.url = ""
        self._secret = ""
        self._updates = updates
        self._closing = closing
        self._task: asyncio.Task[None] | None = None
        self._error: Json = {}

    def set(self, url: str, secret: str) -> None:
        """Begin to deliver to *url*; an empty one ends it.

        Raises:
            TelegramError: when the sandbox cannot or must not deliver there.
        """
        if url:
            _check(url)
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.url, self._secret, self._error = url, secret, {}
        if url:
            self._task = asyncio.create_task(self._deliver(), name=f"webhook {url}")

    def info(self) -> Json:
        """Telegram's WebhookInfo."""
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
            **self._error,
        } | ({"allowed_updates": list(self._updates.allowed)} if self._updates.allowed else {})

    async def _deliver(self) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            while (update := await self._updates.wait_for_first()) is not None:
                try:
                    response = await client.post(self.url, json=update, headers=headers)
                    problem = (
                        "" if response.is_success else f"Wrong response: {response.status_code}"
                    )
                except httpx.HTTPError as exc:
                    problem = str(exc) or type(exc).__name__
                if not problem:
                    self._updates.confirm(update["update_id"] + 1)
                    continue
                self._error = {"last_error_date": int(time.time()), "last_error_message": problem}
                await self._closing.sleep(RETRY_AFTER_S)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if parts.scheme not in ("http", "https") or host not in LOOPBACK:
        raise bad_request(
            "bad webhook: the sandbox delivers to http://127.0.0.1 and localhost only"
        )
