"""Chat completions, streamed or whole, at any server with OpenAI's API."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace

import httpx2

from bot import errors
from bot.domain.models import AnswerPart, ChatMessage
from bot.gateways.answer_parts import parts_of
from bot.gateways.answer_reader import AnswerReader
from bot.gateways.bodies import TooLong
from bot.gateways.chat_dialects import Dialect, refused_parameter
from bot.gateways.deadlines import PIECE_S, Pace, ends_by
from bot.gateways.library import MakeClient, Server, openai
from bot.gateways.models import has_model
from bot.gateways.openai_client import WHOLE_ANSWER_TIMEOUT
from bot.gateways.openai_errors import ErrorTranslator

logger = logging.getLogger(__name__)

_MOST_TRIES = 2
"""For one answer; each try may take its whole timeout, and a person is waiting."""
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
"""Seconds; if the server asks for a longer pause, the error is raised at once."""


class ChatApi(Server):
    """A server that answers chats, through the openai library.

    What the server does not take is remembered for each model until the process ends, and not
    stored. So is how the model begins its answers. Finding it out again costs one short request per
    restart, and a stored answer could be out of date.

    Args:
        make_client: Makes the library's client, which must not repeat requests.
        secrets: Values that no message may show.
        pause_s: Before another try, in seconds.
        first_s: How long the first piece of an answer may take, in seconds.
    """

    def __init__(
        self,
        make_client: MakeClient,
        *,
        secrets: Collection[str],
        pause_s: float = _PAUSE_S,
        first_s: float = PIECE_S,
    ) -> None:
        super().__init__(make_client)
        self._errors = ErrorTranslator(secrets)
        self._pause_s = pause_s
        self._first_s = first_s
        self._dialects: dict[str, Dialect] = {}

    async def stream(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[AnswerPart, None]:
        """The answer: its words as they come, its `Usage` if the server tells it, its `Ending`.

        The ending is the last part, and there is exactly one if nothing is raised. Reasoning and
        control characters are not words. `TakenBack` says that all words so far were reasoning.
        There may be no words at all: a filter removed them, or reasoning took all the tokens.

        A server that goes away without an end gives the ending `BROKEN_OFF`. An error that it sends
        after some words, and a connection that fails, raise `ProviderUncertain`. If the ending has
        come before that, the answer has it.

        Closing the generator (`contextlib.aclosing`) ends the request.

        Raises:
            ModelUnknown: the server does not have the model, or not yet.
            ContextTooLong: the messages are longer than the model can read.
            ProviderUncertain: there was no answer, or it broke off after some pieces.
            ProviderError: the other leaves. A failure that may be over soon was tried again, if
                no piece had come.
        """
        for tries_left in reversed(range(_MOST_TRIES)):
            has_begun = False
            once = self._once(model, messages, temperature=temperature, max_tokens=max_tokens)
            try:
                async with aclosing(once) as parts:
                    async for part in parts:
                        has_begun = True
                        yield part
                return
            except errors.UserError as exc:
                pause_s = None if has_begun else self._pause_after(exc)
                if pause_s is None or not tries_left:
                    raise
                logger.info("%s did not answer, asking once more: %s", model, exc.said)
                await asyncio.sleep(pause_s)

    async def has_model(self, name: str) -> bool | None:
        """Whether the server has the model; None: it can't say."""
        return await has_model(self._client, name)

    async def _once(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[AnswerPart, None]:
        with self._errors.translated(missing=errors.ModelUnknown(model=model), model=model):
            answer, pace = await self._open(
                model, messages, temperature=temperature, max_tokens=max_tokens
            )
            thinks_first = self._dialect(model).thinks_first
            reader = AnswerReader(max_tokens=max_tokens, thinks_first=thinks_first)
            try:
                async with answer, aclosing(parts_of(answer.response, reader, pace)) as parts:
                    async for part in parts:
                        yield part
            finally:
                if reader.thinks_first != thinks_first:
                    latest = self._dialect(model)  # another chat may have changed it meanwhile
                    self._dialects[model] = replace(latest, thinks_first=reader.thinks_first)

    def _dialect(self, model: str) -> Dialect:
        return self._dialects.get(model, Dialect())

    def _pause_after(self, error: errors.UserError) -> float | None:
        """Seconds until the next try; None: it would be useless, or the wait too long."""
        cause = error.__cause__
        if isinstance(cause, openai.APITimeoutError | httpx2.TimeoutException | TooLong):
            return None  # the person has waited long enough, and it has been paid for
        if isinstance(error, errors.ProviderBusy):
            pause_s = _retry_after(cause)
            return max(self._pause_s, pause_s) if pause_s <= _LONGEST_PAUSE_S else None
        if isinstance(error, errors.ProviderUnreachable):
            return self._pause_s
        is_from_the_library = isinstance(
            cause, openai.APIStatusError | openai.APIConnectionError | httpx2.HTTPError
        )
        is_uncertain = isinstance(error, errors.ProviderUncertain)
        return self._pause_s if is_uncertain and is_from_the_library else None

    async def _open(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> tuple["openai.AsyncStream[object]", Pace]:
        """Ask; if the server refuses a parameter, leave it out now and in future."""
        while True:
            dialect = self._dialect(model)
            body = dialect.body(model, messages, temperature=temperature, max_tokens=max_tokens)
            pace = Pace(first_s=self._first_s) if dialect.streams else Pace.of_whole_answer()
            try:
                async with ends_by(pace.ends_at):
                    # Not `chat.completions.create`: we read the body ourselves, as it comes.
                    answer = await self._client.post(
                        "/chat/completions",
                        body=body,
                        options={} if dialect.streams else {"timeout": WHOLE_ANSWER_TIMEOUT},
                        cast_to=object,
                        stream=True,
                        stream_cls=openai.AsyncStream[object],
                    )
                return answer, pace
            except openai.APIStatusError as exc:
                refused = refused_parameter(exc)
                if dialect.without(refused) == dialect:
                    raise
                logger.info("%s does not take %s: asking without it", model, refused)
                self._dialects[model] = self._dialect(model).without(refused)


def _retry_after(cause: BaseException | None) -> float:
    """Seconds that the server asks us to wait; 0: it does not say."""
    headers = cause.response.headers if isinstance(cause, openai.APIStatusError) else {}
    try:
        return float(headers.get("retry-after", "0"))
    except ValueError:  # a date, which servers with models do not send
        return _LONGEST_PAUSE_S + 1
