"""The marks by which a training run knows its own job among all the jobs of a shared account."""

from bot.domain.training import FineTuningJob, TrainingRun

METADATA_KEY = "natasha_run"
CLOCK_SKEW_S = 300
"""How far the provider's clock may be behind ours."""


def mark_of(run: TrainingRun) -> str:
    """What a job of ours carries in its metadata; no other bot's run has the same."""
    return f"{run.id}-{run.seed:08x}"


def has_mark(run: TrainingRun, job: FineTuningJob) -> bool:
    """Whether the job carries this run's mark: then it is certainly ours."""
    return job.metadata.get(METADATA_KEY) == mark_of(run)


def ours(run: TrainingRun, jobs: list[FineTuningJob]) -> list[FineTuningJob]:
    """The jobs that are provably this run's.

    By the mark; where the provider dropped the metadata, by the random seed together with the
    run's own training file and a creation after the last attempt.
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
