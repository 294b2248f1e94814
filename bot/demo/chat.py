"""A person's chat with the bot, through the sandbox's own API (docs/sandbox.md)."""

import asyncio
from collections.abc import Callable

import httpx

from bot.demo.processes import TourFailed
from bot.demo.transcript import Transcript, button
from bot.domain import JsonDict

PATIENCE_S = 30.0
_PAUSE_S = 0.05
"""Messages that come within it are shown together, in the order of the chat."""

Fits = Callable[[JsonDict], object]


class DemoChat:
    """One person's private chat with the bot."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        bot_id: int,
        person_id: int,
        transcript: Transcript,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._http = http
        self._patience_s = patience_s
        self._path = f"/sandbox/bots/{bot_id}/chats/{person_id}"
        self._transcript = transcript

    async def says(self, text: str) -> int:
        """Write to the bot; returns the message's id."""
        self._transcript.says(text)
        message = await self._request("POST", "/messages", json={"text": text})
        message_id: int = message["message_id"]
        return message_id

    async def presses(self, message: JsonDict, data: str) -> None:
        """Press the button of *message* whose data begins with *data*."""
        found = button(message, data)
        assert found is not None
        self._transcript.presses(found["text"])
        path = f"/messages/{message['message_id']}/press"
        await self._request("POST", path, json={"data": found["callback_data"]})

    async def waits(
        self, wanted: str, fits: Fits, *, after: int = 0, patience_s: float | None = None
    ) -> JsonDict:
        """Watch the chat until a message of the bot with an id above *after* fits; return it.

        Of several it is the newest. *wanted* names it in Russian, for the error. *patience_s* is
        for this message alone; None: the chat's own.

        Raises:
            TourFailed: it did not come in time.
        """
        clock = asyncio.get_running_loop().time
        patience_s = patience_s or self._patience_s
        deadline = clock() + patience_s
        view = await self._request("GET", "")
        while True:
            self._transcript.show(view)
            for message in reversed(view["messages"]):
                is_bots = message["from"]["is_bot"] and message["message_id"] > after
                if is_bots and fits(message):
                    found: JsonDict = message
                    return found
            if clock() > deadline:
                raise TourFailed(f"Не дождались: {wanted} (ждали {patience_s:.0f} с).")
            wait_s = min(PATIENCE_S, max(0.0, deadline - clock()))
            query = {"after": view["last_event"], "wait": wait_s}
            await self._request("GET", "", params=query)
            await asyncio.sleep(_PAUSE_S)
            view = await self._request("GET", "")

    async def _request(self, method: str, path: str, **options: object) -> JsonDict:
        response = await self._http.request(method, self._path + path, **options)  # type: ignore[arg-type]
        if response.is_error:
            raise TourFailed(f"Песочница отказала: {response.status_code} {response.text[:200]}")
        answer: JsonDict = response.json()
        return answer
