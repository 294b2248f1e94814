"""One performance: who plays is introduced, the tour is played, the page stays open."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from bot.demo.chat import DemoChat
from bot.demo.errors import TourFailed
from bot.demo.processes import ADMIN, BOT_ID, TESTER, DemoProcesses, on_stage
from bot.demo.terminal import Terminal
from bot.demo.tour import DemoTraining, Tour
from bot.demo.transcript import Transcript

WENT_WRONG: Final = 1
"""Exit code when the tour was not as it should be."""

_HANGING = 11


class DemoRun:
    """From an empty folder to an empty folder."""

    def __init__(self, terminal: Terminal, dataset: Path, *, stays: bool) -> None:
        self._terminal = terminal
        self._dataset = dataset
        self._stays = stays
        self.is_over = False
        """The tour is over and went as it should."""

    async def perform(self) -> int:
        """Start everybody, play, stay if asked to, and leave nothing behind.

        Returns:
            The exit code.
        """
        with tempfile.TemporaryDirectory(
            prefix="natasha-demo-", ignore_cleanup_errors=True
        ) as folder:
            async with on_stage(Path(folder)) as cast:
                try:
                    await self._play(cast)
                except TourFailed as trouble:
                    self._terminal.still()
                    print(f"\nДемонстрация прервана. {trouble}", file=sys.stderr)
                    print(f"\nПоследние строки журналов:\n{cast.last_words()}", file=sys.stderr)
                    return WENT_WRONG
        return 0

    async def _play(self, cast: DemoProcesses) -> None:
        terminal = self._terminal
        began = time.monotonic()
        terminal.title("Наташа-бот: демонстрация")
        terminal.wait("Запускаю песочницу, движок и бота…")
        await cast.enter(self._dataset)
        self._introduce(cast)
        async with self._tour(cast) as tour:
            await cast.together(tour.play())
        self.is_over = True
        terminal.heading(f"Всё получилось за {time.monotonic() - began:.0f} с")
        terminal.tell(
            "Датасет проверен, обучение дошло до конца, модель отвечает примерами из датасета "
            "и помнит разговор."
        )
        if self._stays:
            self._invite(cast)
            await cast.together(_for_ever())

    def _introduce(self, cast: DemoProcesses) -> None:
        sandbox, engine, username = (
            cast.playing[module].ready for module in ("sandbox", "engine", "bot")
        )
        self._terminal.tell(f"Бот {username} настоящий. Всё вокруг него — на этом компьютере:")
        self._terminal.tell(
            f"песочница: это не Telegram, она только играет его роль · {sandbox}", hanging=_HANGING
        )
        self._terminal.tell(
            "репетиция: веса не обучаются, потери придуманы, а отвечает ближайший пример датасета "
            f"· {engine}",
            hanging=_HANGING,
        )

    @asynccontextmanager
    async def _tour(self, cast: DemoProcesses) -> AsyncIterator[Tour]:
        # trust_env: the machine's proxies know nothing of loopback.
        async with (
            httpx.AsyncClient(
                base_url=cast.playing["sandbox"].ready, trust_env=False, timeout=60
            ) as sandbox,
            httpx.AsyncClient(
                base_url=cast.playing["engine"].ready,
                headers={"Authorization": f"Bearer {cast.api_key}"},
                trust_env=False,
                timeout=30,
            ) as provider,
        ):
            admin, tester = (
                DemoChat(
                    sandbox,
                    bot_id=BOT_ID,
                    person_id=person_id,
                    transcript=Transcript(self._terminal, name),
                )
                for person_id, name in (ADMIN, TESTER)
            )
            yield Tour(
                terminal=self._terminal,
                admin=admin,
                tester=tester,
                lesson=DemoTraining.read(self._dataset),
                provider=provider,
            )

    def _invite(self, cast: DemoProcesses) -> None:
        page = f"{cast.playing['sandbox'].ready}/?admin={ADMIN[0]}&tester={TESTER[0]}"
        self._terminal.gap()
        self._terminal.tell(f"Теперь ваша очередь: {page}")
        self._terminal.tell(
            "На странице два телефона, Марии и Олега: пишите и нажимайте за обоих. Ctrl-C всё "
            "остановит и уберёт."
        )


async def _for_ever() -> None:
    await asyncio.Event().wait()
