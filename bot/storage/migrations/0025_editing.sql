-- What admins say of answers that people found bad. What people said themselves stays in `ratings`.
CREATE TABLE answer_decisions (
    turn_id    INTEGER PRIMARY KEY,                    -- the turn's request_id
    verdict    TEXT    NOT NULL,                       -- ratings.Verdict
    text       TEXT,                                   -- an admin's words instead of the answer; NULL: none
    decided_by INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,                       -- Unix time, seconds
    message_id INTEGER,                                -- the admin's message with the words
    CHECK ((verdict = 'rewritten') = (text IS NOT NULL))
) STRICT;
CREATE INDEX answer_decisions_by_message ON answer_decisions (decided_by, message_id);

ALTER TABLE people ADD COLUMN daily_at INTEGER;        -- when they next get a bad answer to go through, Unix time; NULL: they do not want any

-- Lines of a dataset that admins changed by hand. Each change makes a version of the one before it.
CREATE TABLE edits (
    id         INTEGER PRIMARY KEY,
    request_id INTEGER NOT NULL UNIQUE,                -- the update that asked for it
    from_id    INTEGER NOT NULL REFERENCES datasets (id),
    dataset_id INTEGER NOT NULL REFERENCES datasets (id),
    kind       TEXT    NOT NULL,                       -- editing.EditKind
    lines      TEXT    NOT NULL,                       -- JSON: their numbers in the version from_id, from 1
    edited_by  INTEGER NOT NULL,
    edited_at  INTEGER NOT NULL                        -- Unix time, seconds
) STRICT;
CREATE INDEX edits_by_origin ON edits (from_id);
CREATE INDEX edits_by_result ON edits (dataset_id);

CREATE TABLE kept_lines (                              -- examples that an admin wants as they are
    identity BLOB    PRIMARY KEY,                      -- of the example, whatever file it is in
    kept_by  INTEGER NOT NULL,
    kept_at  INTEGER NOT NULL                          -- Unix time, seconds
) STRICT, WITHOUT ROWID;
