"""Links that let one person in each. The code of a link is not here, only its hash."""

from typing import Final

from bot.domain.people import Invitation
from bot.storage.database import Database, Transaction

_SELECT: Final = "SELECT id, made_by, salt, created_at, expires_at FROM invitations"
_OPEN: Final = "used_by IS NULL AND withdrawn_at IS NULL AND expires_at > :now"


class InvitationStore:
    """Table `invitations`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, invitation_id: int) -> Invitation | None:
        """The invitation, in whatever state."""
        return await self._db.one(Invitation, f"{_SELECT} WHERE id = :id", {"id": invitation_id})

    async def of_request(self, tx: Transaction, request_id: int) -> Invitation | None:
        """The invitation that this update has made already."""
        return await tx.one(Invitation, f"{_SELECT} WHERE request_id = :id", {"id": request_id})

    async def open(self, *, now: int) -> list[Invitation]:
        """Those that still let somebody in, oldest first."""
        query = f"{_SELECT} WHERE {_OPEN} ORDER BY id"
        return await self._db.all(Invitation, query, {"now": now})

    async def n_open(self, tx: Transaction, *, now: int) -> int:
        """How many still let somebody in."""
        query = f"SELECT count(*) FROM invitations WHERE {_OPEN}"
        return await tx.one(int, query, {"now": now}) or 0

    async def add(
        self,
        tx: Transaction,
        *,
        request_id: int,
        made_by: int,
        salt: str,
        code_hash: str,
        now: int,
        expires_at: int,
    ) -> int:
        """Store a new one; returns its id."""
        return await tx.insert(
            """
            INSERT INTO invitations (request_id, made_by, salt, code_hash, created_at, expires_at)
            VALUES (:request_id, :made_by, :salt, :code_hash, :now, :expires_at)
            """,
            {
                "request_id": request_id,
                "made_by": made_by,
                "salt": salt,
                "code_hash": code_hash,
                "now": now,
                "expires_at": expires_at,
            },
        )

    async def by_hash(self, code_hash: str, tx: Transaction | None = None) -> Invitation | None:
        """The invitation of a code; its hash is looked up, so time tells nothing of the code."""
        query = f"{_SELECT} WHERE code_hash = :hash"
        return await (tx or self._db).one(Invitation, query, {"hash": code_hash})

    async def use(self, tx: Transaction, invitation_id: int, *, by: int, now: int) -> bool:
        """Use it up; False when it does not let anybody in any more."""
        return await tx.changes(
            f"UPDATE invitations SET used_by = :by, used_at = :now WHERE id = :id AND {_OPEN}",
            {"id": invitation_id, "by": by, "now": now},
        )

    async def is_used(self, tx: Transaction, invitation_id: int) -> bool:
        """Whether somebody came in by it."""
        query = "SELECT 1 FROM invitations WHERE id = :id AND used_by IS NOT NULL"
        return await tx.row(query, {"id": invitation_id}) is not None

    async def withdraw(self, tx: Transaction, invitation_id: int, *, now: int) -> bool:
        """Let nobody in by it any more; False when nobody could anyway."""
        return await tx.changes(
            f"UPDATE invitations SET withdrawn_at = :now WHERE id = :id AND {_OPEN}",
            {"id": invitation_id, "now": now},
        )
