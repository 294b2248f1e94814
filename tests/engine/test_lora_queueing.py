"""The queue of devices: in order, nobody forgotten, no device lost."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from engine.backends.lora.queueing import DeviceQueue
from engine.domain import FineTuningJob, Hyperparameters, Method


def job(name: str, created_at: int) -> FineTuningJob:
    return FineTuningJob(
        id=name,
        created_at=created_at,
        base_model="smol",
        training_file="file-1",
        validation_file=None,
        suffix=None,
        seed=1,
        metadata=None,
        method=Method.SUPERVISED,
        hyperparameters=Hyperparameters(),
        model_code="a",
        stage_since=0.0,
    )


class People:
    """Jobs that take a device and keep it until they are told to end."""

    def __init__(self, *devices: str) -> None:
        self.queue = DeviceQueue(devices)
        self.told: dict[str, list[str]] = {}
        self.devices: dict[str, str] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._ends: dict[str, asyncio.Event] = {}

    def come(self, name: str, created_at: int, *, is_running: bool = False, wanted=None) -> None:
        self._ends[name] = asyncio.Event()
        self.told[name] = []
        self.tasks[name] = asyncio.create_task(
            self._live(job(name, created_at), is_running=is_running, wanted=wanted)
        )

    async def _live(self, job, *, is_running, wanted) -> None:
        async def tell(message: str) -> None:
            self.told[job.id].append(message)

        device = await self.queue.take(job, tell, is_running=is_running, wanted=wanted)
        again = await self.queue.take(job, tell, is_running=True)
        assert device == again
        self.devices[job.id] = device
        await self._ends[job.id].wait()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await self.tasks[name]
        del self.devices[name]

    async def have(self, **devices: str) -> None:
        """Wait until exactly these jobs have these devices."""
        async with asyncio.timeout(10):
            while self.devices != devices:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def people(*devices: str):
    crowd = People(*devices)
    yield crowd
    for task in crowd.tasks.values():
        task.cancel()
    await asyncio.gather(*crowd.tasks.values(), return_exceptions=True)


async def test_older_jobs_come_first_and_hear_their_places():
    async with people("cpu") as crowd:
        crowd.come("first", 1)
        await crowd.have(first="cpu")
        crowd.come("third", 3)
        crowd.come("second", 2)
        async with asyncio.timeout(10):
            while not (crowd.told["second"] and crowd.told["third"]):
                await asyncio.sleep(0.01)
        assert crowd.queue.n_jobs == 3

        await crowd.end("first")
        await crowd.have(second="cpu")
        await crowd.end("second")
        await crowd.have(third="cpu")

    assert crowd.told["first"] == []
    assert crowd.told["second"] == ["Waiting: 1 job is ahead on cpu"]
    assert crowd.told["third"] == [
        "Waiting: 2 jobs are ahead on cpu",
        "Waiting: 1 job is ahead on cpu",
    ]


async def test_jobs_of_one_restart_keep_their_order():
    """Whoever's task comes first, what ran already goes on, and then the older one."""
    async with people("cpu") as crowd:
        crowd.come("young", 3)
        crowd.come("old", 1)
        crowd.come("running", 2, is_running=True)

        for name in ("running", "old", "young"):
            await crowd.have(**{name: "cpu"})
            await crowd.end(name)


async def test_cancelled_jobs_leave_at_once():
    """One that waits makes place for the next; one that has the device frees it."""
    async with people("cpu") as crowd:
        crowd.come("a", 1)
        await crowd.have(a="cpu")
        crowd.come("b", 2)
        crowd.come("c", 3)
        await asyncio.sleep(0.2)
        crowd.tasks["b"].cancel()
        await asyncio.wait([crowd.tasks["b"]])
        assert crowd.queue.n_jobs == 2
        crowd.tasks["a"].cancel()
        await asyncio.wait([crowd.tasks["a"]])
        del crowd.devices["a"]

        await crowd.have(c="cpu")

    assert crowd.told["c"][-1] == "Waiting: 1 job is ahead on cpu"


async def test_cancellation_in_the_moment_of_the_turn_loses_no_device():
    async with people("cpu") as crowd:
        crowd.come("a", 1)
        await crowd.have(a="cpu")
        crowd.come("b", 2)
        crowd.come("c", 3)
        await asyncio.sleep(0.2)
        crowd._ends["a"].set()
        while not crowd.tasks["a"].done():
            await asyncio.sleep(0)
        del crowd.devices["a"]
        crowd.tasks["b"].cancel()

        await crowd.have(c="cpu")


async def test_each_device_has_a_job_of_its_own():
    async with people("cuda:0", "cuda:1") as crowd:
        crowd.come("a", 1)
        crowd.come("b", 2)
        await crowd.have(a="cuda:0", b="cuda:1")
        crowd.come("c", 3)
        async with asyncio.timeout(10):
            while not crowd.told["c"]:
                await asyncio.sleep(0.01)
        await crowd.end("b")
        await crowd.have(a="cuda:0", c="cuda:1")

    assert crowd.told["c"] == ["Waiting: 2 jobs are ahead on cuda:0, cuda:1"]


@pytest.mark.parametrize(("wanted", "device"), [("cuda:1", "cuda:1"), ("cuda:7", "cuda:0")])
async def test_job_goes_on_where_it_was_if_that_device_is_there(wanted, device):
    async with people("cuda:0", "cuda:1") as crowd:
        crowd.come("a", 1, is_running=True, wanted=wanted)

        await crowd.have(a=device)


async def test_telling_fails_and_the_queue_goes_on():
    """A job that was paused just now can't be told its place: it leaves."""
    async with people("cpu") as crowd:
        crowd.come("a", 1)
        await crowd.have(a="cpu")

        async def broken(message: str) -> None:
            raise RuntimeError(message)

        with pytest.raises(RuntimeError, match="1 job is ahead"):
            await asyncio.create_task(crowd.queue.take(job("b", 2), broken, is_running=False))

        assert crowd.queue.n_jobs == 1
