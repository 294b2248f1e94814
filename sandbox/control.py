"""The part of the sandbox's own API for people, chats and groups. See `docs/sandbox.md`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.asking import chat_path, json_body, path_id, query_id, seconds
from sandbox.errors import Refused
from sandbox.membership import make_group
from sandbox.shapes import Json
from sandbox.world import World

_USER_FIELDS = ("first_name", "last_name", "username", "language_code")


class PeopleApi:
    """Who there is, and what a chat shows."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """The routes and their handlers."""
        return [
            Route("/sandbox/bots", self.bots),
            Route("/sandbox/users", self.users),
            Route("/sandbox/roles", self.roles),
            Route("/sandbox/users/{user_id}", self.put_user, methods=["PUT"]),
            Route("/sandbox/bots/{bot_id}/chats/{chat_id}", self.chat),
            Route("/sandbox/groups", self.make_group, methods=["POST"]),
            Route("/sandbox/bots/{bot_id}/updates", self.queue_raw, methods=["POST"]),
            Route("/sandbox/bots/{bot_id}/updates/age", self.age_updates, methods=["POST"]),
        ]

    async def bots(self, request: Request) -> Response:
        """The bots that have made a call."""
        return JSONResponse([bot.as_listed for bot in self._world.bots.values() if bot.has_called])

    async def users(self, request: Request) -> Response:
        """All people."""
        return JSONResponse(list(self._world.users.values()))

    async def roles(self, request: Request) -> Response:
        """The roles from `--user`."""
        return JSONResponse(self._world.roles)

    async def put_user(self, request: Request) -> Response:
        """Create or change a person."""
        user_id, body = path_id(request, "user_id"), await json_body(request)
        if user_id <= 0:
            raise Refused(400, "a person's id is positive")
        user: Json = {"id": user_id, "is_bot": False}
        for field in _USER_FIELDS:
            if (value := body.get(field)) is not None:
                if not isinstance(value, str):
                    raise Refused(400, f"{field} must be a string")
                user[field] = value
        if not user.get("first_name"):
            raise Refused(400, "first_name is missing")
        return JSONResponse(self._world.put_user(user))

    async def chat(self, request: Request) -> Response:
        """A chat as its person sees it; waits for a new event if the query says so."""
        bot, chat = self._world.chat(*chat_path(request))
        if (after := query_id(request, "after")) is not None:
            wait_s = seconds(request.query_params.get("wait", "0"))
            await self._world.events.wait(after, bot_id=bot.id, chat_id=chat.id, timeout_s=wait_s)
        language = self._world.users.get(chat.id, {}).get("language_code", "")[:2]
        return JSONResponse(
            {
                "messages": list(chat.messages.values()),
                "action": chat.action,
                "commands": bot.menus.seen_by(chat.id, chat.id, language),
                "description": bot.told("description", language),
                "blocked": chat.is_blocked,
                "rings": chat.rings,
                "reactions": {message_id: chat.shown(message_id) for message_id in chat.reactions},
                "topics": chat.topics,
                "last_event": self._world.events.last,
            }
        )

    async def make_group(self, request: Request) -> Response:
        """A person adds a bot to a group."""
        body = await json_body(request)
        for field in ("id", "member_id", "bot_id"):
            if not isinstance(body.get(field), int):
                raise Refused(400, f"{field} must be a whole number")
        if body["id"] >= 0:
            raise Refused(400, "a group's id is negative")
        view = {"id": body["id"], "type": "group", "title": str(body.get("title") or "Group")}
        return JSONResponse(make_group(self._world, body["bot_id"], view, body["member_id"]))

    async def queue_raw(self, request: Request) -> Response:
        """Queue any update, for tests."""
        body = await json_body(request)
        if "update_id" in body:
            raise Refused(400, "the sandbox gives update_id itself")
        bot = self._world.bot(path_id(request, "bot_id"))
        return JSONResponse({"update_id": bot.updates.put_raw(body)})

    async def age_updates(self, request: Request) -> Response:
        """Let what waits for a bot be older, for tests."""
        seconds = (await json_body(request)).get("seconds")
        if not isinstance(seconds, int) or seconds < 0:
            raise Refused(400, "seconds must be a whole number from 0 on")
        self._world.bot(path_id(request, "bot_id")).updates.age(seconds)
        return JSONResponse({})
