"""Old names in buttons under sent messages, which no migration can change.

A button keeps its data for as long as its message exists. So every name that was ever sent has to
be understood for ever. This table translates it to the name that the feature uses today.
"""

from typing import Final

FEATURES: Final = {
    "alarm": "alarms", "compare": "comparison", "job": "jobs", "model": "models",
    "person": "access", "talk": "chat", "train": "training", "trial": "trials",
}  # fmt: skip
"""First words of buttons that were sent earlier -> the features that own them now."""

PRESSES: Final = {
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
    "join:admit": "access:request_admit",
    "join:deny": "access:request_deny",
    "invite:make": "access:invitation_make",
    "invite:list": "access:invitation_list",
    "invite:withdraw": "access:invitation_withdraw",
    "language:set": "welcome:language",
    "dataset:prices": "training:prices",
    "model:test": "trials:test",
}
"""The same for single buttons that belong to another feature or have another action now."""


def current(data: str) -> str:
    """A button's data under today's name.

    >>> current("train:start:3")
    'training:start:3'
    """
    name = name_of(data)
    feature, colon, action = name.partition(":")
    new = PRESSES.get(name, FEATURES.get(feature, feature) + colon + action)
    return new + data.removeprefix(name)


def name_of(data: str) -> str:
    """The `feature:action` of a button's data, as it was sent."""
    return ":".join(data.split(":")[:2])
