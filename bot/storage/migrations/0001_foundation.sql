-- Times are Unix seconds (…_at). JSON columns hold objects or arrays.

CREATE TABLE people (
    id                INTEGER PRIMARY KEY,            -- Telegram's user id
    name              TEXT    NOT NULL,
    is_tester         INTEGER NOT NULL DEFAULT 0,     -- admitted here; admins come from the settings
    language          TEXT,                           -- their choice; NULL: as Telegram says
    telegram_language TEXT,
    first_seen_at     INTEGER NOT NULL,
    last_seen_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE datasets (
    id            INTEGER PRIMARY KEY,
    path          TEXT    NOT NULL,
    sha256        TEXT    NOT NULL UNIQUE,            -- the version: same bytes, same row
    n_examples    INTEGER NOT NULL,
    n_tokens      INTEGER NOT NULL,                   -- of one pass, estimated
    system_prompt TEXT    NOT NULL,                   -- the most frequent one
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE uploads (                                -- files sent by /upload
    request_id   INTEGER PRIMARY KEY,                  -- the request: a replay finds its upload here
    dataset_id  INTEGER NOT NULL REFERENCES datasets (id),
    file_id     TEXT    NOT NULL,                     -- the provider's id
    uploaded_by INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL
) STRICT;

CREATE TABLE training_runs (
    id                       INTEGER PRIMARY KEY,
    state                    TEXT    NOT NULL,        -- domain.RunState
    request_id               INTEGER NOT NULL UNIQUE, -- the command that asked for it
    asked_by                 INTEGER NOT NULL,
    base_model               TEXT    NOT NULL,
    n_epochs                 INTEGER NOT NULL,
    learning_rate_multiplier REAL    NOT NULL,
    suffix                   TEXT    NOT NULL,
    dataset_id               INTEGER NOT NULL REFERENCES datasets (id),
    seed                     INTEGER NOT NULL,
    price_usd                REAL,                    -- estimate; NULL: unknown
    created_at               INTEGER NOT NULL,
    expires_at               INTEGER NOT NULL,
    confirmed_by             INTEGER,
    confirmed_at             INTEGER,
    confirmed_request        INTEGER,                 -- the press that started it
    training_file            TEXT,                    -- the provider's id of this run's own copy
    attempted_at             INTEGER,                 -- when jobs.create was last sent
    job_id                   TEXT,
    refusal_code             TEXT,
    refusal_message          TEXT
) STRICT;
CREATE INDEX training_runs_by_state ON training_runs (state);

CREATE TABLE jobs (
    number           INTEGER PRIMARY KEY,             -- short enough for a button
    id               TEXT    NOT NULL UNIQUE,         -- the provider's id, ftjob-...
    run_id           INTEGER REFERENCES training_runs (id), -- NULL: named to /monitor
    followed_by      INTEGER,                         -- who named it to /monitor
    base_model       TEXT    NOT NULL,
    status           TEXT    NOT NULL,                -- the provider's word
    created_at       INTEGER NOT NULL,                -- by the provider's clock
    training_file    TEXT    NOT NULL,
    fine_tuned_model TEXT,
    finished_at      INTEGER,
    estimated_finish INTEGER,
    trained_tokens   INTEGER,                         -- billable, epochs included
    n_epochs         INTEGER,
    suffix           TEXT,
    seed             INTEGER,
    refusal_code     TEXT,
    refusal_message  TEXT,
    is_over          INTEGER NOT NULL DEFAULT 0       -- terminal, told to every admin, events read
) STRICT;
CREATE INDEX jobs_active ON jobs (is_over) WHERE is_over = 0;
CREATE INDEX jobs_by_age ON jobs (created_at);

CREATE TABLE job_events (
    job_id     TEXT    NOT NULL REFERENCES jobs (id),
    id         TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    level      TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    message    TEXT    NOT NULL,
    data       TEXT    NOT NULL,                      -- JSON
    PRIMARY KEY (job_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
    id            INTEGER PRIMARY KEY,                -- short enough for a button
    name          TEXT    NOT NULL UNIQUE,
    system_prompt TEXT    NOT NULL,
    job_id        TEXT REFERENCES jobs (id),
    added_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE servings (                               -- history: the last row serves
    id        INTEGER PRIMARY KEY,
    model_id  INTEGER NOT NULL REFERENCES models (id),
    since_at  INTEGER NOT NULL,
    chosen_by INTEGER                                 -- NULL: by itself, after the first training
) STRICT;

CREATE TABLE trials (                                 -- the sample prompts put to a model
    id         INTEGER PRIMARY KEY,
    model_id   INTEGER NOT NULL REFERENCES models (id),
    state      TEXT    NOT NULL,                      -- domain.TrialState
    request_id  INTEGER UNIQUE,                        -- the command; NULL: automatic
    asked_by   INTEGER,                               -- NULL: automatic, every admin hears
    answers    TEXT    NOT NULL DEFAULT '[]',         -- JSON [[prompt, answer or null], ...]
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX trials_pending ON trials (state) WHERE state = 'pending';

CREATE TABLE conversations (
    id         INTEGER PRIMARY KEY,
    chat_id    INTEGER NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_by_chat ON conversations (chat_id, id);

CREATE TABLE turns (
    id                INTEGER PRIMARY KEY,
    conversation_id   INTEGER NOT NULL REFERENCES conversations (id),
    person_id         INTEGER NOT NULL,
    request_id         INTEGER NOT NULL UNIQUE,        -- a replay finds its answer here
    model             TEXT    NOT NULL,
    user_text         TEXT    NOT NULL,
    assistant_text    TEXT    NOT NULL,
    prompt_tokens     INTEGER,                        -- as the server counted; NULL: not told
    completion_tokens INTEGER,
    created_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_by_conversation ON turns (conversation_id, id);
CREATE INDEX turns_by_person ON turns (person_id, created_at);

CREATE TABLE chats (
    id                INTEGER PRIMARY KEY,
    newest_message_id INTEGER NOT NULL                -- the newest that we know of there
) STRICT;

CREATE TABLE inbox (                                  -- updates, committed before Telegram forgets them
    id               INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival; "request_id" elsewhere
    bot_id           INTEGER NOT NULL,
    update_id        INTEGER NOT NULL,                -- Telegram's
    chat_id          INTEGER NOT NULL,
    lane             TEXT    NOT NULL,                -- talk or desk
    payload          TEXT    NOT NULL,                -- JSON; emptied when done
    floor_id         INTEGER NOT NULL,                -- newest message id known in the chat back then
    attempts         INTEGER NOT NULL DEFAULT 0,      -- failed ones
    frame_message_id INTEGER,                         -- the message in which its answer grows
    received_at      INTEGER NOT NULL,
    done_at          INTEGER,                         -- NULL: waiting or at work
    is_dead          INTEGER NOT NULL DEFAULT 0,      -- given up, with an apology
    UNIQUE (bot_id, update_id)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (chat_id, lane, id) WHERE done_at IS NULL;
CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE outbox (                                 -- messages on their way out
    id         INTEGER PRIMARY KEY AUTOINCREMENT,     -- first in, first out per chat
    key        TEXT    NOT NULL UNIQUE,               -- says what it is, so that nothing goes in twice
    chat_id    INTEGER NOT NULL,
    kind       TEXT    NOT NULL,                      -- screen: ready to send; else rendered when sent
    payload    TEXT    NOT NULL,                      -- JSON; emptied when sent
    edit_id    INTEGER,                               -- the message to edit; NULL: a new one
    floor_id   INTEGER NOT NULL,                      -- newest message id known in the chat back then
    is_unsure  INTEGER NOT NULL DEFAULT 0,            -- an earlier try may have reached Telegram
    is_parked  INTEGER NOT NULL DEFAULT 0,            -- the person blocked us or never came
    created_at INTEGER NOT NULL,
    message_id INTEGER,                               -- Telegram's, once sent
    sent_at    INTEGER                                -- NULL: to be sent
) STRICT;
CREATE INDEX outbox_waiting ON outbox (chat_id, id) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_messages ON outbox (chat_id, message_id) WHERE message_id IS NOT NULL;

CREATE TABLE cards (                                  -- one message per person and job, edited in place
    chat_id    INTEGER NOT NULL,
    job_id     TEXT    NOT NULL REFERENCES jobs (id),
    message_id INTEGER,                               -- NULL: not sent yet
    floor_id   INTEGER NOT NULL,
    shown      TEXT    NOT NULL DEFAULT '',           -- digest of what Telegram shows
    is_stale   INTEGER NOT NULL DEFAULT 1,            -- the job has moved since
    is_parked  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_stale ON cards (chat_id) WHERE is_stale = 1;
