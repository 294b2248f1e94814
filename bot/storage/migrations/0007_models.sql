-- A model that an admin took off the list; nothing is deleted at the provider.
ALTER TABLE models ADD COLUMN retired_at INTEGER;         -- NULL: on the list

CREATE TABLE checkpoints (                                -- what the provider kept of a job, each a model
    model_id   INTEGER PRIMARY KEY REFERENCES models (id),
    job_id     TEXT    NOT NULL REFERENCES jobs (id),
    step       INTEGER NOT NULL,
    train_loss REAL,
    valid_loss REAL
) STRICT;
CREATE INDEX checkpoints_by_job ON checkpoints (job_id, step);

CREATE TABLE last_days_told (                             -- warnings that a base model ends
    base_model  TEXT    NOT NULL,
    last_day    TEXT    NOT NULL,                         -- YYYY-MM-DD: from then on it is off
    days_before INTEGER NOT NULL,                         -- 30, 7, 1, or 0 once it is over
    told_at     INTEGER NOT NULL,
    PRIMARY KEY (base_model, last_day, days_before)
) STRICT, WITHOUT ROWID;
