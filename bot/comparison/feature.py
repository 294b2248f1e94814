"""Comparison: two models answer some questions side by side, and testers choose."""

from dataclasses import dataclass

from bot.chat.feature import ChatFeature
from bot.comparison.asking_both import AskingBoth
from bot.comparison.comparison import Comparisons
from bot.comparison.entities import ComparisonKind, Vote
from bot.comparison.handlers import CompareHandlers
from bot.comparison.store import ComparisonStore
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.serving.feature import ServingFeature
from bot.trials.feature import TrialsFeature
from bot.usage.feature import UsageFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonFeature(Feature):
    """What other features may use of it."""

    comparisons: Comparisons


def build(
    core: Core,
    *,
    usage: UsageFeature,
    serving: ServingFeature,
    chat: ChatFeature,
    trials: TrialsFeature,
) -> ComparisonFeature:
    """Put comparisons together; some questions are answered here instead of in the chat."""
    comparisons = Comparisons(
        database=core.database,
        store=ComparisonStore(core.database),
        serving=serving.serving,
        fitness=trials.fitness,
        names=serving.names,
        chat=chat.chat,
        accounts=usage.accounts,
        notifications=core.notifications,
    )
    handlers = CompareHandlers(
        comparisons=comparisons, serving=serving.serving, conversations=chat.conversations
    )
    asking = AskingBoth(comparisons=comparisons, chat=chat.chat, generations=chat.generations)
    chat.answering.otherwise.append(asking.ask_both)
    return ComparisonFeature(
        name="comparison",
        comparisons=comparisons,
        admin_commands={"compare": handlers.compare},
        admin_presses={
            "comparison:pick": handlers.compare,
            "comparison:first": handlers.pick_second,
            "comparison:second": handlers.pick_votes,
            "comparison:start": handlers.start,
            "comparison:stop": handlers.stop,
            "comparison:result": handlers.show_result,
            "comparison:longer": handlers.prolong,
            "comparison:every": handlers.set_every,
        },
        presses={f"comparison:vote_{vote}": handlers.vote for vote in Vote},
        costly=("/compare", "comparison:start", "comparison:longer"),
        talks=[f"comparison:vote_{vote}" for vote in Vote],
        notifications={ComparisonKind.OVER: handlers.over},
    )
