-- Of some screens a chat keeps only the newest: the one before it becomes a line without buttons.
CREATE TABLE screens (
    chat_id    INTEGER NOT NULL,
    name       TEXT    NOT NULL,                      -- what the screen is: 'plan', 'models', 'card:<job>'
    message_id INTEGER NOT NULL,                      -- the newest message that shows one
    later      TEXT    NOT NULL,                      -- the line, as HTML, that this message becomes
    PRIMARY KEY (chat_id, name)
) STRICT, WITHOUT ROWID;
