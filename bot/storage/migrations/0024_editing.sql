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
