"""Every command can be reached from the screens of the menu by a tap or two."""

from bot.edge.buttons import parse
from bot.edge.menus import ADMINS, TESTERS
from tests.composition import registry
from tests.e2e.chats import answered
from tests.e2e.test_every_button import ever_shown
from tests.e2e.training import MODEL, card, job_of, started
from tests.telegram_people import Person
from tests.world import World, world

REGISTRY = registry()
SAME = {
    "jobs": "jobs:list",
    "cancel": "jobs:ask",
    "retry": "chat:again",
    "test": "trials:test",
    "use": "models:use",
}
"""The buttons of commands whose buttons have handlers of their own."""
SAID = {"id": "Ваш ID в Telegram"}
"""What stands where somebody would look for the command."""
ACTS = ("training:start", "training:drop", "jobs:pause", "models:serve", "models:use", "chat:again")
"""Buttons that would change what the walk looks at."""


def buttons_of(command: str) -> set[str]:
    """The buttons that do what the command does."""
    found = {SAME[command]} if command in SAME else set()
    for feature in REGISTRY.features:
        commands = {**feature.commands, **feature.admin_commands}
        presses = {**feature.presses, **feature.admin_presses}
        found |= {name for name, each in presses.items() if each == commands.get(command)}
    return found


async def said(everything: World, person: Person) -> str:
    """All words that the person was sent."""
    calls = await everything.people.calls()
    mine = [each["params"] for each in calls if each["params"].get("chat_id") == person.chat_id]
    return "\n".join(str(params.get("text", "")) for params in mine)


async def walk(everything: World, person: Person, menu: tuple[str, ...]) -> set[str]:
    """Open every screen of the menu and each one below it; the names of all buttons there."""
    await answered(person, "Как дела?")
    known = set(await ever_shown(everything))
    for command in menu:
        asked = await person.says(f"/{command}")
        await person.sees(lambda _: True, after=asked["message_id"])
        below = [each for each in await ever_shown(everything) if each not in known]
        for shown in below:
            if shown.chat_id == person.chat_id and parse(shown.data).name not in ACTS:
                ((n_updates,),) = everything.stored("SELECT count(*) FROM inbox")
                await person.presses_gone(shown.data, {"message_id": shown.message_id})
                await everything.settled(n_updates + 1)
        known |= set(await ever_shown(everything))
    every = await ever_shown(everything)
    return {parse(each.data).name for each in every if each.chat_id == person.chat_id}


async def test_admins_reach_every_command_without_the_help(tmp_path):
    """While a training runs, and with a second model on the list."""
    engine = {"running-seconds": "600"}
    async with world(tmp_path, CHAT_MODEL=MODEL, engine=engine) as everything:
        everything.stored(
            "INSERT INTO models (name, system_prompt, added_at) VALUES ('natasha', '', 1700000000)"
        )
        await card(everything.admin, await job_of(everything, await started(everything.admin)))
        seen = await walk(everything, everything.admin, ADMINS[:-1])
        words = await said(everything, everything.admin)

        others = {*REGISTRY.commands} - {*ADMINS}
        unreached = {name for name in others if not buttons_of(name) & seen}
        assert {name for name in unreached if SAID.get(name, f"/{name}") not in words} == set()


async def test_testers_reach_every_command(tmp_path):
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        seen = await walk(everything, everything.tester, TESTERS)
        words = await said(everything, everything.tester)

        others = {*REGISTRY.everyones_commands} - {*TESTERS, "start"}
        unreached = {name for name in others if not buttons_of(name) & seen}
        assert {name for name in unreached if f"/{name}" not in words} == set()
