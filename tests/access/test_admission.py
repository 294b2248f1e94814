"""Who comes in, by a link or by asking; who is kept out; and that admins are not flooded."""

import asyncio
import time

import pytest

from bot import errors
from bot.access import admission as rules
from bot.access.admission import DENIED_FOR_S, MOST_TOLD_A_DAY, Admission, OutsideState
from bot.access.invitation_store import InvitationStore
from bot.access.invitations import LIVES_FOR_S, MOST_OPEN, InvitationOutcome, Invitations
from bot.access.request_store import JoinRequestStore
from bot.domain.people import Access, Person, RequestState
from bot.edge.people import People
from bot.edge.people_store import PeopleStore
from tests.composition import ADMIN, SECOND_ADMIN, TESTER, BotParts

GUEST, OTHER = 2001, 2002


class Lobby:
    """The services of the door, and what was told."""

    def __init__(self, parts: BotParts, *, key: bytes = b"a key") -> None:
        self.parts = parts
        self.ended: list[int] = []
        self.people = People(
            database=parts.database,
            store=PeopleStore(parts.database),
            admin_ids=frozenset({ADMIN, SECOND_ADMIN}),
            tester_ids=frozenset({TESTER}),
        )
        self.admission = Admission(
            database=parts.database,
            people=self.people,
            requests=JoinRequestStore(parts.database),
            notifications=parts.notifications,
            on_removed=[self.ended.append],
        )
        self.invitations = Invitations(
            database=parts.database,
            store=InvitationStore(parts.database),
            admission=self.admission,
            notifications=parts.notifications,
            key=key,
        )

    async def guest(self, person_id: int = GUEST) -> Person:
        """Somebody who has written, and is not admitted."""
        person = await self.people.who(person_id, name="Пётр", telegram_language="ru")
        await self.parts.database.write(lambda tx: self.people.saw(tx, person))
        return person

    async def asks(self, person_id: int = GUEST) -> rules.OutsideAccess:
        return await self.admission.ask(await self.guest(person_id), name="Пётр (@peter)")

    async def request_id(self, person_id: int = GUEST) -> int:
        found = await self.admission.requests.latest(person_id)
        assert found is not None
        return found.id

    async def invites(self, *, by: int = ADMIN) -> str:
        """A new code."""
        made = await self.invitations.make(by=by, request_id=self.parts.request(), bot="natasha")
        return self.invitations.link(made, bot="natasha").removeprefix(
            "https://t.me/natasha?start="
        )

    async def comes(self, code: str, person_id: int = GUEST) -> InvitationOutcome:
        return await self.invitations.accept(code, await self.guest(person_id))

    async def access(self, person_id: int = GUEST) -> Access:
        return (await self.people.named(person_id)).access

    async def later(self, seconds: int) -> None:
        """So much time goes by: everything that is stored was so much earlier."""
        moments = {
            "people": ("removed_at", "admitted_at"),
            "join_requests": ("asked_at", "told_at", "decided_at"),
            "invitations": ("created_at", "expires_at", "used_at"),
        }
        changes = ["UPDATE outbox SET key = key || ' earlier'"]
        for table, columns in moments.items():
            shifts = ", ".join(f"{column} = {column} - {seconds}" for column in columns)
            changes.append(f"UPDATE {table} SET {shifts}")
        for change in changes:
            await self.parts.database.write(lambda tx, sql=change: tx.execute(sql))  # type: ignore[misc]


@pytest.fixture
def lobby(parts: BotParts) -> Lobby:
    return Lobby(parts)


# Invitations


async def test_link_lets_one_person_in_and_its_maker_hears(lobby: Lobby):
    code = await lobby.invites(by=SECOND_ADMIN)

    assert await lobby.comes(code) is InvitationOutcome.ADMITTED
    assert await lobby.comes(code, OTHER) is InvitationOutcome.USED
    assert (await lobby.access(), await lobby.access(OTHER)) == (Access.TESTER, Access.STRANGER)
    assert [who for who, *_ in await lobby.parts.told("invitation_used")] == [SECOND_ADMIN]
    profile = await lobby.people.profile(GUEST)
    assert (profile.admitted_by, profile.person.name) == (SECOND_ADMIN, "Пётр")


async def test_of_many_at_once_one_gets_in(lobby: Lobby):
    code = await lobby.invites()

    outcomes = await asyncio.gather(*(lobby.comes(code, GUEST + n) for n in range(10)))

    assert sorted(outcomes) == [InvitationOutcome.ADMITTED] + [InvitationOutcome.USED] * 9


async def test_a_code_is_128_bits_and_fits_into_a_link(lobby: Lobby):
    """https://core.telegram.org/bots/features#deep-linking: 64 characters of these."""
    codes = {await lobby.invites() for _ in range(9)}

    assert len(codes) == 9
    for code in codes:
        assert len(code.removeprefix("inv_")) == 22
        assert code.replace("_", "").replace("-", "").isalnum()
        assert code.isascii()


async def test_the_database_gives_no_code_away(lobby: Lobby, parts: BotParts):
    """Neither as it is nor to who computes: the key is elsewhere."""
    code = await lobby.invites()
    stored = [
        str(tuple(row))
        for table in ("invitations", "outbox")
        for row in await parts.database.rows(f"SELECT * FROM {table}")
    ]

    assert code not in "".join(stored)
    assert code.removeprefix("inv_") not in "".join(stored)
    assert "a key" not in repr(lobby.invitations)
    with_another_key = Lobby(parts, key=b"another")
    (made,) = await lobby.invitations.open()
    assert with_another_key.invitations.link(made, bot="natasha") != lobby.invitations.link(
        made, bot="natasha"
    )
    assert await with_another_key.comes(code) is InvitationOutcome.ADMITTED


async def test_a_replayed_command_makes_no_second_one(lobby: Lobby, parts: BotParts):
    made = [await lobby.invitations.make(by=ADMIN, request_id=7, bot="b") for _ in range(3)]

    assert made[0] == made[1] == made[2]
    assert len(await parts.told("invitation")) == 1


@pytest.mark.parametrize("how", ["expired", "withdrawn", "no admin any more"])
async def test_links_that_do_not_hold_any_more(lobby: Lobby, parts: BotParts, how: str):
    code = await lobby.invites()
    (made,) = await lobby.invitations.open()
    if how == "expired":
        await lobby.later(LIVES_FOR_S)
    elif how == "withdrawn":
        await lobby.invitations.withdraw(made.id)
        await lobby.invitations.withdraw(made.id)
    else:
        await parts.database.write(lambda tx: tx.execute("UPDATE invitations SET made_by = 404"))

    assert await lobby.comes(code) is InvitationOutcome.EXPIRED
    assert await lobby.invitations.open() == []
    assert not await lobby.invitations.is_spare(code)
    assert await lobby.access() is Access.STRANGER


async def test_links_hold_until_their_last_second(lobby: Lobby):
    code = await lobby.invites()
    await lobby.later(LIVES_FOR_S - 60)

    assert await lobby.invitations.is_spare(code)
    assert await lobby.comes(code) is InvitationOutcome.ADMITTED


@pytest.mark.parametrize("code", ["", "inv_", "inv_AAAAAAAAAAAAAAAAAAAAAA", "\ud800", "' OR 1=1"])
async def test_codes_that_are_none(lobby: Lobby, code: str):
    await lobby.invites()

    assert await lobby.comes(code) is InvitationOutcome.UNKNOWN


async def test_invitations_are_bounded(lobby: Lobby):
    for _ in range(MOST_OPEN):
        await lobby.invites()

    with pytest.raises(errors.TooManyInvitations):
        await lobby.invites()
    await lobby.invitations.withdraw(1)
    assert await lobby.invites()
    with pytest.raises(errors.ButtonGone):
        await lobby.invitations.withdraw(404)


async def test_an_old_link_does_not_undo_a_removal(lobby: Lobby):
    """One that was made afterwards does; somebody blocked needs an admin. Neither is used up."""
    old, first = await lobby.invites(), await lobby.invites()
    await lobby.comes(first)
    await lobby.later(60)
    await lobby.admission.remove(await lobby.people.profile(GUEST))

    assert await lobby.comes(old) is InvitationOutcome.CLOSED
    await lobby.later(60)
    new = await lobby.invites()
    await lobby.admission.block(GUEST, is_blocked=True, by=ADMIN)
    assert await lobby.comes(new) is InvitationOutcome.CLOSED
    await lobby.admission.block(GUEST, is_blocked=False, by=ADMIN)
    assert await lobby.comes(new) is InvitationOutcome.ADMITTED
    assert await lobby.comes(old, OTHER) is InvitationOutcome.ADMITTED


# Requests to join


async def test_one_press_asks_every_admin_once(lobby: Lobby):
    assert (await lobby.admission.outside_access(GUEST)).state is OutsideState.MAY_ASK

    asked = [(await lobby.asks()).state for _ in range(3)]

    assert asked == [OutsideState.WAITING] * 3
    assert [who for who, *_ in await lobby.parts.told("join_request")] == [ADMIN, SECOND_ADMIN]


async def test_after_a_day_one_may_remind_them(lobby: Lobby):
    """By the same request, so that old and new buttons decide the same."""
    await lobby.asks()
    first = await lobby.request_id()
    await lobby.later(rules.ASK_EVERY_S)

    assert (await lobby.admission.outside_access(GUEST)).state is OutsideState.MAY_ASK
    await lobby.asks()

    assert await lobby.request_id() == first
    assert len(await lobby.parts.told("join_request")) == 4


async def test_the_first_press_decides(lobby: Lobby):
    await lobby.asks()
    number = await lobby.request_id()

    decisions = await asyncio.gather(
        lobby.admission.decide(number, is_admitted=True, by=ADMIN),
        lobby.admission.decide(number, is_admitted=False, by=SECOND_ADMIN),
        lobby.admission.decide(number, is_admitted=True, by=ADMIN),
    )

    assert {(each.state, each.decided_by) for each in decisions} == {(RequestState.ADMITTED, ADMIN)}
    assert await lobby.access() is Access.TESTER
    assert [kind for who, kind, _ in await lobby.parts.told() if who == GUEST] == ["join_admitted"]
    with pytest.raises(errors.ButtonGone):
        await lobby.admission.decide(404, is_admitted=True, by=ADMIN)


async def test_denied_may_ask_again_after_a_while(lobby: Lobby):
    await lobby.asks()
    number = await lobby.request_id()
    await lobby.admission.decide(number, is_admitted=False, by=ADMIN)

    standing = await lobby.asks()
    assert standing.state is OutsideState.DENIED
    assert 0 <= standing.until - time.time() - DENIED_FOR_S + 60 <= 60
    await lobby.later(DENIED_FOR_S)
    assert (await lobby.asks()).state is OutsideState.WAITING
    late = await lobby.admission.decide(number, is_admitted=True, by=ADMIN)

    assert late.state is RequestState.DENIED, "an old button does not decide a new request"
    assert await lobby.access() is Access.STRANGER


async def test_blocked_may_never_ask(lobby: Lobby):
    await lobby.asks()
    await lobby.admission.block(GUEST, is_blocked=True, by=ADMIN)
    await lobby.later(30 * DENIED_FOR_S)

    assert (await lobby.asks()).state is OutsideState.BLOCKED
    assert len(await lobby.parts.told("join_request")) == 2
    await lobby.admission.admit(GUEST, by=ADMIN)
    assert await lobby.access() is Access.TESTER


async def test_a_flood_of_strangers_is_only_listed(lobby: Lobby):
    """Each admin gets so many messages a day, one that says so, and the list has everybody."""
    for n in range(MOST_TOLD_A_DAY + 9):
        assert (await lobby.asks(GUEST + n)).state is OutsideState.WAITING

    mine = [kind for who, kind, _ in await lobby.parts.told() if who == ADMIN]
    assert mine == ["join_request"] * MOST_TOLD_A_DAY + ["join_flood"]
    outside, has_more = await lobby.people.outside(0, size=100)
    assert (len(outside), has_more) == (MOST_TOLD_A_DAY + 9, False)
    await lobby.later(rules.DAY_S + 60)
    await lobby.asks(GUEST + 900)
    assert len(await lobby.parts.told("join_request")) == 2 * (MOST_TOLD_A_DAY + 1)


async def test_coming_in_by_a_link_decides_the_request(lobby: Lobby):
    await lobby.asks()
    number = await lobby.request_id()
    await lobby.comes(await lobby.invites(by=SECOND_ADMIN))

    decided = await lobby.admission.decide(number, is_admitted=False, by=ADMIN)

    assert (decided.state, decided.decided_by) == (RequestState.ADMITTED, SECOND_ADMIN)
    assert await lobby.access() is Access.TESTER


# Removal


async def test_removed_are_out_at_once(lobby: Lobby):
    await lobby.comes(await lobby.invites())
    profile = await lobby.people.profile(GUEST)

    for _ in range(2):
        await lobby.admission.remove(profile)

    assert await lobby.access() is Access.STRANGER
    assert not await lobby.parts.database.write(lambda tx: lobby.people.is_admitted(tx, GUEST))
    assert lobby.ended == [GUEST]
    assert [kind for who, kind, _ in await lobby.parts.told() if who == GUEST] == ["access_closed"]
    assert (await lobby.asks()).state is OutsideState.DENIED


@pytest.mark.parametrize("person_id", [ADMIN, TESTER])
async def test_who_comes_from_the_settings_is_removed_there(lobby: Lobby, person_id: int):
    with pytest.raises(errors.PersonFixed):
        await lobby.admission.remove(await lobby.people.profile(person_id))


async def test_what_the_settings_decide_is_not_stored_here(lobby: Lobby):
    """Else it would come to light when somebody leaves the settings."""
    await lobby.guest(TESTER)
    await lobby.admission.admit(TESTER, by=ADMIN)
    await lobby.admission.block(TESTER, is_blocked=True, by=ADMIN)

    row = await lobby.people.store.get(TESTER)
    assert row is not None
    assert (row.is_tester, row.is_blocked) == (False, False)


async def test_lists_know_everybody(lobby: Lobby):
    """People of the settings also before they write; by pages; strangers on neither list."""
    await lobby.guest(404)
    for n in range(3):
        await lobby.comes(await lobby.invites(), GUEST + n)
    await lobby.asks(OTHER + 10)

    pages = [await lobby.people.admitted(page, size=4) for page in range(2)]

    ids = [profile.person.id for found, _ in pages for profile in found]
    assert sorted(ids) == sorted([ADMIN, SECOND_ADMIN, TESTER, GUEST, GUEST + 1, GUEST + 2])
    assert set(ids[:3]) == {GUEST, GUEST + 1, GUEST + 2}
    assert [has_more for _, has_more in pages] == [True, False]
    outside, _ = await lobby.people.outside(0, size=9)
    assert [profile.person.id for profile in outside] == [OTHER + 10]
    with pytest.raises(errors.PersonUnknown):
        await lobby.people.profile(405)


async def test_a_limit_is_kept_when_they_write(lobby: Lobby):
    """Also for somebody of the settings who has not come yet."""
    await lobby.people.set_limit(TESTER, 50)
    await lobby.guest(TESTER)

    assert (await lobby.people.named(TESTER)).daily_limit == 50
    assert (await lobby.people.profile(TESTER)).person.name == "Пётр"
