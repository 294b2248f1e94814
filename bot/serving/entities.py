"""What admins are told of the models that the bot lives on."""

from bot.delivery.notifications import Kind


class ServingKind(Kind):
    """What admins are told of the models that the bot lives on."""

    ENDING = "model_ending"
