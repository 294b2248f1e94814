-- Each topic of a private chat is a conversation of its own.
ALTER TABLE conversations ADD COLUMN thread_id INTEGER NOT NULL DEFAULT 0; -- Telegram's message_thread_id; 0: outside of topics
DROP INDEX conversations_by_chat;
CREATE INDEX conversations_by_topic ON conversations (chat_id, thread_id, id);

CREATE TABLE open_questions_by_topic (                                     -- the last question of a topic, if no answer came
    chat_id     INTEGER NOT NULL,
    thread_id   INTEGER NOT NULL,
    question_id INTEGER NOT NULL,                                          -- the person's message
    text        TEXT    NOT NULL,
    PRIMARY KEY (chat_id, thread_id)
) STRICT;
INSERT INTO open_questions_by_topic SELECT chat_id, 0, question_id, text FROM open_questions;
DROP TABLE open_questions;
ALTER TABLE open_questions_by_topic RENAME TO open_questions;

ALTER TABLE awaited_corrections ADD COLUMN thread_id INTEGER NOT NULL DEFAULT 0; -- the topic where it was asked for
ALTER TABLE outbox ADD COLUMN buttons_in INTEGER NOT NULL DEFAULT 0;       -- the topic of the turn of buttons_of
