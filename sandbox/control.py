"""The part of the sandbox's own API for people's actions. `docs/sandbox.md` describes it."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.asking import chat_path, json_body, path_id, query_id, seconds, whole_number
from sandbox.errors import Refused
from sandbox.people import People
from sandbox.shapes import Json
from sandbox.world import World

_USER_FIELDS = ("first_name", "last_name", "username", "language_code")
_CHAT = "/sandbox/bots/{bot_id}/chats/{chat_id}"


class PeopleApi:
    """People, chats, and a person's actions in a chat."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)

    def routes(self) -> list[BaseRoute]:
        """The routes and their handlers."""
        return [
            Route("/sandbox/bots", self.bots),
            Route("/sandbox/users", self.users),
            Route("/sandbox/roles", self.roles),
            Route("/sandbox/users/{user_id}", self.put_user, methods=["PUT"]),
            Route(_CHAT, self.chat),
            Route(f"{_CHAT}/messages", self.write, methods=["POST"]),
            Route(f"{_CHAT}/documents", self.send_file, methods=["POST"]),
            Route(f"{_CHAT}/messages/{{message_id}}", self.edit, methods=["PATCH"]),
            Route(f"{_CHAT}/messages/{{message_id}}/press", self.press, methods=["POST"]),
            Route(f"{_CHAT}/block", self.block, methods=["POST"]),
            Route("/sandbox/groups", self.make_group, methods=["POST"]),
            Route("/sandbox/bots/{bot_id}/updates", self.queue_raw, methods=["POST"]),
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
        user = self._world.users.get(chat.id, {})
        return JSONResponse(
            {
                "messages": list(chat.messages.values()),
                "action": chat.action,
                "commands": bot.menus.seen_by(chat.id, chat.id, user.get("language_code", "")[:2]),
                "blocked": chat.is_blocked,
                "last_event": self._world.events.last,
            }
        )

    async def write(self, request: Request) -> Response:
        """A person writes."""
        body = await json_body(request)
        message = self._people.write(
            *chat_path(request),
            text=body.get("text"),
            reply_to=body.get("reply_to_message_id"),
            by=body.get("from_id"),
        )
        return JSONResponse(message)

    async def send_file(self, request: Request) -> Response:
        """A person sends a document."""
        bot_id, chat_id = chat_path(request)
        async with request.form() as form:
            upload, caption = form.get("file"), form.get("caption")
            if not isinstance(upload, UploadFile):
                raise Refused(400, "file is missing")
            self._world.chat(bot_id, chat_id)
            name, content = upload.filename or "file", await upload.read()
            reply_to = form.get("reply_to_message_id")
        file = self._world.files.add(name, content, upload.content_type)
        message = self._people.send_file(
            bot_id,
            chat_id,
            file,
            caption=str(caption or ""),
            reply_to=whole_number(str(reply_to), "reply_to_message_id") if reply_to else None,
        )
        return JSONResponse(message)

    async def edit(self, request: Request) -> Response:
        """A person edits one of their messages."""
        body = await json_body(request)
        message_id = path_id(request, "message_id")
        return JSONResponse(self._people.edit(*chat_path(request), message_id, body.get("text")))

    async def press(self, request: Request) -> Response:
        """A person presses a button."""
        body = await json_body(request)
        query_id = self._people.press(
            *chat_path(request),
            path_id(request, "message_id"),
            data=body.get("data"),
            by=body.get("from_id"),
        )
        return JSONResponse({"callback_query_id": query_id})

    async def block(self, request: Request) -> Response:
        """A person blocks or unblocks the bot."""
        blocked = (await json_body(request)).get("blocked")
        if not isinstance(blocked, bool):
            raise Refused(400, "blocked must be true or false")
        self._people.block(*chat_path(request), blocked=blocked)
        return JSONResponse({})

    async def make_group(self, request: Request) -> Response:
        """A person adds a bot to a group."""
        body = await json_body(request)
        for field in ("id", "member_id", "bot_id"):
            if not isinstance(body.get(field), int):
                raise Refused(400, f"{field} must be a whole number")
        if body["id"] >= 0:
            raise Refused(400, "a group's id is negative")
        view = {"id": body["id"], "type": "group", "title": str(body.get("title") or "Group")}
        return JSONResponse(self._people.make_group(body["bot_id"], view, body["member_id"]))

    async def queue_raw(self, request: Request) -> Response:
        """Queue any update, for tests."""
        body = await json_body(request)
        if "update_id" in body:
            raise Refused(400, "the sandbox gives update_id itself")
        bot = self._world.bot(path_id(request, "bot_id"))
        return JSONResponse({"update_id": bot.updates.put_raw(body)})
