"""What people are told about access."""

from bot.delivery.notifications import NotificationKind


class AccessKind(NotificationKind):
    """The values are stored in outboxes."""

    REQUEST = "join_request"
    FLOOD = "join_flood"
    """So many ask that admins are not told about each."""
    ADMITTED = "join_admitted"
    DENIED = "join_denied"
    CLOSED = "access_closed"
    INVITATION = "invitation"
    INVITATION_USED = "invitation_used"
