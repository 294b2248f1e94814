"""People who talk to a bot through the sandbox, for tests that read like a conversation.

async with People(url, bot_id=77) as people:
    anna = await people.person(5, "Анна")
    await anna.says("/start")
    greeting = await anna.sees("Привет")
    await anna.presses("Начать")
    await anna.sends_document("данные.jsonl", b"...", "проверь")
    report = await anna.downloads(await anna.sees_document("report"))
"""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from bot.delivery.old_names import current

Json = dict[str, Any]
Wanted = str | Callable[[Json], Any]
_LONGEST_WAIT_S = 60.0
"""Shorter than the patience of the client."""
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 320, 200) + b"\x08\x02" + b"\0" * 32
)


class NotSeen(AssertionError):
    """What somebody waited for did not come; the text shows the chat."""


class People:
    """The sandbox's own API, for one bot."""

    def __init__(self, url: str, bot_id: int) -> None:
        self.url = url
        self.bot_id = bot_id
        # Loopback speaks plain http; reading the system's certificates would take 30 ms a client.
        self.http = httpx.AsyncClient(base_url=url, trust_env=False, verify=False, timeout=90)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.http.aclose()

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """One request to the sandbox; its answer decoded, or an error that says why not."""
        response = await self.http.request(method, path, **options)
        if response.is_error:
            raise AssertionError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json()

    async def person(
        self,
        user_id: int,
        first_name: str = "Анна",
        *,
        language_code: str | None = "ru",
        **names: str,
    ) -> "Person":
        """Somebody with a Telegram account."""
        user = {"first_name": first_name, "language_code": language_code, **names}
        await self.request("PUT", f"/sandbox/users/{user_id}", json=user)
        return Person(self, user_id, user_id)

    async def group(self, group_id: int, member: "Person", title: str = "Группа") -> "Person":
        """*member* adds the bot to a new group; returns them as they are there."""
        group = {"id": group_id, "title": title, "member_id": member.id, "bot_id": self.bot_id}
        await self.request("POST", "/sandbox/groups", json=group)
        return Person(self, member.id, group_id)

    async def calls(
        self, method: str | None = None, *, after: int = 0, wait: float = 0
    ) -> list[Json]:
        """Recorded Bot API calls of this bot, oldest first; waits up to *wait* seconds for one."""
        query = {"after": after, "wait": wait} | ({"method": method} if method else {})
        calls = await self.request("GET", "/sandbox/calls", params=query)
        return [call for call in calls if call["bot_id"] == self.bot_id]

    async def fault(self, method: str, kind: str, **details: Any) -> int:
        """Order a fault for this bot's calls; returns its id."""
        order = {"method": method, "kind": kind, "bot_id": self.bot_id, **details}
        fault_id: int = (await self.request("POST", "/sandbox/faults", json=order))["id"]
        return fault_id

    async def no_faults(self) -> None:
        """Forget all faults."""
        await self.request("DELETE", "/sandbox/faults")

    async def network(self, **weather: Any) -> None:
        """Make the network between this bot and Telegram bad; see `docs/sandbox.md`."""
        await self.request("PUT", "/sandbox/network", json={"bot_id": self.bot_id, **weather})

    async def network_seen(self) -> dict[str, int]:
        """How many calls of this bot met the bad network, and what happened to them."""
        for weather in await self.request("GET", "/sandbox/network"):
            if weather.get("bot_id") == self.bot_id:
                return dict(weather["seen"])
        return {}

    async def calm_network(self) -> None:
        """Make the network good again, for all bots."""
        await self.request("DELETE", "/sandbox/network")

    async def raw_update(self, update: Json) -> int:
        """Queue an update of any shape; returns its update_id."""
        path = f"/sandbox/bots/{self.bot_id}/updates"
        update_id: int = (await self.request("POST", path, json=update))["update_id"]
        return update_id

    async def wrote_long_ago(self, seconds: int) -> None:
        """All messages that wait for the bot were written so many seconds earlier."""
        path = f"/sandbox/bots/{self.bot_id}/updates/age"
        await self.request("POST", path, json={"seconds": seconds})


@dataclass(frozen=True)
class Person:
    """One person in one chat with the bot: their private one, or a group."""

    people: People
    id: int
    chat_id: int

    async def says(self, text: str, *, reply_to: int | None = None, **details: Any) -> Json:
        """Write to the bot; returns the Message, of a text that the app cuts the last part.

        *details*: `quote` of the message that is replied to, `message_thread_id`, `app`.
        """
        written = {"text": text, "reply_to_message_id": reply_to, "from_id": self.id}
        return await self._post("messages", written | details)

    async def says_rich(self, *paragraphs: Any, **details: Any) -> Json:
        """Send formatted text that has no `text`: each paragraph is a RichText."""
        blocks = [{"type": "paragraph", "text": each} for each in paragraphs]
        rich = {"rich_message": {"blocks": blocks}, "from_id": self.id}
        return await self._post("messages", rich | details)

    async def sends(
        self, kind: str, *files: tuple[str, bytes], reply_to: int | None = None, **details: Any
    ) -> list[Json]:
        """Send a "photo", "voice", "sticker" or "document"; several files are an album.

        Without files the sandbox sends one of its own. *details*: `caption`, `quote`, `emoji`,
        `duration`, `message_thread_id`. Returns the Messages.
        """
        fields = {"kind": kind, "reply_to_message_id": reply_to, "from_id": self.id, **details}
        sent: list[Json] = await self.people.request(
            "POST",
            f"{self._path}/media",
            # Names beside the files, so that httpx always sends a multipart form.
            files=[("file", each) for each in files] or [("nothing", (None, b""))],
            data={name: str(value) for name, value in fields.items() if value is not None},
        )
        return sent

    async def forwards(self, *message_ids: int, **details: Any) -> list[Json]:
        """Forward messages of this chat, or `text` from elsewhere; returns the Messages.

        *details*: `comment`, which comes first; `text` or `rich_message` with their `origin`;
        `from_chat_id` of another chat of the bot.
        """
        forward = {"from_id": self.id} | ({"message_ids": message_ids} if message_ids else {})
        sent: list[Json] = await self.people.request(
            "POST", f"{self._path}/forwards", json=forward | details
        )
        return sent

    async def reacts(self, message_id: int, *emoji: str) -> None:
        """React to a message; without emoji, take the reaction back."""
        reaction = {"emoji": emoji, "from_id": self.id}
        await self._post(f"messages/{message_id}/reactions", reaction)

    async def votes(self, message_id: int, *option_ids: int) -> None:
        """Vote in a poll; without options, take the vote back."""
        vote = {"option_ids": option_ids, "from_id": self.id}
        await self._post(f"messages/{message_id}/vote", vote)

    async def opens_topic(self, name: str) -> int:
        """Begin a topic; returns its `message_thread_id`."""
        return int((await self._post("topics", {"name": name}))["message_thread_id"])

    async def deletes(self, message_id: int) -> None:
        """Delete a message, for both sides."""
        await self.people.request("DELETE", f"{self._path}/messages/{message_id}")

    async def sends_document(
        self,
        name: str,
        content: bytes | Path,
        caption: str | None = None,
        *,
        reply_to: int | None = None,
    ) -> Json:
        """Send a file, or the bytes of one, under a name; returns the Message."""
        fields = {"caption": caption, "reply_to_message_id": reply_to}
        message: Json = await self.people.request(
            "POST",
            f"{self._path}/documents",
            files={"file": (name, content.read_bytes() if isinstance(content, Path) else content)},
            data={name: str(value) for name, value in fields.items() if value},
        )
        return message

    async def sees_document(
        self, name: str = "", *, timeout: float = 60, after: int = 0, caption: str = ""
    ) -> Json:
        """Wait for a document of the bot whose name and caption have these in them."""

        def is_wanted(message: Json) -> bool:
            shown = message.get("document", {}).get("file_name")
            return shown is not None and name in shown and caption in words(message)

        what = f"a document {name!r} {caption!r}"
        return await self.sees(is_wanted, timeout=timeout, after=after, what=what)

    async def downloads(self, message: Json) -> bytes:
        """The content of the document or the photo in a message."""
        file = message["document"] if "document" in message else message["photo"][-1]
        response = await self.people.http.get(f"/sandbox/files/{file['file_id']}")
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.content

    async def edits(self, message_id: int, text: str) -> Json:
        """Edit a message of theirs; returns the Message."""
        message: Json = await self.people.request(
            "PATCH", f"{self._path}/messages/{message_id}", json={"text": text}
        )
        return message

    async def presses(
        self, button: str, message: Json | None = None, *, timeout: float = 60
    ) -> str:
        """Press a button by its text or its data, of *message* or of the newest that has it.

        Waits until it is there. Returns the callback query's id.
        """
        found, data = await self._button(button, message, timeout)
        press = {"data": data, "from_id": self.id}
        answer = await self._post(f"messages/{found['message_id']}/press", press)
        return str(answer["callback_query_id"])

    async def taps_twice(
        self, button: str, message: Json | None = None, *, timeout: float = 60
    ) -> tuple[str, str]:
        """The same with a double tap: the bot may take the button away between the two."""
        found, data = await self._button(button, message, timeout)
        first, second = await asyncio.gather(*(self.presses_gone(data, found) for _ in range(2)))
        return first, second

    async def _button(self, button: str, message: Json | None, timeout: float) -> tuple[Json, str]:
        def has_button(candidate: Json) -> bool:
            is_meant = message is None or candidate["message_id"] == message["message_id"]
            return is_meant and button_data(candidate, button) is not None

        found = await self.sees(has_button, timeout=timeout, what=f"a button {button!r}")
        return found, str(button_data(found, button))

    async def presses_gone(self, data: str, message: Json) -> str:
        """Press a button that the app still shows, though the bot took it away; returns the id."""
        press = {"data": data, "from_id": self.id, "is_late": True}
        answer = await self._post(f"messages/{message['message_id']}/press", press)
        return str(answer["callback_query_id"])

    async def is_told(self, text: str, query_id: str = "", *, timeout: float = 60) -> Json:
        """Wait until a press is answered with that text, above the chat; returns the answer.

        *query_id*: of the press that counts; empty: any.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        after, answers = 0, list[Json]()
        while (wait := deadline - asyncio.get_running_loop().time()) > 0:
            for call in await self.people.calls(
                "answerCallbackQuery", after=after, wait=min(wait, _LONGEST_WAIT_S)
            ):
                after = call["n"]
                answer: Json = call["params"]
                answers.append(answer)
                is_it = query_id in ("", answer["callback_query_id"])
                if is_it and text in (answer.get("text") or ""):
                    return answer
        raise NotSeen(f"{text!r} was not said above the chat in {timeout} s: {answers}")

    async def blocks(self) -> None:
        """Block the bot."""
        await self._post("block", {"blocked": True})

    async def unblocks(self) -> None:
        """Let the bot back."""
        await self._post("block", {"blocked": False})

    async def view(self) -> Json:
        """The chat as the person sees it: messages, action, commands, blocked."""
        view: Json = await self.people.request("GET", self._path)
        return view

    async def chat(self) -> list[Json]:
        """The messages of the chat, oldest first."""
        messages: list[Json] = (await self.view())["messages"]
        return messages

    async def sees(
        self, wanted: Wanted, *, timeout: float = 60, after: int = 0, what: str | None = None
    ) -> Json:
        """Wait for a message of the bot, new or edited, and return the newest such one.

        Args:
            wanted: A part of its text or caption, or a function that knows it.
            timeout: Seconds to wait.
            after: Only messages with a greater message_id count.
            what: How to call it when it does not come.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        query: dict[str, float] = {}
        while True:
            view: Json = await self.people.request("GET", self._path, params=query)
            messages: list[Json] = view["messages"]
            for message in reversed(messages):
                is_bots = message["from"]["is_bot"] and message["message_id"] > after
                if is_bots and _is_wanted(message, wanted):
                    return message
            if clock() > deadline:
                raise NotSeen(f"{what or wanted!r} was not seen in {timeout} s:\n{log(messages)}")
            # The sandbox answers as soon as something has happened in this chat.
            wait_s = min(_LONGEST_WAIT_S, max(0.0, deadline - clock()))
            query = {"after": view["last_event"], "wait": wait_s}

    @property
    def _path(self) -> str:
        return f"/sandbox/bots/{self.people.bot_id}/chats/{self.chat_id}"

    async def _post(self, what: str, body: Json) -> Json:
        answer: Json = await self.people.request("POST", f"{self._path}/{what}", json=body)
        return answer


def button_data(message: Json, button: str) -> str | None:
    """The data of a message's button with this text or this data.

    A test may name the data as it was when the test was written: an old name is read as the bot
    itself reads it in old messages.
    """
    button = current(button)
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        for each in row:
            if "callback_data" in each and button in (each["text"], each["callback_data"]):
                return str(each["callback_data"])
    return None


def words(message: Json) -> str:
    """The text or caption of a message."""
    return str(message.get("text") or message.get("caption") or "")


def log(messages: list[Json]) -> str:
    """A chat to be read in a terminal."""
    return "\n".join(map(_line, messages)) or "(the chat is empty)"


def _line(message: Json) -> str:
    who = message["from"]["first_name"]
    edited = " (edited)" if "edit_date" in message else ""
    file = f" [{message['document'].get('file_name')}]" if "document" in message else ""
    picture = " [photo]" if "photo" in message else ""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = "".join(f"\n       [{' | '.join(each['text'] for each in row)}]" for row in rows)
    return f"{message['message_id']:>4} {who}{edited}:{file}{picture} {words(message)}{buttons}"


def _is_wanted(message: Json, wanted: Wanted) -> bool:
    return wanted in words(message) if isinstance(wanted, str) else bool(wanted(message))
