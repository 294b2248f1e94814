"""`make demo` as a person runs it: real processes, and nothing of them left at the end."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import psutil
import pytest

from bot.cli import main
from bot.demo.lessons import rehearsal
from tests.world import DATASET, ROOT

ALL_STARTED = "песочница: это не Telegram"
TOUR_S = 120
LESSON = rehearsal(DATASET)
HOSTILE = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "NO_PROXY": "",
    "LANGUAGE": "en_US:en",
    "ADMIN_IDS": "nobody",
    "CHAT_BASE_URL": "http://127.0.0.1:9",
    "ENGINE_DEPLOY_SECONDS": "1000",
}
"""What a machine may have in its environment, and the demo must not care about."""


class Demo:
    """A running `python -m bot demo`, in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        environment: Mapping[str, str] = {},
        terminal: bool = False,
    ) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        (folder / ".env").write_text("N_EPOCHS=5\nMODEL_SUFFIX=not-for-the-demo\nADMIN_IDS=x\n")
        self._out = folder / "out.txt"
        self._err = folder / "err.txt"
        ours = {"PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary), "TERM": "xterm"}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "demo", *arguments],
                cwd=folder,
                env={**os.environ, **ours, **environment},
                stdin=subprocess.DEVNULL,
                stdout=self._terminal() if terminal else out,
                stderr=err,
            )
        self._family: list[psutil.Process] = []

    def _terminal(self) -> int:
        ours, its = pty.openpty()
        termios.tcsetwinsize(its, (40, 100))

        def record() -> None:
            with self._out.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while shown := os.read(ours, 65_536):
                    file.write(shown)

        threading.Thread(target=record, daemon=True).start()
        return its

    @property
    def text(self) -> str:
        """What it has shown so far."""
        return self._out.read_bytes().decode()

    @property
    def complaint(self) -> str:
        """What it has said on standard error."""
        return self._err.read_bytes().decode()

    def waits_for(self, words: str, timeout_s: float = 90) -> None:
        """Until it shows *words*."""
        wait_until(lambda: words in self.text or self.process.poll() is not None, timeout_s)
        assert words in self.text, self.text + self.complaint

    def children(self) -> dict[str, psutil.Process]:
        """Its processes by module."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        self._family += found
        return {child.cmdline()[2]: child for child in found}

    def ends(self, timeout_s: float = 60) -> int:
        """Its exit code."""
        return self.process.wait(timeout_s)

    def leaves_no_process(self) -> None:
        """Everybody whom `children` has seen is gone, soon."""
        assert self._family
        wait_until(lambda: not any(map(is_alive, self._family)), 15)

    def clean_up(self) -> None:
        """Whatever has happened, nothing goes on."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def wait_until(is_so: Callable[[], object], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module", autouse=True)
def tours(tmp_path_factory) -> Iterator[tuple[Demo, Demo]]:
    """One that ends by itself, one in a terminal that stays; they play on while other tests run."""
    whole = Demo(tmp_path_factory.mktemp("whole"), "--exit", environment=HOSTILE)
    staying = Demo(tmp_path_factory.mktemp("staying"), terminal=True)
    yield whole, staying
    whole.clean_up()
    staying.clean_up()


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Demo]]:
    """Start a demo that can't outlive the test."""
    demos: list[Demo] = []

    def start(*arguments: str, **environment: str) -> Demo:
        folder = tmp_path / str(len(demos))
        folder.mkdir()
        demos.append(Demo(folder, *arguments, environment=environment))
        return demos[-1]

    yield start
    for demo in demos:
        demo.clean_up()


@pytest.mark.parametrize(
    ("hidden", "dataset", "sentence"),
    [
        ("fastapi", str(DATASET), "python -m pip install -e '.[demo]'"),
        ("nothing", "/nowhere/data.jsonl", "Нет датасета /nowhere/data.jsonl."),
    ],
)
def test_what_is_missing_is_named_before_anything_starts(
    hidden, dataset, sentence, monkeypatch, capsys
):
    """One line, exit code 2."""
    monkeypatch.setitem(sys.modules, hidden, None)
    monkeypatch.setenv("DATASET_PATH", dataset)

    code = main(["demo", "--exit"])

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_trouble_is_a_sentence(start, tmp_path):
    """A dataset that is not accepted, a server that dies: what was expected, the logs, not 0."""
    broken = tmp_path / "broken.jsonl"
    lines = DATASET.read_text(encoding="utf-8").splitlines()[:12]
    broken.write_text("\n".join([*lines, json.dumps({"messages": []})]), encoding="utf-8")
    wrong, crashed = start("--exit", DATASET_PATH=str(broken)), start("--exit")
    crashed.waits_for("Мария │ нажимает")
    crashed.children()["engine"].kill()

    assert wrong.ends() == 1
    assert "Ожидалось, что в ответе на /validate будет «✅ Датасет готов: 13 примеров»." in (
        wrong.complaint
    )
    assert crashed.ends() == 1
    assert "Внезапно остановился процесс «движок» (engine)." in crashed.complaint
    for demo in (wrong, crashed):
        assert "Последние строки журналов" in demo.complaint
        assert "Traceback" not in demo.complaint
        assert list(demo.temporary.iterdir()) == []


def test_nobody_outlives_the_demo(start):
    """However it ends during the tour: by kill -9, or by a signal, then quietly and with 130."""
    killed, interrupted = start(), start()
    for demo in (killed, interrupted):
        demo.waits_for(ALL_STARTED)
        assert len(demo.children()) == 3

    killed.process.kill()
    interrupted.process.send_signal(signal.SIGINT)

    assert interrupted.ends() == 130
    assert interrupted.complaint == ""
    for demo in (killed, interrupted):
        demo.leaves_no_process()


def test_the_tour_shows_the_main_job_in_order(tours):
    """`demo --exit` ends with 0 and a Russian transcript, whatever this machine's proxies are."""
    demo, _ = tours

    assert demo.ends(TOUR_S) == 0, demo.text + demo.complaint
    place = 0
    told = " ".join(demo.text.split())  # where a line breaks depends on the terminal
    for moment in (
        "песочница: это не Telegram",
        "репетиция: на самом деле ничего не обучается",
        "Мария │ /validate",
        "321 пример",
        "Мария │ /train",
        "natasha-v1 из gpt-4.1-mini",
        "Бесплатно, это репетиция",
        "Мария │ нажимает «🚀 Запустить",
        "natasha-v1 · обучается",
        "✅ natasha-v1 · обучилась",
        "natasha-v1 готова ·",
        "уже отвечает в чатах",
        "Олег │ /start",
        f"Олег │ {LESSON.first_words}",
        "Наташа │ ",
        f"Олег │ {LESSON.second_words}",
        "Наташа │ ",
        "та же модель отвечает иначе",
        "Всё получилось",
    ):
        place = told.find(moment, place) + len(moment)
        assert place >= len(moment), f"{moment!r} is not where it should be in\n{demo.text}"
    assert "\x1b" not in demo.text
    assert "\r" not in demo.text
    assert max(map(len, demo.text.splitlines())) <= 100
    assert demo.complaint == ""
    assert list(demo.temporary.iterdir()) == []


def test_the_page_stays_until_control_c(tours):
    """In a terminal the card moves in its line; an open page does not keep the demo from ending."""
    _, demo = tours
    demo.waits_for("Теперь ваша очередь", TOUR_S)
    address = demo.text.split("Теперь ваша очередь: ")[1].split()[0]
    assert "\r\x1b[K" in demo.text
    assert "▓░" in demo.text
    assert {"bot", "engine", "sandbox"} == set(demo.children())

    with httpx.Client(trust_env=False) as http:
        assert http.get(address).status_code == 200
        page = httpx.URL(address)
        assert page.query == b"admin=1001&tester=1002"
        with http.stream("GET", page.join("/sandbox/events?after=0")) as events:
            assert next(events.iter_lines())
            demo.process.send_signal(signal.SIGINT)
            assert demo.ends() == 0

    assert demo.complaint == ""
    demo.leaves_no_process()
    assert list(demo.temporary.iterdir()) == []
