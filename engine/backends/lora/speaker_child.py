"""A speaker as a child process of the server."""

import asyncio
import contextlib
import logging
import sys
from collections import deque
from pathlib import Path

from engine.backends.lora.environment import offline_environment
from engine.backends.lora.speaker_process import MODULE, SpeakerProcess

_STOP_S = 5.0
"""A speaker that has not ended so long after its standard input is killed."""
_LINE_BYTES = 64 * 1024 * 1024
_KEPT_LINES = 20
"""Last lines of a speaker's standard error, for the log when it ends unexpectedly."""
_log = logging.getLogger(__name__)


class ChildCarrier:
    """The `Carrier` of a child's standard streams."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.reader, self.writer = process.stdout, process.stdin
        self._process = process
        self._log_task = asyncio.create_task(self._read_log())

    async def ended(self, *, is_expected: bool) -> str:
        """See `Carrier.ended`."""
        code, last_words = await self._process.wait(), await self._log_task
        if not is_expected:
            words = (self._process.pid, code, last_words)
            _log.error("speaker %d ended with code %d; its last lines:\n%s", *words)
        if code == -9:
            return (
                "the process that answers was killed, probably because there is not enough memory"
            )
        return "the process that answers has ended unexpectedly"

    async def stop(self) -> None:
        """See `Carrier.stop`."""
        self.writer.close()
        try:
            async with asyncio.timeout(_STOP_S):
                await self._process.wait()
        except TimeoutError:
            _log.warning("speaker %d is killed, because it does not end", self._process.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _read_log(self) -> str:
        assert self._process.stderr is not None
        lines: deque[str] = deque(maxlen=_KEPT_LINES)
        async for raw in self._process.stderr:
            lines.append(raw.decode(errors="replace").rstrip())
        return "\n".join(lines)


async def start_child(
    folder: Path, *, device: str, threads: int, chat_batch: int
) -> SpeakerProcess:
    """Start a speaker of the base in *folder*; its base loads after that. Raises `OSError`."""
    options = ("--device", device, "--threads", str(threads), "--chat-batch", str(chat_batch))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", MODULE, str(folder), *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LINE_BYTES,
        env=offline_environment(),
    )
    return SpeakerProcess(ChildCarrier(process))
