"""The buttons under an alarm."""

from dataclasses import dataclass

from bot.alarms.restarts import Restarts
from bot.edge.context import BotContext
from bot.jobs.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmHandlers:
    """What an admin does about a job that waits for too long."""

    watching: Watching
    restarts: Restarts

    async def restart(self, context: BotContext) -> None:
        """Cancel the job and start its plan again; of many presses one counts."""
        tracked = await self.watching.numbered(context.press.number)
        found = await self.restarts.ask(
            tracked.number, by=context.person.id, request_id=context.request_id
        )
        key = "restart_noted" if found.request_id == context.request_id else "restart_known"
        context.say_here(key, name=tracked.name)

    async def wait(self, context: BotContext) -> None:
        """Leave the job as it is."""
        tracked = await self.watching.numbered(context.press.number)
        context.say_here("alarm_wait_noted", name=tracked.name)
