"""/start, /help, /settings, /id and /language."""

from bot.access.feature import AccessFeature
from bot.dataset.feature import DatasetFeature
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.jobs.feature import JobsFeature
from bot.serving.feature import ServingFeature
from bot.usage.feature import UsageFeature
from bot.welcome.handlers import WelcomeHandlers
from bot.welcome.settings_handlers import SettingsHandlers


def build(
    core: Core,
    *,
    usage: UsageFeature,
    dataset: DatasetFeature,
    jobs: JobsFeature,
    serving: ServingFeature,
    access: AccessFeature,
) -> Feature:
    """Put the first screens together."""
    handlers = WelcomeHandlers(
        datasets=dataset.datasets,
        jobs=jobs.store,
        tried=serving.tried,
        invitations=access.invitations,
        people=core.people.store,
        texts_in=core.texts,
    )
    settings = SettingsHandlers(people=core.people.store, accounts=usage.accounts)
    return Feature(
        name="welcome",
        commands={
            "settings": settings.show,
            "start": handlers.start,
            "help": handlers.show_help,
            "id": handlers.show_id,
            "language": handlers.ask_language,
        },
        presses={
            "welcome:language": handlers.choose_language,
            "welcome:tongue": handlers.ask_language,
            "welcome:settings": settings.show,
            "welcome:sound": settings.choose_sound,
        },
        admin_presses={
            "welcome:help": handlers.show_section,
            "welcome:others": settings.choose_others,
            "welcome:daily": settings.choose_daily,
            "welcome:week": settings.choose_week,
        },
    )
