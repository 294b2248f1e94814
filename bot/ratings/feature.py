"""Ratings: people say what they think of answers, and what Natasha would have said."""

from dataclasses import dataclass

from bot.chat.feature import ChatFeature
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.ratings import views
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.decision_store import DecisionStore
from bot.ratings.entities import Complaint, RatingKind
from bot.ratings.feedback import Feedback
from bot.ratings.handlers import RatingHandlers
from bot.ratings.quality import Quality, Share
from bot.ratings.quality_handlers import QualityHandlers, Work
from bot.ratings.store import RatingStore, forget_opinions
from bot.ratings.way_back import WayBack
from bot.safety.feature import SafetyFeature
from bot.serving.feature import ServingFeature
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsFeature(Feature):
    """What other features may use of it."""

    store: RatingStore
    decisions: DecisionStore
    work: list[Work]
    """Shown under /quality."""
    feedback: Feedback
    quality: Quality


def build(
    core: Core, *, safety: SafetyFeature, serving: ServingFeature, chat: ChatFeature
) -> RatingsFeature:
    """Put ratings together. A correction is a text, so the chat asks here first."""
    store = RatingStore(core.database)
    feedback = Feedback(
        ratings=store, awaited=AwaitedCorrectionStore(core.database), dangers=safety.store
    )
    safety.lookout.is_work.append(feedback.is_correction)
    quality = Quality(ratings=store)
    way_back = WayBack(ratings=store, serving=serving.serving, notifications=core.notifications)

    async def offered(texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        now = await serving.serving.current()
        if now is None or now.model.id != payload["model_id"]:
            return None  # an admin was quicker
        before = await serving.serving.by_id(payload["before_id"])
        share, share_before = [Share(n_good=n_good, n=n) for n_good, n in payload["shares"]]
        return views.offer_way_back(texts, (now.model, share), (before, share_before))

    handlers = RatingHandlers(
        feedback=feedback,
        way_back=way_back,
        answering=chat.answering,
        conversations=chat.conversations,
        outbox=core.outbox,
        dangers=safety.store,
    )
    admins = QualityHandlers(
        quality=quality,
        serving=serving.serving,
        conversations=chat.conversations,
        max_tokens=core.settings.chat_max_tokens,
        dangers=safety.store,
    )
    chat.handlers.takes_text.append(handlers.is_awaited)
    chat.handlers.takes_edited.append(handlers.is_edited_correction)
    chat.answering.rating_of.append(feedback.is_good)
    # What was said of a part is not said of the whole.
    chat.chat.on_continued.append(store.take_back)
    return RatingsFeature(
        name="ratings",
        store=store,
        decisions=DecisionStore(core.database),
        work=admins.work,
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
            "ratings:correction_file": handlers.file_held,
            "ratings:correction_ask": handlers.ask_held,
        },
        talks=[
            f"ratings:correction_{action}" for action in ("write", "leave", "drop", "file", "ask")
        ],
        after_command=handlers.leave_off_at_command,
        notifications={RatingKind.WAY_BACK: offered},
        forgets=forget_opinions,
    )
