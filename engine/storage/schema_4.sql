-- Version 4: the tokens of each key by day, and how many a job was expected to train.
ALTER TABLE jobs ADD COLUMN expected_tokens INTEGER NOT NULL DEFAULT 0; -- 0: not estimated
CREATE INDEX jobs_by_status ON jobs (status);
CREATE TABLE usage (
    day    TEXT NOT NULL,    -- of UTC, YYYY-MM-DD
    key    TEXT NOT NULL,    -- access.fingerprint
    tokens INTEGER NOT NULL, -- trained, and of chats
    PRIMARY KEY (day, key)
) STRICT, WITHOUT ROWID;
