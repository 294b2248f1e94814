"""Wakes tasks that wait for a change."""

import asyncio


class Signal:
    """Wakes all waiting tasks at each `notify`; a later `wait` does not see earlier ones."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake all waiting tasks."""
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
    """Whether the sandbox is ending; wakes tasks that wait for something else meanwhile."""

    def __init__(self) -> None:
        self.is_set = False
        self._signals: list[Signal] = []
        self._ending = self.signal()

    def signal(self) -> Signal:
        """A new signal, which is notified when the sandbox ends as well."""
        signal = Signal()
        self._signals.append(signal)
        return signal

    def set(self) -> None:
        """End the sandbox: wake all waiting tasks."""
        self.is_set = True
        for signal in self._signals:
            signal.notify()

    async def sleep(self, seconds: float) -> bool:
        """Sleep; True when the sandbox ends, which cuts the sleep short."""
        if not self.is_set and seconds > 0:
            await self._ending.wait(seconds)
        return self.is_set
