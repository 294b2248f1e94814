"""The providers that the engine can imitate, and how each differs from OpenAI.

`docs/providers.md` names the sources (looked up 2026-11-22). `odd` combines the differences that
are known of "others" only. Routes ask a profile what it does, never its name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStatus:
    """A status that OpenAI does not have; a job shows it for a part of its steps."""

    word: str
    since: float
    """Share of the finished steps, 0 to 1, from which the job shows it."""
    until: float
    """Share from which the job no longer shows it; 1 includes the last step."""

    def covers(self, share: float) -> bool:
        """Whether the job shows it when *share* of the steps are finished."""
        return self.since <= share < self.until or share == self.until == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a provider does; the defaults are what OpenAI does."""

    # Jobs
    longest_suffix: int = 64
    """Characters."""
    allows_dots_in_suffix: bool = True
    knows_method: bool = True
    """False: only hyperparameters at the top level count; `method` is ignored and never shown."""
    knows_dpo: bool = True
    """False: a job of that method is a 400."""
    keeps_metadata: bool = True
    has_one_job_at_a_time: bool = False
    """A second one is a 409."""
    can_pause: bool = True
    """False: pausing and resuming are a 400."""
    own_statuses: tuple[OwnStatus, ...] = ()
    has_empty_errors: bool = False
    """A job without a failure has `error: {}`, not null."""

    message_type: str = "message"
    """The `type` of events without metrics."""

    # Lists
    has_filters: bool = True
    """False: filters of lists are ignored."""
    has_pages: bool = True
    """False: `after` is ignored, and `has_more` left out."""
    orders_events: bool = True
    """False: events come in an odd order."""
    tells_total_steps: bool = True
    """In the metrics of events."""

    # Files
    can_delete_files: bool = True
    """False: a 405."""
    can_read_files: bool = True
    """False: the content of files is a 404."""
    reuses_file_ids: bool = False
    """The same bytes always get the same id."""
    has_result_files: bool = True
    encodes_result_files: bool = False
    """As base64."""

    # Models
    must_deploy: bool = False
    """A tuned model answers only after its deployment, and only at the deployments' address."""
    refused_in_chats: tuple[str, ...] = ()
    """Parameters of chats that are a 400 `unsupported_parameter`, as at OpenAI's newer models."""


PROFILES = {
    "openai": Profile(),
    "azure": Profile(
        longest_suffix=18, allows_dots_in_suffix=False, tells_total_steps=False, must_deploy=True
    ),
    "crusoe": Profile(knows_dpo=False, must_deploy=True),
    "nebius": Profile(knows_method=False, must_deploy=True),
    "unsloth": Profile(
        knows_dpo=False,
        keeps_metadata=False,
        has_one_job_at_a_time=True,
        can_pause=False,
        can_delete_files=False,
        can_read_files=False,
        has_result_files=False,
    ),
    "odd": Profile(
        keeps_metadata=False,
        own_statuses=(
            OwnStatus(word="preparing", since=0, until=0.2),
            OwnStatus(word="post_processing", since=0.8, until=1),
        ),
        has_empty_errors=True,
        message_type="moderation_checks",
        has_filters=False,
        has_pages=False,
        orders_events=False,
        reuses_file_ids=True,
        encodes_result_files=True,
        refused_in_chats=("max_tokens", "temperature"),
    ),
}
"""By the name that `--profile` takes."""
