"""The composition root: builds the bot, starts its parts, and stops them in order."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application, ApplicationBuilder

from bot.config import Settings
from bot.delivery.absence import Absence
from bot.delivery.lanes import Lanes
from bot.delivery.outbox import Outbox
from bot.delivery.polling import Polling, is_revoked
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits, retry_after_s
from bot.delivery.requests import Reachability, TelegramRequest
from bot.delivery.routing import ALLOWED_UPDATES
from bot.delivery.webhook import Webhook
from bot.edge.context import Delivery
from bot.edge.core import Core, open_core
from bot.edge.dispatch import Dispatch
from bot.edge.feature import Feature, Worker
from bot.edge.menus import Menus
from bot.edge.registry import Registry, Renderer
from bot.edge.schedule import Schedule, checkpointing, copying, sweeping
from bot.errors import CannotStart, DatabaseUnusable
from bot.gateways import library
from bot.heart.heart import Heart
from bot.runtime.backoff import backoff
from bot.storage import lock
from bot.wiring import build_features

LONGEST_PAUSE_S = 1.5
"""Between two tries to reach Telegram at the start."""
FIRST_REFUSAL_PAUSE_S = 5.0
"""Between the first questions whether Telegram knows the token: somebody may be waiting."""
UNKNOWN_TOKEN = "TELEGRAM_BOT_TOKEN: Telegram does not know this token"

_logger = logging.getLogger(__name__)

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]
"""The library's application: bot client and JobQueue. We dispatch updates ourselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The running bot."""

    settings: Settings
    application: TelegramApplication
    delivery: Delivery
    registry: Registry
    menus: Menus
    lanes: Lanes
    schedule: Schedule
    heart: Heart

    async def run(self, stop: asyncio.Event, on_ready: Callable[[str], None]) -> None:
        """Serve until *stop* is set. *on_ready* gets the bot's username once all parts run.

        Raises:
            CannotStart: Telegram does not know the token, or the database can't be written.
        """
        async with AsyncExitStack() as stack:
            pause_s = min(FIRST_REFUSAL_PAUSE_S, self.heart.core.pacing.refusal_s)
            asking = self._until_answered(self.application.initialize, refusal_pause_s=pause_s)
            if not await _done_before(stop, asking):
                return
            stack.push_async_callback(self.application.shutdown)
            await self.application.start()
            stack.push_async_callback(self.application.stop)
            # Lanes and ticks start last and stop first, so that they only use parts that run.
            outbox, lanes = self.delivery.outbox, self.lanes
            for worker in (
                Worker(start=outbox.start, close=outbox.close),
                *self.registry.workers,
                Worker(start=lanes.start, close=lanes.close),
                Worker(start=self.schedule.start, close=self.schedule.close),
            ):
                stack.push_async_callback(worker.close)
                await self._start(worker)
            async with asyncio.TaskGroup() as tasks:
                listening = [
                    tasks.create_task(self._listen(), name="listening"),
                    tasks.create_task(_unless_revoked(self.heart.run()), name="heart"),
                    tasks.create_task(self.menus.publish(self.application.bot), name="menus"),
                    # Else the first question would wait for it.
                    tasks.create_task(asyncio.to_thread(library.load), name="library"),
                ]
                on_ready(self.application.bot.username)
                await stop.wait()
                self.heart.core.database.hurry()
                for task in listening:
                    task.cancel()

    async def _start(self, worker: Worker) -> None:
        try:
            await worker.start()
        except sqlite3.OperationalError as exc:  # for instance, another process has locked it
            raise DatabaseUnusable(f"{self.settings.database_path}: {exc}") from exc

    async def _listen(self) -> None:
        listening = self._serve_webhook() if self.settings.webhook_url else self._poll()
        await _unless_revoked(listening)

    async def _poll(self) -> None:
        await self._until_answered(self.application.bot.delete_webhook)
        reachability = self.delivery.poster.reachability
        await Polling(
            self.application.bot,
            self.lanes.accept,
            reachability,
            refusal_pause_s=self.heart.core.pacing.refusal_s,
        ).run()

    async def _serve_webhook(self) -> None:
        settings = self.settings
        await Webhook(
            listen=settings.webhook_listen or "127.0.0.1:8443",
            secret=settings.webhook_secret.get_secret_value(),
            accept=self.lanes.accept,
        ).run(partial(self._until_answered, self._set_webhook))

    async def _set_webhook(self) -> None:
        settings = self.settings
        try:
            await self.application.bot.set_webhook(
                f"{settings.webhook_url}/telegram",
                secret_token=settings.webhook_secret.get_secret_value(),
                allowed_updates=list(ALLOWED_UPDATES),
            )
        except BadRequest as exc:
            raise CannotStart(f"WEBHOOK_URL: Telegram refuses it: {exc.message}") from exc

    async def _until_answered(
        self, ask: Callable[[], Awaitable[object]], *, refusal_pause_s: float | None = None
    ) -> None:
        """Repeat *ask* until Telegram carries it out, however long that takes.

        Args:
            ask: Calls Telegram.
            refusal_pause_s: Seconds between two questions whether it knows the token; None: as
                long as while the bot runs.
        """
        bot = self.application.bot
        if refusal_pause_s is None:
            refusal_pause_s = self.heart.core.pacing.refusal_s
        for pause_s in backoff(0.5, LONGEST_PAUSE_S):
            try:
                await ask()
                return
            except InvalidToken as exc:
                if await is_revoked(bot, refusal_pause_s):
                    raise CannotStart(UNKNOWN_TOKEN) from exc
            except CannotStart:
                raise
            except RetryAfter as exc:
                await asyncio.sleep(retry_after_s(exc))
                continue
            except BadRequest as exc:
                _logger.warning("Telegram refuses a request of the start: %s", exc.message)
            except NetworkError:  # the request has logged it
                pass
            except Exception as exc:  # also what the library raises for an answer it can't read
                _logger.warning("Telegram's answer can't be read: %r", exc)
            await asyncio.sleep(pause_s)


async def open_app(settings: Settings, stack: AsyncExitStack) -> App:
    """Open the database and build the bot; *stack* closes it.

    Raises:
        CannotStart: the database can't be used.
    """
    stack.callback(lock.hold(settings.database_path).close)
    core = await open_core(settings, stack)
    return assemble(core, build_features(core))


def assemble(core: Core, features: Sequence[Feature]) -> App:
    """Build the bot from its features; this starts nothing and sends nothing.

    Raises:
        FeaturesDisagree: two of them claim one name, or a name has no handler or text.
    """
    registry = Registry(features)
    settings = core.settings
    reachability = Reachability()
    application = build_telegram(settings, reachability)
    menus = Menus(core=core)
    rate_limits = RateLimits(gives_way=core.people.gives_way)
    poster = Poster(
        application.bot,
        rate_limits,
        lambda floor: core.outbox.known_ids(above=floor),
        reachability,
    )
    renderer = Renderer(core=core, renders=registry.notifications, starters=registry.starters)
    delivery = Delivery(
        poster=poster,
        rate_limits=rate_limits,
        outbox=Outbox(
            database=core.database,
            store=core.outbox,
            poster=poster,
            render=renderer.render,
            rings=renderer.rings,
        ),
    )
    dispatch = Dispatch(
        application=application, core=core, delivery=delivery, menus=menus, registry=registry
    )
    lanes = Lanes(
        database=core.database,
        store=core.inbox,
        bot_id=int(settings.telegram_bot_token.get_secret_value().split(":")[0]),
        names=registry.lanes,
        handle=dispatch.handle,
        apologise=dispatch.apologise,
        turn_away=dispatch.turn_away,
        admin_ids=settings.admin_ids,
        absence=Absence(database=core.database, is_polled=not settings.webhook_url),
        looks=registry.intakes,
        gives_way=core.people.gives_way,
    )
    ticks = [*registry.ticks, sweeping(core), checkpointing(core), copying(core)]
    assert application.job_queue is not None
    schedule = Schedule(application.job_queue, ticks)
    return App(
        settings=settings,
        application=application,
        delivery=delivery,
        registry=registry,
        menus=menus,
        lanes=lanes,
        schedule=schedule,
        heart=Heart(core=core, bot=application.bot, poster=poster, schedule=schedule),
    )


def build_telegram(
    settings: Settings,
    reachability: Reachability | None = None,
) -> TelegramApplication:
    """The library's application for these settings; this sends nothing.

    *reachability* will be told of each answer of Telegram.
    """
    reachability = reachability or Reachability()
    timeouts = {"connect_timeout": 5, "read_timeout": 10, "write_timeout": 10, "pool_timeout": 10}
    certificates = httpx.create_ssl_context()  # read once: 20 ms and 1 MB
    request, polling = (
        TelegramRequest(
            reachability,
            connection_pool_size=size,
            proxy=settings.telegram_proxy or None,
            httpx_kwargs={"verify": certificates},
            **timeouts,
        )
        for size in (256, 4)
    )
    return (
        ApplicationBuilder()
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .request(request)
        .get_updates_request(polling)
        .updater(None)  # updates come in by our own ways
        .build()
    )


async def _unless_revoked(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except InvalidToken as exc:
        raise CannotStart(UNKNOWN_TOKEN) from exc


async def _done_before(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether *work* ended before *stop* was set; if not, it is cancelled."""
    tasks = [asyncio.create_task(work), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not tasks[0].done():
            return False
        await tasks[0]
        return True
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
