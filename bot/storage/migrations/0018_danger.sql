-- Messages of people who may be in danger, without their words, and the help card that was sent.
CREATE TABLE danger_messages (
    request_id INTEGER PRIMARY KEY,                    -- the update with the message, or with another request to answer it
    person_id  INTEGER NOT NULL,
    chat_id    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,                       -- the person's message
    kind       TEXT    NOT NULL,                       -- safety.DangerKind
    grade      INTEGER NOT NULL,                       -- safety.Grade
    card_id    INTEGER,                                -- request_id of the update whose card was sent for it; NULL: there was one lately
    created_at INTEGER NOT NULL,
    called_at  INTEGER                                 -- when the person called people of the team; NULL: the words are hidden from them
) STRICT;
CREATE INDEX danger_messages_by_chat ON danger_messages (chat_id, message_id);
CREATE INDEX danger_messages_in_order ON danger_messages (chat_id, created_at);
CREATE INDEX danger_messages_by_person ON danger_messages (person_id);
CREATE INDEX danger_messages_by_time ON danger_messages (created_at);

CREATE TABLE danger_calls (                            -- a person called for the people of the team
    request_id INTEGER PRIMARY KEY,                    -- the press
    person_id  INTEGER NOT NULL,
    called_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX danger_calls_by_person ON danger_calls (person_id, called_at);

ALTER TABLE outbox ADD COLUMN edit_key TEXT;           -- key of the row whose message is edited, if it can be; NULL: see edit_id
