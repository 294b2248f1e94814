"""`/healthz`: how the bot is, for monitors and for Docker."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Final

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.delivery.webhook import listening, log_nothing
from bot.heart.facts import Report

OFF: Final = "off"
IDLE_S: Final = 30

_logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def serving(listen: str, report: Callable[[], Report]) -> AsyncIterator[None]:
    """Answer at *listen* meanwhile. Where somebody else listens there, the bot goes without it."""
    if listen == OFF:
        yield
        return
    server = HTTPServer(
        Application([("/healthz", _Handler, {"report": report})], log_function=log_nothing),
        max_body_size=1_000,
        idle_connection_timeout=IDLE_S,
    )
    try:
        server.add_socket(listening(listen))
    except (OSError, OverflowError) as exc:
        _logger.warning("HEALTH_LISTEN: %s: %s; there is no /healthz", listen, exc)
    try:
        yield
    finally:
        server.stop()
        await server.close_all_connections()


class _Handler(RequestHandler):
    """JSON; text for who asks for it by `?text` or `Accept: text/plain`."""

    def initialize(self, report: Callable[[], Report]) -> None:
        self._report = report

    def get(self) -> None:
        found = self._report()
        accepted = self.request.headers.get("Accept", "")
        is_text = "text" in self.request.query_arguments or accepted.startswith("text/plain")
        kind = "text/plain" if is_text else "application/json"
        self.set_status(HTTPStatus.SERVICE_UNAVAILABLE if found.problems else HTTPStatus.OK)
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(found.text if is_text else found.json)
