"""Ratings that are clearly worse since a switch: admins are offered the way back."""

from bot.ratings.way_back import WayBack
from tests.composition import ADMIN, SECOND_ADMIN, TESTER, BotParts

OLD, NEW = "old", "new"


async def serve(parts: BotParts, name: str) -> None:
    await parts.serving.use(await parts.serving.model(name), by=ADMIN)


async def rated(parts: BotParts, model: str, *, good: int, bad: int) -> None:
    """So many answers are rated, and the bot looks after each."""
    looks = WayBack(ratings=parts.ratings, serving=parts.serving, notifications=parts.notifications)
    for is_good in [True] * good + [False] * bad:
        look, request_id = await looks.look(), parts.request()

        async def work(tx, is_good=is_good, look=look, request_id=request_id):
            await tx.execute(
                """
                INSERT INTO ratings (request_id, person_id, model, is_good, rated_at)
                VALUES (:id, :person, :model, :is_good, unixepoch())
                """,
                {"id": request_id, "person": TESTER, "model": model, "is_good": is_good},
            )
            await look(tx)

        await parts.database.write(work)


async def offered(parts: BotParts) -> list[tuple[int, list[list[int]]]]:
    return [(chat, payload["shares"]) for chat, _, payload in await parts.told("way_back")]


async def test_clearly_worse_model_is_told_once_to_all_admins(parts: BotParts):
    await serve(parts, OLD)
    await rated(parts, OLD, good=20, bad=0)
    await serve(parts, NEW)
    await rated(parts, NEW, good=5, bad=14)
    assert await offered(parts) == []

    await rated(parts, NEW, good=0, bad=3)

    shares = [[5, 20], [20, 20]]
    assert await offered(parts) == [(ADMIN, shares), (SECOND_ADMIN, shares)]
    await parts.database.write(lambda tx: tx.execute("DELETE FROM outbox"))  # it forgets in time
    await rated(parts, NEW, good=0, bad=1)
    assert await offered(parts) == []
    await serve(parts, OLD)
    await serve(parts, NEW)
    await parts.database.write(lambda tx: tx.execute("UPDATE ratings SET rated_at = 1"))
    await rated(parts, NEW, good=0, bad=19)
    assert await offered(parts) == []  # what was rated before the new try does not count
    await rated(parts, NEW, good=0, bad=2)
    assert len(await offered(parts)) == 2


async def test_few_ratings_and_small_differences_say_nothing(parts: BotParts):
    await serve(parts, OLD)
    await rated(parts, OLD, good=19, bad=0)
    await serve(parts, NEW)
    await rated(parts, NEW, good=0, bad=25)
    assert await offered(parts) == []
    await rated(parts, OLD, good=1, bad=0)  # of an answer from before the switch
    assert len(await offered(parts)) == 2

    await serve(parts, "third")
    await rated(parts, "third", good=0, bad=30)
    assert len(await offered(parts)) == 2  # no worse than the model before it


async def test_first_model_has_no_way_back(parts: BotParts):
    await rated(parts, OLD, good=0, bad=2)
    await serve(parts, NEW)
    await rated(parts, NEW, good=0, bad=25)
    assert await offered(parts) == []
