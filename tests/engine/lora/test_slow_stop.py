"""A cluster that is slow to stop one job holds up nobody else."""

import asyncio

import openai
import pytest

from tests.engine.conftest import client, upload
from tests.engine.lora.played_ray import playing_ray
from tests.engine.lora.running import at_step, lora_engine, start, supervised, until
from tests.engine.test_quotas import OTHER

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("extra")]

FOR_EVER = supervised(n_epochs=50, batch_size=1)


async def test_slow_stop_holds_up_its_own_job_only(tmp_path, lora_base):
    """Meanwhile another job of that key is resumed, and another key uploads and trains."""
    limits = ("--jobs-per-key=5", "--bytes-per-key=100000000")
    with playing_ray() as ray:
        async with (
            lora_engine(tmp_path, lora_base, *ray.options, *limits) as (server, api),
            client(server.ready, OTHER) as theirs,
        ):
            slow, other = await start(api, method=FOR_EVER), await start(api, method=FOR_EVER)
            await api.fine_tuning.jobs.pause(other)
            await at_step(api, slow, 1)
            ray.may_stop.clear()
            cancelling = asyncio.create_task(api.fine_tuning.jobs.cancel(slow))

            async def is_asked() -> bool:
                return ray.asked_to_stop.is_set()

            await until(is_asked)
            resuming_it = asyncio.create_task(api.fine_tuning.jobs.resume(slow))
            await api.fine_tuning.jobs.resume(other)
            await upload(theirs)
            await start(theirs)
            was_slow = not cancelling.done() and not resuming_it.done()
            ray.may_stop.set()

            assert str((await cancelling).status) == "cancelled"
            with pytest.raises(openai.BadRequestError, match="its status is cancelled"):
                await resuming_it
    assert was_slow
