"""Who may use the bot: requests to join, invitations, removal."""

from dataclasses import dataclass

from bot.access.admission import Admission
from bot.access.entities import AccessKind
from bot.access.handlers import PeopleHandlers
from bot.access.invitation_handlers import InvitationHandlers
from bot.access.invitation_store import InvitationStore
from bot.access.invitations import Invitations
from bot.access.notifications import AccessNotifications
from bot.access.outside_handlers import OutsideHandlers
from bot.access.request_store import JoinRequestStore, forget_requests
from bot.edge.core import Core
from bot.edge.feature import ANYTHING, Feature
from bot.serving.feature import ServingFeature
from bot.usage.feature import UsageFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFeature(Feature):
    """Others learn from it whom an admin has removed, and which links still work."""

    admission: Admission
    invitations: Invitations


def build(core: Core, *, usage: UsageFeature, serving: ServingFeature) -> AccessFeature:
    """Put access together."""
    admission = Admission(
        database=core.database,
        people=core.people,
        requests=JoinRequestStore(core.database),
        notifications=core.notifications,
    )
    invitations = Invitations(
        database=core.database,
        store=InvitationStore(core.database),
        admission=admission,
        notifications=core.notifications,
        key=core.settings.telegram_bot_token.get_secret_value().encode(),
    )
    people = PeopleHandlers(
        people=core.people,
        accounts=usage.accounts,
        admission=admission,
        catalogue=core.catalogue,
        base_url=core.settings.chat_url,
    )
    links = InvitationHandlers(invitations=invitations, people=core.people)
    outside = OutsideHandlers(admission=admission, invitations=invitations, serving=serving.serving)
    told = AccessNotifications(
        people=core.people,
        requests=admission.requests,
        invitations=invitations,
        serving=serving.serving,
    )
    return AccessFeature(
        name="access",
        admission=admission,
        invitations=invitations,
        admin_commands={"people": people.show_list, "invite": links.make},
        admin_presses={
            "access:list": people.show_list,
            "access:outside": people.show_outside,
            "access:show": people.show,
            "access:models": people.show_models,
            "access:limit": people.set_limit,
            "access:remove": people.ask_remove,
            "access:removed": people.remove,
            "access:admit": people.admit,
            "access:block": people.block,
            "access:unblock": people.block,
            "access:request_admit": people.decide,
            "access:request_deny": people.decide,
            "access:invitation_make": links.make,
            "access:invitation_list": links.show_list,
            "access:invitation_withdraw": links.withdraw,
        },
        presses={"access:ask": outside.is_inside},
        outside={
            "/start": outside.come_in,
            "access:ask": outside.ask_in,
            ANYTHING: outside.show_options,
        },
        notifications={
            AccessKind.REQUEST: told.request,
            AccessKind.FLOOD: told.flood,
            AccessKind.ADMITTED: told.admitted,
            AccessKind.DENIED: told.denied,
            AccessKind.CLOSED: told.closed,
            AccessKind.INVITATION: told.invitation,
            AccessKind.INVITATION_USED: told.invitation_used,
        },
        forgets=forget_requests,
    )
