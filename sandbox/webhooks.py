"""Delivers a bot's updates to its webhook one by one, and retries until each is accepted."""

import asyncio
import time
from urllib.parse import urlsplit

import httpx

from sandbox.errors import bad_request
from sandbox.guard import LOOPBACK_HOSTS
from sandbox.shapes import Json
from sandbox.signals import Closing
from sandbox.updates import UpdateQueue

RETRY_AFTER_S = 0.5


class Webhook:
    """A bot's webhook, if it has one; http or https, on loopback only."""

    def __init__(self, updates: UpdateQueue, closing: Closing) -> None:
        self.url = ""
        self._secret = ""
        self._updates = updates
        self._closing = closing
        self._task: asyncio.Task[None] | None = None
        self._error: Json = {}

    def set(self, url: str, secret: str) -> None:
        """Deliver to *url*; an empty one stops. Raises `TelegramError` for other hosts."""
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
                    if response.is_success:
                        self._updates.confirm(update["update_id"] + 1)
                        continue
                    problem = f"Wrong response: {response.status_code}"
                except httpx.HTTPError as exc:
                    problem = str(exc) or type(exc).__name__
                self._error = {"last_error_date": int(time.time()), "last_error_message": problem}
                await self._closing.sleep(RETRY_AFTER_S)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if parts.scheme not in ("http", "https") or host not in LOOPBACK_HOSTS:
        raise bad_request(
            "bad webhook: the sandbox delivers to http://127.0.0.1 and localhost only"
        )
