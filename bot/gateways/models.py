"""Which models a server has, as far as it tells."""

import httpx2

from bot.errors import UserError
from bot.gateways.answers import json_of, page_of
from bot.gateways.library import openai
from bot.gateways.wire import record, text


async def has_model(client: "openai.AsyncOpenAI", name: str) -> bool | None:
    """Whether the server has the model; None: it can't say now, or never.

    A server without a page for each model may still have a list. An empty list says nothing. False
    is no proof either: at some providers a deployment answers under a name that no list has.
    """
    models = client.with_options(max_retries=0).models.with_raw_response
    try:
        try:
            answer = await models.retrieve(name)
            if text(record(json_of(answer)).get("id")) == name:
                return True
        except (openai.NotFoundError, openai.BadRequestError):
            pass  # the list decides: some servers have no page for a single model
        names = [text(row.get("id")) for row in page_of(await models.list())]
    except (openai.APIError, httpx2.HTTPError, UserError, ValueError):
        return None  # ValueError: a name that no URL can hold
    return name in names if any(names) else None
