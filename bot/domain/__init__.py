"""The nouns of the bot: frozen values that every layer may know."""

from typing import Any

from bot.domain.datasets import (
    Dataset,
    DatasetOrigin,
    Finding,
    Level,
    Spread,
    TokenStatistics,
    ValidationReport,
)
from bot.domain.models import (
    ChatMessage,
    ServedModel,
    Serving,
    Trial,
    TrialAnswer,
    TrialState,
    Turn,
    Usage,
    model_title,
)
from bot.domain.people import (
    Access,
    Person,
)
from bot.domain.training import (
    FineTuningJob,
    Hyperparameters,
    JobEvent,
    JobStatus,
    PastJob,
    Refusal,
    RunState,
    TrackedJob,
    TrainingRun,
)

__all__ = [
    "Access",
    "ChatMessage",
    "Dataset",
    "DatasetOrigin",
    "Finding",
    "FineTuningJob",
    "Hyperparameters",
    "JobEvent",
    "JobStatus",
    "JsonDict",
    "Level",
    "PastJob",
    "Person",
    "Refusal",
    "RunState",
    "ServedModel",
    "Serving",
    "Spread",
    "TokenStatistics",
    "TrackedJob",
    "TrainingRun",
    "Trial",
    "TrialAnswer",
    "TrialState",
    "Turn",
    "Usage",
    "ValidationReport",
    "model_title",
]

JsonDict = dict[str, Any]
"""What JSON calls an object."""
