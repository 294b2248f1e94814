"""A conversation as the chat's use cases see it: said, asked, heard and stored."""

from contextlib import aclosing
from typing import Any

from bot.chat.question import Question
from bot.domain.models import AnswerPart, Ending, Topic, Turn
from tests.composition import TESTER, TUNED, BotParts, person

CHAT = Topic(TESTER)


async def said(parts: BotParts, n: int, *, text: str = "", at: int | None = None, by: int = TESTER):
    """Question and answer number *n* were stored."""
    turn = Turn(user_text=f"вопрос {n} {text}".strip(), assistant_text=f"ответ {n}")
    await parts.database.write(
        lambda tx: parts.conversations.add_turn(
            tx,
            turn,
            topic=CHAT,
            person_id=by,
            request_id=n,
            model=TUNED,
            usage=None,
            now=at or 1,
        )
    )
    return turn


async def question(parts: BotParts, text: str = "И что дальше?", **options: Any) -> Question:
    return await parts.chat.question(text, person=options.pop("person", person()), topic=CHAT)


def roles(asked: Question) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in asked.messages]


async def heard(parts: BotParts, asked: Question) -> list[AnswerPart | Question]:
    async with aclosing(parts.chat.answer(asked)) as pieces:
        return [piece async for piece in pieces]


async def stored(parts: BotParts, asked: Question, request_id: int, text: str = "Другой ответ"):
    await parts.database.write(
        lambda tx: parts.chat.store(
            tx,
            asked,
            text,
            person=person(),
            topic=CHAT,
            request_id=request_id,
            usage=None,
            ending=Ending.WHOLE,
        )
    )
