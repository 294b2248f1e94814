"""The marks by which a training run finds its own job among all jobs of a shared account."""

from bot.domain.training import FineTuningJob, TrainingRun

METADATA_KEY = "natasha_run"
CLOCK_SKEW_S = 300
"""Seconds that the provider's clock may be behind ours."""


def mark_of(run: TrainingRun) -> str:
    """The mark in the metadata of the run's job; it differs from every other bot's marks."""
    return f"{run.id}-{run.seed:08x}"


def has_mark(run: TrainingRun, job: FineTuningJob) -> bool:
    """Whether the job carries this run's mark, so that it is certainly ours."""
    return job.metadata.get(METADATA_KEY) == mark_of(run)


def ours(run: TrainingRun, jobs: list[FineTuningJob]) -> list[FineTuningJob]:
    """The jobs that are provably this run's, by the mark.

    Where the provider dropped the metadata, the random seed, the run's own training file and a
    creation after the last attempt prove it together.
    """
    marked = [job for job in jobs if has_mark(run, job)]
    if marked or run.attempted_at is None:
        return marked
    earliest = run.attempted_at - CLOCK_SKEW_S
    return [
        job
        for job in jobs
        if job.seed == run.seed
        and job.training_file == run.training_file
        and job.created_at >= earliest
        and METADATA_KEY not in job.metadata
    ]
