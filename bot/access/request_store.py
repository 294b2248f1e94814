"""Strangers who ask to be let in, and what was decided."""

from typing import Final

from bot.domain.people import JoinRequest, RequestState
from bot.storage.database import Database, Transaction

_SELECT: Final = (
    "SELECT id, person_id, name, asked_at, state, decided_by, decided_at FROM join_requests"
)
_LATEST: Final = f"{_SELECT} WHERE person_id = :person_id ORDER BY id DESC LIMIT 1"


class JoinRequestStore:
    """Table `join_requests`: at most one open row for each person."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, request_id: int, tx: Transaction | None = None) -> JoinRequest | None:
        """The request, or None."""
        query = f"{_SELECT} WHERE id = :id"
        return await (tx or self._db).one(JoinRequest, query, {"id": request_id})

    async def latest(self, person_id: int, tx: Transaction | None = None) -> JoinRequest | None:
        """What the person asked last, or None."""
        return await (tx or self._db).one(JoinRequest, _LATEST, {"person_id": person_id})

    async def ask(self, tx: Transaction, person_id: int, *, name: str, now: int) -> int:
        """Open a request, or ask again by the one that is open; returns its id."""
        await tx.execute(
            """
            INSERT INTO join_requests (person_id, name, asked_at) VALUES (:person_id, :name, :now)
            ON CONFLICT (person_id) WHERE state = 'open' DO UPDATE
            SET name = :name, asked_at = :now, told_at = NULL
            """,
            {"person_id": person_id, "name": name, "now": now},
        )
        asked = await self.latest(person_id, tx)
        assert asked is not None
        return asked.id

    async def told(self, tx: Transaction, request_id: int, *, now: int) -> None:
        """The admins are written to."""
        await tx.execute(
            "UPDATE join_requests SET told_at = :now WHERE id = :id", {"id": request_id, "now": now}
        )

    async def n_told(self, tx: Transaction, *, since: int) -> int:
        """Of how many requests the admins were written to from *since* (Unix time) on."""
        query = "SELECT count(*) FROM join_requests WHERE told_at >= :since"
        return await tx.one(int, query, {"since": since}) or 0

    async def decide(
        self, tx: Transaction, request_id: int, state: RequestState, *, by: int, now: int
    ) -> bool:
        """Decide an open request; False when it was decided before."""
        return await tx.changes(
            """
            UPDATE join_requests
            SET state = :state, decided_by = :by, decided_at = :now
            WHERE id = :id AND state = 'open'
            """,
            {"id": request_id, "state": state, "by": by, "now": now},
        )

    async def close_open(
        self, tx: Transaction, person_id: int, state: RequestState, *, by: int, now: int
    ) -> None:
        """What the person asks for was decided in another way."""
        await tx.execute(
            """
            UPDATE join_requests
            SET state = :state, decided_by = :by, decided_at = :now
            WHERE person_id = :person_id AND state = 'open'
            """,
            {"person_id": person_id, "state": state, "by": by, "now": now},
        )


async def forget_requests(tx: Transaction, person_id: int) -> None:
    """Delete how they were called when they asked to join; that they asked, and when, stays."""
    await tx.execute("UPDATE join_requests SET name = '' WHERE person_id = :id", {"id": person_id})
