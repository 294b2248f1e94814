"""Random updates break nothing: FUZZ_SEEDS and FUZZ_UPDATES choose how many, see reliability.md."""

import os
from pathlib import Path

import pytest

from tests.composition import registry
from tests.e2e.chats import answered
from tests.reliability.fuzz import SCHEMA, Fuzz
from tests.reliability.stage import stage
from tests.world import ADMIN, TESTER

SEEDS = [int(seed) for seed in os.environ.get("FUZZ_SEEDS", "1").split(",")]
N_UPDATES = int(os.environ.get("FUZZ_UPDATES", "200"))
PEOPLE = range(3001, 3025)


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"the Bot API's schema is not at {SCHEMA}")
@pytest.mark.parametrize("seed", SEEDS)
async def test_no_update_breaks_anything(tmp_path: Path, seed: int):
    """No incident, no call that the schema does not know, all are done, and people are answered."""
    testers, admins = PEOPLE[:16], PEOPLE[16:20]
    presses = [f"{name}:{n}" for name in registry().presses for n in ("", 1, "x-1=", 10**20)]
    fuzz = Fuzz(seed, [*PEOPLE, TESTER], [*presses, "", "x", "a:b:c"])
    ids = {"TESTER_IDS": [TESTER, *testers], "ADMIN_IDS": [ADMIN, *admins]}
    settings = {name: ",".join(map(str, numbers)) for name, numbers in ids.items()}
    async with stage(tmp_path, None, **settings) as at:
        people = at.world.people
        for number in PEOPLE:
            await (await people.person(number, "Некто")).says("/id")
        async with at.lead.hurry(20):
            for _ in range(N_UPDATES):
                await people.raw_update(fuzz.update())
            await at.world.settled(N_UPDATES)
            await answered(at.world.tester, "Ты здесь?")

        incidents = [line for line in at.log().splitlines() if "Incident" in line]
        assert incidents == []
        dead = at.world.stored("SELECT payload FROM inbox WHERE is_dead")
        assert dead == []
