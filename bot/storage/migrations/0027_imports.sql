-- Chats that somebody brought to be learnt from, until they decide. The words of a file are in data/run/imports.
CREATE TABLE imports (
    id           INTEGER PRIMARY KEY,                 -- the update that brought it, or began to gather it
    person_id    INTEGER NOT NULL,
    is_gathering INTEGER NOT NULL,                    -- 1: forwards of that person go into it
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE gathered_messages (
    id        INTEGER PRIMARY KEY,                    -- the order in which they came
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    message   TEXT    NOT NULL                        -- JSON, in the form of Telegram's export
) STRICT;
CREATE INDEX gathered_messages_by_import ON gathered_messages (import_id);
