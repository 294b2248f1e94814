-- Models that an admin named to /use and that the bot asked about before it lets them answer. The
-- name and the prompt do not fit into a button; its id does.
CREATE TABLE asked_switches (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again: old buttons name it
    request_id    INTEGER NOT NULL,                    -- the update of the command
    name          TEXT    NOT NULL,                    -- as it was typed, or of a model that may be meant
    system_prompt TEXT,                                -- NULL: the model keeps its own
    asked_at      INTEGER NOT NULL,                    -- Unix time, seconds
    UNIQUE (request_id, name)
) STRICT;
