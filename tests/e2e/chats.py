"""Questions and answers, and the buttons below an answer."""

import json

from tests.telegram_people import Json, Person, button_data, words
from tests.world import DATASET

CURSOR = "▌"
TALKS = {"tokens-per-second": "25"}
"""An answer takes a few seconds, so that it is shown while it grows."""
QUESTION = "Как начать свой бизнес?"
FIRST = "Я чувствую себя потерянным в жизни"
PATIENT = 40


def said_by_bot(messages: list[Json]) -> list[str]:
    return [words(message) for message in messages if message["from"]["is_bot"]]


def trained_answers() -> set[str]:
    """Every answer of the shipped dataset."""
    lines = DATASET.read_text(encoding="utf-8").splitlines()
    return {json.loads(line)["messages"][-1]["content"] for line in lines}


def streamed(*words: str, end: str | None = "stop", thought: str = "") -> bytes:
    """A server's answer to a chat: its words, after a *thought*; *end* None: it just goes away.

    It costs 20 and 7 tokens.
    """
    deltas: list[Json] = [{"reasoning_content": thought}] if thought else []
    deltas += [{"content": word} for word in words]
    choices: list[Json] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    if end is not None:
        choices.append({"index": 0, "delta": {}, "finish_reason": end})
    head: Json = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    usage = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
    chunks = [head | {"choices": [choice]} for choice in choices]
    lines = [json.dumps(chunk) for chunk in chunks]
    if end is not None:
        lines += [json.dumps(head | {"choices": [], "usage": usage}), "[DONE]"]
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def press(person: Person, data: str) -> Json:
    """A press as an update, for buttons that are gone from the screen."""
    user = {"id": person.id, "is_bot": False, "first_name": "Мария", "language_code": "ru"}
    chat = {"id": person.chat_id, "type": "private", "first_name": "Мария"}
    message = {"message_id": 1, "date": 0, "chat": chat}
    query = {"id": "1", "from": user, "chat_instance": "1", "data": data, "message": message}
    return {"callback_query": query}


async def answered(person: Person, text: str) -> Json:
    """Ask, and wait for the whole answer, which has its buttons."""
    asked = await person.says(text)
    return await person.sees(
        lambda message: button_data(message, "🔁"), after=asked["message_id"], timeout=PATIENT
    )


async def marked(person: Person, answer: Json, label: str) -> Json:
    """The answer once a button of it is marked so."""

    def is_marked(message: Json) -> bool:
        is_it = message["message_id"] == answer["message_id"]
        return is_it and button_data(message, label) is not None

    return await person.sees(is_marked, timeout=PATIENT)


async def bettered(tester: Person, question: str, correction: str) -> str:
    """Ask, press 👎, write what Natasha would have said; returns the bad answer."""
    answer = await answered(tester, question)
    await tester.presses("👎", answer)
    why = await tester.sees("Что не так?", after=answer["message_id"], timeout=60)
    await corrects(tester, correction, why)
    return words(answer)


async def corrects(person: Person, correction: str, why: Json) -> Json:
    """Press ✍️ under *why*, and reply to the prompt; returns the message of the correction."""
    await person.presses("✍️ Написать за Наташу", why)
    prompt = await person.sees("Как сказала бы Наташа?", after=why["message_id"], timeout=60)
    said = await person.says(correction, reply_to=prompt["message_id"])

    def is_noted(message: Json) -> bool:
        return message["message_id"] == why["message_id"] and "Записано" in words(message)

    await person.sees(is_noted, timeout=60)
    return said
