"""Ratings: people say what they think of answers, and what Natasha would have said."""

from dataclasses import dataclass

from bot.chat.feature import ChatFeature
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.entities import Complaint
from bot.ratings.feedback import Feedback
from bot.ratings.handlers import RatingHandlers
from bot.ratings.quality import Quality
from bot.ratings.quality_handlers import QualityHandlers
from bot.ratings.store import RatingStore, forget_opinions
from bot.serving.feature import ServingFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsFeature(Feature):
    """What other features may use of it."""

    store: RatingStore
    feedback: Feedback
    quality: Quality


def build(core: Core, *, serving: ServingFeature, chat: ChatFeature) -> RatingsFeature:
    """Put ratings together. A correction is a text, so the chat asks here first."""
    store = RatingStore(core.database)
    feedback = Feedback(ratings=store, awaited=AwaitedCorrectionStore(core.database))
    quality = Quality(ratings=store)
    handlers = RatingHandlers(
        feedback=feedback, conversations=chat.conversations, outbox=core.outbox
    )
    admins = QualityHandlers(
        quality=quality,
        serving=serving.serving,
        conversations=chat.conversations,
        max_tokens=core.settings.chat_max_tokens,
    )
    chat.handlers.takes_text.append(handlers.is_awaited)
    chat.handlers.takes_edited.append(handlers.is_edited_correction)
    chat.answering.rating_of.append(feedback.is_good)
    # What was said of a part is not said of the whole.
    chat.chat.on_continued.append(store.take_back)
    return RatingsFeature(
        name="ratings",
        store=store,
        feedback=feedback,
        quality=quality,
        admin_commands={"quality": admins.overview},
        admin_presses={"ratings:list": admins.overview, "ratings:bad": admins.read},
        presses={
            "ratings:up": handlers.rate,
            "ratings:down": handlers.rate,
            "ratings:unrate": handlers.rate,
            **{f"ratings:why_{complaint}": handlers.complain for complaint in Complaint},
            "ratings:correction_write": handlers.write,
            "ratings:correction_leave": handlers.write_not,
            "ratings:correction_drop": handlers.drop,
        },
        talks=[f"ratings:correction_{action}" for action in ("write", "leave", "drop")],
        after_command=handlers.leave_off_at_command,
        forgets=forget_opinions,
    )
