"""Strangers who ask to be let in, and what was decided."""

from typing import Final

from bot.domain.people import JoinRequest, RequestState
from bot.storage.database import Database, Row, Transaction

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
        row = await (tx or self._db).row(f"{_SELECT} WHERE id = :id", {"id": request_id})
        return _request(row) if row else None

    async def latest(self, person_id: int, tx: Transaction | None = None) -> JoinRequest | None:
        """What the person asked last, or None."""
        row = await (tx or self._db).row(_LATEST, {"person_id": person_id})
        return _request(row) if row else None

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
        row = await tx.row(_LATEST, {"person_id": person_id})
        assert row is not None
        return int(row["id"])

    async def told(self, tx: Transaction, request_id: int, *, now: int) -> None:
        """The admins are written to."""
        await tx.execute(
            "UPDATE join_requests SET told_at = :now WHERE id = :id", {"id": request_id, "now": now}
        )

    async def n_told(self, tx: Transaction, *, since: int) -> int:
        """Of how many requests the admins were written to from *since* (Unix time) on."""
        row = await tx.row(
            "SELECT count(*) AS n FROM join_requests WHERE told_at >= :since", {"since": since}
        )
        assert row is not None
        return int(row["n"])

    async def decide(
        self, tx: Transaction, request_id: int, state: RequestState, *, by: int, now: int
    ) -> bool:
        """Decide an open request; False when it was decided before."""
        return bool(
            await tx.execute(
                """
                UPDATE join_requests
                SET state = :state, decided_by = :by, decided_at = :now
                WHERE id = :id AND state = 'open'
                """,
                {"id": request_id, "state": state, "by": by, "now": now},
            )
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


def _request(row: Row) -> JoinRequest:
    return JoinRequest(
        id=row["id"],
        person_id=row["person_id"],
        name=row["name"],
        asked_at=row["asked_at"],
        state=RequestState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )
