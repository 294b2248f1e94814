"""/start, /help, /id and /language."""

from bot.access.feature import AccessFeature
from bot.dataset.feature import DatasetFeature
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.jobs.feature import JobsFeature
from bot.serving.feature import ServingFeature
from bot.welcome.handlers import WelcomeHandlers


def build(
    core: Core,
    *,
    dataset: DatasetFeature,
    jobs: JobsFeature,
    serving: ServingFeature,
    access: AccessFeature,
) -> Feature:
    """Put the first screens together."""
    handlers = WelcomeHandlers(
        datasets=dataset.datasets,
        jobs=jobs.store,
        serving=serving.serving,
        invitations=access.invitations,
        people=core.people.store,
        texts_in=core.texts,
    )
    return Feature(
        name="welcome",
        commands={
            "start": handlers.start,
            "help": handlers.show_help,
            "id": handlers.show_id,
            "language": handlers.ask_language,
        },
        presses={"welcome:language": handlers.choose_language},
    )
