"""The part of the sandbox's own API for what people do in a chat. See `docs/sandbox.md`."""

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import membership
from sandbox.asking import chat_path, json_body, path_id, whole_number
from sandbox.errors import Refused
from sandbox.gestures import Gestures
from sandbox.manners import Manner, manner_of
from sandbox.people import People
from sandbox.sent_files import sent_file
from sandbox.shapes import Json
from sandbox.world import World

_CHAT = "/sandbox/bots/{bot_id}/chats/{chat_id}"
_MESSAGE = _CHAT + "/messages/{message_id}"
_NUMBERS = ("reply_to_message_id", "message_thread_id", "from_id", "duration")


class ActingApi:
    """A person's actions in a chat."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)
        self._gestures = Gestures(world)

    def routes(self) -> list[BaseRoute]:
        """The routes and their handlers."""
        return [
            Route(f"{_CHAT}/messages", self.write, methods=["POST"]),
            Route(f"{_CHAT}/documents", self.send_document, methods=["POST"]),
            Route(f"{_CHAT}/media", self.send_media, methods=["POST"]),
            Route(f"{_CHAT}/forwards", self.forward, methods=["POST"]),
            Route(f"{_CHAT}/topics", self.open_topic, methods=["POST"]),
            Route(_MESSAGE, self.edit, methods=["PATCH"]),
            Route(_MESSAGE, self.delete, methods=["DELETE"]),
            Route(f"{_MESSAGE}/press", self.press, methods=["POST"]),
            Route(f"{_MESSAGE}/reactions", self.react, methods=["POST"]),
            Route(f"{_MESSAGE}/vote", self.vote, methods=["POST"]),
            Route(f"{_CHAT}/block", self.block, methods=["POST"]),
        ]

    async def write(self, request: Request) -> Response:
        """A person writes; of a text that the app cut in parts, the answer is the last one."""
        body = await json_body(request)
        sent = self._people.write(*chat_path(request), body, manner_of(body))
        return JSONResponse(sent[-1])

    async def send_document(self, request: Request) -> Response:
        """A person sends one document."""
        return JSONResponse((await self._sent_media(request, "document"))[0])

    async def send_media(self, request: Request) -> Response:
        """A person sends files of a kind: photos, a voice message, a sticker, documents."""
        return JSONResponse(await self._sent_media(request, None))

    async def forward(self, request: Request) -> Response:
        """A person forwards messages."""
        body = await json_body(request)
        return JSONResponse(self._people.forward(*chat_path(request), body, manner_of(body)))

    async def open_topic(self, request: Request) -> Response:
        """A person begins a topic."""
        name = (await json_body(request)).get("name")
        return JSONResponse(self._people.open_topic(*chat_path(request), name))

    async def edit(self, request: Request) -> Response:
        """A person edits one of their messages."""
        text = (await json_body(request)).get("text")
        return JSONResponse(self._gestures.edit(*_message_path(request), text))

    async def delete(self, request: Request) -> Response:
        """A person deletes a message."""
        self._gestures.delete(*_message_path(request))
        return JSONResponse({})

    async def press(self, request: Request) -> Response:
        """A person presses a button."""
        body = await json_body(request)
        query_id = self._gestures.press(
            *_message_path(request),
            data=body.get("data"),
            by=manner_of(body).by,
            is_late=body.get("is_late") is True,
        )
        return JSONResponse({"callback_query_id": query_id})

    async def react(self, request: Request) -> Response:
        """A person reacts to a message."""
        body = await json_body(request)
        self._gestures.react(
            *_message_path(request), emoji=body.get("emoji"), by=manner_of(body).by
        )
        return JSONResponse({})

    async def vote(self, request: Request) -> Response:
        """A person votes in a poll."""
        body = await json_body(request)
        poll = self._gestures.vote(
            *_message_path(request), options=body.get("option_ids"), by=manner_of(body).by
        )
        return JSONResponse(poll)

    async def block(self, request: Request) -> Response:
        """A person blocks or unblocks the bot."""
        blocked = (await json_body(request)).get("blocked")
        if not isinstance(blocked, bool):
            raise Refused(400, "blocked must be true or false")
        membership.block(self._world, *chat_path(request), blocked=blocked)
        return JSONResponse({})

    async def _sent_media(self, request: Request, kind: str | None) -> list[Json]:
        bot_id, chat_id = chat_path(request)
        self._world.chat(bot_id, chat_id)
        async with request.form() as form:
            kind = kind or str(form.get("kind"))
            uploads = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
            contents = [(each.filename, await each.read(), each.content_type) for each in uploads]
            fields, manner = _fields(form), _manner(form)
        files = [
            sent_file(self._world.files, kind, fields if number == 0 else {}, content)
            for number, content in enumerate(contents or [None])
        ]
        return self._people.send_files(bot_id, chat_id, files, manner)


def _message_path(request: Request) -> tuple[int, int, int]:
    return (*chat_path(request), path_id(request, "message_id"))


def _fields(form: FormData) -> Json:
    """The fields of a form that are no files, numbers as numbers; without the empty ones."""
    fields: Json = {key: value for key, value in form.items() if isinstance(value, str) and value}
    numbers = {name: whole_number(fields[name], name) for name in _NUMBERS if name in fields}
    return fields | numbers


def _manner(form: FormData) -> Manner:
    return manner_of(_fields(form))
