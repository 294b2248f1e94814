"""One run of the demo: starts the processes, plays the tour, keeps the page open."""

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
from bot.demo.lessons import Lesson, shortened
from bot.demo.lora_tour import LoraTour
from bot.demo.processes import ADMIN, BOT_ID, TESTER, DemoProcesses, TourFailed
from bot.demo.terminal import Terminal
from bot.demo.tour import Examples, Tour
from bot.demo.transcript import Transcript

WENT_WRONG: Final = 1
"""Exit code when the tour did not go as expected."""

_HANGING = 11


class DemoRun:
    """A demo in a temporary folder."""

    def __init__(self, terminal: Terminal, lesson: Lesson, *, stays: bool) -> None:
        self._terminal = terminal
        self._lesson = lesson
        self._stays = stays
        self.is_over = False
        """The tour has ended as expected."""

    async def run(self) -> int:
        """Start the processes, play the tour, stay if asked to, clean up; return the exit code."""
        with tempfile.TemporaryDirectory(
            prefix="natasha-demo-", ignore_cleanup_errors=True
        ) as folder:
            self._lesson = shortened(self._lesson, Path(folder))
            processes = DemoProcesses(Path(folder), self._lesson)
            try:
                await self._play(processes)
            except TourFailed as trouble:
                self._terminal.still()
                print(f"\nДемонстрация прервана. {trouble}", file=sys.stderr)
                print(f"\nПоследние строки журналов:\n{processes.log_tails()}", file=sys.stderr)
                return WENT_WRONG
            finally:
                await processes.stop()
        return 0

    async def _play(self, processes: DemoProcesses) -> None:
        terminal = self._terminal
        began = time.monotonic()
        terminal.title("Наташа-бот: демонстрация")
        terminal.wait("Запускаю песочницу, движок и бота…")
        await processes.start()
        self._introduce(processes)
        async with self._tour(processes) as tour:
            await processes.run_while_alive(tour.play())
        self.is_over = True
        terminal.heading(f"Всё получилось за {time.monotonic() - began:.0f} с")
        terminal.tell(
            "Датасет проверен, модель обучена по-настоящему и заговорила по-новому."
            if self._lesson.trains
            else "Датасет проверен, обучение дошло до конца, модель отвечает примерами из "
            "датасета и помнит разговор."
        )
        if self._stays:
            self._show_page(processes)
            await processes.run_while_alive(asyncio.Event().wait())

    def _introduce(self, processes: DemoProcesses) -> None:
        sandbox, engine, username = (
            processes.children[module].ready for module in ("sandbox", "engine", "bot")
        )
        self._terminal.tell(f"Бот {username} настоящий. Всё вокруг него — на этом компьютере:")
        self._terminal.tell(
            f"песочница: это не Telegram, она только играет его роль · {sandbox}", hanging=_HANGING
        )
        kind = (
            f"движок: обучает {self._lesson.base} по-настоящему, на этом компьютере"
            if self._lesson.trains
            else "репетиция: на самом деле ничего не обучается, ошибка придумана, а отвечает "
            "ближайший пример датасета"
        )
        self._terminal.tell(f"{kind} · {engine}", hanging=_HANGING)

    @asynccontextmanager
    async def _tour(self, processes: DemoProcesses) -> AsyncIterator[Tour]:
        # Without trust_env: the machine's proxies can't reach loopback.
        async with (
            httpx.AsyncClient(
                base_url=processes.children["sandbox"].ready, trust_env=False, timeout=60
            ) as sandbox,
            httpx.AsyncClient(
                base_url=processes.children["engine"].ready,
                headers={"Authorization": f"Bearer {processes.api_key}"},
                trust_env=False,
                timeout=self._lesson.patience_s,
            ) as provider,
        ):
            admin, tester = (
                DemoChat(
                    sandbox,
                    bot_id=BOT_ID,
                    person_id=person_id,
                    transcript=Transcript(self._terminal, name),
                    patience_s=self._lesson.patience_s,
                )
                for person_id, name in (ADMIN, TESTER)
            )
            yield (LoraTour if self._lesson.trains else Tour)(
                terminal=self._terminal,
                admin=admin,
                tester=tester,
                lesson=self._lesson,
                examples=Examples.read(self._lesson.dataset),
                provider=provider,
            )

    def _show_page(self, processes: DemoProcesses) -> None:
        page = f"{processes.children['sandbox'].ready}/?admin={ADMIN[0]}&tester={TESTER[0]}"
        self._terminal.gap()
        self._terminal.tell(f"Теперь ваша очередь: {page}")
        self._terminal.tell(
            "На странице два телефона, Марии и Олега: пишите и нажимайте за обоих. Ctrl-C всё "
            "остановит и уберёт."
        )
