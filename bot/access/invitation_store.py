"""Links that let one person in each. The code of a link is not here, only its hash."""

from typing import Final

from bot.domain.people import Invitation
from bot.storage.database import Database, Row, Transaction

_SELECT: Final = "SELECT id, made_by, salt, created_at, expires_at FROM invitations"
_OPEN: Final = "used_by IS NULL AND withdrawn_at IS NULL AND expires_at > :now"


class InvitationStore:
    """Table `invitations`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, invitation_id: int) -> Invitation | None:
        """The invitation, in whatever state."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": invitation_id})
        return _invitation(row) if row else None

    async def of_request(self, tx: Transaction, request_id: int) -> Invitation | None:
        """The invitation that this update has made already."""
        row = await tx.row(f"{_SELECT} WHERE request_id = :id", {"id": request_id})
        return _invitation(row) if row else None

    async def open(self, *, now: int) -> list[Invitation]:
        """Those that still let somebody in, oldest first."""
        rows = await self._db.rows(f"{_SELECT} WHERE {_OPEN} ORDER BY id", {"now": now})
        return [_invitation(row) for row in rows]

    async def n_open(self, tx: Transaction, *, now: int) -> int:
        """How many still let somebody in."""
        row = await tx.row(f"SELECT count(*) AS n FROM invitations WHERE {_OPEN}", {"now": now})
        assert row is not None
        return int(row["n"])

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
        row = await (tx or self._db).row(f"{_SELECT} WHERE code_hash = :hash", {"hash": code_hash})
        return _invitation(row) if row else None

    async def use(self, tx: Transaction, invitation_id: int, *, by: int, now: int) -> bool:
        """Use it up; False when it does not let anybody in any more."""
        return bool(
            await tx.execute(
                f"UPDATE invitations SET used_by = :by, used_at = :now WHERE id = :id AND {_OPEN}",
                {"id": invitation_id, "by": by, "now": now},
            )
        )

    async def is_used(self, tx: Transaction, invitation_id: int) -> bool:
        """Whether somebody came in by it."""
        query = "SELECT 1 FROM invitations WHERE id = :id AND used_by IS NOT NULL"
        return await tx.row(query, {"id": invitation_id}) is not None

    async def withdraw(self, tx: Transaction, invitation_id: int, *, now: int) -> bool:
        """Let nobody in by it any more; False when nobody could anyway."""
        return bool(
            await tx.execute(
                f"UPDATE invitations SET withdrawn_at = :now WHERE id = :id AND {_OPEN}",
                {"id": invitation_id, "now": now},
            )
        )


def _invitation(row: Row) -> Invitation:
    return Invitation(
        id=row["id"],
        made_by=row["made_by"],
        salt=row["salt"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
