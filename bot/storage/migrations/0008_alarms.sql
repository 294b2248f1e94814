-- What the alarms know and have told. Times by our own clock: Unix seconds with fractions.
CREATE TABLE job_pulses (                             -- of a job that goes on
    job_id     TEXT    PRIMARY KEY REFERENCES jobs (id),
    status     TEXT    NOT NULL,                      -- the provider's word
    since_at   REAL    NOT NULL,                      -- since when it has that status
    is_overdue INTEGER NOT NULL DEFAULT 0,            -- told: for too long in this status
    step       REAL,                                  -- the newest; NULL: none yet
    step_at    REAL,                                  -- when we saw it first
    is_stalled INTEGER NOT NULL DEFAULT 0,            -- told: no new step for too long
    is_overfit INTEGER NOT NULL DEFAULT 0             -- told: learns its examples by heart
) STRICT, WITHOUT ROWID;

CREATE TABLE outages (                                -- the provider has not answered since
    kind      TEXT    PRIMARY KEY,                    -- domain.OutageKind
    since_at  REAL    NOT NULL,
    failed_at REAL    NOT NULL,                       -- the latest call that failed
    message   TEXT    NOT NULL,                       -- the provider's words; empty: none
    is_told   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE restarts (                               -- "cancel it and create it again", one a job
    job_id     TEXT    PRIMARY KEY REFERENCES jobs (id),
    state      TEXT    NOT NULL,                      -- domain.RestartState
    asked_by   INTEGER NOT NULL,
    request_id INTEGER NOT NULL,                      -- the press
    run_id     INTEGER REFERENCES training_runs (id)  -- the new plan; NULL: none yet
) STRICT, WITHOUT ROWID;
