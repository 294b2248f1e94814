"""What was stored or sent before the features got their folders works on.

The names below are those of that time, word for word. They are never to be changed.
"""

import pytest

from bot.delivery.old_names import FEATURES, PRESSES, current, name_of
from bot.delivery.routing import Lane
from bot.edge.buttons import parse
from tests.composition import registry

REGISTRY = registry()

BUTTONS = [
    "talk:stop",
    "talk:again",
    "talk:repeat",
    "talk:below",
    "talk:anew",
    "talk:up",
    "talk:down",
    "talk:unrate",
    "why:off_topic",
    "why:too_general",
    "why:not_her_voice",
    "why:untrue",
    "why:other",
    "fix:write",
    "fix:leave",
    "fix:drop",
    "quality:list",
    "quality:bad",
    "language:set",
    "door:ask",
    "privacy:get",
    "privacy:forget",
    "privacy:forgotten",
    "privacy:keep",
    "person:list",
    "person:outside",
    "person:show",
    "person:models",
    "person:limit",
    "person:remove",
    "person:removed",
    "person:admit",
    "person:block",
    "person:unblock",
    "join:admit",
    "join:deny",
    "invite:make",
    "invite:list",
    "invite:withdraw",
    "dataset:validate",
    "dataset:list",
    "dataset:version",
    "dataset:report",
    "dataset:use",
    "dataset:get",
    "dataset:delete",
    "dataset:deleted",
    "dataset:repair",
    "dataset:mend",
    "dataset:split",
    "dataset:part",
    "dataset:pair",
    "dataset:unpair",
    "dataset:prices",
    "export:start",
    "export:sft",
    "export:dpo",
    "export:all",
    "export:files",
    "train:plan",
    "train:show",
    "train:edit",
    "train:set",
    "train:start",
    "train:drop",
    "train:look",
    "train:again",
    "train:giveup",
    "train:remedies",
    "train:like",
    "train:retry",
    "train:anew",
    "train:models",
    "train:with",
    "job:status",
    "job:list",
    "job:open",
    "job:refresh",
    "job:chart",
    "job:events",
    "job:log",
    "job:pause",
    "job:resume",
    "job:ask",
    "job:cancel",
    "job:keep",
    "alarm:restart",
    "alarm:wait",
    "model:list",
    "model:retired",
    "model:show",
    "model:steps",
    "model:retire",
    "model:restore",
    "model:use",
    "model:serve",
    "model:anyway",
    "model:test",
    "trial:page",
    "trial:turn",
    "trial:leave",
    "trial:now",
    "compare:first",
    "compare:second",
    "compare:start",
    "compare:stop",
    "compare:result",
    "compare:longer",
    "compare:every",
    "compare:vote_first",
    "compare:vote_second",
    "compare:vote_same",
]

OF_ADMINS = [
    "quality:list",
    "quality:bad",
    "person:limit",
    "join:admit",
    "invite:make",
    "dataset:prices",
    "export:sft",
    "train:start",
    "job:cancel",
    "alarm:restart",
    "model:use",
    "model:test",
    "trial:leave",
    "compare:start",
]

TALK = [
    "talk:again",
    "talk:repeat",
    "talk:below",
    "talk:anew",
    "fix:write",
    "fix:leave",
    "fix:drop",
    "compare:vote_first",
    "compare:vote_second",
    "compare:vote_same",
]

KINDS = [
    "card",
    "job_finished",
    "job_never_named",
    "run_refused",
    "run_uncertain",
    "run_unlisted",
    "model_ending",
    "model_gone",
    "refused",
    "comparison_over",
    "trial_finished",
    "trial_unserved",
    "job_overdue",
    "job_stalled",
    "job_overfit",
    "outage",
    "outage_over",
    "restart_started",
    "restart_late",
    "restart_refused",
    "join_request",
    "join_flood",
    "join_admitted",
    "join_denied",
    "access_closed",
    "invitation",
    "invitation_used",
]


@pytest.mark.parametrize("name", BUTTONS)
def test_an_old_button_finds_its_handler(name: str):
    press = parse(f"{name}:12-3")

    assert press.name in REGISTRY.presses
    assert press.id == "12-3"


@pytest.mark.parametrize("name", OF_ADMINS)
def test_an_old_button_is_still_for_whom_it_was(name: str):
    admins = {press for each in REGISTRY.features for press in each.admin_presses}

    assert current(name) in admins


@pytest.mark.parametrize("name", BUTTONS)
def test_an_old_button_keeps_its_lane(name: str):
    lane = Lane.STOP if name == "talk:stop" else Lane.TALK if name in TALK else Lane.OTHER

    assert REGISTRY.lanes.get(name_of(current(f"{name}:7")), Lane.OTHER) == lane


def test_no_name_of_today_means_something_else_than_before():
    """An old name that a feature gives to another button would press the wrong one."""
    assert [name for name in REGISTRY.presses if current(name) != name] == []
    assert set(PRESSES.values()) <= REGISTRY.presses.keys()
    assert set(FEATURES.values()) <= {feature.name for feature in REGISTRY.features}


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_kind_is_put_into_words(kind: str):
    assert kind in REGISTRY.notifications


@pytest.mark.parametrize(
    "data", ["", "dataset", "Сравнить ответы", "a:b", "a:b:c:d", "dataset:use:3"]
)
def test_other_data_stays_as_it_is(data: str):
    assert current(data) == data
