"""What admins are told of the models that the bot lives on."""

from bot.delivery.notifications import NotificationKind


class ServingKind(NotificationKind):
    """What admins are told of the models that the bot lives on."""

    ENDING = "model_ending"
    SILENT = "model_silent"
    """The model that was put to use does not answer, so the chats get no answers."""
    SWITCHED = "model_switched"
    """Another admin has put a model to use."""
    TRIED_LOST = "tried_model_lost"
    """A model that an admin tried alone does not answer any longer."""
