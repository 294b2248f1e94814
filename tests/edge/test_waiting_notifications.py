"""Notifications that waited in an outbox while the bot was changed are told after it.

Each row below is as the bot wrote it before the features got their folders: kind and payload.
"""

import json
from typing import Any

import pytest

from bot.access.feature import AccessFeature
from bot.access.request_store import JoinRequestStore
from bot.edge.registry import Registry, Renderer
from bot.storage.database import Transaction
from bot.wiring import build_features
from tests.composition import ADMIN, MODEL, PROMPT, TESTER, TUNED, BotParts
from tests.edge.test_old_names import KINDS
from tests.fakes import job_of

JOB, DONE = "ftjob-1", "ftjob-done"
REFUSED = {"job_id": JOB, "error": "error_provider_unreachable", "params": {}}
LOSSES = {"valid_before": 0.912, "valid_now": 1.04, "train_before": 0.6, "train_now": 0.41}
OUTAGE = {"kind": "unreachable", "since": 1.0, "failed_at": 2.0, "is_told": True, "message": "502"}

PAYLOADS: dict[str, dict[str, Any]] = {
    "card": {"job_id": JOB},
    "job_finished": {"job_id": DONE},
    "job_never_named": {"job_id": DONE},
    "run_refused": {"run_id": 1},
    "run_uncertain": {"run_id": 1},
    "run_unlisted": {"run_id": 1},
    "model_ending": {
        "base": "gpt-4.1-mini", "day": "2027-01-14", "model": TUNED, "plans": True,
    },
    "model_gone": {"gone_id": 1, "successor_id": None},
    "refused": {"incident": "abc123"},
    "comparison_over": {"comparison_id": 1},
    "trial_finished": {"trial_id": 1},
    "trial_unserved": {"trial_id": 2},
    "job_overdue": {"job_id": JOB, "status": "running", "since": 1.0},
    "job_stalled": {"job_id": JOB, "step": 4, "since": 1.0, "usual_s": 60.0},
    "job_overfit": {"job_id": JOB, "step": 4, **LOSSES},
    "outage": OUTAGE,
    "outage_over": OUTAGE | {"until": 9.0},
    "restart_started": {"job_id": JOB, "run_id": 2},
    "restart_late": {"job_id": JOB},
    "restart_refused": REFUSED,
    "join_request": {"request_id": 1},
    "join_flood": {"request_id": 1},
    "join_admitted": {},
    "join_denied": {},
    "access_closed": {},
    "invitation": {"invitation_id": 1, "bot": "natasha_bot"},
    "invitation_used": {"invitation_id": 1, "person_id": TESTER},
}  # fmt: skip


@pytest.fixture
async def used(parts: BotParts) -> BotParts:
    """A bot with one of everything: runs, jobs, models, trials, a comparison, people."""
    run = await parts.settled(await parts.confirmed())
    done = job_of(DONE, status="succeeded", fine_tuned_model=TUNED)
    person = await parts.core.people.who(TESTER, name="Анна", telegram_language="ru")

    async def work(tx: Transaction) -> None:
        await parts.jobs.save(tx, job_of(JOB), run_id=run.id, followed_by=None)
        await parts.jobs.save(tx, done, run_id=None, followed_by=ADMIN)
        model = await parts.models.remember(tx, TUNED, system_prompt=PROMPT, job_id=DONE, now=1)
        assert await parts.trial_store.ask(tx, model.id, now=1) == 1
        await parts.core.people.saw(tx, person)
        await JoinRequestStore(parts.database).ask(tx, TESTER, name="Анна (@anna)", now=1)

    await parts.database.write(work)
    parts.trials.wake(1)
    await parts.trials.idle(1)
    await parts.database.write(_silent_trial)
    a, b = await parts.serving.model(TUNED), await parts.serving.model(MODEL)
    asked = await parts.comparisons.start(a, b, n_wanted=10, by=ADMIN, request_id=parts.request())
    await parts.comparisons.stop(asked.comparison.id)
    features = build_features(parts.core)
    (access,) = (each for each in features if isinstance(each, AccessFeature))
    await access.invitations.make(by=ADMIN, request_id=parts.request(), bot="natasha_bot")
    return parts


async def _silent_trial(tx: Transaction) -> None:
    """A second trial, whose model does not answer yet."""
    await tx.execute(
        "INSERT INTO trials (model_id, state, trouble, created_at, waiting_since) "
        "SELECT model_id, 'unserved', :trouble, 1, 1 FROM trials WHERE id = 1",
        {"trouble": json.dumps(["error_model_gone", {"model": TUNED}])},
    )


def test_every_kind_has_its_row():
    assert PAYLOADS.keys() == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_waited_is_told(used: BotParts, kind: str):
    """Also across a restart, from the row that the old bot wrote."""
    await used.database.write(
        lambda tx: tx.execute(
            "INSERT INTO outbox (key, chat_id, kind, payload, floor_id, is_unsure, created_at) "
            "VALUES ('old', :chat_id, :kind, :payload, 0, 0, 1)",
            {"chat_id": ADMIN, "kind": kind, "payload": json.dumps(PAYLOADS[kind])},
        )
    )
    used.begin()
    found = Registry(build_features(used.core))
    renderer = Renderer(core=used.core, renders=found.notifications, starters=found.starters)
    rows = await used.database.rows("SELECT * FROM outbox WHERE key = 'old'")

    (told,) = [
        await renderer.render(row["kind"], json.loads(row["payload"]), row["chat_id"])
        for row in rows
    ]

    assert told is not None
    assert told.text
