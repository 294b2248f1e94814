"""News about who comes in, put into words when they leave."""

from collections.abc import Awaitable, Callable
from typing import Final

from bot.access import admission_views as views
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import Services
from bot.texts import Texts
from bot.welcome import views as door

Render = Callable[[Services, Texts, JsonDict, int], Awaitable[Screen | None]]
"""(services, language, payload, who gets it) -> the screen, or None: nothing to tell any more."""


async def _request(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
    asked = await services.admission.requests.get(payload["request_id"])
    return views.request(texts, asked) if asked else None


async def _flood(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen:
    return views.flood(texts)


async def _welcome(services: Services, texts: Texts, payload: JsonDict, person_id: int) -> Screen:
    person = await services.people.named(person_id)
    is_ready = await services.serving.current() is not None
    return door.start_tester(texts, person, is_ready=is_ready)


async def _denied(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen:
    return door.plain(texts, "join_denied")


async def _closed(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen:
    return door.plain(texts, "access_closed")


async def _invitation(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
    made = await services.invitations.get(payload["invitation_id"])
    if made is None:
        return None
    return views.invitation(texts, made, services.invitations.link(made, bot=payload["bot"]))


async def _invited(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen:
    person = await services.people.named(payload["person_id"])
    return views.invited(texts, person, payload["invitation_id"])


KINDS: Final[dict[str, Render]] = {
    "join_request": _request,
    "join_flood": _flood,
    "join_admitted": _welcome,
    "join_denied": _denied,
    "access_closed": _closed,
    "invitation": _invitation,
    "invitation_used": _invited,
}
"""How each kind reads."""
