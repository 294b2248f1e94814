"""Names that are stored where no migration reaches: buttons under sent messages.

A button keeps its data for as long as its message stands in a chat. So a name that was ever sent
is read for ever: here as the name that the feature uses today.
"""

from typing import Final

PRESSES: Final[dict[str, str]] = {
    "talk:stop": "chat:stop",
    "talk:again": "chat:again",
    "talk:repeat": "chat:repeat",
    "talk:below": "chat:below",
    "talk:anew": "chat:anew",
    "talk:up": "ratings:up",
    "talk:down": "ratings:down",
    "talk:unrate": "ratings:unrate",
    "why:off_topic": "ratings:why_off_topic",
    "why:too_general": "ratings:why_too_general",
    "why:not_her_voice": "ratings:why_not_her_voice",
    "why:untrue": "ratings:why_untrue",
    "why:other": "ratings:why_other",
    "fix:write": "ratings:correction_write",
    "fix:leave": "ratings:correction_leave",
    "fix:drop": "ratings:correction_drop",
    "quality:list": "ratings:list",
    "quality:bad": "ratings:bad",
    "door:ask": "access:ask",
    "person:list": "access:list",
    "person:outside": "access:outside",
    "person:show": "access:show",
    "person:models": "access:models",
    "person:limit": "access:limit",
    "person:remove": "access:remove",
    "person:removed": "access:removed",
    "person:admit": "access:admit",
    "person:block": "access:block",
    "person:unblock": "access:unblock",
    "join:admit": "access:request_admit",
    "join:deny": "access:request_deny",
    "invite:make": "access:invitation_make",
    "invite:list": "access:invitation_list",
    "invite:withdraw": "access:invitation_withdraw",
    "language:set": "welcome:language",
    "job:status": "jobs:status",
    "job:list": "jobs:list",
    "job:open": "jobs:open",
    "job:refresh": "jobs:refresh",
    "job:chart": "jobs:chart",
    "job:events": "jobs:events",
    "job:log": "jobs:log",
    "job:pause": "jobs:pause",
    "job:resume": "jobs:resume",
    "job:ask": "jobs:ask",
    "job:cancel": "jobs:cancel",
    "job:keep": "jobs:keep",
    "alarm:restart": "alarms:restart",
    "alarm:wait": "alarms:wait",
    "train:plan": "training:plan",
    "train:show": "training:show",
    "train:edit": "training:edit",
    "train:set": "training:set",
    "train:start": "training:start",
    "train:drop": "training:drop",
    "train:look": "training:look",
    "train:again": "training:again",
    "train:giveup": "training:giveup",
    "train:remedies": "training:remedies",
    "train:like": "training:like",
    "train:retry": "training:retry",
    "train:anew": "training:anew",
    "train:models": "training:models",
    "train:with": "training:with",
    "dataset:prices": "training:prices",
    "model:list": "models:list",
    "model:retired": "models:retired",
    "model:show": "models:show",
    "model:steps": "models:steps",
    "model:retire": "models:retire",
    "model:restore": "models:restore",
    "model:use": "models:use",
    "model:serve": "models:serve",
    "model:anyway": "models:anyway",
    "model:test": "trials:test",
    "trial:page": "trials:page",
    "trial:turn": "trials:turn",
    "trial:leave": "trials:leave",
    "trial:now": "trials:now",
    "compare:first": "comparison:first",
    "compare:second": "comparison:second",
    "compare:start": "comparison:start",
    "compare:stop": "comparison:stop",
    "compare:result": "comparison:result",
    "compare:longer": "comparison:longer",
    "compare:every": "comparison:every",
    "compare:vote_first": "comparison:vote_first",
    "compare:vote_second": "comparison:vote_second",
    "compare:vote_same": "comparison:vote_same",
}
"""The `feature:action` of a button that was sent once -> what it is called today."""


def current(data: str) -> str:
    """A button's data under today's name.

    >>> current("dataset:use:3")
    'dataset:use:3'
    """
    name = name_of(data)
    return PRESSES.get(name, name) + data.removeprefix(name)


def name_of(data: str) -> str:
    """The `feature:action` of a button's data, as it was sent."""
    return ":".join(data.split(":")[:2])
