"""Takes updates from Telegram's webhook, raw, and stores them before Telegram gets its 200.

https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import errno
import hmac
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body

from bot.delivery.routing import update_id_of
from bot.domain import JsonDict
from bot.errors import CannotStart

MOST_BYTES: Final = 1_000_000
"""Of a request's body. An update is smaller by far."""
BODY_S: Final = 30
"""In which a body has to come."""
LAST_PORT: Final = 65_535

Accept = Callable[[Sequence[JsonDict]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The address that Telegram calls: /telegram, for who knows the secret."""

    listen: str
    """host:port; without a host every interface."""
    secret: str
    accept: Accept
    """Stores updates; what it raises makes Telegram bring them again."""

    async def run(self, register: Callable[[], Awaitable[None]]) -> None:
        """Listen, then let Telegram know by *register*; ends when it is cancelled.

        Raises:
            CannotStart: somebody else listens there; or from *register*.
        """
        served = {"secret": self.secret, "accept": self.accept}
        server = HTTPServer(
            Application([("/telegram", _Handler, served)], log_function=log_nothing),
            max_body_size=MOST_BYTES,
            body_timeout=BODY_S,
            idle_connection_timeout=BODY_S,
        )
        try:
            server.add_socket(listening(self.listen))
        except OSError as exc:
            raise CannotStart(f"WEBHOOK_LISTEN: {self.listen}: {exc.strerror}") from exc
        try:
            await register()
            await asyncio.Event().wait()
        finally:
            server.stop()
            await server.close_all_connections()


def listening(address: str) -> socket.socket:
    """A socket that listens at host:port; without a host at every interface.

    Raises:
        OSError: somebody else listens there, or there is no such place.
    """
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if int(port) > LAST_PORT:
        raise OSError(errno.EINVAL, f"ports end at {LAST_PORT}")
    found = socket.create_server((host.strip("[]"), int(port)), family=family)
    found.settimeout(0)
    return found


@stream_request_body
class _Handler(RequestHandler):
    """One update. The secret is looked at while the body has not been read yet."""

    def initialize(self, secret: str, accept: Accept) -> None:
        self._secret, self._accept = secret, accept
        self._body = bytearray()

    def prepare(self) -> None:
        given = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise HTTPError(HTTPStatus.FORBIDDEN)

    def data_received(self, chunk: bytes) -> None:
        self._body += chunk

    async def post(self) -> None:
        try:
            update = json.loads(self._body)
        except (ValueError, RecursionError) as exc:
            raise HTTPError(HTTPStatus.BAD_REQUEST) from exc
        if not isinstance(update, dict) or update_id_of(update) is None:
            raise HTTPError(HTTPStatus.BAD_REQUEST)
        await self._accept([update])


def log_nothing(_: RequestHandler) -> None:
    """Anybody can call, as often as they want; the log is not for them."""
