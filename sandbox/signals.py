"""Waking everyone who waits for something to change."""

import asyncio


class Signal:
    """Wakes all that wait, each time that it is given; nothing is kept for those who come later."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake everyone who waits now."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for the next `notify`; False when *timeout_s* seconds went by without one."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            done, _ = await asyncio.wait([waiter], timeout=max(0.0, timeout_s))
        finally:
            self._waiting.discard(waiter)
        return bool(done)


class Closing:
    """Whether the sandbox is ending, and a bell for all who wait for something else meanwhile."""

    def __init__(self) -> None:
        self.is_set = False
        self._signals: list[Signal] = []
        self._bell = self.signal()

    def signal(self) -> Signal:
        """A new signal that is also given when the sandbox ends."""
        signal = Signal()
        self._signals.append(signal)
        return signal

    def set(self) -> None:
        """The sandbox ends: wake everyone."""
        self.is_set = True
        for signal in self._signals:
            signal.notify()

    async def sleep(self, seconds: float) -> bool:
        """Sleep; True when that was cut short because the sandbox ends."""
        if not self.is_set and seconds > 0:
            await self._bell.wait(seconds)
        return self.is_set
