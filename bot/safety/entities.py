"""The nouns of danger: what kind it is and how soon help is needed."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.delivery.notifications import NotificationKind


class DangerKind(StrEnum):
    """What a person may be in danger of."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    OVERDOSE = "overdose"
    VIOLENCE = "violence"
    CHILD = "child"
    OTHERS = "others"
    MEDICAL = "medical"
    PSYCHOSIS = "psychosis"
    STARVING = "starving"
    UNNAMED = "unnamed"
    """Much speaks for danger, and nothing says for which."""


class Grade(IntEnum):
    """How soon help is needed; a higher one is graver."""

    SERIOUS = 1
    """Thoughts, the past, self-harm, eating, worry."""
    ACUTE = 2
    """Now: a plan, means, a farewell, an overdose, violence at this moment, a stroke."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A sign of danger in what a person wrote."""

    kind: DangerKind
    grade: Grade


class SafetyKind(NotificationKind):
    """What admins are told about people in danger."""

    NOTE = "danger_note"
    """Somebody may be in danger: without words or a name, and without a sound."""
    CALL = "danger_call"
    """A person has called for the people of the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A message whose writer may be in danger; or a further answer to such a message."""

    request_id: int
    """The update with the message, or with the request for a further answer."""
    person_id: int
    chat_id: int
    message_id: int
    """The person's message, by Telegram's id."""
    danger: Danger
    card_id: int | None
    """The request id of the update that brought its card; None: there was one shortly before."""
    created_at: int
    """Unix time, seconds."""
    called_at: int | None = None
    """When the person called for the people of the team; None: they did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """How careful an answer has to be."""

    mark: Mark | None = None
    """Of the message that is answered; None: its writer is not known to be in danger."""
    lately: Mark | None = None
    """The chat's last mark of the last hour."""

    @property
    def is_about_danger(self) -> bool:
        """Whether it is an answer to a person in danger: nobody rates it."""
        return self.mark is not None

    @property
    def reason(self) -> Mark | None:
        """Why no limit, no comparison and no refusal may stand in the way; None: they may."""
        return self.mark or self.lately


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A person has called for the people of the team."""

    request_id: int
    """The press."""
    person_id: int
    called_at: int
    """Unix time, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerCounts:
    """How many messages of people in danger there were."""

    n_lately: int
    """In the last seven days."""
    n: int
    """In all."""
