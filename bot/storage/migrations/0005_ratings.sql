-- What people think of answers, and how they would have put them; and what an answer was made with.
CREATE TABLE prompts (                                 -- system prompts, as they were
    id   INTEGER PRIMARY KEY,
    text TEXT    NOT NULL UNIQUE
) STRICT;

ALTER TABLE turns ADD COLUMN prompt_id INTEGER REFERENCES prompts (id); -- NULL: from before it was kept
ALTER TABLE turns ADD COLUMN n_window INTEGER;         -- earlier turns that the model was shown; NULL: from before

CREATE TABLE ratings (                                 -- good, bad, or put better
    id         INTEGER PRIMARY KEY,
    request_id INTEGER NOT NULL UNIQUE,                -- of the turn
    person_id  INTEGER NOT NULL,
    model      TEXT    NOT NULL,                       -- the turn's
    is_good    INTEGER,                                -- NULL: taken back
    complaint  TEXT,                                   -- domain.Complaint; only of what is not good
    correction TEXT,                                   -- what should have been said
    message_id INTEGER,                                -- the person's message with the correction
    rated_at   INTEGER NOT NULL,                       -- the last change
    CHECK (is_good IS NOT NULL OR correction IS NOT NULL)
) STRICT;
CREATE INDEX ratings_by_model ON ratings (model, rated_at);
CREATE INDEX ratings_bad ON ratings (model, id) WHERE is_good = 0;
CREATE INDEX ratings_by_person ON ratings (person_id, message_id);

CREATE TABLE awaited_corrections (                     -- whose next message is one
    person_id  INTEGER PRIMARY KEY,
    turn_id    INTEGER NOT NULL,                       -- the turn's request_id
    request_id INTEGER NOT NULL,                       -- the press that asked for it: messages after it
    ended_by   INTEGER,                                -- a command: messages before it; NULL: still awaited
    message_id INTEGER,                                -- where it was asked for
    expires_at INTEGER NOT NULL
) STRICT;
