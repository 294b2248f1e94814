"""Chat: any text is a question to the serving model."""

from dataclasses import dataclass

from telegram.ext import filters

from bot.access.feature import AccessFeature
from bot.chat.answering import Answering
from bot.chat.chat import Chat
from bot.chat.entities import ChatKind
from bot.chat.fallback import Fallback
from bot.chat.generations import Generations
from bot.chat.handlers import ChatHandlers
from bot.chat.store import ConversationStore, forget_conversations
from bot.edge.context import BotContext
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.safety.feature import SafetyFeature
from bot.serving.feature import ServingFeature
from bot.trials.feature import TrialsFeature
from bot.usage.feature import UsageFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFeature(Feature):
    """What other features may use of it."""

    chat: Chat
    conversations: ConversationStore
    generations: Generations
    answering: Answering
    handlers: ChatHandlers


def build(
    core: Core,
    *,
    safety: SafetyFeature,
    usage: UsageFeature,
    serving: ServingFeature,
    access: AccessFeature,
    trials: TrialsFeature,
) -> ChatFeature:
    """Put the chat together; when an admin removes a person, their answer ends at once."""
    settings = core.settings
    conversations, generations = ConversationStore(core.database), Generations()
    chat = Chat(
        conversations=conversations,
        tried=serving.tried,
        api=core.chat_model,
        temperature=settings.chat_temperature,
        max_tokens=settings.chat_max_tokens,
        history_max_tokens=settings.history_max_tokens,
        silence_s=settings.new_conversation_after_h * 3600,
        accounts=usage.accounts,
        fallback=Fallback(
            database=core.database,
            models=serving.models,
            serving=serving.serving,
            usage=usage.accounts.store,
            last_days=serving.last_days,
            fitness=trials.fitness,
            notifications=core.notifications,
        ),
        pause_s=core.pacing.chat_pause_s,
    )
    answering = Answering(
        chat=chat,
        help=safety.help,
        generations=generations,
        database=core.database,
        outbox=core.outbox,
    )
    handlers = ChatHandlers(
        chat=chat,
        answering=answering,
        generations=generations,
        inbox=core.inbox,
        outbox=core.outbox,
        models=serving.models,
    )
    serving.tried.on_other_voice.append(chat.start_all_new)
    access.admission.on_removed.append(generations.end)
    return ChatFeature(
        name="chat",
        chat=chat,
        conversations=conversations,
        generations=generations,
        answering=answering,
        handlers=handlers,
        commands={"new": handlers.start_new, "retry": handlers.retry},
        presses={
            "chat:starter": handlers.ask_starter,
            "chat:stop": handlers.stop,
            "chat:again": handlers.retry_here,
            "chat:more": handlers.go_on,
            "chat:repeat": handlers.ask_again,
            "chat:below": handlers.ask_again,
            "chat:anew": handlers.accept_new,
        },
        messages=[
            (_is_said, handlers.ask),
            (_is_said_differently, handlers.ask_as_edited),
            # Last, because it fits every other message.
            (_is_unread, handlers.not_text),
        ],
        talks=(
            "/new",
            "/retry",
            "chat:starter",
            "chat:again",
            "chat:more",
            "chat:repeat",
            "chat:below",
            "chat:anew",
        ),
        stops=("chat:stop",),
        notifications={ChatKind.MODEL_GONE: handlers.model_gone},
        forgets=forget_conversations,
    )


def _is_said(context: BotContext) -> bool:
    return context.is_new and bool(context.text)


def _is_said_differently(context: BotContext) -> bool:
    return context.is_edit and bool(context.text) and not context.brings_dataset


def _is_unread(context: BotContext) -> bool:
    """Whether it is something that the person has sent; Telegram's own notices are not."""
    return context.is_new and not filters.StatusUpdate.ALL.check_update(context.current_update)
