"""One-time links that let a person in.

A link's code is made of a stored salt and a key that is not stored. So nobody can learn a code, or
make one, from the database or a backup of it.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.access.admission import Admission
from bot.access.entities import AccessKind
from bot.access.invitation_store import InvitationStore
from bot.delivery.notifications import Notifications
from bot.domain.people import Invitation, Person, RequestState
from bot.errors import ButtonGone, TooManyInvitations
from bot.storage.database import Database, Transaction

LIVES_FOR_S: Final = 7 * 86_400
MOST_OPEN: Final = 20
CODE_BYTES: Final = 16
"""128 bits."""
PREFIX: Final = "inv_"
"""Our logs recognise a code by this prefix and remove it."""


class InvitationOutcome(StrEnum):
    """What came of a pressed link."""

    ADMITTED = "admitted"
    USED = "used"
    EXPIRED = "expired"
    """It is too old or withdrawn, or the person who made it is not an admin any more."""
    UNKNOWN = "unknown"
    CLOSED = "closed"
    """The person is blocked, or an admin removed them after the link was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitations:
    """Making, listing, withdrawing and using invitations."""

    database: Database
    store: InvitationStore
    admission: Admission
    notifications: Notifications
    key: bytes = field(repr=False)
    """The secret part of codes; it is not in the database."""

    async def make(self, *, by: int, request_id: int, bot: str) -> Invitation:
        """Make an invitation and send its link to the admin *by*; once per *request_id*.

        *bot* is the bot's username, without @.

        Raises:
            TooManyInvitations: `MOST_OPEN` are open already.
        """
        salt = secrets.token_hex(CODE_BYTES)

        async def work(tx: Transaction) -> Invitation:
            now = int(time.time())
            found = await self.store.of_request(tx, request_id)
            if found is not None:
                return found
            if await self.store.n_open(tx, now=now) >= MOST_OPEN:
                raise TooManyInvitations(limit=MOST_OPEN)
            invitation_id = await self.store.add(
                tx,
                request_id=request_id,
                made_by=by,
                salt=salt,
                code_hash=_hash(self._code(salt)),
                now=now,
                expires_at=now + LIVES_FOR_S,
            )
            payload = {"invitation_id": invitation_id, "bot": bot}
            await self.notifications.tell(
                tx, by, AccessKind.INVITATION, payload, key=f"invitation:{invitation_id}"
            )
            made = await self.store.of_request(tx, request_id)
            assert made is not None
            return made

        return await self.database.write(work)

    def link(self, invitation: Invitation, *, bot: str) -> str:
        """The address that lets somebody in.

        https://core.telegram.org/bots/features#deep-linking
        """
        return f"https://t.me/{bot}?start={self._code(invitation.salt)}"

    async def open(self) -> list[Invitation]:
        """Those that still let somebody in, oldest first."""
        found = await self.store.open(now=int(time.time()))
        return [invitation for invitation in found if self._is_by_admin(invitation)]

    async def withdraw(self, invitation_id: int) -> None:
        """Make the link useless.

        Raises:
            ButtonGone: there is no such invitation.
        """
        if await self.store.get(invitation_id) is None:
            raise ButtonGone
        now = int(time.time())
        await self.database.write(lambda tx: self.store.withdraw(tx, invitation_id, now=now))

    async def accept(self, code: str, person: Person) -> InvitationOutcome:
        """Let the person in by a code, which works once; of two people at once one gets in."""

        async def work(tx: Transaction) -> InvitationOutcome:
            now = int(time.time())
            found = await self.store.by_hash(_hash(code), tx)
            if found is None:
                return InvitationOutcome.UNKNOWN
            if not self._is_by_admin(found):
                return InvitationOutcome.EXPIRED
            people = self.admission.people
            known = await people.store.get(person.id, tx)
            if known and (known.is_blocked or (known.removed_at or 0) > found.created_at):
                return InvitationOutcome.CLOSED
            if not await self.store.use(tx, found.id, by=person.id, now=now):
                is_used = await self.store.is_used(tx, found.id)
                return InvitationOutcome.USED if is_used else InvitationOutcome.EXPIRED
            await people.saw(tx, person)
            await people.store.admit(tx, person.id, by=found.made_by, now=now)
            await self.admission.requests.close_open(
                tx, person.id, RequestState.ADMITTED, by=found.made_by, now=now
            )
            payload = {"person_id": person.id, "invitation_id": found.id}
            await self.notifications.tell(
                tx,
                found.made_by,
                AccessKind.INVITATION_USED,
                payload,
                key=f"invitation:{found.id}:used",
            )
            return InvitationOutcome.ADMITTED

        return await self.database.write(work)

    async def is_spare(self, code: str) -> bool:
        """Whether the code still lets somebody in."""
        found = await self.store.by_hash(_hash(code))
        return found is not None and found in await self.open()

    def _is_by_admin(self, invitation: Invitation) -> bool:
        return invitation.made_by in self.admission.people.admin_ids

    def _code(self, salt: str) -> str:
        digest = hmac.digest(self.key, f"invitation:{salt}".encode(), "sha256")
        return PREFIX + base64.urlsafe_b64encode(digest[:CODE_BYTES]).decode().rstrip("=")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()
