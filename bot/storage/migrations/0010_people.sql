-- Who was let in, by whom, on what conditions; invitations and requests to join; what answers cost.
ALTER TABLE people ADD COLUMN daily_limit INTEGER;                       -- answers a day; 0: none, NULL: the settings'
ALTER TABLE people ADD COLUMN admitted_by INTEGER;                       -- the admin who let them in
ALTER TABLE people ADD COLUMN admitted_at INTEGER;
ALTER TABLE people ADD COLUMN removed_at INTEGER;                        -- NULL: never, or let in again since
ALTER TABLE people ADD COLUMN is_blocked INTEGER NOT NULL DEFAULT 0;     -- may not even ask
CREATE INDEX people_admitted ON people (id) WHERE is_tester = 1;

CREATE TABLE invitations (
    id           INTEGER PRIMARY KEY,
    request_id   INTEGER NOT NULL UNIQUE,                                -- the command that asked for it
    made_by      INTEGER NOT NULL,
    salt         TEXT    NOT NULL,                                       -- the code is made of it and of a key that is not here
    code_hash    TEXT    NOT NULL UNIQUE,                                -- SHA-256 of the code
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    withdrawn_at INTEGER,
    used_by      INTEGER,                                                -- NULL: nobody yet
    used_at      INTEGER
) STRICT;
CREATE INDEX invitations_open ON invitations (expires_at)
    WHERE used_by IS NULL AND withdrawn_at IS NULL;

CREATE TABLE join_requests (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,                        -- an old button never means a new request
    person_id  INTEGER NOT NULL,
    name       TEXT    NOT NULL,                                         -- with @username, as it was
    asked_at   INTEGER NOT NULL,
    told_at    INTEGER,                                                  -- when the admins were written to; NULL: too many that day
    state      TEXT    NOT NULL DEFAULT 'open',                          -- domain.RequestState
    decided_by INTEGER,
    decided_at INTEGER
) STRICT;
CREATE INDEX join_requests_by_person ON join_requests (person_id, id);
CREATE UNIQUE INDEX join_requests_open ON join_requests (person_id) WHERE state = 'open';
CREATE INDEX join_requests_told ON join_requests (told_at) WHERE told_at IS NOT NULL;

CREATE TABLE usage (                                                     -- no words: stays when conversations are deleted
    person_id         INTEGER NOT NULL,
    day               TEXT    NOT NULL,                                  -- 2026-11-22, in the zone of the settings
    model             TEXT    NOT NULL,
    n_answers         INTEGER NOT NULL,
    n_estimated       INTEGER NOT NULL,                                  -- of these, tokens counted by us, not by the server
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (person_id, day, model)
) STRICT, WITHOUT ROWID;

-- What was answered before: days of the default zone; about three characters to a token where nobody counted.
INSERT INTO usage (
    person_id, day, model, n_answers, n_estimated, prompt_tokens, completion_tokens
)
SELECT
    person_id, date(created_at, 'unixepoch', '+3 hours'), model, count(*),
    sum(prompt_tokens IS NULL OR completion_tokens IS NULL),
    sum(coalesce(prompt_tokens, length(user_text) / 3)),
    sum(coalesce(completion_tokens, length(assistant_text) / 3))
FROM turns
GROUP BY 1, 2, 3;
