-- Version 1. Times are Unix seconds; JSON columns hold objects.
CREATE TABLE files (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    filename   TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    size       INTEGER NOT NULL,             -- bytes
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    seq                      INTEGER PRIMARY KEY AUTOINCREMENT,
    id                       TEXT NOT NULL UNIQUE,
    created_at               INTEGER NOT NULL,
    base_model               TEXT NOT NULL,
    training_file            TEXT NOT NULL,
    validation_file          TEXT,
    suffix                   TEXT,
    seed                     INTEGER NOT NULL,
    metadata                 TEXT,           -- JSON, null: none given
    n_epochs                 INTEGER,        -- null: auto
    batch_size               INTEGER,        -- null: auto
    learning_rate_multiplier REAL,           -- null: auto
    model_code               TEXT NOT NULL,
    status                   TEXT NOT NULL,
    paused_from              TEXT,
    stage_since              REAL NOT NULL,
    step                     INTEGER NOT NULL DEFAULT 0,
    total_steps              INTEGER NOT NULL DEFAULT 0,
    epoch_tokens             INTEGER NOT NULL DEFAULT 0,
    trained_tokens           INTEGER,
    fine_tuned_model         TEXT,
    finished_at              INTEGER,
    estimated_finish         INTEGER,
    error                    TEXT,           -- JSON: code, message, param
    result_file              TEXT
) STRICT;

CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    job_id     TEXT NOT NULL REFERENCES jobs (id),
    created_at INTEGER NOT NULL,
    level      TEXT NOT NULL,
    message    TEXT NOT NULL,
    metrics    TEXT                          -- JSON, null: a plain message
) STRICT;
CREATE INDEX events_by_job ON events (job_id, seq);

CREATE TABLE models (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE,
    checkpoint_id TEXT NOT NULL UNIQUE,
    job_id        TEXT NOT NULL REFERENCES jobs (id),
    base_model    TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    ready_at      REAL NOT NULL,
    step          INTEGER NOT NULL,
    metrics       TEXT NOT NULL              -- JSON
) STRICT;
CREATE INDEX models_by_job ON models (job_id, step);
