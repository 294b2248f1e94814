"""Which provider the engine plays: one table of the ways in which they differ from OpenAI.

What is known of whom was looked up on 2026-11-22 and stands in `docs/providers.md`. What is known
only of "others" is played by `odd`, all at once. Routes ask a profile what it does, never its name.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStatus:
    """A status that OpenAI does not have, shown for a part of the time in which a job runs."""

    word: str
    since: float
    """Share of the steps that are done, 0 to 1, from which it is shown."""
    until: float
    """Share from which it is not any more; 1 includes the last step."""

    def covers(self, share: float) -> bool:
        """Whether it is shown when *share* of the steps are done."""
        return self.since <= share < self.until or share == self.until == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a provider does; the defaults are what OpenAI does."""

    # Jobs
    longest_suffix: int = 64
    """Characters."""
    allows_dots_in_suffix: bool = True
    knows_method: bool = True
    """False: hyperparameters count only at the top level, `method` is ignored and never shown."""
    knows_dpo: bool = True
    """False: a job of that method is a 400."""
    keeps_metadata: bool = True
    has_one_job_at_a_time: bool = False
    """A second one is a 409."""
    can_pause: bool = True
    """False: pausing and resuming are a 400."""
    own_statuses: tuple[OwnStatus, ...] = field(default=())

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
    """The same bytes get the same id, whoever uploads them."""
    has_result_files: bool = True
    encodes_result_files: bool = False
    """As base64."""

    # Models
    must_deploy: bool = False
    """A tuned model answers only once it is deployed, and only at the deployments' own address."""
    refused_in_chats: tuple[str, ...] = ()
    """Parameters of chats that are a 400 `unsupported_parameter`, as at OpenAI's newer models."""


PROFILES = {
    "openai": Profile(),
    "azure": Profile(
        longest_suffix=18,
        allows_dots_in_suffix=False,
        tells_total_steps=False,
        must_deploy=True,
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
